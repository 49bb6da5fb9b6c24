"""A search finds things, terms and queries by any words, and says what can be asked of them."""

from __future__ import annotations

import shlex

import pytest
from click.testing import CliRunner

from factbook.api import Book
from factbook.cli.root import root
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
    "who are the investors?": "investors",
}
FILLED = {
    "cheapest H100": "factbook query rented-by --product h100",
    "who rents MI300X": "factbook query rented-by --product mi300x",
    "revenue of nvidia": "factbook query revenue --company nvidia",
    "revenue nvidia amd": "factbook query revenue --company nvidia --company amd",
    "prices of the h100 at vultr": "factbook query prices --product h100 --company vultr",
    "customers of coreweave": "factbook query relationships --company coreweave",
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


@pytest.mark.parametrize(("words", "query"), QUERIES.items())
def test_queries_are_found_by_words(words: str, query: str, book: Book) -> None:
    """Queries are found by their questions, descriptions, columns and measures."""
    assert query in [found.name for found in search_queries(book, words)][:3]


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
        result = CliRunner().invoke(root, shlex.split(command)[1:])

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
    assert result.stderr == "error: Nothing in the book fits 'qwxyzv'. See: factbook queries\n"
