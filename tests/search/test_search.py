"""A search finds things, terms and queries by any words, and says what can be asked of them."""

from __future__ import annotations

import shlex
from datetime import date

import pytest
from click.testing import CliRunner
from tests.core_book import core_book

from factbook.api import Book
from factbook.cli.root import root
from factbook.search.question import Question, read_question
from factbook.search.search_book import search, search_queries

FIRST = {
    "HBM": "off-chip memory",
    "what HBM means": "off-chip memory",
    "capacity": "active power",
    "nvida": "NVIDIA",
    "core waeve": "CoreWeave",
    "CRWV": "CoreWeave",
    "Nvidia Corp": "NVIDIA",
    "a16z": "Andreessen Horowitz",
    "tokens per second": "throughput",
    "backlog": "revenue backlog",
    "chief executives": "chief executive",
    "stale figures": "stale",
    "What does RPO stand for?": "revenue backlog",
    "who are the investors?": "investors",
    "outdated data": "stale",
    "CEO of Groq": "Groq: chief executive",
    "everything about Groq": "Groq",
    "competitors of groq": "similar",
    "valuation of CoreWeave": "CoreWeave: valuation",
    "Nvidia backlog": "NVIDIA: revenue backlog",
    "is Groq profitable": "Groq: net income",
    "when did Cerebras go public": "timeline",
    "what did CoreWeave guide for 2025": "guidance-outcomes",
}
FILLED = {
    "cheapest H100": "factbook query rented-by --product h100",
    "who rents MI300X": "factbook query rented-by --product mi300x",
    "revenue of nvidia": "factbook query revenue --company nvidia",
    "revenue nvidia amd": "factbook query revenue --company nvidia --company amd",
    "prices of the h100 at vultr": "factbook query prices --product h100 --company vultr",
    "customers of coreweave": "factbook query relationships --company coreweave",
    "Groq vs. Cerebras": "factbook compare groq cerebras",
    "difference between H100 and MI300X": "factbook compare h100 mi300x",
    "Groq and Cerebras side by side": "factbook compare groq cerebras",
    "Groq Cerebras": "factbook compare groq cerebras",
    "Groq and Cerebras next to each other": "factbook compare groq cerebras",
    "cite Groq": "factbook cite groq",
    "how do I cite this": "factbook cite NAME",
    "backlog of CoreWeave": "factbook show coreweave --measure revenue-backlog",
    "investors in both Groq and Cerebras": (
        "factbook query common-investors --company groq --other cerebras"
    ),
    "five most valuable companies": "factbook query valuations --top 5",
    "funding rounds since 2025": "factbook query funding-rounds --since 2025-01-01",
    "funding rounds since March 2025": "factbook query funding-rounds --since 2025-03-01",
    "Groq rounds in 2026": (
        "factbook query funding-rounds --company groq --since 2026-01-01 --until 2026-12-31"
    ),
    "excel file of companies": "factbook query companies -o companies.xlsx",
    "a chart of valuations": "factbook query valuations -o valuations.svg",
    "export to Excel": "factbook export -o book.ttl",
}
# What analysts ask, in their words, and the beginning of a command of one of the first two hits
ANSWERED = {
    "H100 price history": "query prices --product h100",
    "revenue by year and quarter with guidance": "query revenue",
    "quarterly revenue CoreWeave": "query revenue --company coreweave",
    "chips over 100 GB memory": "query accelerators",
    "chips with at least 100 GB HBM": "query accelerators",
    "who invested in both Groq and Cerebras": "query common-investors --company groq",
    "what did Graphcore sell for": "query timeline --company graphcore",
    "Graphcore acquisition price": "query timeline --company graphcore",
    "who bought Graphcore": "query ownership --company graphcore",
    "price per performance": "query efficiency",
    "dollars per teraflop": "query efficiency",
    "money into a segment per year": "query money-raised",
    "funding by segment by year": "query money-raised",
    "stale figures": "query stale",
    "plot revenue of nvidia": "query revenue --company nvidia -o revenue.svg",
    "define IPU": "show ipu",
    "meaning of backlog": "show revenue-backlog",
    "NVIDIA's revenue": "query revenue --company nvidia",
    "CoreWeave biggest customers": "query relationships --company coreweave",
    "tokens per second by vendor": "query rank --measure throughput",
    "cheapest Llama 3.3 70B": "query token-prices --model llama-3-3-70b",
    "token price llama 3.3 70b": "query token-prices --model llama-3-3-70b",
    "which clouds offer MI300X": "query rented-by --product mi300x",
    "dearest companies": "query valuations",
    "Groq funding rounds": "query funding-rounds --company groq",
    "news of three months": "query timeline --since 2",
    "what happened in the last three months": "query timeline --since 2",
    "latest news Groq": "query timeline --company groq",
    "who owns whom": "query ownership",
    "who owns Graphcore": "query ownership --company graphcore",
    "subsidiaries of NVIDIA": "query ownership --company nvidia",
    "worth per segment": "query category-totals",
    "valuation of Databricks end of 2024": "show databricks --measure valuation --asof 2024-12-31",
    "listed companies and tickers": "query companies",
    "FLOP/s per watt": "query efficiency",
    "most efficient chip": "query efficiency",
    "chief executives": "query companies",
    "CEO of Cerebras": "show cerebras --measure chief-executive",
    "source for Groq valuation": "query valuation-history --company groq",
    "how many chips does CoreWeave own": "query chip-owners --owner coreweave",
    "data centres of CoreWeave": "query sites --owner coreweave",
    "who does Groq sell to": "query relationships --company groq",
    "who supplies chips to Microsoft": "query relationships --company microsoft",
    "companies valued above 10 billion": "query valuations",
    "largest data centers by power": "query sites",
    "market share of AMD": "query maker-shares --company amd",
    "vendor financing deals": "query circular-deals",
    "which figures conflict": "query disagreements",
    "how many H100s does Meta have": "query chip-owners --owner meta --chip h100",
    "who invested in Anthropic": "query investors --company anthropic",
    "modal.com": "show modal",
    "biggest rounds 2026": "query funding-rounds --since 2026-01-01 --until 2026-12-31",
}
NOT_OFFERED = {
    "revenue by year and quarter": "compare",
    "public companies": "--benchmark",
    "chips with at least 100 GB": "at-least",
    "outdated data": "datacrunch",
    "H100 SXM5": "compare",
}
QUERIES = {
    "investors": "investors",
    "prices": "prices",
    "cheapest": "rented-by",
    "stale": "stale",
    "ownership": "ownership",
    "memory bandwidth": "accelerators",
}


@pytest.fixture(scope="module")
def book() -> Book:
    """Give the bundled book."""
    return Book()


@pytest.mark.parametrize(("words", "name"), FIRST.items())
def test_first_hit_is_what_was_meant(words: str, name: str, book: Book) -> None:
    """A name, an alias, a ticker, a term or a question, spelled roughly, finds its thing."""
    hits = search(book, words)

    assert hits[0].name == name or name in hits[0].also


@pytest.mark.parametrize(("words", "command"), FILLED.items())
def test_query_comes_with_the_thing_filled_in(words: str, command: str, book: Book) -> None:
    """Words that mean a query and a thing that it takes give the whole command."""
    assert search(book, words)[0].commands[0] == command


@pytest.mark.parametrize(("words", "command"), ANSWERED.items())
def test_two_hits_lead_to_the_answer(words: str, command: str, book: Book) -> None:
    """A question in the words of an analyst finds the command that answers it."""
    offered = [call for hit in search(book, words)[:2] for call in hit.commands]

    assert any(call.startswith(f"factbook {command}") for call in offered), offered


@pytest.mark.parametrize(("words", "part"), NOT_OFFERED.items())
def test_misleading_command_is_not_offered(words: str, part: str, book: Book) -> None:
    """No suggestion is better than one that fits a word by chance."""
    assert [c for hit in search(book, words)[:3] for c in hit.commands if part in c] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rounds of the last quarter", Question("rounds", since="2026-08-30")),
        (
            "rounds between 2024 and 2025-Q2",
            Question("rounds", since="2024-01-01", until="2025-06-30"),
        ),
        ("news after 2025", Question("news", since="2026-01-01")),
        ("rounds before 2025-03-01", Question("rounds", until="2025-02-28")),
        ("worth as of 2025-02", Question("worth", asof="2025-02-28")),
        ("top 3 chips in 2024-13", Question("chips in 2024-13", top=3)),
        ("Llama 3.3 70B", Question("Llama 3.3 70B")),
    ],
)
def test_question_is_read(words: str, expected: Question) -> None:
    """Days, months and numbers of rows are recognized, and other words are left alone."""
    assert read_question(words, today=date(2026, 11, 30)) == expected


@pytest.mark.parametrize(("words", "query"), QUERIES.items())
def test_queries_are_found_by_words(words: str, query: str, book: Book) -> None:
    """Queries are found by their questions, descriptions, columns and measures."""
    assert query in [found.query.name for found in search_queries(book, words)][:3]


def test_hit_says_that_a_figure_is_missing(book: Book) -> None:
    """A measure that no source gives of a thing is no question of the measure alone."""
    (hit,) = search(book, "Nvidia backlog", limit=1)

    assert hit.description.startswith("No source gives a figure")
    assert hit.commands[0] == "factbook show nvidia"


def test_term_comes_with_its_definition(book: Book) -> None:
    """A concept is explained, so that the search is a glossary as well."""
    hit = search(book, "HBM", limit=1)[0]

    assert hit.kind == "measure"
    assert hit.description.startswith("The capacity of the memory on the package")
    assert "factbook query rank --measure off-chip-memory" in hit.commands


def test_nothing_is_found_for_nonsense(book: Book) -> None:
    """No hit is better than a wrong one."""
    assert search(book, "qwxyzv") == ()


@pytest.mark.parametrize("words", ["groq", "h100", "throughput", "Training", "chip"])
def test_commands_of_a_hit_run(words: str, book: Book) -> None:
    """Every command that a hit comes with is a valid one."""
    for command in search(book, words, limit=1)[0].commands:
        result = CliRunner().invoke(root, ["--book", str(core_book()), *shlex.split(command)[1:]])

        assert result.exit_code == 0, command


def test_values_are_written_so_that_they_mean_one_thing(book: Book) -> None:
    """A slug that two things share is written as a CURIE."""
    hits = {hit.iri: hit for hit in search(book, "owner", limit=30)}

    shown = hits["https://w3id.org/ai-infra/measure/owner"].commands[0]
    assert shown == "factbook show measure:owner"


def test_python_searches_a_book(book: Book) -> None:
    """A book of the Python face has the search."""
    assert [hit.name for hit in book.search("groq", limit=1)] == ["Groq"]


def test_table_shows_what_can_be_asked() -> None:
    """On a terminal each hit is a block with its commands."""
    result = CliRunner().invoke(root, ["search", "cheapest", "h100", "-f", "table"])

    assert result.exit_code == 0
    assert "rented-by (query)" in result.stdout
    assert "  > factbook query rented-by --product h100\n" in result.stdout


def test_other_formats_have_a_row_for_each_hit() -> None:
    """CSV has the IRI, the description and the commands of a hit."""
    result = CliRunner().invoke(root, ["search", "groq", "-f", "csv", "--limit", "1"])

    heading, row = result.stdout.splitlines()
    assert heading == "name,kind,iri,description,also,commands"
    assert row.startswith("Groq,company,https://w3id.org/ai-infra/company/groq,")


def test_search_without_hits_is_an_error() -> None:
    """The error says where to look instead."""
    result = CliRunner().invoke(root, ["search", "qwxyzv"])

    assert result.exit_code == 2
    assert result.stderr == "error: Nothing in the book matches 'qwxyzv'. See: factbook queries\n"


def test_queries_come_with_the_thing_filled_in() -> None:
    """`queries` fills in what the words name, as `search` does."""
    result = CliRunner().invoke(root, ["queries", "cheapest", "h100", "-f", "csv"])

    assert result.stdout.splitlines()[1].endswith("--product h100 [--asof]")
