"""Compare several things side by side: comparable statements share a row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError, UsageError
from factbook.query.marks import find_marks
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import find_page_query
from factbook.render.cells import CellTexts, list_marked
from factbook.render.labels import Labels
from factbook.render.marks import explain_marks
from factbook.render.rows import to_value
from factbook.show.gather import build_references
from factbook.show.lines import Citations
from factbook.show.page import Name, Reference
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Row as Terms

    _Key = tuple[Term | None, ...]

LEAST_THINGS, MOST_THINGS = 2, 6
_QUERIES = ("compare-facts", "compare-figures", "compare-prices", "compare-events")
_MOST_ITEMS = 3
_MOST_SOURCES = 3
_NAME, _UNIT, _ITEM, _AMOUNT, _VALUE = "name", "unit", "item", "amount", "value"
_NUMBERS = (_VALUE, "low", "high")
_PERIOD = "period"
_DESCRIBING = ("seller", "region", "customer", "stage", "standing", "confidence")


@dataclass(frozen=True)
class Item:
    """One statement in a cell, with its date and its sources."""

    text: str
    """An amount with its unit and its marks, or the label of a thing."""
    when: str
    """The date, cut to its precision: 2024-11-30, 2024-Q4; empty without one."""
    words: tuple[str, ...]
    """The product or event, the seller, and what else qualifies the value."""
    iri: str | None
    """The product, event or other thing."""
    observation: str | None
    sources: tuple[int, ...] = ()
    """The numbers of its sources among the references, at most three."""
    size: Decimal | None = None
    """The number, to compare it with others of the row."""


@dataclass(frozen=True)
class Cell:
    """The statements about one thing in a row; empty if there are none."""

    items: tuple[Item, ...] = ()
    """The newest items, or the least and the greatest of several numbers."""
    count: int = 0
    """The number of statements, including those not in `items`."""
    is_range: bool = False
    """Whether `items` are the least and the greatest of `count` numbers."""


@dataclass(frozen=True)
class Row:
    """Comparable statements: one property or measure on one basis."""

    name: Name
    """The property, the measure, or the kind of product or event."""
    basis: tuple[str, ...]
    """What the numbers share: a period, a number format, the unit that a price is per."""
    cells: tuple[Cell, ...]
    """One for each thing, in their order."""


@dataclass(frozen=True)
class Section:
    """Rows of one kind: facts, products, figures, prices, events."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Apart:
    """Rows about the same measure that are not comparable, and why."""

    name: Name
    differs: tuple[str, ...]
    """The columns in which they differ: 'unit', 'period', 'number format'."""
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Comparison:
    """Several things side by side."""

    things: tuple[Name, ...]
    sections: tuple[Section, ...]
    apart: tuple[Apart, ...]
    references: tuple[Reference, ...]
    notes: tuple[str, ...] = ()
    """The things without statements, and the legend of the marks."""


def compare_things(
    book: Book, things: Sequence[NamedNode], *, asof: str | None = None
) -> Comparison:
    """Return several things side by side, each amount with its date and its sources.

    `sections` hold the comparable rows, those of several things before those of one. `apart` holds
    rows that are not comparable, because the things have the same measure in another unit, currency
    or period. A row has a cell for each thing, which is empty if no source states it; an item's
    `sources` are numbers of `references`.

    Args:
        book: The book to query.
        things: Two to six things, see `query.names`.
        asof: The day of the answer, by default today.

    Raises:
        UsageError: There are too few or too many things, or the day is not a date.
        EndpointError: An endpoint failed.
    """
    answer = query_comparison(book, things, asof=asof)
    variables, columns = answer.variables, columns_of(book)
    everything = list(answer.rows)
    rows = [[row for row in everything if row[0] == thing] for thing in things]
    labels = Labels(book.prefixes, book.engine)
    named = (t.value for row in everything for t in row if isinstance(t, NamedNode))
    labels.look_up({*named, *(thing.value for thing in things)})
    marks = find_marks(book, list_marked(variables, everything, columns), asof)
    texts = CellTexts(variables, columns, labels, marks)
    layout = _Layout(texts, variables, labels, len(things))
    sections, apart = layout.arrange(rows)
    names = tuple(Name(thing.value, labels.of(thing.value)) for thing in things)
    empty = (name.label for name, thing_rows in zip(names, rows, strict=True) if not thing_rows)
    references = build_references(book, layout.citations, marks)
    legend = explain_marks(
        {*texts.used, *(mark for reference in references for mark in reference.marks)}
    )
    return Comparison(
        things=names,
        sections=sections,
        apart=apart,
        references=references,
        notes=(*(f"Nothing is stated of {name}." for name in empty), *([legend] if legend else [])),
    )


def require_several(things: Sequence[object]) -> None:
    """Check the number of things to compare.

    Raises:
        UsageError: There are fewer than two things, more than six, or one is given twice.
    """
    if not LEAST_THINGS <= len(things) <= MOST_THINGS:
        raise UsageError(f"compare takes {LEAST_THINGS} to {MOST_THINGS} things, not {len(things)}")
    if len(set(things)) < len(things):
        raise UsageError("compare: the same thing is named twice")


def query_comparison(book: Book, things: Sequence[NamedNode], *, asof: str | None = None) -> Table:
    """Return the statements about several things as rows; the first column holds the thing.

    Raises:
        UsageError: As for `compare_things`.
        EndpointError: An endpoint failed.
    """
    require_several(things)
    answers = []
    for query in _find_queries(book):
        answer = run_stored(book, query, {"thing": things, "asof": asof})
        if not isinstance(answer, Table):
            raise InputError(f"{query.path}: is not a SELECT")
        answers.append(answer)
    variables = _merge_variables([answer.variables for answer in answers])
    rows = []
    for answer in answers:
        records = (dict(zip(answer.variables, row, strict=True)) for row in answer.rows)
        rows += [tuple(row.get(name) for name in variables) for row in records]
    return Table(variables, rows)


def columns_of(book: Book) -> tuple[Column, ...]:
    """Return the descriptions of the columns of `query_comparison`."""
    return tuple({c.name: c for query in _find_queries(book) for c in query.columns}.values())


def _find_queries(book: Book) -> list[StoredQuery]:
    return [find_page_query(book.layout.queries, name) for name in _QUERIES]


def _merge_variables(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return all variables once: up to the name, then the basis up to the unit, then the others."""
    parts: tuple[dict[str, None], ...] = ({}, {}, {})
    for names in lists:
        first = names.index(_NAME) + 1
        last = names.index(_UNIT) + 1 if _UNIT in names else first
        for part, some in zip(parts, (names[:first], names[first:last], names[last:]), strict=True):
            part.update(dict.fromkeys(some))
    head, basis, tail = parts
    basis[_UNIT] = basis.pop(_UNIT, None)
    return (*head, *basis, *tail)


class _Layout:
    """Arranges the rows of an answer in comparable rows.

    Rows that agree in all columns from the name to the unit are comparable and share a row.
    """

    def __init__(
        self, texts: CellTexts, variables: Sequence[str], labels: Labels, size: int
    ) -> None:
        self.citations = Citations("")
        self._texts = texts
        self._labels = labels
        self._size = size
        self._basis = variables[variables.index(_NAME) + 1 : variables.index(_UNIT) + 1]

    def arrange(
        self, rows: Sequence[Sequence[Terms]]
    ) -> tuple[tuple[Section, ...], tuple[Apart, ...]]:
        """Return the sections, and the rows that are not comparable.

        Args:
            rows: The rows of each thing.
        """
        parts: dict[tuple[str, str], dict[_Key, list[list[Terms]]]] = defaultdict(dict)
        for number, thing_rows in enumerate(rows):
            for row in thing_rows:
                key = self._key(row)
                shared = parts[self._texts.of(row, "place"), self._texts.of(row, "part")]
                shared.setdefault(key, [[] for _ in range(self._size)])[number].append(row)
        sections, apart = [], []
        for (_, title), cells_by_key in sorted(parts.items(), key=lambda part: part[0]):
            split = self._find_apart(cells_by_key)
            comparable = [
                key for key in cells_by_key if not any(key in keys for keys in split.values())
            ]
            comparable.sort(key=lambda key: (-_count(cells_by_key[key]), self._sort_key(key)))
            if comparable:
                built = tuple(self._row(key, cells_by_key[key]) for key in comparable)
                sections.append(Section(title, built))
            for name, keys in split.items():
                built = tuple(self._row(key, cells_by_key[key]) for key in keys)
                apart.append(Apart(self._name(name), self._differences(keys), built))
        return tuple(sections), tuple(apart)

    def _key(self, row: Terms) -> _Key:
        """Return the key that comparable rows share; for an event only its kind."""
        name, is_amount = self._term(row, _NAME), self._term(row, _AMOUNT) is not None
        return (name, *(None if is_amount else self._term(row, column) for column in self._basis))

    def _find_apart(
        self, cells_by_key: Mapping[_Key, Sequence[Sequence[Terms]]]
    ) -> dict[Term | None, list[_Key]]:
        """Return, by name, the rows of one thing where another thing has rows on another basis."""
        by_name: dict[Term | None, list[_Key]] = defaultdict(list)
        for key in cells_by_key:
            by_name[key[0]].append(key)
        split = {}
        for name, keys in by_name.items():
            alone = [key for key in keys if _count(cells_by_key[key]) == 1]
            shared = [key for key in keys if _count(cells_by_key[key]) > 1]
            owners = {_owner(cells_by_key[key]) for key in alone}
            in_shared = {n for key in shared for n, rows in enumerate(cells_by_key[key]) if rows}
            if len(owners) > 1 or (shared and owners - in_shared):
                split[name] = sorted(alone, key=self._sort_key)
        return split

    def _differences(self, keys: Iterable[_Key]) -> tuple[str, ...]:
        columns = zip(*keys, strict=True)
        next(columns)
        return tuple(
            self._title(name)
            for name, terms in zip(self._basis, columns, strict=True)
            if len(set(terms)) > 1
        )

    def _row(self, key: _Key, cells: Sequence[Sequence[Terms]]) -> Row:
        shown = zip(self._basis, key[1:], strict=True)
        basis = tuple(self._of_term(name, term) for name, term in shown if term and name != _UNIT)
        return Row(self._name(key[0]), basis, tuple(map(self._cell, cells)))

    def _cell(self, rows: Sequence[Terms]) -> Cell:
        items = self._items(rows)
        is_range = len(items) > 1 and all(item.size is not None for item, _ in items)
        if is_range:
            items.sort(key=lambda item: item[0].size or 0)
            is_range = items[0][0].size != items[-1][0].size
        shown = [items[0], items[-1]] if is_range else items[:_MOST_ITEMS]
        return Cell(
            tuple(
                replace(item, sources=self.citations.cite(cited[:_MOST_SOURCES]))
                for item, cited in shown
            ),
            len(items),
            is_range=is_range,
        )

    def _items(self, rows: Sequence[Terms]) -> list[tuple[Item, list[str]]]:
        """Return the items of a cell and their sources, the newest first; equal rows are merged."""
        alike: dict[object, list[Terms]] = defaultdict(list)
        events = {self._term(row, _ITEM) for row in rows if not self._has_value(row)}
        for row in rows:
            item = self._term(row, _ITEM)
            wording = (self._texts.of(row, _VALUE), self._texts.of(row, "date"), *self._words(row))
            alike[item if item in events else wording].append(row)
        items = [
            (self._item(alike_rows), self._sources(alike_rows)) for alike_rows in alike.values()
        ]
        return sorted(items, key=lambda item: item[0].when, reverse=True)

    def _sources(self, rows: Sequence[Terms]) -> list[str]:
        sources = (self._term(row, "source") for row in rows)
        return [source.value for source in sources if isinstance(source, NamedNode)]

    def _item(self, rows: Sequence[Terms]) -> Item:
        first = next((row for row in rows if not self._has_value(row)), rows[0])
        named = self._term(first, _ITEM)
        value = self._term(first, _VALUE)
        has_value = self._has_value(first)
        amounts = (
            f"{self._texts.of(row, _AMOUNT)} {self._texts.of(row, _VALUE)}".strip()
            for row in rows
            if self._has_value(row) and not has_value
        )
        iri = value if isinstance(value, NamedNode) else named
        observation = self._term(first, "observation")
        numbers = (self._term(first, column) for column in _NUMBERS)
        number = next((number for number in numbers if number is not None), None)
        size = to_value(number) if self._term(first, _UNIT) is not None else None
        text = self._texts.of(first, _VALUE) if has_value else self._texts.of(first, _ITEM)
        precision = self._texts.of(first, "precision")
        return Item(
            text=f"{precision} {text}" if precision else text,
            when=self._texts.of(first, "date"),
            words=tuple(dict.fromkeys((*amounts, *self._words(first, named=has_value)))),
            iri=iri.value if isinstance(iri, NamedNode) else None,
            observation=observation.value if isinstance(observation, NamedNode) else None,
            size=Decimal(str(size)) if isinstance(size, int | float | Decimal) else None,
        )

    def _words(self, row: Terms, *, named: bool = True) -> tuple[str, ...]:
        names = (_ITEM, *_DESCRIBING) if named else _DESCRIBING
        return tuple(text for name in names if (text := self._texts.of(row, name)))

    def _has_value(self, row: Terms) -> bool:
        return any(self._term(row, name) is not None for name in _NUMBERS)

    def _term(self, row: Terms, name: str) -> Term | None:
        return self._texts.term(row, name)

    def _name(self, term: Term | None) -> Name:
        iri = term.value if isinstance(term, NamedNode) else ""
        return Name(iri, self._labels.of_property(iri))

    def _title(self, name: str) -> str:
        column = self._texts.columns.get(name)
        return (column.title if column else "") or name

    def _of_term(self, name: str, term: Term) -> str:
        column = self._texts.columns.get(name)
        text = self._labels.of_term(term, column.type if column else "")
        return (
            f"{text} {self._title(name)}" if isinstance(term, Literal) and name != _PERIOD else text
        )

    def _sort_key(self, key: _Key) -> tuple[str, ...]:
        first, *basis = key
        return (self._name(first).label.casefold(), *(str(other or "") for other in basis))


def _count(cells: Iterable[Sequence[Terms]]) -> int:
    return sum(1 for rows in cells if rows)


def _owner(cells: Iterable[Sequence[Terms]]) -> int:
    return next(number for number, rows in enumerate(cells) if rows)
