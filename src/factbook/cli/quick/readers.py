"""Write the answer to a plain question for people, or as a graph: what takes more to import."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from factbook.prefixes import prefixes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyoxigraph import QuerySolutions, QueryTriples, Store


def table_writer(  # noqa: PLR0913 - each is one thing that a table depends on
    solutions: QuerySolutions,
    form: str,
    store: Store,
    context: Mapping[str, object],
    fields: Mapping[str, Any],
    *,
    wide: bool,
) -> Callable[[IO[bytes]], object]:
    """Return what writes the table of an answer; all of it is known by then.

    Args:
        solutions: The answer.
        form: One of the formats for people.
        store: Where the names of things come from.
        context: The book's JSON-LD context.
        fields: What is kept of the query.
        wide: Whether details are shown as well.
    """
    from factbook.cli.output import show_cells
    from factbook.query.header import Column
    from factbook.results.readable import cells
    from factbook.store.embedded import EmbeddedEngine

    table = cells(
        [variable.value for variable in solutions.variables],
        [tuple(row) for row in solutions],
        engine=EmbeddedEngine(store),
        prefixes=prefixes_in(context),
        columns=[Column(**each) for each in fields["columns"]],
        wide=wide,
    )
    text = io.BytesIO()
    show_cells(table, form, text, title=fields["summary"] or fields["name"])
    return lambda out: out.write(text.getvalue())


def graph_writer(
    triples: QueryTriples, form: str | None, context: Mapping[str, object]
) -> Callable[[IO[bytes]], object]:
    """Return what writes the triples of an answer.

    Args:
        triples: The answer.
        form: The syntax that is asked for, if any.
        context: The book's JSON-LD context.

    Raises:
        UsageError: It is no syntax of RDF.
    """
    from factbook.export.write import write_rdf
    from factbook.results.formats import format_for

    name = format_for(form, None, is_graph=True, terminal=False)
    prefixes = prefixes_in(context)
    return lambda out: write_rdf(triples, name, out, prefixes=prefixes, context=context)
