"""Run the CONSTRUCT of a mapping over rows: each row is a line of VALUES, whole batches a query.

Any SPARQL 1.1 engine gives the same triples for the same query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from pyoxigraph import Literal, RdfFormat, Store, parse

from factbook.errors import did_you_mean
from factbook.imports.mapping import BOOLEAN, DATE, INTEGER, NUMBER, RESERVED, ROW_NUMBER
from factbook.rdf.terms import XSD, make_slug, to_sparql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyoxigraph import QueryTriples

    from factbook.imports.mapping import Kind, TableMapping
    from factbook.imports.tables import Row, TableRows

BATCH_SIZE = 5_000
ROW = "https://w3id.org/ai-infra/def#row"
_QUALIFIER, _OBSERVATION, _THING = "_qualifier", "_observation", "_iri"
_UNDEFINED = "UNDEF"
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_ROW_TRIPLE = re.compile(rb"<" + ROW.encode() + rb'> "((?:[^"\\\n]|\\.)*)" \.\n')
# Only the object of a triple stands before a full stop and the end of a line
_DECIMAL = re.compile(rb'"([^"\\\n]*)"\^\^<' + XSD.encode() + rb"decimal> \.\n")


@dataclass(frozen=True)
class Batch:
    """Some rows, and the triples that they give as N-Triples."""

    rows: list[Row]
    query: str
    triples: bytes

    def stated_rows(self) -> Iterator[int]:
        """Yield the numbers of the rows that some triple names as its row."""
        stated = {_unescape(text.decode()) for text in _ROW_TRIPLE.findall(self.triples)}
        return (row.number for row in self.rows if row.key in stated)


@dataclass(frozen=True)
class Bindings:
    """What the variables of a mapping are bound to in each row."""

    mapping: TableMapping
    source: str
    observations: str
    """The namespace of observations."""
    things: Mapping[str, Mapping[str, str]]
    """For each column of names: the IRI of each name."""

    def run(self, rows: TableRows) -> Iterator[Batch]:
        """Yield batches of rows with their triples.

        Raises:
            InputError: The query uses a variable that nothing binds.
        """
        names = [name for name in self.mapping.uses if self._is_row_variable(name, rows.columns)]
        needed = list(
            dict.fromkeys(_column(name, rows.columns) for name in names if name not in RESERVED)
        )
        forms = [self._form(name, rows.columns, needed) for name in names]
        before, after = self._frame(names)
        store = Store()
        for batch in rows.read(needed, BATCH_SIZE):
            lines = "\n".join(f"({' '.join(form(row) for form in forms)})" for row in batch)
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
        """Tell whether a variable gets its value from the row; a lookup may list it as well."""
        known = {
            *(name for name in RESERVED if name != ROW_NUMBER),
            *columns,
            *(f"{column}{_OBSERVATION}" for column in columns),
            *(f"{column}{_THING}" for column in self.mapping.things),
            *(f"{column}{_QUALIFIER}" for column, s in self.mapping.splits.items() if s.qualifiers),
        }
        if name not in known and name not in self.mapping.listed:
            self.mapping.fail(f"nothing binds ?{name}.{did_you_mean(name, known)}")
        return name in known

    def _form(
        self, name: str, columns: Mapping[str, Kind], needed: list[str]
    ) -> Callable[[Row], str]:
        """Return what writes the value of a variable in a row as SPARQL."""
        slug = self.source.rpartition("/")[2]
        if name in RESERVED:
            return {
                "source": lambda _: f"<{self.source}>",
                "row": lambda row: _text(row.key),
                "row_slug": lambda row: f'"{row.slug}"',
                "slug": lambda row: f'"{slug}-{row.slug}"',
            }[name]
        column = _column(name, columns)
        place = needed.index(column)
        if name == column:
            write = _WRITERS.get(columns[name].name, _text) if name in columns else _text
            return lambda row: _UNDEFINED if (text := row.cells[place]) is None else write(text)
        if name.endswith(_THING):
            things = {cell: f"<{iri}>" for cell, iri in self.things[column].items()}
            return lambda row: things.get((row.cells[place] or "").strip(), _UNDEFINED)
        stem, suffix = f"<{self.observations}{slug}-", column.lower().replace("_", "-").strip("-")
        is_split = column in self.mapping.splits

        def observation(row: Row) -> str:
            text = row.cells[place]
            if text is None:
                return _UNDEFINED
            value = f"-{make_slug(text)}" if is_split else ""
            return f"{stem}{row.slug}-{suffix}{value}>"

        return observation


def write_numbers_plainly(triples: bytes) -> bytes:
    """Return N-Triples whose whole decimals are integers and others have no zeros at their end."""
    return _DECIMAL.sub(_plain_number, triples)


def _column(name: str, columns: Mapping[str, Kind]) -> str:
    """Return the column that a variable depends on."""
    if name in columns or name.endswith(_QUALIFIER):
        return name
    return name.removesuffix(_OBSERVATION).removesuffix(_THING)


def _text(text: str) -> str:
    return to_sparql(Literal(text)) if _SPECIAL.search(text) else f'"{text}"'


def _number(text: str) -> str:
    if _PLAIN_INTEGER.fullmatch(text):
        return text
    return _canonical(text)


def _canonical(text: str) -> str:
    """Return a number in digits: whole, or with a fraction that does not end in zeros."""
    number = Decimal(text)
    if number == number.to_integral_value():
        return str(int(number))
    return f"{number.normalize():f}"


def _plain_number(match: re.Match[bytes]) -> bytes:
    text = _canonical(match[1].decode())
    datatype = "decimal" if "." in text else "integer"
    return f'"{text}"^^<{XSD}{datatype}> .\n'.encode()


def _unescape(text: str) -> str:
    """Return the text of a string of N-Triples."""
    if "\\" not in text:
        return text
    quad = next(parse(f'<urn:s> <urn:p> "{text}" .', RdfFormat.N_TRIPLES))
    return cast("Literal", quad.object).value


_WRITERS: dict[str, Callable[[str], str]] = {
    INTEGER: _number,
    NUMBER: _number,
    DATE: lambda text: f'"{text}"^^<{XSD}date>',
    BOOLEAN: lambda text: text,
}
