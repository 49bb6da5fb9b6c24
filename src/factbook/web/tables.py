"""Turn an answer into the rows of an HTML table: cells with links, cut to the size of a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.marks import find_marks
from factbook.render.cells import CellTexts, Column, list_marked, shows_sources
from factbook.render.humanize import NUMERIC_TYPES, words_in_name
from factbook.render.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from factbook.book import Book
    from factbook.store.answers import Row

_LONGEST = 400  # characters of a cell
_ONE_WORD = 9  # up to here, a text does not wrap
_SEVERAL_WORDS = 22  # from here on, a text in a narrow column has many lines
_LONG_WORDS = 60  # from here on, a text may wrap
_NUMBERS = {"integer", "decimal", "year"}


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and the IRI of the thing that it names."""

    text: str
    iri: str | None = None
    is_own: bool = False
    """Whether the thing has a page here."""
    sort: str = ""
    """The sort key for browsers, if it is not the text."""


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    name: str
    title: str
    doc: str
    kind: str
    """'n' for numbers, 'd' for dates, 'o', 's', 'm' and 'w' for longer and longer texts."""
    is_value: bool = False
    """Whether it is the main value: the first figure of each row, or else the first number."""


@dataclass(frozen=True)
class TableView:
    """A table for a page."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    """The number of rows of the answer; a page may show fewer."""
    note: str = ""
    """The legend of its marks."""

    @property
    def is_cut(self) -> bool:
        """Whether the answer has more rows than are shown."""
        return self.total > len(self.rows)


def build_table(  # noqa: PLR0913 - each is one thing that the table depends on
    book: Book,
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    columns: Sequence[Column],
    wide: bool = False,
    without: Collection[str] = (),
    first: int = 0,
    most: int | None = None,
    asof: str | None = None,
) -> TableView:
    """Return an answer as a table.

    Args:
        book: The book that gave it, for labels.
        variables: Its columns.
        rows: Its rows.
        columns: The columns as the query describes them.
        wide: Whether to show columns with details.
        without: Things that a page is about: a column that only names one of them is left out.
        first: The number of the first row to show.
        most: How many rows to show at most.
        asof: The day that is asked about, for marks of age.
    """
    labels = Labels(book.prefixes, book.engine)
    chosen = rows[first : None if most is None else first + most]
    labels.look_up(term.value for row in chosen for term in row if isinstance(term, NamedNode))
    marked = list_marked(variables, chosen, columns)
    marks = find_marks(book, marked, asof, through_sources=not shows_sources(columns))
    texts = CellTexts(variables, columns, labels, marks)
    shown = [
        name
        for name in texts.choose_columns(rows, wide=wide)
        if not _says_nothing(name, chosen, texts, without)
    ]
    heads = _find_value([_build_head(name, chosen, texts) for name in shown], columns)
    cells = tuple(tuple(_build_cell(row, head, texts) for head in heads) for row in chosen)
    return TableView(tuple(heads), cells, len(rows), texts.legend)


def _says_nothing(
    name: str, rows: Sequence[Row], texts: CellTexts, without: Collection[str]
) -> bool:
    """Tell whether a column is empty, or has only the thing of the page."""
    values = {texts.term(row, name) for row in rows}
    column = texts.columns.get(name)
    if values <= {None}:
        ends = (column.low, column.high) if column else ()
        return not any(texts.term(row, end) for row in rows for end in ends if end)
    value = next(iter(values))
    return len(values) == 1 and isinstance(value, NamedNode) and value.value in without


def _build_head(name: str, rows: Sequence[Row], texts: CellTexts) -> Head:
    column = texts.columns.get(name, Column(name))
    values = [texts.term(row, name) for row in rows]
    title = column.title or words_in_name(name)
    is_number = column.type in _NUMBERS or (
        any(value is not None for value in values) and all(_is_number(value) for value in values)
    )
    if column.type == "date":
        kind = "d"
    elif is_number:
        kind = "n"
    else:
        lengths = [len(texts.of(row, name)) for row in rows[:50]]
        longest = max(lengths, default=0)
        limits = {"w": _LONG_WORDS, "m": _SEVERAL_WORDS, "s": _ONE_WORD}
        kind = next((kind for kind, limit in limits.items() if longest > limit), "o")
    return Head(name, title[:1].upper() + title[1:], column.doc, kind)


def _find_value(heads: list[Head], columns: Sequence[Column]) -> list[Head]:
    """Return the column headings, at most one of which is marked as the main value."""
    figures = {each.name for each in columns if each.unit or (each.marked_by and not each.cite)}
    numbers = (head for head in heads if head.kind == "n")
    value = next((head for head in heads if head.name in figures), next(numbers, None))
    return [replace(head, is_value=head is value) for head in heads]


def _is_number(term: object) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype.value in NUMERIC_TYPES)


def _build_cell(row: Row, head: Head, texts: CellTexts) -> Cell:
    term, text = texts.term(row, head.name), texts.of(row, head.name)
    if isinstance(term, NamedNode) and not texts.labels.has(term.value):
        return _build_foreign(term.value, text, texts)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… (cut: {len(text):,} characters)"
    iri = term.value if isinstance(term, NamedNode) else None
    sort = term.value if isinstance(term, Literal) and head.kind in {"n", "d"} else ""
    return Cell(text, iri, is_own=iri is not None, sort=sort[:40])


def _build_foreign(iri: str, text: str, texts: CellTexts) -> Cell:
    """Return the cell of an IRI without a label: words in a term, or an address without scheme."""
    if text != iri:
        return Cell(texts.labels.of_property(iri))
    short = text.partition("://")[2].removeprefix("www.").rstrip("/") or text
    return Cell(short if len(short) <= _LONG_WORDS else f"{short[:_LONG_WORDS]}…", iri)
