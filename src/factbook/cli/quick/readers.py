"""Write the answer to a plain question for people, or as a graph: what takes more to import."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)

from factbook.cli.quick.asking import ask
from factbook.prefixes import prefixes_in
from factbook.store.replies import Copying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyoxigraph import Triple

    from factbook.cli.quick.question import Question

_MOST_TRIPLES = 10_000


def table_writer(
    question: Question, form: str, reply: bytes | None, *, wide: bool
) -> Callable[[IO[bytes]], object] | None:
    """Return what writes the table of an answer, or None; all of it is known by then.

    Args:
        question: The question.
        form: One of the formats for people.
        reply: What the engine once wrote as JSON, or None.
        wide: Whether details are shown as well.
    """
    from factbook.cli.output import write_cells
    from factbook.query.header import Column
    from factbook.render.cells import cells
    from factbook.store.embedded import EmbeddedEngine

    solutions = _solutions(question, reply)
    if solutions is None or question.store is None:
        return None
    fields = question.entry["fields"]
    table = cells(
        [variable.value for variable in solutions.variables],
        [tuple(row) for row in solutions],
        engine=EmbeddedEngine(question.store),
        prefixes=prefixes_in(question.context),
        columns=[Column(**each) for each in fields["columns"]],
        wide=wide,
    )
    text = io.BytesIO()
    write_cells(table, form, text, title=fields["summary"] or fields["name"])
    return lambda out: out.write(text.getvalue())


def _solutions(question: Question, reply: bytes | None) -> QuerySolutions | None:
    """Return the rows of an answer; what the engine makes of them is kept, not the table."""
    if reply is None:
        found = ask(question)
        if not isinstance(found, QuerySolutions):
            return None
        reply = found.serialize(format=QueryResultsFormat.JSON) or b""
        question.keep_reply("json", reply)
    solutions = parse_query_results(reply, QueryResultsFormat.JSON)
    return solutions if isinstance(solutions, QuerySolutions) else None


def graph_writer(
    question: Question, form: str | None, reply: bytes | None
) -> Callable[[IO[bytes]], object] | None:
    """Return what writes the triples of an answer and keeps a copy, or None.

    Args:
        question: The question.
        form: The syntax that is asked for, if any.
        reply: What the engine once wrote as N-Triples, or None.

    Raises:
        UsageError: It is no syntax of RDF.
    """
    from factbook.export.rdf_writer import write_rdf
    from factbook.render.formats import format_for

    name = format_for(form, None, is_graph=True, terminal=False)
    found = ask(question) if reply is None else parse(reply, RdfFormat.N_TRIPLES)
    if found is None or isinstance(found, QuerySolutions):
        return None
    prefixes, context = prefixes_in(question.context), question.context

    def write(out: IO[bytes]) -> None:
        passing = _Passing(found) if isinstance(found, QueryTriples) else found
        write_rdf(passing, name, out, prefixes=prefixes, context=context)
        out.flush()
        if isinstance(passing, _Passing):
            question.keep_reply("nt", passing.text)

    return write


class _Passing:
    """Triples of which a copy is taken on their way, unless it becomes too much."""

    def __init__(self, found: QueryTriples) -> None:
        self._found = found
        self._passed: list[Triple] = []
        self.text: bytes | None = None
        """What went by as N-Triples, when all has; None where it was too much."""

    def __iter__(self) -> Iterator[Triple]:
        """Yield the triples, for syntaxes that we write."""
        for triple in self._found:
            if len(self._passed) < _MOST_TRIPLES:
                self._passed.append(triple)
            yield triple
        if len(self._passed) < _MOST_TRIPLES:
            self.text = serialize(self._passed, format=RdfFormat.N_TRIPLES)

    def serialize(self, output: IO[bytes], format: RdfFormat) -> None:  # noqa: A002 - pyoxigraph's
        """Have the engine write the triples, in lines."""
        copying: Any = Copying(output)
        self._found.serialize(copying, format)
        self.text = copying.copy()
