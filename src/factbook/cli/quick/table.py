"""Write the answer to a plain question for people."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from factbook.cli.output import show_cells
from factbook.query.header import Column
from factbook.results.readable import cells
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import QuerySolutions, Store


def write(  # noqa: PLR0913 - each is one thing that a table depends on
    solutions: QuerySolutions,
    form: str,
    store: Store,
    prefixes: Mapping[str, str],
    fields: Mapping[str, Any],
    *,
    wide: bool,
) -> bytes:
    """Return the answer as the text of a table.

    Args:
        solutions: The answer.
        form: One of the formats for people.
        store: Where the names of things come from.
        prefixes: The book's.
        fields: What is kept of the query.
        wide: Whether details are shown as well.
    """
    table = cells(
        [variable.value for variable in solutions.variables],
        [tuple(row) for row in solutions],
        engine=EmbeddedEngine(store),
        prefixes=prefixes,
        columns=[Column(**each) for each in fields["columns"]],
        wide=wide,
    )
    out = io.BytesIO()
    show_cells(table, form, out, title=fields["summary"] or fields["name"])
    return out.getvalue()
