"""Lay a graph out as tables: one for each class, a row for each thing, in bounded memory.

The triples are sorted on disk and read twice: once to learn which columns there are, once for the
rows. Things and values without an IRI have no place in a table, and neither have the terms of
modelling languages (OWL, RDFS, SHACL), which are no things.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from factbook.errors import UsageError
from factbook.export.columns import Column, Seen, columns_of, kind_of, short_name
from factbook.export.lines import write_lines
from factbook.export.names import RDF, TYPE
from factbook.rdf.terms import curie

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad, Triple

_MODELLING = (
    RDF,
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/ns/shacl#",
)


@dataclass(frozen=True)
class Table:
    """The things of one class."""

    name: str
    class_iri: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Row:
    """One thing, with the values of each column."""

    table: Table
    iri: str
    values: tuple[list[str], ...]


@dataclass(frozen=True)
class Tables:
    """Tables, and the file that their rows come from."""

    tables: tuple[Table, ...]
    _file: IO[bytes]

    def rows(self) -> Iterator[Row]:
        """Yield all rows, those of one table in the order of their IRIs."""
        by_class = {table.class_iri: table for table in self.tables}
        for iri, classes, values in _things(self._file):
            for class_ in classes:
                table = by_class[class_]
                yield Row(
                    table,
                    iri,
                    tuple(values.get((c.predicate, c.kind), []) for c in table.columns),
                )


@contextmanager
def laid_out(
    quads: Iterable[Quad], *, prefixes: Mapping[str, str], context: Mapping[str, Any]
) -> Iterator[Tables]:
    """Give the tables of a graph.

    Raises:
        UsageError: Nothing in it has a class.
    """
    with tempfile.TemporaryFile() as file:
        write_lines(quads, RdfFormat.N_TRIPLES, file)
        seen: dict[str, dict[tuple[str, str], Seen]] = {}
        for _, classes, values in _things(file):
            for class_ in classes:
                columns = seen.setdefault(class_, {})
                for key, texts in values.items():
                    columns.setdefault(key, Seen()).add(key[1], texts)
        if not seen:
            raise UsageError("there is nothing to lay out in tables: no thing has a class")
        names = _names(seen, prefixes)
        tables = [Table(names[iri], iri, columns_of(seen[iri], context)) for iri in seen]
        yield Tables(tuple(sorted(tables, key=lambda table: table.name)), file)


def _things(
    file: IO[bytes],
) -> Iterator[tuple[str, list[str], dict[tuple[str, str], list[str]]]]:
    """Yield each thing with its classes, and its values by property and kind."""
    file.seek(0)
    triples: Iterator[Quad | Triple] = parse(file, RdfFormat.N_TRIPLES)
    for subject, about in groupby(triples, key=attrgetter("subject")):
        if not isinstance(subject, NamedNode):
            continue
        classes = []
        values: dict[tuple[str, str], list[str]] = {}
        for triple in about:
            value = triple.object
            if triple.predicate == TYPE and isinstance(value, NamedNode):
                if not value.value.startswith(_MODELLING):
                    classes.append(value.value)
            elif (kind := kind_of(value)) is not None and isinstance(value, NamedNode | Literal):
                values.setdefault((triple.predicate.value, kind), []).append(value.value)
        if classes:
            yield subject.value, classes, values


def _names(classes: Iterable[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return a name for the table of each class, fit for a file, no two alike."""
    names: dict[str, str] = {}
    for class_ in sorted(classes):
        short = _kebab(short_name(class_))
        candidates = [short, _kebab(curie(class_, prefixes) or class_)]
        candidates += [f"{short}-{number}" for number in range(2, len(names) + 3)]
        names[class_] = next(name for name in candidates if name not in names.values())
    return names


def _kebab(text: str) -> str:
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", text)
    return re.sub(r"[^A-Za-z0-9]+", "-", parted).strip("-").lower() or "class"
