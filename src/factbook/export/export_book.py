"""Write an export of a book: what is wanted of it, in the form that is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, TypedDict

from pyoxigraph import Literal, NamedNode, Quad, Triple

from factbook.errors import UsageError, did_you_mean
from factbook.export.columns import short_name
from factbook.export.part import statements
from factbook.export.profiles import FULL, profile_named
from factbook.rdf.formats import BY_NAME, NAMES, syntax_for_writing, syntax_named
from factbook.render.labels import LABEL_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.export.canonical import Canonical

GRAPHML = "graphml"
CSVW, PARQUET = FOLDERS = ("csvw", "parquet")
_OTHERS = (GRAPHML, *FOLDERS)
FORMATS = (*BY_NAME, *_OTHERS)
"""The names of all formats, each once."""
_RANKS = {name: rank for rank, name in enumerate(LABEL_PROPERTIES)}
_CAN_REIFY = ("turtle", "longturtle", "trig", "nt", "nquads")


@dataclass(frozen=True)
class Part:
    """What of a book to export, and in which terms; see `part.statements`."""

    profile: str = FULL
    things: Sequence[str] = ()
    sources: Sequence[str] = ()
    query: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    rdf12: bool = False

    def of(self, book: Book) -> Iterable[Triple] | Iterable[Quad]:
        """Return the statements."""
        return statements(book, **vars(self))

    def quads(self, book: Book) -> Iterator[Quad]:
        """Yield the statements as quads."""
        for statement in self.of(book):
            if isinstance(statement, Quad):
                yield statement
            else:
                yield Quad(statement.subject, statement.predicate, statement.object)

    def merge(self, book: Book) -> Iterator[Quad]:
        """Yield the statements laid together in the default graph; some may come twice."""
        for statement in self.of(book):
            yield Quad(statement.subject, statement.predicate, statement.object)


class Wanted(TypedDict, total=False):
    """What may be said of a part to export in Python."""

    profile: str
    """In which terms: 'full', 'schema.org', 'simple' or another of the book."""
    things: Sequence[str]
    """Only what concerns these things, by IRI, CURIE or name."""
    sources: Sequence[str]
    """Only what these sources say."""
    query: str | None
    """Only what this stored query constructs."""
    values: Mapping[str, str]
    """The parameters of the query or the profile."""
    rdf12: bool
    """Whether each observation reifies its thing, measure and value."""


def export(book: Book, target: Path, name: str | None, wanted: Wanted) -> None:
    """Write a part of a book to a file or a folder; see `Book.export`."""
    from factbook.atomic_write import atomic_write

    part = Part(**wanted)
    name = named_format(name) if name else format_for(target)
    if name in FOLDERS:
        write_folder(book, part, name, target)
        return
    with atomic_write(target, compress=target.suffix == ".gz") as out:
        write_export(book, part, name, out)


def named_format(name: str) -> str:
    """Return the format of a name, which may be another name of it.

    Raises:
        UsageError: There is no such format.
    """
    if name in _OTHERS:
        return name
    if name not in NAMES:
        raise UsageError(
            f"No format '{name}'.{did_you_mean(name, (*NAMES, *_OTHERS))} "
            f"Known: {', '.join(FORMATS)}"
        )
    return syntax_named(name).name


def format_for(target: Path) -> str:
    """Return the format that a file's name promises.

    Raises:
        UsageError: The file's ending says nothing about it.
    """
    if target.name.removesuffix(".gz").endswith(f".{GRAPHML}"):
        return GRAPHML
    return syntax_for_writing(target).name


def write_export(book: Book, part: Part, name: str, out: IO[bytes]) -> None:
    """Write a part of a book in an RDF syntax or as GraphML.

    Args:
        book: The book.
        part: What of it.
        name: The format.
        out: Where to.

    Raises:
        UsageError: Something is not known, or the format has no form for it.
        InputError: A file cannot be read.
    """
    if part.rdf12 and name not in _CAN_REIFY:
        raise UsageError(f"--rdf12 can be written as {', '.join(_CAN_REIFY)}, not as {name}")
    if name == GRAPHML:
        from factbook.export.graphml import write_graphml

        write_graphml(part.merge(book), out, prefixes=book.prefixes, context=book.context)
        return
    if name == "json-ld" and part.profile != FULL:
        profile = profile_named(book, part.profile)
        if profile.vocabulary is not None:
            from factbook.export.nested import write_nested
            from factbook.export.rdf_writer import ordered

            write_nested(
                ordered(part.quads(book)),
                out,
                vocabulary=profile.vocabulary,
                nested=profile.nested,
            )
            return
    from factbook.export.rdf_writer import write_rdf

    write_rdf(part.of(book), name, out, prefixes=book.prefixes, context=book.context)


def format_of(book: Book, part: Part) -> str:
    """Return the format to write a part in when none is asked for."""
    if part.profile == FULL:
        return "turtle"
    return "turtle" if profile_named(book, part.profile).vocabulary is None else "json-ld"


def write_folder(book: Book, part: Part, name: str, folder: Path) -> None:
    """Write a part of a book as a folder of tables.

    Args:
        book: The book.
        part: What of it.
        name: 'csvw' or 'parquet'.
        folder: Where to.

    Raises:
        UsageError: Something is not known, the folder holds other files, or pyarrow is missing.
        InputError: A file cannot be read or written.
    """
    from factbook.export.folder import replacing_folder
    from factbook.export.tables import laid_out

    if part.rdf12:
        raise UsageError(f"--rdf12 can be written as {', '.join(_CAN_REIFY)}, not as {name}")
    with (
        replacing_folder(folder) as made,
        laid_out(part.merge(book), prefixes=book.prefixes, context=book.context) as tables,
    ):
        if name == PARQUET:
            from factbook.export.parquet import write_parquet as write
        else:
            from factbook.export.csvw import write_csvw as write
        write(tables, made, titles=lambda iris: _titles(book, iris))


def _titles(book: Book, iris: Sequence[str]) -> dict[str, str]:
    """Return names for properties and classes: what the ontology calls them, or the end of the IRI.

    Not asked of the query engine: a store of everything for some names would take its time.
    """
    from factbook.rdf.parse import read_rdf

    found: dict[str, tuple[int, bool, str]] = {}
    for path in book.layout.ontology_files():
        for quad in read_rdf(path).quads:
            rank, subject, name = _RANKS.get(quad.predicate.value), quad.subject, quad.object
            if rank is None or not isinstance(subject, NamedNode) or not isinstance(name, Literal):
                continue
            candidate = (rank, name.language != "en", name.value)
            found[subject.value] = min(candidate, found.get(subject.value, candidate))
    return {iri: found[iri][2] if iri in found else short_name(iri) for iri in iris}


def write_canonical_export(book: Book, part: Part, out: IO[bytes]) -> Canonical:
    """Write a part of a book as canonical N-Quads; see `canonical.write_canonical`."""
    from factbook.export.canonical import write_canonical

    return write_canonical(part.quads(book), out)
