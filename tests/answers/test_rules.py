"""The rules alone decide what is the latest: all queries follow them, on every engine."""

from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Literal
from rdflib import Dataset, URIRef
from tests.answers.books import HEADER, PREFIXES, write_book
from tests.core_book import core_book

import factbook
from factbook.rdf.bridge import from_rdflib, to_rdflib
from factbook.rdf.terms import XSD
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from factbook.api import Book
    from factbook.rdf.terms import Term
    from factbook.render.rows import Row

REPOSITORY = Path(__file__).parents[2]
COMPANY = PREFIXES["company"] + "acme"
CHIP = PREFIXES["product"] + "chip"
OLD, NEW, OTHER = "1000000000", "2000000000", "3000000000"
DAY = "2026-01-01"


def figure(  # noqa: PLR0913 - what an observation says
    slug: str, value: str, day: str, *, about: str, measure: str, said: str
) -> str:
    """Return an observation that is dated to a day."""
    return (
        f"observation:{slug} a schema:Observation ; schema:observationAbout {about} ; "
        f"schema:measuredProperty measure:{measure} ; schema:value {value} ; "
        f'schema:observationDate "{day}"^^xsd:date ; infra:datePrecision date-precision:day ; '
        f"infra:precision precision:exactly ; {said} .\n"
    )


def write_source(root: Path, slug: str, known: str, *statements: str) -> None:
    """Write one source of a book."""
    head = (
        f'<> a infra:Source ; schema:name "{slug}"@en ; schema:publisher organization:press ; '
        f'schema:datePublished "{known}"^^xsd:date ; infra:datePrecision date-precision:day ; '
        f'infra:knownSince "{known}"^^xsd:date ; infra:evidence evidence:read .\n'
    )
    path = root / "data" / "sources" / "press" / f"{slug}.ttl"
    path.parent.mkdir(parents=True, exist_ok=True)
    base = f"@base <{PREFIXES['source']}{slug}> .\n"
    path.write_text(base + HEADER + head + "".join(statements), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a book with an ontology of its own and two or three figures of each thing."""
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    (tmp_path / "queries").symlink_to(REPOSITORY / "queries", target_is_directory=True)
    register = tmp_path / "data" / "register" / "things.ttl"
    register.parent.mkdir(parents=True)
    register.write_text(
        HEADER
        + 'company:acme a infra:Company ; schema:name "Acme"@en .\n'
        + 'product:chip a infra:Chip ; schema:name "Chip"@en .\n'
        + 'product:cloud a infra:Service ; schema:name "Cloud"@en .\n'
        + 'organization:press a schema:Organization ; schema:name "Press"@en .\n',
        encoding="utf-8",
    )
    rent = (
        "infra:per price-basis:gpu-hour ; infra:purchaseMode purchase-mode:on-demand ; "
        "infra:offeredBy product:cloud ; "
    )
    for place, (slug, standing) in enumerate((("disclosed", "disclosed"), ("told", "reported"))):
        said = f"infra:standing standing:{standing}"
        worth, other = ((NEW, 20), (OTHER, 30))[place]
        write_source(
            tmp_path,
            slug,
            "2025-06-01",
            figure(
                f"worth-{slug}",
                worth,
                "2025-05-01",
                about="company:acme",
                measure="valuation",
                said=said,
            ),
            figure(
                f"cores-{slug}",
                str(other),
                "2025-05-01",
                about="product:chip",
                measure="core-count",
                said=said,
            ),
            figure(
                f"rent-{slug}",
                str(other),
                "2025-05-01",
                about="product:chip",
                measure="price",
                said=rent + said,
            ),
            "company:acme infra:develops product:chip .\n",
        )
    write_source(
        tmp_path,
        "before",
        "2024-06-01",
        figure(
            "worth-before",
            OLD,
            "2024-05-01",
            about="company:acme",
            measure="valuation",
            said="infra:standing standing:disclosed ; infra:confidence confidence:high",
        ),
    )
    return tmp_path


def edit(root: Path, subject: str, before: str, after: str) -> None:
    """Change one triple of one concept in the schemes of a book."""
    for path in sorted((root / "ontology" / "schemes").rglob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        start = text.find(f"\n{subject} a ")
        if start >= 0:
            end = text.index(" .\n", start)
            assert before in text[start:end]
            changed = text[start:end].replace(before, after)
            path.write_text(text[:start] + changed + text[end:], encoding="utf-8")
            return
    raise AssertionError(subject)


def rows_of(book: Book, query: str, **values: str) -> list[Row]:
    """Return the rows of a query."""
    return list(book.query(query, **values))


def answers(root: Path) -> dict[str, object]:
    """Return what the queries answer about the company and the chip."""
    book = factbook.open(root, cache=False)

    def cells(query: str, column: str, **values: str) -> list[str]:
        return [str(row[column]) for row in rows_of(book, query, **values)]

    history = rows_of(book, "valuation-history", company=COMPANY)
    return {
        "valuations": cells("valuations", "amount", asof=DAY),
        "rank of worth": cells("rank", "value", measure="measure:valuation", asof=DAY),
        "best of histories": [str(row["amount"]) for row in history if row["best"]],
        "rank of cores": cells("rank", "value", measure="measure:core-count", asof=DAY),
        "accelerators": cells("accelerators", "cores", asof=DAY),
        "accelerator": [
            str(row["value"])
            for row in rows_of(book, "accelerator", product=CHIP, asof=DAY)
            if row["current"] and str(row["measure"]).endswith("core-count")
        ],
        "prices": cells("prices", "price"),
        "rented-by": cells("rented-by", "hourly", product=CHIP, asof=DAY),
    }


def test_all_queries_follow_one_rank(root: Path) -> None:
    """Where what is reported ranks before what is disclosed, every query has what is reported."""
    before = answers(root)
    edit(root, "standing:disclosed", "infra:rank 1 ", "infra:rank 12 ")
    after = answers(root)

    assert before == {
        "valuations": [NEW],
        "rank of worth": [NEW],
        "best of histories": [OLD, NEW],
        "rank of cores": ["20"],
        "accelerators": ["20"],
        "accelerator": ["20"],
        "prices": ["20"],
        "rented-by": ["20"],
    }
    assert after == {
        "valuations": [OTHER],
        "rank of worth": [OTHER],
        "best of histories": [OLD, OTHER],
        "rank of cores": ["30"],
        "accelerators": ["30"],
        "accelerator": ["30"],
        "prices": ["30"],
        "rented-by": ["30"],
    }


def test_all_queries_follow_a_measure_that_no_longer_changes(root: Path) -> None:
    """A worth that does not change is that of the highest confidence, on all days."""
    for slug in ("disclosed", "told"):
        path = root / "data" / "sources" / "press" / f"{slug}.ttl"
        text = path.read_text(encoding="utf-8")
        medium = "measure:valuation ; infra:confidence confidence:medium"
        path.write_text(text.replace("measure:valuation", medium), encoding="utf-8")
    before = answers(root)
    edit(root, "measure:valuation", "infra:changes true", "infra:changes false")
    after = answers(root)

    assert (before["valuations"], before["rank of worth"]) == ([NEW], [NEW])
    assert (after["valuations"], after["rank of worth"]) == ([OLD], [OLD])
    long_ago = rows_of(factbook.open(root, cache=False), "valuations", asof="1999-01-01")
    assert [str(row["amount"]) for row in long_ago] == [OLD]


def event(slug: str, stage: str, day: str, *, said: str = "") -> str:
    """Return the report of a deal by a source."""
    return (
        f"event:{slug} a infra:Event ; infra:kind event-kind:contract ; "
        f"infra:stage stage:{stage} ; infra:company company:acme ; "
        f'schema:startDate "{day}"^^xsd:date ; '
        f"infra:datePrecision date-precision:day ; infra:standing standing:reported{said} .\n"
    )


def test_deal_counts_until_it_ends_or_has_a_better_report(root: Path) -> None:
    """An announced one counts until another event ends it, a completed one ever since."""
    ends = " ; infra:ends event:announced"
    write_source(root, "one", "2021-01-05", event("announced", "announced", "2021-01-01"))
    write_source(root, "two", "2022-01-05", event("end", "completed", "2022-01-01", said=ends))
    write_source(root, "three", "2021-02-05", event("made", "announced", "2021-02-01"))
    write_source(root, "four", "2023-02-05", event("made", "completed", "2023-02-01"))
    write_source(root, "five", "2021-03-05", event("talks", "in-talks", "2021-03-01"))

    rows = factbook.open(root, cache=False).sparql(
        "SELECT ?event ?from ?until { ?telling infra:tells ?event ; infra:countsFrom ?from ; "
        "infra:countsUntil ?until } ORDER BY ?event ?from"
    )
    found = [(str(r.event).rpartition("/")[2], str(r["from"]), str(r.until)) for r in rows]

    assert found == [
        ("announced", "2021-01-01", "2022-01-01"),
        ("end", "2022-01-01", "9999-12-31"),
        ("made", "2021-02-01", "2023-02-01"),
        ("made", "2023-02-01", "9999-12-31"),
    ]


def alike(term: Term) -> object:
    """Return a term, or the number that it is: Oxigraph spells 8.0 as 8."""
    if isinstance(term, Literal) and term.datatype.value == f"{XSD}decimal":
        return Decimal(term.value)
    return term


def test_rules_give_the_same_on_oxigraph_and_rdflib(tmp_path: Path) -> None:
    """The rules of the book, run in order on both engines, derive the same triples."""
    write_book(tmp_path, REPOSITORY, seed=7, cases=25)
    book = factbook.open(tmp_path, leads=True, cache=False)
    graphs = Dataset(default_union=False)
    for quad in dataset(book.files):
        name = getattr(quad.graph_name, "value", "")
        target = graphs.graph(URIRef(name)) if name else graphs.default_context
        for triple in to_rdflib([quad], {}):
            target.add(triple)
    derived = set()
    for rule in book.layout.rules():
        found: list[Any] = list(graphs.query(rule.read_text(encoding="utf-8")).graph or ())
        for triple in found:
            graphs.default_context.add(triple)
        derived |= {tuple(from_rdflib(term) for term in triple) for triple in found}

    ours = {(quad.subject, quad.predicate, quad.object) for quad in book.derived()}

    assert {tuple(map(alike, triple)) for triple in ours} == {
        tuple(map(alike, triple)) for triple in derived
    }


@pytest.mark.parametrize("leads", [False, True])
def test_each_observation_has_one_series_and_at_most_one_of_the_rest(*, leads: bool) -> None:
    """Nothing is derived twice of one observation, and nothing without a need is missing."""
    book = factbook.open(core_book(), leads=leads, cache=False)
    counts: dict[str, Counter[str]] = {}
    for quad in book.derived():
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        counts.setdefault(name, Counter())[str(quad.subject)] += 1
    found = book.sparql("SELECT ?figure { ?figure a schema:Observation } ORDER BY ?figure")
    observations = {f"<{row['figure']}>" for row in found}

    assert counts["inSeries"].keys() == observations
    for name in ("inSeries", "sortKey", "ownDate", "trueSince", "effectiveDate"):
        assert [s for s in observations if counts[name][s] != 1] == []
    for name in ("currentFrom", "currentUntil", "bestForDate", "endDate", "hasUnit"):
        assert [s for s, n in counts.get(name, Counter()).items() if n != 1] == []
    assert counts["currentFrom"].keys() == counts["currentUntil"].keys()
    assert [s for s, n in counts["effectiveDate"].items() if n != 1] == []
