"""The tools and resources that an assistant gets, over one book.

Only the text of a ToolError reaches the assistant. So everything that it can mend (a wrong name, a
wrong value) and every question that the graph cannot answer is raised as one.
"""

from __future__ import annotations

import functools
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from factbook import __version__
from factbook.errors import FactbookError, UsageError, without_dashes
from factbook.mcp.cells import build_answer
from factbook.mcp.page import build_comparison, build_page, select_figures
from factbook.mcp.schema_card import describe_schema, list_queries
from factbook.mcp.verification import describe_verified
from factbook.query.empty_answer import explain_empty
from factbook.query.names import Names
from factbook.query.parameters import parse_values
from factbook.query.refine import Refinement
from factbook.query.run_query import run_stored, run_text
from factbook.query.stored_queries import find_query
from factbook.search.search_book import search
from factbook.show.compare import compare_things
from factbook.show.gather import gather_page
from factbook.verify.verify_text import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from factbook.mcp.limited_books import LimitedBooks
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Answer

INSTRUCTIONS = """\
Answers come from a knowledge graph in which every figure is an observation of one source.
Find things with `search`, questions with `list_queries`; ask with `run_query`, `show` or `compare`.
Cite the sources that each cell names. Never state a number that no tool gave you: where a tool
refuses, say what is missing. Pass a draft through `verify` before you answer.
Where `cut` is true or not empty, there is more than was given: ask again with a larger limit."""
_MOST_ROWS = 1000
_DAY = "asof"  # the parameter for another day than today, in every query
T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=_MOST_ROWS, description="The maximum number of rows")]


def create_server(books: LimitedBooks, *, allow_sparql: bool = False) -> MCPServer:
    """Return the server for a book.

    Args:
        books: The book, with limits on what its queries use.
        allow_sparql: Whether the assistant may write SPARQL of its own.
    """
    tools = Tools(books)
    server = MCPServer(
        "factbook", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    for function in (
        tools.search,
        tools.list_queries,
        tools.run_query,
        tools.show,
        tools.compare,
        tools.describe_schema,
        tools.verify,
        *((tools.sparql,) if allow_sparql else ()),
    ):
        server.add_tool(_explain_errors(function))
    server.resource("factbook://schema", mime_type="application/json", title="Schema card")(
        tools.schema_card
    )
    server.resource("factbook://queries", mime_type="application/json", title="Stored queries")(
        tools.catalogue
    )
    return server


class Tools:
    """What an assistant can do with a book."""

    def __init__(self, books: LimitedBooks) -> None:
        self._books = books
        self._book = books.book
        self._verifier = Verifier(books.book)

    @functools.cached_property
    def _schema(self) -> dict[str, Any]:
        return describe_schema(self._book)

    def search(
        self,
        words: Annotated[str, Field(description="Names, terms or a question", max_length=300)],
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> dict[str, Any]:
        """Find things, concepts, measures and stored queries, with the tools to call for each."""
        hits = search(self._book, words, limit=limit + 1)
        if not hits:
            raise UsageError(
                f"Nothing in the graph fits '{words}'. Say that it does not know it; "
                "list_queries and describe_schema say what it knows."
            )
        return {"hits": [asdict(hit) for hit in hits[:limit]], "cut": len(hits) > limit}

    def list_queries(
        self,
        words: Annotated[str, Field(description="Only queries that have all these words")] = "",
    ) -> dict[str, Any]:
        """List the stored queries: the question, parameters (JSON Schema) and columns of each."""
        matches = list_queries(self._book, words)
        if not matches:
            names = ", ".join(query["name"] for query in list_queries(self._book))
            raise UsageError(f"No stored query has all of the words '{words}'. There are: {names}")
        return {"queries": matches}

    def run_query(
        self,
        name: Annotated[str, Field(description="The name of a stored query, see list_queries")],
        parameters: Annotated[
            dict[str, str | int | float | bool],
            Field(description="Values by parameter; a thing by name, CURIE or IRI"),
        ] = {},  # noqa: B006 - pydantic copies it
        where: Annotated[
            list[str],
            Field(description="Conditions on columns: 'amount >= 1B', 'maker = Acme', 'x ~ y'"),
        ] = [],  # noqa: B006 - as above
        sort: Annotated[str, Field(description="COLUMN or COLUMN:desc, several with commas")] = "",
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Run a stored query. Each cell has its observations, dates and sources."""
        stored = find_query(self._book.layout.queries, name)
        values = {key: _as_text(value) for key, value in parameters.items()}
        terms = parse_values(stored, values, self._book)
        _require_past(values)
        refine = Refinement(where=tuple(where), sort=sort)
        book = self._books.asked_by(stored)
        answer = self._build(
            lambda: run_stored(book, stored, values, refine=refine),
            columns=stored.columns,
            computed={column.name: column.computed for column in stored.columns if column.computed},
            about=[term.value for values in terms.values() for term in values],
            limit=limit,
        )
        if answer.get("count") == 0 or answer.get("answer") is False:
            reason = explain_empty(book, stored, values, refine, leads=False)
            raise UsageError(_say_empty(stored, values, where, reason))
        return {"query": name, "parameters": values, **answer}

    def show(
        self,
        thing: Annotated[str, Field(description="The name, CURIE or IRI of anything in the graph")],
        measure: Annotated[
            str, Field(description="Only its figures of this measure, such as 'revenue'")
        ] = "",
        limit: Limit = 40,
    ) -> dict[str, Any]:
        """Show everything about a thing: facts, figures, events, relations, sources."""
        names = Names.of(self._book)
        page = gather_page(self._book, names.lookup_one(thing))
        if measure:
            return select_figures(page, measure, names)
        return build_page(page, limit=limit)

    def compare(
        self,
        things: Annotated[
            list[str], Field(description="Names, CURIEs or IRIs", min_length=2, max_length=6)
        ],
        asof: Annotated[str, Field(description="The day of the answer, by default today")] = "",
    ) -> dict[str, Any]:
        """Compare things: facts, products, newest figures, prices and events side by side.

        Rows in `apart` are not comparable: say so, and do not compute with them.
        """
        names = Names.of(self._book)
        named = [names.lookup_one(thing) for thing in things]
        compared = compare_things(self._book, named, asof=asof or None)  # which knows a day
        _require_past({_DAY: asof})
        return build_comparison(compared)

    def describe_schema(self) -> dict[str, Any]:
        """Describe the graph: classes with their properties, measures with units, prefixes."""
        return self._schema

    def verify(
        self,
        text: Annotated[str, Field(max_length=100_000, description="A draft of an answer")],
    ) -> dict[str, Any]:
        """Find the observation that states each number in a text, or report that none does."""
        return describe_verified(self._verifier, text)

    def sparql(
        self,
        query: Annotated[str, Field(description="SPARQL 1.1; prefixes need not be declared")],
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Run a SPARQL query of your own. Prefer stored queries: they are checked."""
        return self._build(lambda: run_text(self._books.asked, query), limit=limit)

    def _build(self, ask: Callable[[], Answer], **how: Any) -> dict[str, Any]:  # noqa: ANN401 - as `build_answer`
        """Return the answer of a query as JSON, marked as cut if a limit cut it."""
        self._books.take_cut()
        built = build_answer(self._book, ask(), **how)
        return built if self._books.take_cut() is None else {**built, "cut": True}

    def schema_card(self) -> str:
        """Return the classes, measures and prefixes of the book."""
        return json.dumps(self.describe_schema(), ensure_ascii=False)

    def catalogue(self) -> str:
        """Return the stored queries with their parameters and columns."""
        return json.dumps(list_queries(self._book), ensure_ascii=False)


def _explain_errors(function: Callable[..., T]) -> Callable[..., T]:
    """Return a tool whose errors reach the assistant in words."""

    @functools.wraps(function)
    def tool(*args: object, **values: object) -> T:
        try:
            return function(*args, **values)
        except FactbookError as error:
            raise ToolError(without_dashes(str(error))) from None

    return tool


def _as_text(value: str | float | bool) -> str:  # noqa: FBT001 - a value of any kind
    return str(value).lower() if isinstance(value, bool) else str(value)


def _require_past(values: dict[str, str]) -> None:
    """Make sure that no question is about a day to come.

    Raises:
        UsageError: It is; the graph has no such day's figures.
    """
    today = datetime.now(UTC).date().isoformat()
    if values.get(_DAY, "") > today:
        raise UsageError(
            f"The graph cannot answer for {values[_DAY]}: it ends today, {today}. "
            "Guidance and plans are in the histories and on the pages of things."
        )


def _say_empty(
    query: StoredQuery, values: dict[str, str], where: Sequence[str], reason: str
) -> str:
    conditions = ", ".join((*(f"{name} = {value}" for name, value in values.items()), *where))
    suffix = f" with {conditions}" if conditions else ""
    return (
        f"The graph has no answer: '{query.name}' ({query.summary}){suffix} has no rows. {reason} "
        "Do not estimate; say that the graph does not state it."
    )
