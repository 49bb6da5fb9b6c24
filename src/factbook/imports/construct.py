"""Run the CONSTRUCT of a mapping over rows: a query per batch, with a line of VALUES per row.

Any SPARQL 1.1 engine returns the same triples for the same query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from pyoxigraph import Literal, RdfFormat, Store, parse

from factbook.errors import did_you_mean
from factbook.imports.mapping import BOOLEAN, DATE, INTEGER, NUMBER, RESERVED, ROW_NUMBER
from factbook.imports.table_loader import quote, quote_text
from factbook.rdf.terms import XSD, make_slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyoxigraph import QueryTriples

    from factbook.imports.mapping import Kind, TableMapping
    from factbook.imports.tables import Row, TableRows

BATCH_SIZE = 1_000  # a batch fits the caches of a processor
ROW = "https://w3id.org/ai-infra/def#row"
_QUALIFIER, _OBSERVATION, _THING = "_qualifier", "_observation", "_iri"
_UNDEFINED = "UNDEF"
_MOST_ZEROS = 99
"""The maximum distance by which an exponent moves the decimal point; cells are checked before."""
_ESCAPES = (
    ("\\", r"\\"),
    (r"\\U", r"\\\U00000055"),  # a backslash before a letter u is ambiguous
    (r"\\u", r"\\\U00000075"),
    ('"', r"\""),
    ("\n", r"\n"),
    ("\r", r"\r"),
    ("\t", r"\t"),
)
_ROW_TRIPLE = re.compile(rb"<" + ROW.encode() + rb'> "((?:[^"\\\n]|\\.)*)" \.\n')
# Only the object of a triple precedes a full stop at the end of a line
_DECIMAL = re.compile(rb'"([^"\\\n]*)"\^\^<' + XSD.encode() + rb"decimal> \.\n")


@dataclass(frozen=True)
class Batch:
    """Some rows, and their triples as N-Triples."""

    rows: list[Row]
    query: str
    triples: bytes

    def stated_rows(self) -> Iterator[int]:
        """Yield the numbers of the rows that triples name as their rows."""
        stated = {_unescape(text.decode()) for text in _ROW_TRIPLE.findall(self.triples)}
        return (row.number for row in self.rows if row.key in stated)


@dataclass(frozen=True)
class Bindings:
    """The values of the variables of a mapping in each row."""

    mapping: TableMapping
    source: str
    observations: str
    """The namespace of observations."""
    things: Mapping[str, Mapping[str, str]]
    """The IRI of each name, by column."""

    def run(self, rows: TableRows) -> Iterator[Batch]:
        """Yield batches of rows with their triples.

        Raises:
            InputError: The query uses an unbound variable.
        """
        names = [name for name in self.mapping.uses if self._is_row_variable(name, rows.columns)]
        needed = list(
            dict.fromkeys(_column(name, rows.columns) for name in names if name not in RESERVED)
        )
        forms = [f"coalesce({self._form(name, rows)}, '{_UNDEFINED}')" for name in names]
        line = f"concat_ws(' ', '(', {', '.join([*forms, quote_text(')')])})"
        before, after = self._frame(names)
        store = Store()
        for batch in rows.read(line, needed, BATCH_SIZE):
            lines = "\n".join(row.line for row in batch)
            query = f"{before}{lines}{after}"
            answer = cast("QueryTriples", store.query(query))
            triples = answer.serialize(format=RdfFormat.N_TRIPLES) or b""
            yield Batch(batch, query, write_numbers_plainly(triples))

    def _frame(self, names: list[str]) -> tuple[str, str]:
        """Return the text of the query before and after the lines of VALUES."""
        text, inside = self.mapping.text, self.mapping.tree.where.start + 1
        variables = " ".join(f"?{name}" for name in names)
        return f"{text[:inside]} VALUES ({variables}) {{\n", f"\n}} {text[inside:]}"

    def _is_row_variable(self, name: str, columns: Mapping[str, Kind]) -> bool:
        """Tell whether a variable gets its value from the row; a lookup may list it too."""
        known_terms = {
            *(name for name in RESERVED if name != ROW_NUMBER),
            *columns,
            *(f"{column}{_OBSERVATION}" for column in columns),
            *(f"{column}{_THING}" for column in self.mapping.things),
            *(f"{column}{_QUALIFIER}" for column, s in self.mapping.splits.items() if s.qualifiers),
        }
        if name not in known_terms and name not in self.mapping.listed:
            self.mapping.fail(f"nothing binds ?{name}.{did_you_mean(name, known_terms)}")
        return name in known_terms

    def _form(self, name: str, rows: TableRows) -> str:
        """Return the SQL expression that writes the value of a variable in a row as SPARQL."""
        slug = self.source.rpartition("/")[2]
        if name in RESERVED:
            return {
                "source": quote_text(f"<{self.source}>"),
                "row": _text("row_key"),
                "row_slug": _enclose('"', "row_slug", '"'),
                "slug": _enclose(f'"{slug}-', "row_slug", '"'),
            }[name]
        column = _column(name, rows.columns)
        cell = quote(column)
        if name == column:
            kind = rows.columns[name].name if name in rows.columns else ""
            return _WRITERS.get(kind, _text)(cell)
        if name.endswith(_THING):
            return _enclose("<", rows.look_up(name, column, self.things[column]), ">")
        start, suffix = f"<{self.observations}{slug}-", column.lower().replace("_", "-").strip("-")
        end = quote_text(f"-{suffix}")
        if column in self.mapping.splits:
            slugs = {text: f"-{make_slug(text)}" for text, _, _ in rows.values_of(column)}
            end += f" || {rows.look_up(name, column, slugs)}"
        return f"CASE WHEN {cell} IS NOT NULL THEN {_enclose(start, f'row_slug || {end}', '>')} END"


def write_numbers_plainly(triples: bytes) -> bytes:
    """Return N-Triples with whole decimals as integers and others without trailing zeros."""
    return _DECIMAL.sub(_plain_number, triples) if b"#decimal> .\n" in triples else triples


def _column(name: str, columns: Mapping[str, Kind]) -> str:
    """Return the column that a variable depends on."""
    if name in columns or name.endswith(_QUALIFIER):
        return name
    return name.removesuffix(_OBSERVATION).removesuffix(_THING)


def _enclose(before: str, expression: str, after: str) -> str:
    return f"{quote_text(before)} || {expression} || {quote_text(after)}"


def _text(cell: str) -> str:
    """Return the SQL expression that writes a text as a SPARQL string; see `to_sparql`."""
    for character, escaped in _ESCAPES:
        cell = f"replace({cell}, {quote_text(character)}, {quote_text(escaped)})"
    return _enclose('"', cell, '"')


def _number(cell: str) -> str:
    """Return the SQL expression that writes a number in digits, as `_canonical` does."""
    exponent = f"TRY_CAST(regexp_extract({cell}, '[eE](.*)', 1) AS INTEGER)"
    exponent = f"greatest(-{_MOST_ZEROS}, least({_MOST_ZEROS}, coalesce({exponent}, 0)))"
    whole, part = (f"regexp_extract({cell}, '[+-]?([0-9]*)[.]?([0-9]*)', {n})" for n in (1, 2))
    zeros = f"repeat('0', {_MOST_ZEROS})"
    digits = f"({zeros} || {whole} || {part} || {zeros})"
    point = f"({_MOST_ZEROS} + length({whole}) + {exponent})"
    ones = f"ltrim(left({digits}, {point}), '0')"
    rest = f"rtrim(substr({digits}, {point} + 1), '0')"
    plain = f"if({ones} = '', '0', {ones}) || if({rest} = '', '', '.' || {rest})"
    return (
        f"CASE WHEN regexp_full_match({cell}, '0|-?[1-9][0-9]*') THEN {cell} "
        f"WHEN {cell} LIKE '-%' AND {cell} SIMILAR TO '[^eE]*[1-9].*' THEN '-' || {plain} "
        f"ELSE {plain} END"
    )


def _canonical(text: str) -> str:
    """Return a number in digits, without trailing zeros."""
    number = Decimal(text)
    if number == number.to_integral_value():
        return str(int(number))
    return f"{number.normalize():f}"


def _plain_number(match: re.Match[bytes]) -> bytes:
    text = _canonical(match[1].decode())
    datatype = "decimal" if "." in text else "integer"
    return f'"{text}"^^<{XSD}{datatype}> .\n'.encode()


def _unescape(text: str) -> str:
    """Return the text of an N-Triples string."""
    if "\\" not in text:
        return text
    quad = next(parse(f'<urn:s> <urn:p> "{text}" .', RdfFormat.N_TRIPLES))
    return cast("Literal", quad.object).value


_WRITERS: dict[str, Callable[[str], str]] = {
    INTEGER: _number,
    NUMBER: _number,
    DATE: lambda cell: _enclose('"', cell, f'"^^<{XSD}date>'),
    BOOLEAN: lambda cell: cell,
}
