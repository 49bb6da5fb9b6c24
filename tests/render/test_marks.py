"""Figures and sources that one should not simply lean on have marks, and a line explains them."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Store

import factbook
from factbook.query.marks import find_marks
from factbook.query.stored_queries import PAGES, read_query
from factbook.render.cells import Column, build_cells, list_marked
from factbook.render.marks import MARKS, explain_marks, mark_text
from factbook.store.embedded import EmbeddedEngine

OLD, NEW, PAGE = (NamedNode(f"https://example.org/{name}") for name in ("old", "new", "page"))
MARKED = {OLD.value: ("stale", "disputed"), PAGE.value: ("unread",)}
COLUMNS = (
    Column("toll", figure="figure"),
    Column("figure", detail=True),
    Column("source", cite=True),
)


def test_marks_stand_behind_values_and_sources() -> None:
    """A mark of a figure stands behind its value, one of a source behind its name."""
    names = ("toll", "figure", "source")
    rows = [(Literal("5"), OLD, PAGE), (Literal("6"), NEW, None), (None, OLD, None)]
    cells = build_cells(
        names,
        rows,
        engine=EmbeddedEngine(Store()),
        prefixes={},
        columns=COLUMNS,
        marks=MARKED,
    )

    assert list_marked(names, rows, COLUMNS) == {OLD.value, NEW.value, PAGE.value}
    assert cells.rows == [("5†?", f"{PAGE.value}*"), ("6", ""), ("", "")]
    assert cells.notes == (explain_marks(["stale", "disputed", "unread"]),)


def test_computed_value_has_the_marks_of_what_it_rests_on() -> None:
    """A sum is marked where one of its figures is, and the line below says so."""
    rows = [(Literal("5"), Literal(f"{NEW.value} {OLD.value}")), (Literal("6"), Literal(NEW.value))]
    cells = build_cells(
        ("sum", "figures"),
        rows,
        engine=EmbeddedEngine(Store()),
        prefixes={},
        columns=(
            Column("sum", "decimal", computed=("figures",)),
            Column("figures", detail=True),
        ),
        marks=MARKED,
    )

    assert cells.rows == [("5†?",), ("6",)]
    assert cells.notes[0].endswith("is that of a figure that it is computed from")


def test_figure_has_the_mark_of_its_source_where_no_source_is_shown() -> None:
    """Answers without a column of sources say of a figure that nobody has read its source."""
    book = factbook.open()
    figures = [str(row.observation) for row in book.query("valuations") if row.observation]

    assert {name for marks in find_marks(book, figures).values() for name in marks} <= {
        *MARKS.keys() - {"unread"}
    }
    through = find_marks(book, figures, through_sources=True)
    assert any("unread" in marks for marks in through.values())


def test_explanation_names_only_the_marks_in_use() -> None:
    """A table without a mark has no line about marks."""
    assert explain_marks([]) == ""
    assert explain_marks(["withdrawn"]) == f"‡ {MARKS['withdrawn'].meaning}"
    assert mark_text("", ["stale"]) == ""


def test_query_has_a_column_for_each_mark() -> None:
    """The book's query and the wording know the same marks."""
    query = read_query(factbook.open().layout.queries / PAGES / "marks.rq")

    assert [column.name for column in query.columns] == ["about", *MARKS, "unreadsource"]


def test_marks_depend_on_the_day() -> None:
    """A valuation of July 2024 is old from July 2025 on; what it rests on makes no difference."""
    book = factbook.open()
    rows = book.query("valuations", asof="2025-01-01")
    figure, day = next(
        (str(row["observation"]), row["date"])
        for row in rows
        if str(row["company"]).endswith("/graphcore")
    )

    assert str(day) == "2024-07-12"
    assert find_marks(book, [figure], "2025-07-11") == {}
    assert find_marks(book, [figure], "2025-07-12") == {figure: ("stale",)}
