"""Write the answers of stored queries as a folder of tables: CSV on the Web, or Parquet.

CSV on the Web (W3C 2015) is the CSV of each answer, and a file of metadata that describes the
columns from the front matter of the queries.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.atomic_write import TEMPORARY_SUFFIX
from factbook.errors import InputError, UsageError, log_note
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import all_queries, find_query
from factbook.render.formulas import SPREADSHEET_TEXTS, FormulaCount, defuse_formulas
from factbook.render.humanize import count_noun
from factbook.render.result_formats import write_table
from factbook.store.answers import Table, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Row

TAG = "table"
METADATA = "csv-metadata.json"
_MANIFEST = ".factbook-export.json"
_STATEMENTS = "SELECT ?s (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?s ORDER BY ?s"
_DATATYPES = {
    "iri": "anyURI",
    "text": "string",
    "identifier": "string",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "year": "gYear",
    "boolean": "boolean",
}


def write_tables(  # noqa: PLR0913 - one for each option
    book: Book,
    name: str,
    folder: Path,
    *,
    query: str | None = None,
    values: Mapping[str, str],
    csv_safe: bool = False,
) -> None:
    """Write a file for each table, and log how many things of the book are in none.

    Args:
        book: The book.
        name: 'csvw' or 'parquet'.
        folder: The folder to write.
        query: The stored query to write; by default all with the tag 'table'.
        values: The parameters of that query.
        csv_safe: Whether to escape texts that a spreadsheet would run as formulas; otherwise their
            number is logged.

    Raises:
        UsageError: No query returns a table, a value does not fit, the folder holds other files, or
            a package is not installed.
        InputError: A file cannot be read or written.
    """
    if query is None and values:
        raise UsageError("--param needs --query: it sets a parameter of a stored query")
    queries = _find_tagged(book) if query is None else [find_query(book.layout.queries, query)]
    ending = "csv" if name == "csvw" else name
    seen_things: set[Term] = set()
    formulas = FormulaCount()
    with _replace_folder(folder) as temporary:
        for stored in queries:
            answer = run_stored(book, stored, values)
            if not isinstance(answer, Table):
                raise UsageError(
                    f"Query '{stored.name}' returns triples, not a table; choose an RDF format"
                )
            table = _record_things(answer, seen_things)
            if ending in SPREADSHEET_TEXTS:
                table = defuse_formulas(table) if csv_safe else formulas.watch(table)
            with (temporary / f"{stored.name}.{ending}").open("wb") as file:
                write_table(table, ending, file)
        if name == "csvw":
            text = json.dumps(_metadata(queries), ensure_ascii=False, indent=2)
            (temporary / METADATA).write_text(f"{text}\n", encoding="utf-8")
    if formulas.count:
        cells = count_noun(formulas.count, "cell")
        log_note(f"a spreadsheet may run {cells} as formulas; --csv-safe escapes them")
    if query is None:
        _note_left_out(book, seen_things)


def _record_things(table: Table, seen_things: set[Term]) -> Table:
    """Return a table that records the things in its rows as they are read."""

    def rows() -> Iterator[Row]:
        for row in table.rows:
            seen_things.update(term for term in row if isinstance(term, NamedNode))
            yield row

    return replace(table, rows=rows(), native=None)


def _note_left_out(book: Book, seen_things: set[Term]) -> None:
    """Log how many things are in no table, with how many statements about them."""
    rows = select(book.engine, _STATEMENTS)
    missing = [
        (thing, int(number.value))
        for thing, number in rows
        if thing not in seen_things and isinstance(number, Literal)
    ]
    if not missing:
        return
    count = f"{count_noun(len(missing), 'thing')} of {len(rows):,}"
    statements = count_noun(sum(number for _, number in missing), "statement")
    blank = sum(not isinstance(thing, NamedNode) for thing, _ in missing)
    nameless = f", {count_noun(blank, 'blank node')} among them" if blank else ""
    named = next((f", such as {thing}" for thing, _ in missing if isinstance(thing, NamedNode)), "")
    log_note(f"{count} ({statements}) are in no table{nameless}{named}; -f nquads writes them")


def _find_tagged(book: Book) -> list[StoredQuery]:
    queries = [
        query
        for query in all_queries(book.layout.queries)
        if TAG in query.tags and query.form == "SELECT"
    ]
    if not queries:
        raise UsageError(
            f"the book has no stored query tagged '{TAG}': add the tag to one, or name a query "
            "with --query"
        )
    return queries


def _metadata(queries: Sequence[StoredQuery]) -> dict[str, Any]:
    """Return the metadata of a group of tables (Metadata Vocabulary for Tabular Data)."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "tables": [
            {
                "url": f"{query.name}.csv",
                "dc:title": query.summary or query.name,
                **({"dc:description": query.description} if query.description else {}),
                "tableSchema": {"columns": [_column(column) for column in query.columns]},
            }
            for query in queries
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    description: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "datatype": _DATATYPES.get(column.type, "string"),
    }
    unit = f"In the unit of column '{column.unit}'" if column.unit else ""
    if text := ". ".join(filter(None, (column.doc, unit))):
        description["dc:description"] = text
    return description


@contextmanager
def _replace_folder(target: Path) -> Iterator[Path]:
    """Open an empty folder whose files replace those of the target when the block succeeds.

    Files of an earlier export that are no longer written are removed; other files stay.

    Raises:
        UsageError: The target is a file, or a folder with files that no export wrote.
        InputError: It cannot be written.
    """
    before = _files_of_earlier_export(target)
    try:
        with tempfile.TemporaryDirectory(
            prefix=".", suffix=TEMPORARY_SUFFIX, dir=target.absolute().parent
        ) as temporary:
            yield Path(temporary)
            names = sorted(path.name for path in Path(temporary).iterdir())
            manifest = f"{json.dumps(names, indent=1)}\n"
            (Path(temporary) / _MANIFEST).write_text(manifest, encoding="utf-8")
            target.mkdir(exist_ok=True)
            for name in (*names, _MANIFEST):
                (Path(temporary) / name).replace(target / name)
            for name in before - set(names):
                (target / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from None


def _files_of_earlier_export(target: Path) -> set[str]:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file: name a folder")
    if not target.is_dir() or not any(target.iterdir()):
        return set()
    try:
        names = json.loads((target / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise UsageError(
            f"{target} has files that no export wrote; name another folder, or empty it"
        ) from None
    return {name for name in names if isinstance(name, str) and Path(name).name == name}
