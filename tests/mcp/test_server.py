"""The server for assistants answers with observations and sources, or refuses in words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("mcp")

from factbook.api import Book
from factbook.mcp.limited_books import LimitedBooks
from factbook.mcp.server import create_server
from factbook.store.query_limits import Limits
from mcp import Client, StdioServerParameters, stdio_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcp.server.mcpserver import MCPServer
    from mcp.types import CallToolResult

IRI = "https://w3id.org/ai-infra/"
RIVERS = Path(__file__).parents[1] / "cli" / "book"


class Assistant:
    """Calls tools as an assistant does."""

    def __init__(self, server: MCPServer) -> None:
        self._server = server

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Return the structured answer of a tool."""
        result = self._call(tool, arguments)
        assert not result.is_error, _text(result)
        assert result.structured_content is not None
        return dict(result.structured_content)

    def refusal(self, tool: str, **arguments: object) -> str:
        """Return the words in which a tool refuses."""
        result = self._call(tool, arguments)
        assert result.is_error, result.structured_content
        return _text(result)

    def _call(self, tool: str, arguments: dict[str, object]) -> CallToolResult:
        async def call() -> CallToolResult:
            async with Client(self._server) as client:
                return await client.call_tool(tool, arguments)

        return asyncio.run(call())


def _text(result: CallToolResult) -> str:
    return " ".join(getattr(each, "text", "") for each in result.content)


@contextlib.contextmanager
def assisted(
    book: Book, limits: Limits | None = None, *, allow_sparql: bool = False
) -> Iterator[Assistant]:
    """Give an assistant with a book until the block ends."""
    books = LimitedBooks(book, limits or Limits(seconds=60))
    yield Assistant(create_server(books, allow_sparql=allow_sparql))
    books.close()


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    """Give an assistant with the bundled book."""
    with assisted(Book()) as found:
        yield found


@pytest.fixture(scope="module")
def rivers() -> Iterator[Assistant]:
    """Give an assistant that may write SPARQL, with little time and few rows, over a small book."""
    limits = Limits(seconds=2, rows=4)
    with assisted(Book(RIVERS, cache=False), limits, allow_sparql=True) as found:
        yield found


# Questions in the words of a person; what an assistant calls for them; the column, what its cell
# says, and an observation that the cell must name.
GOLDEN = {
    "What was CoreWeave worth at the end of 2025?": (
        "valuations",
        {"asof": "2025-12-31"},
        ("company", "CoreWeave"),
        "amount",
        "$66.0B",
        "observation/coreweave-valuation-2025-10-30-ai-news-24-7",
    ),
    "What was CoreWeave's revenue in the second quarter of 2026?": (
        "revenue",
        {"company": "CoreWeave", "asof": "2026-11-01"},
        ("amount", "$2.575B"),
        "amount",
        "$2.575B",
        "observation/coreweave-revenue-2026-06-coreweave",
    ),
    "How has Cerebras been valued over time?": (
        "valuation-history",
        {"company": "Cerebras", "asof": "2026-11-01"},
        ("amount", "$8.10B"),
        "amount",
        "$8.10B",
        "observation/cerebras-valuation-2025-09-30-cerebras",
    ),
    "How much off-chip memory has an NVIDIA B300?": (
        "accelerator",
        {"product": "NVIDIA B300", "asof": "2026-11-01"},
        ("measure", "off-chip memory"),
        "value",
        "270 GB",
        "observation/epoch-ml-hardware-2026-04-27-nvidia-b300-blackwell-ultra-memory-bytes-amount",
    ),
    "Which of NVIDIA's chips has which bandwidth?": (
        "accelerators",
        {"company": "NVIDIA", "asof": "2026-11-01"},
        ("chip", "NVIDIA B300"),
        "bandwidth",
        "7,700",
        "observation/epoch-ml-hardware-2026-04-27-nvidia-b300-blackwell-ultra-memory-bandwidth-byte-s-amount",
    ),
}


@pytest.mark.parametrize("question", GOLDEN)
def test_answer_names_observation_of_cell(assistant: Assistant, question: str) -> None:
    """Each figure of an answer names the observation, the date and the source behind it."""
    name, parameters, (key, is_called), column, text, observation = GOLDEN[question]

    answer = assistant.call("run_query", name=name, parameters=parameters, limit=500)

    rows = [row for row in answer["rows"] if row.get(key, {}).get("text") == is_called]
    cells = [row[column] for row in rows if column in row]
    cell = next(each for each in cells if IRI + observation in each["observations"])
    assert cell["text"] == text
    assert cell["sources"]
    assert all(iri in answer["sources"] for iri in cell["sources"])
    assert cell["cut"] is False
    assert answer["observations"][IRI + observation]["source"] in cell["sources"]


def test_computed_cell_names_all_observations(assistant: Assistant) -> None:
    """What the hardware makers are worth together rests on the valuation of each."""
    answer = assistant.call("run_query", name="category-totals", parameters={"asof": "2025-12-31"})

    total = next(row["partial"] for row in answer["rows"] if row["valued"]["value"] > 1)
    assert len(total["observations"]) > 1
    assert total["sources"]


def test_show_gives_figures_of_measure(assistant: Assistant) -> None:
    """How much power CoreWeave ran in mid-2026, with the observation and the source."""
    answer = assistant.call("show", thing="CoreWeave", measure="active power")

    found = {figure["text"]: figure for figure in answer["figures"]}
    figure = found["about 1,500 MW"]
    assert figure["observations"] == [
        f"{IRI}observation/coreweave-active-power-2026-06-30-coreweave"
    ]
    assert figure["sources"] == [f"{IRI}source/coreweave-second-quarter-2026-results"]


def test_show_knows_the_other_names_of_a_measure(assistant: Assistant) -> None:
    """A measure may be asked for by any of its names, as a search gives them."""
    hit = assistant.call("search", words="tokens per second")["hits"][0]
    page = assistant.call("show", thing="GroqCloud", measure=hit["also"][-1])

    assert hit["also"][-1] != hit["name"]
    assert {each["heading"] for each in page["figures"]} == {hit["name"]}
    said = assistant.refusal("show", thing="Colossus 2", measure="power")
    assert "Did you mean 'owner'" not in said  # which only looks like it
    assert "power capacity" in said


def test_verify_finds_observation_of_each_number(assistant: Assistant) -> None:
    """One right and one invented number in a draft get different verdicts."""
    answer = assistant.call(
        "verify", text="Groq was worth $6.9 billion in September 2025 and employs 512 people."
    )

    worth, year, employees = answer["numbers"]
    assert worth["verdict"] == "stated"
    assert list(worth["observations"]) == [f"{IRI}observation/groq-valuation-2025-09-cnbc"]
    assert year["verdict"].startswith("a year")
    assert employees["verdict"] == "not stated"
    assert answer["allStated"] is False


REFUSED: dict[str, tuple[str, dict[str, object], str]] = {
    "How many people does Groq employ?": (
        "show",
        {"thing": "Groq", "measure": "employee count"},
        "states no employee count of Groq. It has: ",
    ),
    "What was Vultr's revenue in the year 2019?": (
        "run_query",
        {"name": "revenue", "parameters": {"company": "Vultr", "asof": "2019-12-31"}},
        "no answer: 'revenue'",
    ),
    "What will the companies be worth in 2040?": (
        "run_query",
        {"name": "valuations", "parameters": {"asof": "2040-01-01"}},
        "cannot answer for 2040-01-01",
    ),
    "How is Acme Frobnicators doing?": (
        "show",
        {"thing": "Acme Frobnicators"},
        "no thing is called 'Acme Frobnicators'",
    ),
}


@pytest.mark.parametrize("question", REFUSED)
def test_unanswerable_question_is_refused(assistant: Assistant, question: str) -> None:
    """A question that the graph cannot answer is refused with what is missing."""
    tool, arguments, words = REFUSED[question]

    assert words in assistant.refusal(tool, **arguments)


def test_golden_questions_are_twelve() -> None:
    """Twelve questions are kept, four of them refused; three have a test of their own."""
    assert len(GOLDEN) + 3 + len(REFUSED) == 12


# Written from the files of sources alone: the tool, its arguments, and what the answer must hold
FURTHER: dict[str, tuple[str, dict[str, object], str]] = {
    "How much did Lambda raise in its Series E?": (
        "run_query",
        {"name": "funding-rounds", "parameters": {"company": "Lambda"}, "limit": 500},
        "observation/lambda-series-e-amount-raised-2025-11-18-lambda",
    ),
    "What was the run-rate of Databricks' revenue in February 2026?": (
        "show",
        {"thing": "Databricks", "measure": "annualized revenue"},
        "observation/databricks-annualized-revenue-2026-02-09-databricks",
    ),
    "How many chips has a Bow-2000?": (
        "show",
        {"thing": "Bow-2000", "measure": "chip count"},
        "observation/bow-2000-chip-count-graphcore",
    ),
    "How many cores has a Bow-2000?": (
        "run_query",
        {"name": "accelerator", "parameters": {"product": "Bow-2000"}},
        "observation/bow-2000-core-count-graphcore",
    ),
    "What does Nscale pay for Anyscale?": (
        "run_query",
        {"name": "valuation-history", "parameters": {"company": "Anyscale"}},
        "observation/anyscale-valuation-2026-07-30-bloomberg",
    ),
    "Who founded Modal?": ("show", {"thing": "Modal"}, "person/erik-bernhardsson"),
    "Whom does Modal serve?": (
        "run_query",
        {"name": "relationships", "parameters": {"company": "Modal"}, "limit": 500},
        "organization/suno",
    ),
    "Is it right that Databricks' revenue run-rate passed $5.4 billion in February 2026?": (
        "verify",
        {"text": "Databricks passed a revenue run-rate of $5.4 billion in February 2026."},
        "observation/databricks-annualized-revenue-2026-02-09-databricks",
    ),
}
FURTHER_REFUSED: dict[str, tuple[str, dict[str, object], str]] = {
    "What does an hour of a Bow-2000 cost?": (
        "run_query",
        {"name": "prices", "parameters": {"product": "Bow-2000"}},
        "no answer: 'prices'",
    ),
    "What was Modal's revenue in 2021?": (
        "run_query",
        {"name": "revenue", "parameters": {"company": "Modal", "asof": "2021-12-31"}},
        "no answer: 'revenue'",
    ),
    "How many patents has Cerebras?": (
        "show",
        {"thing": "Cerebras", "measure": "patent count"},
        "states no patent count of Cerebras",
    ),
    "Who runs OpenNova Chips?": (
        "show",
        {"thing": "OpenNova Chips"},
        "no thing is called 'OpenNova Chips'",
    ),
}


@pytest.mark.parametrize("question", FURTHER)
def test_further_question_is_answered(assistant: Assistant, question: str) -> None:
    """The answer names the observation or the thing that the source has."""
    tool, arguments, iri = FURTHER[question]

    assert f'"{IRI}{iri}"' in json.dumps(assistant.call(tool, **arguments))


@pytest.mark.parametrize("question", FURTHER_REFUSED)
def test_further_unanswerable_question_is_refused(assistant: Assistant, question: str) -> None:
    """The refusal says what is missing."""
    tool, arguments, words = FURTHER_REFUSED[question]

    assert words in assistant.refusal(tool, **arguments)


def test_wrong_names_are_answered_with_similar_ones(assistant: Assistant) -> None:
    """A misspelt query or parameter is refused with the names that exist."""
    assert "'valuations'" in assistant.refusal("run_query", name="valuatoins")
    assert "'company'" in assistant.refusal(
        "run_query", name="revenue", parameters={"compny": "Vultr"}
    )


def test_wrong_day_is_refused_in_the_words_of_the_tool(assistant: Assistant) -> None:
    """What is no day is not taken for one to come, and a parameter is no option."""
    said = assistant.refusal("compare", things=["NVIDIA", "AMD"], asof="yesterday")

    assert "asof: 'yesterday' is not an xsd:date" in said
    assert "--" not in said
    assert "it ends today" in assistant.refusal(
        "compare", things=["NVIDIA", "AMD"], asof="2040-01-01"
    )


def test_answer_says_that_it_was_cut(assistant: Assistant) -> None:
    """An answer with more rows than the limit says so."""
    assert assistant.call("run_query", name="sources", limit=3)["cut"] is True
    assert assistant.call("run_query", name="themes", limit=500)["cut"] is False


def test_search_lists_commands_for_hits(assistant: Assistant) -> None:
    """A search finds a thing with the commands that say more, and refuses what is unknown."""
    hits = assistant.call("search", words="CoreWeave")["hits"]

    assert hits[0]["iri"] == f"{IRI}company/coreweave"
    assert hits[0]["commands"]
    assert "Nothing in the graph fits" in assistant.refusal("search", words="zzqqxx")


def test_parameters_have_types(assistant: Assistant) -> None:
    """The JSON Schema of a query's parameters says their types and which are required."""
    queries = {each["name"]: each for each in assistant.call("list_queries")["queries"]}

    asof = queries["revenue"]["parameters"]["properties"]["asof"]
    assert (asof["type"], asof["format"]) == ("string", "date")
    assert "company" in queries["valuation-history"]["parameters"]["required"]


def test_free_sparql_needs_permission(assistant: Assistant, rivers: Assistant) -> None:
    """The tool for SPARQL is there only where it was allowed."""
    text = "SELECT ?r WHERE { ?r a def:River } ORDER BY ?r"

    assert "Unknown tool" in assistant.refusal("sparql", query=text)
    assert rivers.call("sparql", query=text)["count"] == 3


def test_runaway_query_ends_at_its_deadline(rivers: Assistant) -> None:
    """A query that takes too long is refused in words, and the next question is answered."""
    begun = time.monotonic()
    refused = rivers.refusal(
        "sparql",
        query="SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p . "
        "?q ?r ?s . ?t ?u ?v }",
    )

    assert "the query took longer than 2 s" in refused
    assert time.monotonic() - begun < 4
    assert rivers.call("run_query", name="river", parameters={"river": "Danube"})["count"] == 2


def test_query_that_crashes_the_engine_is_refused(rivers: Assistant) -> None:
    """A text that ends the process of the engine does not end the server."""
    deep = "SELECT * { BIND(" + "STR(" * 100_000 + "1" + ")" * 100_000 + " AS ?x) }"

    said = rivers.refusal("sparql", query=deep)

    assert "cannot run the query" in said or "took longer than 2 s" in said  # on a busy machine
    assert rivers.call("list_queries")["queries"]


def test_answer_that_a_limit_has_cut_says_so(rivers: Assistant) -> None:
    """Rows that the limits of the server leave out are not left out in silence."""
    answer = rivers.call("sparql", query="SELECT * { ?s ?p ?o }", limit=1000)

    assert (answer["count"], answer["cut"]) == (4, True)


def test_schema_names_classes_and_measures(assistant: Assistant) -> None:
    """The schema lists the classes, the measures with their units, and the prefixes."""
    schema = assistant.call("describe_schema")

    assert "infra:Company" in [each["class"] for each in schema["classes"]]
    assert {"measure:valuation": "USD"}.items() <= {
        each["measure"]: each["unit"] for each in schema["measures"]
    }.items()


def test_server_answers_over_stdio(tmp_path: Path) -> None:
    """A client over stdin and stdout gets tools, resources and an answer, of any book."""
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "factbook", "--book", str(RIVERS), "mcp"],
        env={**os.environ, "FACTBOOK_CACHE": str(tmp_path)},
    )

    async def ask() -> tuple[list[str], str, CallToolResult]:
        async with Client(stdio_client(program)) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            read = await client.read_resource("factbook://schema")
            answer = await client.call_tool(
                "run_query", {"name": "river", "parameters": {"river": "Danube"}}
            )
            return tools, getattr(read.contents[0], "text", ""), answer

    tools, schema, answer = asyncio.run(ask())

    assert {"search", "list_queries", "run_query", "show", "describe_schema", "verify"} <= set(
        tools
    )
    assert "def:River" in schema
    assert answer.structured_content is not None
    assert [row["country"]["text"] for row in answer.structured_content["rows"]] == [
        "Austria",
        "Germany",
    ]
