"""Names are understood as people write them, or refused with what is nearest."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from factbook.api import Book
from factbook.errors import UsageError
from factbook.query.names import Names

# Each thing with ways to write it, and the class that is asked for, if any
WAYS = {
    "company:nvidia": ("NVIDIA", "nvidia", "Nvidia Corp", "NVIDIA Corporation", "nvidia.com"),
    "company:cerebras": ("Cerebras", "cerebras systems", "Cerebras Systems Inc."),
    "company:coreweave": ("Core Weave", "CoreWeave Inc", "COREWEAVE"),
    "company:lambda": ("Lambda Labs", "lambda labs, inc."),
    "company:graphcore": ("GraphCore Ltd",),
    "company:groq": ("Groq, Inc.", "groq"),
    "company:sambanova": ("SambaNova Systems", "samba nova"),
    "organization:andreessen-horowitz": ("a16z", "A16Z", "Andreessen-Horowitz"),
    "organization:softbank-group": ("SoftBank Group", "Softbank Group Corp"),
    "organization:meta": ("Meta", "Meta Platforms, Inc.", "Facebook"),
    "organization:jpmorgan-chase": ("J.P. Morgan", "JP Morgan", "jpmorgan chase"),
    "organization:openai": ("Open AI", "openai"),
    "organization:anthropic": ("Anthropic PBC",),
    "organization:amazon-web-services": ("AWS", "amazon web services"),
    "product:h100": ("NVIDIA H100", "H100", "h-100", "Nvidia H 100"),
    "product:mi300x": ("MI300X", "AMD MI300X", "amd instinct mi300x", "Instinct MI300X"),
    "product:wse-3": ("WSE-3", "wse3", "Cerebras WSE-3", "Wafer Scale Engine 3"),
    "product:gb200-nvl72": ("GB200 NVL72", "gb200-nvl72", "Nvidia GB200-NVL72"),
    "product:b200": ("B200", "nvidia b200", "Nvidia B200 GPU"),
    "product:llama-3-3-70b": ("Llama 3.3 70B", "llama-3.3-70b", "Llama 3.3-70B"),
    "product:groqcloud": ("GroqCloud", "groq cloud"),
    "measure:off-chip-memory-bandwidth": ("HBM bandwidth", "off chip memory bandwidth"),
    "measure:revenue-backlog": ("backlog", "revenue backlog", "RPO"),
    "measure:throughput": ("throughput", "tokens per second", "tokens/s", "tokens/sec"),
    "measure:chief-executive": ("CEO", "chief executive"),
    "measure:on-chip-memory": ("SRAM",),
    "category:intelligence-processing-unit": ("intelligence processing unit",),
    "event-kind:public-offering": ("IPO", "public offering"),
    "number-format:fp8": ("FP8", "fp-8"),
    "purchase-mode:on-demand": ("on demand", "on-demand", "ONDEMAND"),
    "organization:weights-and-biases": ("Weights & Biases",),
    "company:amd": ("Advanced Micro Devices, Inc.",),
    "organization:gv": ("Google Ventures",),
    "organization:nea": ("New Enterprise Associates",),
    "person:christopher-re": ("Chris Re",),
    "measure:revenue": ("turnover",),
    "measure:amount-raised": ("raised",),
    "measure:annualized-revenue": ("ARR", "run rate"),
    "measure:employee-count": ("headcount", "staff"),
    "product:sn40l": ("SN40L",),
    "company:modal": ("modal.com", "https://www.modal.com/"),
    "product:groqchip": ("Groq LPU", "Groq chip"),
}
MISSPELT = {
    "nvida": "NVIDIA",
    "Cerebas": "Cerebras",
    "core waeve": "CoreWeave",
    "Graphcor": "Graphcore",
    "sambanvoa": "SambaNova",
    "databrics": "Databricks",
    "Anyscal": "Anyscale",
    "groqq": "Groq",
    "throughputt": "throughput",
    "valuaton": "valuation",
    "revnue": "revenue",
    "emploees": "employees",
    "transitors": "transistors",
    "of-chip memory": "off-chip memory",
    "peak preformance": "peak performance",
    "Andreesen Horowitz": "Andreessen Horowitz",
    "Microsft": "Microsoft",
    "Blackrok": "BlackRock",
    "acquisiton": "Acquisition",
    "funding rond": "Funding round",
}


@pytest.fixture(scope="module")
def names() -> Names:
    """Give the names of the bundled book."""
    return Names.of(Book())


def test_there_are_sixty_ways_to_write_thirty_things() -> None:
    """The list is as long as it should be."""
    assert len(WAYS) >= 30
    assert sum(map(len, WAYS.values())) >= 60
    assert len(MISSPELT) >= 20


@pytest.mark.parametrize(
    ("thing", "text"),
    [pytest.param(thing, text, id=text) for thing, texts in WAYS.items() for text in texts],
)
def test_name_is_understood(thing: str, text: str, names: Names) -> None:
    """Every way to write a thing leads to it."""
    assert names.lookup_one(text) == names.parse_iri(thing)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_unicode_form_is_understood(
    form: Literal["NFC", "NFD", "NFKC", "NFKD"], names: Names
) -> None:
    """A name is the same name in any normal form."""
    text = unicodedata.normalize(form, "Ｎｖｉｄｉá Corp")

    assert names.lookup_one(text) == names.parse_iri("company:nvidia")


def test_name_of_several_things_is_listed(names: Names) -> None:
    """A short name that fits several things lists them."""
    with pytest.raises(UsageError, match=r"'IPU' is ambiguous: category:intel.*, product:ipu$"):
        names.lookup_one("IPU")
    with pytest.raises(UsageError) as refused:
        names.lookup_one("SoftBank", type_curie="schema:Organization", option="--investor")

    assert str(refused.value) == (
        "--investor: 'SoftBank' is ambiguous: organization:softbank-corp, "
        "organization:softbank-group, organization:softbank-vision-fund-2"
    )


@pytest.mark.parametrize(("text", "expected"), MISSPELT.items())
def test_first_suggestion_is_right(text: str, expected: str, names: Names) -> None:
    """A misspelt name is answered with the right one first."""
    with pytest.raises(UsageError):
        names.lookup_one(text)

    assert next(iter(names.nearest(text).values())) in {expected, f"{expected} Systems"}


def test_document_is_found_by_its_slug(names: Names) -> None:
    """A name that a source shares with a thing means the thing; the end of its IRI the source."""
    assert names.lookup_one("groq-lpu") == names.parse_iri("source:groq-lpu")


def test_maker_and_kind_list_what_they_fit(names: Names) -> None:
    """Several things of one kind by one maker are ambiguous, not the first of them."""
    with pytest.raises(UsageError, match=r"^'Graphcore chip' is ambiguous: product:"):
        names.lookup_one("Graphcore chip")


def test_error_uses_the_words_of_the_reader(names: Names) -> None:
    """An error names the kind of thing as a reader does, and offers names, not slugs."""
    with pytest.raises(UsageError) as refused:
        names.lookup_one("h1000", type_curie="infra:Product", option="--product")

    said = str(refused.value)
    assert said.startswith("--product: no product is called 'h1000'; nearest: 'H100'")


def test_thing_of_another_class_is_named(names: Names) -> None:
    """A name of something else says what it is."""
    with pytest.raises(UsageError, match=r"^'NVIDIA' is a company, not a product\.$"):
        names.lookup_one("nvidia", type_curie="infra:Product")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Groq Energy", "'Groq'"),
        ("order backlog", "'backlog'"),
        ("Softbnak", "'SoftBank Corp.'"),
        ("Horowitz", "'Andreessen Horowitz'"),
        ("Graphcore Bwo IPU", "'Graphcore Bow IPU'"),
    ],
)
def test_part_of_a_name_is_offered(text: str, expected: str, names: Names) -> None:
    """A name that the text begins with or holds is offered, and legal forms do not count."""
    with pytest.raises(UsageError) as refused:
        names.lookup_one(text)

    assert str(refused.value).startswith(f"no thing is called '{text}'; nearest: {expected}")


def test_nothing_is_offered_where_nothing_is_like_it(names: Names) -> None:
    """No suggestion is better than a wrong one."""
    with pytest.raises(UsageError, match=r"^no thing is called 'cheapest'\.$"):
        names.lookup_one("cheapest")
