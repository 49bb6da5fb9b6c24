"""The answer of each stored query is a table that a person can read in a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.queries.test_headers import ROOT, sample_values

from factbook.query.marks import find_marks
from factbook.query.stored_queries import query_paths, read_query
from factbook.render.cells import Cells, build_cells, list_marked
from factbook.render.pivot import pivot_cells
from factbook.render.terminal import display_width, draw_table
from factbook.sparql.tokens import uses_service
from factbook.store.answers import Table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.queries.conftest import Shelf

WIDTH, LINES = 80, 3
_PATHS = {
    name: path
    for name, path in query_paths(ROOT).items()
    if not uses_service(path.read_text(encoding="utf-8"))
}


def _has_pivot(path: Path) -> bool:
    return "\n#+ pivot:" in path.read_text(encoding="utf-8")


_CROSSWISE = {f"{name} crosswise": path for name, path in _PATHS.items() if _has_pivot(path)}
_LAYOUTS = [
    *(pytest.param((path, False), id=name) for name, path in _PATHS.items()),
    *(pytest.param((path, True), id=name) for name, path in _CROSSWISE.items()),
]


@pytest.fixture(params=_LAYOUTS)
def cells(request: pytest.FixtureRequest, shelf: Shelf) -> Cells:
    """Return the table of a stored query about the whole book."""
    path, is_crosswise = request.param
    query = read_query(path)
    if query.form != "SELECT":
        pytest.skip("its answer is a graph")
    tested = shelf("bundled-with-leads" if query.asks_leads else "whole")
    answer = tested.ask(query.name, sample_values(query), engine="embedded")
    assert isinstance(answer, Table)
    rows = list(answer.rows)
    marks = find_marks(tested.book, list_marked(answer.variables, rows, query.columns))
    engine, prefixes = tested.book.engine, tested.book.prefixes
    if is_crosswise:
        assert query.pivot is not None
        return pivot_cells(
            query.pivot,
            answer.variables,
            rows,
            engine=engine,
            prefixes=prefixes,
            columns=query.columns,
            marks=marks,
        )
    return build_cells(
        answer.variables,
        rows,
        engine=engine,
        prefixes=prefixes,
        columns=query.columns,
        marks=marks,
    )


def test_table_is_readable_at_80_columns(cells: Cells) -> None:
    """No line is longer, no row has more than three lines, and no word is broken."""
    head, _, body = draw_table(cells, width=WIDTH).partition("─\n")
    table, _, footer = body.partition("\n\n")
    words = {word for row in (cells.headings, *cells.rows) for text in row for word in text.split()}
    lines = table.splitlines()

    assert max(map(display_width, [*head.splitlines(), *lines, *footer.splitlines()])) <= WIDTH
    assert len(head.splitlines()) - 1 <= LINES
    assert len(lines) <= LINES * len(cells.rows)
    for word in " ".join(lines).split():
        is_number = word.startswith("[") and word.rstrip("†*?≠‡").endswith("]")
        assert word in words or is_number or word.endswith("…"), word


def test_table_cuts_few_words(cells: Cells) -> None:
    """An ellipsis stands in at most a tenth of the rows."""
    drawn = draw_table(cells, width=WIDTH).partition("─\n")[2].partition("\n\n")[0]

    assert drawn.count("…") <= len(cells.rows) / 10
