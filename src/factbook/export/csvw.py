"""Write tables as CSV on the Web: CSV files, and metadata that say what every column means.

What a column lists of other things stands once more in a table of links, because CSV on the Web can
make one link of a cell and not several. From all of it a reader can make the triples again
(csv2rdf), but for blank nodes, and integers that stand among decimals or the other way round.
"""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from factbook.export.columns import DECIMAL, IRI
from factbook.export.names import TYPE
from factbook.rdf.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from factbook.export.columns import Column
    from factbook.export.tables import Row, Table, Tables

METADATA = "csv-metadata.json"
_LINKS = "links"
_MISSING = "\u2205"
# Metadata Vocabulary for Tabular Data, section 5.11.1
_BUILT_IN = {
    *("string", "normalizedString", "token", "language", "Name", "NMTOKEN", "QName", "anyURI"),
    *("boolean", "decimal", "integer", "long", "int", "short", "byte", "float", "double"),
    *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    *("date", "time", "dateTime", "dateTimeStamp", "gYear", "gYearMonth", "gMonth", "gMonthDay"),
    *("gDay", "duration", "dayTimeDuration", "yearMonthDuration", "base64Binary", "hexBinary"),
}


def write_csvw(
    tables: Tables, folder: Path, *, titles: Callable[[list[str]], Mapping[str, str]]
) -> None:
    """Write a file for each table, one for links, and the metadata.

    Args:
        tables: The tables.
        folder: Where to.
        titles: Gives names for properties and classes.
    """
    with ExitStack() as open_files:

        def writer(name: str, header: list[str]) -> Any:  # noqa: ANN401 - csv's own is not public
            file = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
            made = csv.writer(open_files.enter_context(file))
            made.writerow(header)
            return made

        files = {
            table.class_iri: writer(table.name, ["id", *(c.name for c in table.columns)])
            for table in tables.tables
        }
        links = _links_name(tables)
        links_file = writer(links, ["id", "property", "value"])
        written: set[tuple[str, str]] = set()
        for row in tables.rows():
            files[row.table.class_iri].writerow(_cells(row))
            if not any(iri == row.iri for iri, _ in written):  # a thing of two classes has two rows
                written.clear()
            for column, values in zip(row.table.columns, row.values, strict=True):
                place = (row.iri, column.predicate)
                if _is_listed(column) and place not in written:
                    written.add(place)
                    links_file.writerows((*place, value) for value in values)
    mentioned = {iri for t in tables.tables for iri in (t.class_iri, *_predicates(t))}
    known = titles(sorted(mentioned))
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "tables": [*(_described(table, known) for table in tables.tables), _links(links)],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    (folder / METADATA).write_text(f"{text}\n", encoding="utf-8")


def _cells(row: Row) -> list[str]:
    cells = [row.iri]
    for column, values in zip(row.table.columns, row.values, strict=True):
        if not values:
            cells.append(_null(column))
        else:
            cells.append((column.separator or " ").join(values))
    return cells


def _described(table: Table, titles: Mapping[str, str]) -> dict[str, Any]:
    kind: dict[str, Any] = {
        "name": "class",
        "virtual": True,
        "propertyUrl": TYPE.value,
        "valueUrl": table.class_iri,
    }
    return {
        "url": f"{table.name}.csv",
        "dc:title": titles[table.class_iri],
        "tableSchema": {
            "aboutUrl": "{+id}",
            "primaryKey": "id",
            "columns": [_identifier(), *(_column(c, titles) for c in table.columns), kind],
        },
    }


def _identifier() -> dict[str, Any]:
    return {
        "name": "id",
        "titles": "id",
        "datatype": "anyURI",
        "required": True,
        "suppressOutput": True,
    }


def _column(column: Column, titles: Mapping[str, str]) -> dict[str, Any]:
    title = titles[column.predicate]
    written: dict[str, Any] = {
        "name": column.name,
        "titles": column.name if title == column.name else [column.name, title],
        "propertyUrl": column.predicate,
    }
    if column.kind == IRI:
        written["datatype"] = "anyURI"
        written |= (
            {"suppressOutput": True} if column.seen.many else {"valueUrl": f"{{+{column.name}}}"}
        )
    elif column.kind.startswith("@"):
        written |= {"datatype": "string", "lang": column.kind[1:]}
    else:
        written["datatype"] = _datatype(column)
    if column.separator is not None:
        written["separator"] = column.separator
    if _null(column):
        written["null"] = _null(column)
    return written


def _datatype(column: Column) -> str | dict[str, str]:
    local = column.kind.removeprefix(XSD)
    if column.kind == DECIMAL and column.seen.fits and not column.seen.scale:
        return "integer"
    return local if local in _BUILT_IN else {"@id": column.kind, "base": "string"}


def _links(name: str) -> dict[str, Any]:
    iri = {"datatype": "anyURI", "required": True}
    quiet = {**iri, "suppressOutput": True}
    return {
        "url": f"{name}.csv",
        "dc:title": "Links of which a thing may have several",
        "tableSchema": {
            "aboutUrl": "{+id}",
            "columns": [
                {"name": "id", "titles": "id", **quiet},
                {"name": "property", "titles": "property", **quiet},
                {
                    "name": "value",
                    "titles": "value",
                    **iri,
                    "propertyUrl": "{+property}",
                    "valueUrl": "{+value}",
                },
            ],
        },
    }


def _links_name(tables: Tables) -> str:
    taken = {table.name for table in tables.tables}
    return next(
        name for name in (_LINKS, f"all-{_LINKS}", f"{_LINKS}-of-things") if name not in taken
    )


def _is_listed(column: Column) -> bool:
    return column.kind == IRI and column.seen.many


def _predicates(table: Table) -> list[str]:
    return [column.predicate for column in table.columns]


def _null(column: Column) -> str:
    """Return what stands for no value: nothing, unless an empty text is a value."""
    return _MISSING if column.seen.has_empty else ""
