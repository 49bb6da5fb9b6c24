"""Read RDF files into quads, keeping every literal as the file spells it.

`read_rdf` returns a whole file, `open_rdf` a stream of quads that needs little memory however large
the file is, and `read_any` the one or the other by the size of the file.

Relative IRIs are resolved against the file's own address (RFC 3986, section 5.1.3) unless the file
declares a base or the caller names one.
"""

from __future__ import annotations

import io
import itertools
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, parse

from factbook.errors import InputError
from factbook.rdf.bounds import (
    BoundError,
    check_jsonld,
    check_namespaces,
    check_turtle,
    check_xml,
)
from factbook.rdf.formats import BY_ENDING, BY_NAME, Syntax, syntax_of
from factbook.rdf.rdf_input import address_of, as_input
from factbook.rdf.syntax_error import RdfSyntaxError, syntax_error
from factbook.rdf.unpack import STDIN, CountedFile, is_large, open_unpacked, read_bytes, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import QuadParser

    from factbook.rdf.rdf_input import RdfInput

_START_BYTES = 4096
_QUADS_BETWEEN_LOOKS = 1000
_TURTLE_START = re.compile(
    rb"\s*(?:#[^\n]*\s+)*(?:@prefix\s|@base\s|prefix\s|base\s|<(?:https?|urn|file):)", re.IGNORECASE
)
_JSON_START = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*\{)")
_XML_START = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|!--|rdf:RDF)")


@dataclass(frozen=True)
class _Content:
    """The content of a file.

    `quads` keep the graph names that the file itself gives; `graph` is the name for the others. It
    is the base that a file of a book declares before its first statement, or else an IRI made from
    the file's name; and the address of a file that is no part of a book.
    """

    path: Path
    syntax: Syntax
    graph: NamedNode
    has_base: bool
    """Whether the graph is named by the file's base."""
    prefixes: dict[str, str]
    """Of a stream, those before the first statement; all once the quads have been read."""
    quads: Iterable[Quad]
    base: str
    """What relative IRIs are resolved against after the first statement."""
    address: str
    """What relative IRIs are resolved against at the start of the file."""

    def named_quads(self) -> Iterator[Quad]:
        """Yield each quad in its named graph: the one it gives itself, or else the file's."""
        return in_graph(self.quads, self.graph)


@dataclass(frozen=True)
class RdfFile(_Content):
    """The content of a file, in memory."""

    quads: tuple[Quad, ...]


@dataclass(frozen=True)
class RdfStream(_Content):
    """The content of a large file, whose quads can be read once."""

    quads: Iterator[Quad]


def in_graph(quads: Iterable[Quad], graph: NamedNode) -> Iterator[Quad]:
    """Yield the quads; those in no named graph come in this one."""
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
        else:
            yield quad


def graph_for(path: Path) -> NamedNode:
    """Return the name for the graph of a file that does not name one itself."""
    return NamedNode(f"urn:factbook:file:{quote(os.fsencode(path.name), safe='.-_')}")


def syntax_for_reading(path: Path) -> Syntax:
    """Return the syntax to read a file with.

    Raises:
        InputError: The file's ending says nothing about it.
    """
    found = _guess_syntax(read_bytes(path)) if path == STDIN else syntax_of(path)
    if found is None:
        raise InputError(
            f"{path}: cannot tell the RDF format from the name; known endings: "
            f"{', '.join(sorted(BY_ENDING))}, each also with .gz"
        )
    if found.name == "xml" and _looks_like_turtle(path):
        return BY_NAME["turtle"]
    return found


def _guess_syntax(content: bytes) -> Syntax:
    """Return the syntax of a text without a name."""
    if _JSON_START.match(content):
        return BY_NAME["json-ld"]
    return BY_NAME["xml" if _XML_START.match(content) else "turtle"]


def _looks_like_turtle(path: Path) -> bool:
    """Tell whether a file with an ending of RDF/XML is Turtle, as files named .owl often are."""
    try:
        with open_unpacked(path) as file:
            return _TURTLE_START.match(file.read(_START_BYTES)) is not None
    except InputError:
        return False  # reading it will say what is wrong


def read_rdf(file: Path | RdfInput, content: bytes | None = None) -> RdfFile:
    """Parse one file; `content` saves reading it again.

    Raises:
        RdfSyntaxError: The file breaks its grammar; the message has line and column.
        InputError: The file is missing, unreadable or of an unknown format.
    """
    given = as_input(file)
    stream = _parse(given, read_bytes(given.path) if content is None else content, rename=True)
    return RdfFile(**{**vars(stream), "quads": tuple(stream.quads)})


def _parse(given: RdfInput, source: bytes | IO[bytes], *, rename: bool) -> RdfStream:
    """Begin to parse a file.

    Raises:
        InputError: The file breaks its grammar; also while its quads are being read.
    """
    path, address = given.path, given.address
    syntax = syntax_for_reading(path)
    with _parsing(given, syntax):
        if syntax.name == "json-ld":
            from factbook.rdf.jsonld import prepare

            content = source if isinstance(source, bytes) else source.read()
            with _bounded(path):
                check_jsonld(content)
                source = prepare(content, path, address)
                if source is not content:
                    check_jsonld(source)
        elif syntax.name == "xml":
            _require_well_formed(path, source if isinstance(source, bytes) else None)
        elif isinstance(source, bytes):
            with _bounded(path):
                check_turtle(source)
        parser = parse(source, syntax.parser, base_iri=address, rename_blank_nodes=rename)
        first = list(itertools.islice(parser, 1))
        base = parser.base_iri or address
    prefixes: dict[str, str] = {}

    def read() -> Iterator[Iterable[Quad]]:
        with _parsing(given, syntax):
            for quads in itertools.chain([first], _look_at(given, parser)):
                yield without_direction(quads) if syntax.name == "json-ld" else quads
        prefixes.update(parser.prefixes)

    prefixes.update(parser.prefixes)
    has_base = given.in_book and base != address
    if not given.in_book:
        graph = NamedNode(address_of(path))
    else:
        graph = NamedNode(base) if has_base else graph_for(path)
    return RdfStream(
        path=path,
        syntax=syntax,
        graph=graph,
        has_base=has_base,
        prefixes=prefixes,
        quads=itertools.chain.from_iterable(read()),
        base=base,
        address=address,
    )


@contextmanager
def _bounded(path: Path) -> Iterator[None]:
    """Turn an exceeded bound into an error with its position.

    Raises:
        RdfSyntaxError: Something is.
    """
    try:
        yield
    except BoundError as error:
        place = ":".join(str(at) for at in (path, error.line, error.column) if at is not None)
        raise RdfSyntaxError(f"{place}: {error}", line=error.line, column=error.column) from None


def _look_at(given: RdfInput, parser: QuadParser) -> Iterator[tuple[Quad, ...]]:
    """Yield the quads of a parser, many at a time, and stop if prefixes make them too long.

    Raises:
        RdfSyntaxError: A prefix is too long.
    """
    with _bounded(given.path):
        check_namespaces(parser, given.address)
        while quads := tuple(itertools.islice(parser, _QUADS_BETWEEN_LOOKS)):
            yield quads
            check_namespaces(parser, given.address)


def _require_well_formed(path: Path, content: bytes | None) -> None:
    """Reject XML that is not well-formed, or that expands or nests without bound.

    Args:
        path: The file.
        content: Its bytes, or None to read them from the file.

    Raises:
        RdfSyntaxError: It is not well-formed.
    """
    from xml.parsers import expat

    try:
        with _bounded(path):
            if content is not None:
                check_xml(content)
            else:
                with open_unpacked(path) as file:
                    check_xml(file)
    except expat.ExpatError as error:
        said = f"not well-formed XML: {expat.ErrorString(error.code)}"
        place = SyntaxError(said, (str(path), error.lineno, error.offset + 1, None))
        raise syntax_error(path, place) from None


def without_direction(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads; a literal's base direction, which RDF 1.1 has no form for, is left out."""
    for quad in quads:
        value = quad.object
        if isinstance(value, Literal) and value.direction is not None:
            plain = Literal(value.value, language=value.language)
            yield Quad(quad.subject, quad.predicate, plain, quad.graph_name)
        else:
            yield quad


@contextmanager
def _parsing(given: RdfInput, syntax: Syntax) -> Iterator[None]:
    """Turn an exception while a file is parsed into an error with a line.

    Raises:
        RdfSyntaxError: The file breaks its grammar.
        InputError: The file cannot be read.
    """
    with reading(given.path):
        try:
            yield
        except SyntaxError as error:
            if error.lineno is not None:
                raise
            line = None
            if syntax.name == "xml":
                line = _find_line(given, syntax)
            elif syntax.name == "json-ld":
                from factbook.rdf.jsonld import find_line

                line = find_line(read_bytes(given.path), str(error))
            raise syntax_error(given.path, error, line=line) from None


def _find_line(given: RdfInput, syntax: Syntax) -> int | None:
    """Return the line at which the parser stops: it gets one line at a time."""
    with open_unpacked(given.path) as file:
        lines = _Lines(file)
        try:
            for _ in parse(cast("IO[bytes]", lines), syntax.parser, base_iri=given.address):
                pass
        except SyntaxError:
            return lines.number
    return None


class _Lines(io.RawIOBase):
    """A file that returns one line per read, and counts lines."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.number = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next line, whatever its size."""
        del size
        line = self._file.readline()
        self.number += bool(line)
        return line


def read_any(file: Path | RdfInput) -> RdfFile | RdfStream:
    """Read a file as a whole, or as a stream if it is large.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar.
    """
    return open_rdf(file) if is_large(as_input(file).path) else read_rdf(file)


def open_rdf(
    file: Path | RdfInput,
    *,
    progress: Callable[[float], None] | None = None,
    rename: bool = True,
) -> RdfStream:
    """Begin to read a file.

    Args:
        file: The file, packed or not.
        progress: Called with the part of the file that is read, from 0 to 1.
        rename: Whether blank nodes get labels that are unique among files. Otherwise they keep
            those of the file.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar; also while its quads
            are being read.
    """
    given = as_input(file)
    syntax_for_reading(given.path)
    with reading(given.path):
        source = cast("IO[bytes]", CountedFile(given.path, progress))
    return _parse(given, source, rename=rename)
