"""Export a book, or a part of it, in any format."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from factbook.atomic_write import atomic_write
from factbook.errors import UsageError, did_you_mean
from factbook.export.profiles import FULL, find_profile
from factbook.export.selection import Part, PartOptions
from factbook.rdf.formats import BY_NAME, NAMES, syntax_for_writing, syntax_named

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.book import Book
    from factbook.export.sorted_lines import Canonical

GRAPHML = "graphml"
FOLDERS = ("csvw", "parquet")
"""The formats that are folders of tables."""
FORMATS = (*BY_NAME, GRAPHML, *FOLDERS)
"""The names of all formats, without aliases."""
_WITH_TRIPLE_TERMS = ("turtle", "longturtle", "trig", "nt", "nquads")


def export(book: Book, target: Path, name: str | None, options: PartOptions) -> None:
    """Write a part of a book to a file or a folder; see `factbook.Book.export`."""
    part = Part(**options)
    name = named_format(name) if name else format_for(target)
    if name in FOLDERS:
        write_folder(book, part, name, target)
        return
    with atomic_write(target, compress=target.suffix == ".gz") as out:
        write_export(book, part, name, out)


def named_format(name: str) -> str:
    """Return the format with a name or an alias.

    Raises:
        UsageError: There is no such format.
    """
    if name in FORMATS:
        return name
    if name not in NAMES:
        raise UsageError(
            f"No format '{name}'.{did_you_mean(name, (*NAMES, *FORMATS))} "
            f"Known: {', '.join(FORMATS)}"
        )
    return syntax_named(name).name


def format_for(target: Path) -> str:
    """Return the format of a file name.

    Raises:
        UsageError: No format has its suffix.
    """
    if target.name.removesuffix(".gz").endswith(f".{GRAPHML}"):
        return GRAPHML
    return syntax_for_writing(target).name


def default_format(book: Book, part: Part) -> str:
    """Return the default format for a part."""
    if part.profile == FULL:
        return "turtle"
    return "turtle" if find_profile(book, part.profile).vocabulary is None else "json-ld"


def write_export(book: Book, part: Part, name: str, out: IO[bytes]) -> None:
    """Write a part of a book in an RDF syntax or as GraphML.

    Args:
        book: The book.
        part: The part to export.
        name: The format.
        out: Where to write it.

    Raises:
        UsageError: A name is unknown, or the format cannot express the part.
        InputError: A file cannot be read.
    """
    if part.rdf12 and name not in _WITH_TRIPLE_TERMS:
        raise UsageError(f"--rdf12 needs one of {', '.join(_WITH_TRIPLE_TERMS)}, not {name}")
    if name == GRAPHML:
        from factbook.export.graphml import write_graphml

        write_graphml(part.merge(book), out, prefixes=book.prefixes, context=book.context)
        return
    if name == "json-ld" and part.profile != FULL:
        profile = find_profile(book, part.profile)
        if profile.vocabulary is not None:
            from factbook.export.nested_jsonld import write_nested
            from factbook.export.quads import sort_quads

            quads = sort_quads(part.quads(book))
            write_nested(quads, out, vocabulary=profile.vocabulary, nested=profile.nested)
            return
    from factbook.export.rdf_writer import write_rdf

    write_rdf(part.logged_statements(book), name, out, prefixes=book.prefixes, context=book.context)


def write_canonical_export(book: Book, part: Part, out: IO[bytes]) -> Canonical:
    """Write a part of a book as canonical N-Quads; see `sorted_lines.write_canonical`."""
    from factbook.export.sorted_lines import write_canonical

    return write_canonical(part.quads(book), out)


def write_folder(
    book: Book, part: Part, name: str, folder: Path, *, csv_safe: bool = False
) -> None:
    """Write the stored queries that are tables as a folder; see `table_folder.write_tables`.

    Raises:
        UsageError: The part is one of the graph, the folder holds other files, or the format needs
            a package that is not installed.
        InputError: A file cannot be read or written.
    """
    if part != Part(query=part.query, values=part.values):
        raise UsageError(
            f"-f {name} writes stored queries as tables and takes only --query and --param"
        )
    from factbook.export.table_folder import write_tables

    write_tables(book, name, folder, query=part.query, values=part.values, csv_safe=csv_safe)
