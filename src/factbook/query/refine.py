"""Refine a stored query: filter its rows, sort them, keep the first ones, choose columns.

The query becomes a sub-select with the conditions, order and limit around it, so that the engine
evaluates them, local or remote. Column names come from the front matter and values become RDF
terms; nothing that a user writes is copied into the query.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError, did_you_mean
from factbook.query.parameters import parse_literal
from factbook.rdf.terms import XSD, to_sparql
from factbook.render.humanize import currency_of_sign, split_prefix
from factbook.render.labels import LABEL_PROPERTIES, find_units
from factbook.sparql.tree import AGGREGATES, parse_query

if TYPE_CHECKING:
    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.render.cells import Column
    from factbook.sparql.tree import Select

_CONDITION = re.compile(
    r"\s*(?P<column>[^<>=!~]*?)\s*(?P<sign><=|>=|!=|=|<|>|~)\s*(?P<value>.*?)\s*"
)
_FORM = "COLUMN OPERATOR VALUE with one of = != < <= > >= ~ (contains)"
_AMOUNT = re.compile(
    r"(?P<sign>[^\d\s.+-]?)\s*(?P<number>[+-]?[\d,]*\.?\d+)\s*(?P<size>k|K|M|B|T)?\s*(?P<unit>\D.*)?"
)
_SIZES = {"k": 3, "K": 3, "M": 6, "B": 9, "T": 12}
_DAY = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?"
)
_TRUE, _FALSE = {"yes", "true", "1"}, {"no", "false", "0"}
_DECEMBER = 12


@dataclass(frozen=True)
class Refinement:
    """Which rows and columns of a stored query to return, and in which order.

    Attributes:
        where: Conditions such as 'amount >= 1B', 'maker = Acme' or 'name ~ cloud'; all must hold.
            A range satisfies a comparison if all of it does; an empty cell satisfies none.
        sort: Columns to sort by, separated by commas, each with ':desc' for descending order.
            Empty cells come last, and ties keep the order of the query.
        top: The maximum number of rows.
        columns: The columns, in this order; by default all.
        since: The first day, in the first column of dates.
        until: The last day.
    """

    where: tuple[str, ...] = ()
    sort: str = ""
    top: int | None = None
    columns: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        """Tell whether it changes the answer at all."""
        return self != Refinement()

    def columns_compared(self, query: StoredQuery) -> list[Column]:
        """Return the columns by which rows are filtered or sorted.

        Raises:
            UsageError: There is no such column, or a condition cannot be read.
        """
        names = [_read_condition(condition)[0] for condition in self.where]
        names += [_read_key(key)[0] for key in self.sort.split(",") if key.strip()]
        return list(dict.fromkeys(find_column(query, name) for name in names))


def refine_text(text: str, query: StoredQuery, refinement: Refinement, book: Book) -> str:
    """Return the text of a query with conditions, order and limit around it.

    Args:
        text: The query's text with its parameters bound.
        query: The query.
        refinement: Which of its rows and columns to keep.
        book: The book in which names are looked up.

    Raises:
        UsageError: A column or a value does not fit, or the query cannot be narrowed.
    """
    tree = parse_query(text)
    if tree.form != "SELECT":
        raise UsageError(f"Query '{query.name}' gives no rows that can be chosen, sorted or cut")
    inner, order = _split_order(text, tree, query)
    refine = _Conditions(query, book)
    filters = [refine.condition(condition) for condition in refinement.where]
    filters += refine.days(refinement.since, refinement.until)
    keys = [
        key
        for sort_key in refinement.sort.split(",")
        if sort_key.strip()
        for key in refine.order(sort_key)
    ]
    names = [find_column(query, name).name for name in refinement.columns] or tree.columns
    lines = [
        f"{text[: tree.start]}SELECT {' '.join(f'?{name}' for name in names)} WHERE {{",
        f"{{ {inner}\n}}",
        *(f"FILTER({condition})" for condition in filters),
        "}",
    ]
    if keys or order:
        lines.append(f"ORDER BY {' '.join([*keys, order])}".rstrip())
    if refinement.top is not None:
        lines.append(f"LIMIT {min(_require_count(refinement.top), sys.maxsize)}")
    return "\n".join(lines)


def find_column(query: StoredQuery, name: str) -> Column:
    """Return the column with a name or a title; the unit of a title may be left out.

    Raises:
        UsageError: There is no such column; the message offers similar names.
    """
    key = " ".join(name.split()).casefold()
    for column in query.columns:
        title = column.title.casefold()
        if key in {column.name.casefold(), title, title.partition(",")[0]} - {""}:
            return column
    known = [column.name for column in query.columns]
    raise UsageError(
        f"Query '{query.name}' has no column '{name.strip()}'.{did_you_mean(name.strip(), known)} "
        f"Columns: {', '.join(known)}"
    )


def _split_order(text: str, tree: Select, query: StoredQuery) -> tuple[str, str]:
    """Return the query as a sub-select, and its sort keys.

    The variables of the sort keys become columns of the sub-select. The sub-select keeps its own
    order only if it has a limit.
    """
    order = tree.clause("ORDER")
    hidden = [name for name in tree.order if name not in tree.columns]
    is_fixed = tree.is_distinct or bool(tree.clause("GROUP"))
    if (hidden and is_fixed) or any(token.keyword in AGGREGATES for token in order):
        raise UsageError(f"Query '{query.name}' cannot be narrowed: its order is not by columns")
    if tree.clause("VALUES"):
        raise UsageError(f"Query '{query.name}' cannot be narrowed: it ends with VALUES")
    head = tree.head[-1]
    end_of_head = head.start + len(head.text)
    added = "".join(f" ?{name}" for name in hidden)
    if not order:
        return f"{text[tree.start : end_of_head]}{text[end_of_head:]}", ""
    start, end = order[0].start, order[-1].start + len(order[-1].text)
    keys = text[order[2].start : end]
    has_limit = tree.clause("LIMIT") or tree.clause("OFFSET")
    rest = text[end_of_head:] if has_limit else text[end_of_head:start] + text[end:]
    return f"{text[tree.start : end_of_head]}{added}{rest}", f"{keys}\n"


def _require_count(number: int) -> int:
    if number < 1:
        raise UsageError(f"--top: {number} is not a number of rows")
    return number


def _read_condition(text: str) -> tuple[str, str, str]:
    """Return the column, the operator and the value of a user's condition."""
    match = _CONDITION.fullmatch(re.sub(r"\s+contains\s+", " ~ ", text, count=1))
    if match is None or not match["column"] or not match["value"]:
        raise UsageError(f"--where: cannot read {text!r}; write {_FORM}")
    return match["column"], match["sign"], match["value"]


def _read_key(text: str) -> tuple[str, str]:
    """Return the column and the direction of a sort key."""
    name, _, direction = text.rpartition(":")
    if not name:
        name, direction = text, "asc"
    if direction.strip() not in {"asc", "desc"}:
        raise UsageError(f"--sort: write COLUMN, COLUMN:asc or COLUMN:desc, not {text.strip()!r}")
    return name, direction.strip()


class _Conditions:
    """Translates conditions and sort keys on the columns of a query into SPARQL."""

    def __init__(self, query: StoredQuery, book: Book) -> None:
        self.query, self.book = query, book

    def condition(self, text: str) -> str:
        """Return a user's condition as a SPARQL expression."""
        name, sign, value = _read_condition(text)
        column = find_column(self.query, name)
        if sign == "~":
            return self._contains(column, value)
        kinds = {
            "iri": self._thing,
            "boolean": self._truth,
            "date": self._date,
            "decimal": self._number,
            "integer": self._number,
            "year": self._year,
        }
        return kinds.get(column.type, self._text)(column, sign, value)

    def days(self, since: str | None, until: str | None) -> list[str]:
        """Return the conditions for the first and the last day."""
        conditions = []
        for option, sign, day in (("since", ">=", since), ("until", "<=", until)):
            if day is not None:
                column = self.query.day_column
                if column is None:
                    raise UsageError(
                        f"--{option}: query '{self.query.name}' has no column of dates"
                    )
                conditions.append(self._date(column, sign, day, option=f"--{option}"))
        return conditions

    def order(self, text: str) -> list[str]:
        """Return the sort keys of one column, with empty cells last."""
        name, direction = _read_key(text)
        column = find_column(self.query, name)
        ends = [end for end in (column.name, column.low, column.high) if end is not None]
        key = f"?{column.name}"
        if len(ends) > 1:
            key = f"COALESCE({', '.join(f'?{end}' for end in ends)}, 0)"
        elif column.type == "iri":
            key = f'LCASE(REPLACE(STR({key}), "^.*[/#]", ""))'
        bound = " || ".join(f"BOUND(?{end})" for end in ends)
        return [f"DESC({bound})", f"{direction.upper()}({key})"]

    def _thing(self, column: Column, sign: str, value: str) -> str:
        if sign not in {"=", "!="}:
            raise UsageError(f"--where: {column.name} holds things; compare with = or != or ~")
        from factbook.query.names import Names

        thing = Names.of(self.book).lookup_one(value, option=f"--where {column.name}")
        return f"?{column.name} {sign} {to_sparql(thing)}"

    def _contains(self, column: Column, value: str) -> str:
        part = to_sparql(Literal(value.casefold()))
        in_value = f"CONTAINS(LCASE(STR(?{column.name})), {part})"
        if column.type != "iri":
            return in_value
        properties = "|".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
        label = f"?{column.name} {properties} ?anyLabel"
        return f"EXISTS {{ {label} FILTER(CONTAINS(LCASE(STR(?anyLabel)), {part})) }} || {in_value}"

    def _truth(self, column: Column, sign: str, value: str) -> str:
        word = value.casefold()
        if sign not in {"=", "!="} or word not in _TRUE | _FALSE:
            raise UsageError(f"--where: {column.name} is yes or no; write {column.name}=yes")
        truth = (word in _TRUE) == (sign == "=")
        return f"{'' if truth else '!'}COALESCE(?{column.name}, false)"

    def _date(self, column: Column, sign: str, value: str, *, option: str = "--where") -> str:
        """Return a comparison with a day, or with the first or last day of a longer period."""
        first, last = read_days(value, f"{option} {column.name}" if option == "--where" else option)
        low, high = (
            to_sparql(Literal(day, datatype=NamedNode(f"{XSD}date"))) for day in (first, last)
        )
        name = f"?{column.name}"
        if sign in {"=", "!="}:
            inside = f"{name} >= {low} && {name} <= {high}"
            return inside if sign == "=" else f"!({inside})"
        return f"{name} {sign} {low if sign in {'<', '>='} else high}"

    def _year(self, column: Column, sign: str, value: str) -> str:
        parse_literal(f"where {column.name}", "xsd:gYear", value)
        return f"<{XSD}integer>(STR(?{column.name})) {sign} {int(value)}"

    def _text(self, column: Column, sign: str, value: str) -> str:
        try:
            number = _read_amount(value, column).number
        except UsageError:
            return f"STR(?{column.name}) {sign} {to_sparql(Literal(value))}"
        if sign in {"=", "!="}:
            return f"STR(?{column.name}) {sign} {to_sparql(Literal(value))}"
        return f"<{XSD}decimal>(STR(?{column.name})) {sign} {number}"

    def _number(self, column: Column, sign: str, value: str) -> str:
        amount = _read_amount(value, column)
        compared = f"{_end(column, sign)} {sign}"
        if amount.currency:
            if column.unit is None:
                raise UsageError(f"--where: {column.name} is not money; write a plain number")
            return f"?{column.unit} = <{amount.currency}> && {compared} {amount.number}"
        if not amount.unit:
            return f"{compared} {amount.number}"
        options = self._units(column, amount.unit)
        if column.unit is None:
            return f"{compared} {_plain(Decimal(amount.number) * next(iter(options.values())))}"
        return " || ".join(
            f"(?{column.unit} = <{unit}> && {compared} {_plain(Decimal(amount.number) * factor)})"
            for unit, factor in options.items()
        )

    def _units(self, column: Column, symbol: str) -> dict[str, Decimal]:
        """Return the units that differ from a value's only by SI prefix, with their factors."""
        size, base = split_prefix(symbol)
        if column.unit is None:
            symbols = {"": column.title.rpartition(", ")[2]}
        else:
            symbols = find_units(self.book.engine)
        factors = {}
        for unit, unit_symbol in symbols.items():
            its_size, its_base = split_prefix(unit_symbol)
            if unit_symbol == symbol or (its_base == base and base):
                factors[unit] = size / its_size if its_base == base else Decimal(1)
        if not factors:
            near = did_you_mean(symbol, sorted(set(symbols.values())))
            raise UsageError(f"--where: {column.name} has no unit '{symbol}'.{near}")
        return factors


def _end(column: Column, sign: str) -> str:
    """Return the end of a range that decides whether all of it satisfies a comparison."""
    value, low, high = (
        f"?{name}" if name else "" for name in (column.name, column.low, column.high)
    )
    if sign in {"=", "!="} or not high:
        return value
    if sign in {">", ">="}:
        return f"COALESCE({value}, {low})" if low else value
    # Without a column for the lower end, the value is the lower end
    return f"COALESCE({value}, {high})" if low else f"COALESCE({high}, {value})"


@dataclass(frozen=True)
class _Amount:
    number: str
    currency: str = ""
    unit: str = ""


def _read_amount(text: str, column: Column) -> _Amount:
    """Parse a number as people write and tables print it: 1B, $2.5M, 1,200, 80 GB."""
    match = _AMOUNT.fullmatch(text)
    currency = currency_of_sign(match["sign"]) if match and match["sign"] else ""
    if match is None or (match["sign"] and not currency):
        raise UsageError(f"--where: {column.name} holds numbers; {text!r} is not one")
    number, size, unit = match["number"].replace(",", ""), match["size"], match["unit"] or ""
    if size and unit:  # 80 MB: the letter is the prefix of a unit
        size, unit = "", size + unit
    return _Amount(
        _plain(Decimal(number).scaleb(_SIZES.get(size or "", 0))), currency, unit.strip()
    )


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def read_days(text: str, option: str) -> tuple[str, str]:
    """Return the first and the last day of a day, month, quarter or year."""
    wrong = UsageError(
        f"{option}: {text!r} is not a day; write 2025-03-31, 2025-03, 2025-Q1 or 2025"
    )
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise wrong
    try:
        year = int(match["year"])
        if match["day"]:
            first = last = date.fromisoformat(text.strip())
        else:
            quarter, month = int(match["quarter"] or 0), int(match["month"] or 0)
            start = month or quarter * 3 - 2 if month or quarter else 1
            end = month or quarter * 3 or _DECEMBER
            first = date(year, start, 1)
            after = date(year + end // _DECEMBER, end % _DECEMBER + 1, 1)
            last = after - timedelta(days=1)
    except ValueError:
        raise wrong from None
    return first.isoformat(), last.isoformat()
