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
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import IO, TYPE_CHECKING, ClassVar, cast
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, parse

from factbook.errors import InputError
from factbook.rdf.formats import BY_ENDING, BY_NAME, Syntax, syntax_of
from factbook.rdf.rdf_input import address_of, as_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import QuadParser

    from factbook.rdf.rdf_input import RdfInput

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
_LARGE = 16 << 20
_LARGE_PACKED = 2 << 20
_START_BYTES = 4096
_QUADS_BETWEEN_LOOKS = 1000
_TURTLE_START = re.compile(
    rb"\s*(?:#[^\n]*\s+)*(?:@prefix\s|@base\s|prefix\s|base\s|<(?:https?|urn|file):)", re.IGNORECASE
)
_PLACE = re.compile(r"^(?:Parser error )?(?:at|between) line .*?: ", re.DOTALL)
_HINTS = (
    ("No scheme found", "relative IRI: write it in full, or name a base with --base"),
    ("prefix has not been declared", "declare the prefix at the top of the file"),
    ("Unexpected end of file", "a statement, string or bracket is not closed"),
)


class RdfSyntaxError(InputError):
    """A file that breaks the grammar of its format."""

    exit_code: ClassVar[int] = InputError.exit_code

    def __init__(self, message: str, *, line: int | None, column: int | None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class RdfFile:
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
    quads: tuple[Quad, ...]
    base: str
    """What relative IRIs are resolved against after the first statement."""
    address: str
    """What relative IRIs are resolved against at the start of the file."""

    def named_quads(self) -> Iterator[Quad]:
        """Yield each quad in its named graph: the one it gives itself, or else the file's."""
        return in_graph(self.quads, self.graph)


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


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unpacked and without a byte order mark.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    with reading(path):
        content = path.read_bytes()
        if content.startswith(GZIP):
            import gzip

            content = gzip.decompress(content)
    return content.removeprefix(BOM)


def syntax_for_reading(path: Path) -> Syntax:
    """Return the syntax to read a file with.

    Raises:
        InputError: The file's ending says nothing about it.
    """
    found = syntax_of(path)
    if found is None:
        raise InputError(
            f"{path}: cannot tell the RDF format from the name; known endings: "
            f"{', '.join(sorted(BY_ENDING))}, each also with .gz"
        )
    if found.name == "xml" and _looks_like_turtle(path):
        return BY_NAME["turtle"]
    return found


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
    quads = tuple(stream.quads)
    return RdfFile(
        path=given.path,
        syntax=stream.syntax,
        graph=stream.graph,
        has_base=stream.has_base,
        prefixes=stream.prefixes,
        quads=quads,
        base=stream.base,
        address=stream.address,
    )


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
            _check_levels(path, content)
            source = prepare(content, path, address)
            if source is not content:
                _check_levels(path, source)
        elif syntax.name == "xml":
            _require_well_formed(path, source if isinstance(source, bytes) else None)
        parser = parse(source, syntax.parser, base_iri=address, rename_blank_nodes=rename)
        first = list(itertools.islice(parser, 1))
        base = parser.base_iri or address
    quads = itertools.chain(first, _bounded(given, parser))
    prefixes: dict[str, str] = {}

    def read() -> Iterator[Quad]:
        with _parsing(given, syntax):
            yield from without_direction(quads) if syntax.name == "json-ld" else quads
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
        quads=read(),
        base=base,
        address=address,
    )


def _check_levels(path: Path, content: bytes) -> None:
    """Refuse JSON-LD that is nested too deeply.

    Raises:
        RdfSyntaxError: It is.
    """
    from factbook.rdf.bounds import BoundError, check_jsonld

    try:
        check_jsonld(content)
    except BoundError as error:
        line = column = None
        if error.offset is not None:
            line = content.count(b"\n", 0, error.offset) + 1
            column = error.offset - content.rfind(b"\n", 0, error.offset)
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        raise RdfSyntaxError(f"{place}: {error}", line=line, column=column) from None


def _bounded(given: RdfInput, parser: QuadParser) -> Iterator[Quad]:
    """Yield the quads of a parser, and stop where prefixes make them too long.

    Raises:
        RdfSyntaxError: A prefix is too long.
    """
    from factbook.rdf.bounds import BoundError, check_namespaces

    try:
        check_namespaces(parser, given.address)
        while quads := tuple(itertools.islice(parser, _QUADS_BETWEEN_LOOKS)):
            yield from quads
            check_namespaces(parser, given.address)
    except BoundError as error:
        raise RdfSyntaxError(f"{given.path}: {error}", line=None, column=None) from None


def _require_well_formed(path: Path, content: bytes | None) -> None:
    """Refuse XML that is not well-formed, or whose entities expand without bound.

    The parser of RDF/XML takes a file that was cut off for a short one.

    Args:
        path: The file.
        content: Its bytes, or None to read them from the file.

    Raises:
        RdfSyntaxError: It is not well-formed.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate()
    try:
        if content is not None:
            parser.Parse(content, True)  # noqa: FBT003 - expat has no name for it
        else:
            with open_unpacked(path) as file:
                parser.ParseFile(file)
    except expat.ExpatError as error:
        raise RdfSyntaxError(
            f"{path}:{error.lineno}:{error.offset + 1}: not well-formed XML: "
            f"{expat.ErrorString(error.code)}",
            line=error.lineno,
            column=error.offset + 1,
        ) from None


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
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into an error for people.

    Raises:
        RdfSyntaxError: The file breaks its grammar.
        InputError: The file is missing or cannot be read.
    """
    try:
        yield
    except SyntaxError as error:
        raise _syntax_error(path, error) from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, not a file") from None
    except (OSError, EOFError, ValueError, MemoryError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {said}") from None


@contextmanager
def _parsing(given: RdfInput, syntax: Syntax) -> Iterator[None]:
    """Turn what goes wrong while a file is parsed into an error with a line.

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
            raise _syntax_error(given.path, error, line=line) from None


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
    """A file that gives one line for each read, and counts them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.number = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next line, whatever its size."""
        del size
        line = self._file.readline()
        self.number += bool(line)
        return line


def _syntax_error(path: Path, error: SyntaxError, *, line: int | None = None) -> RdfSyntaxError:
    column = error.offset if line is None else None
    line = error.lineno if line is None else line
    said = _PLACE.sub("", error.msg or str(error)).strip().rstrip(".")
    hint = next((hint for words, hint in _HINTS if words in said), None)
    place = ":".join(str(part) for part in (path, line, column) if part is not None)
    return RdfSyntaxError(
        f"{place}: {said}" + (f" ({hint})" if hint else ""), line=line, column=column
    )


@dataclass(frozen=True)
class RdfStream:
    """The content of a large file, whose quads can be read once. See `RdfFile`."""

    path: Path
    syntax: Syntax
    graph: NamedNode
    has_base: bool
    prefixes: dict[str, str]
    """Those that it declares before its first statement; all once the quads have been read."""
    quads: Iterator[Quad]
    base: str
    address: str

    def named_quads(self) -> Iterator[Quad]:
        """Yield each quad in its named graph: the one it gives itself, or else the file's."""
        return in_graph(self.quads, self.graph)


def read_any(file: Path | RdfInput) -> RdfFile | RdfStream:
    """Read a file as a whole, or quad by quad where it is large.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar.
    """
    return open_rdf(file) if is_large(as_input(file).path) else read_rdf(file)


def is_large(path: Path, size: int | None = None) -> bool:
    """Tell whether a file is too large to read as a whole; its size may be known already."""
    if size is None:
        try:
            size = path.stat().st_size
        except OSError:
            return False  # reading it will say what is wrong
    if path.suffix != ".gz":
        return size > _LARGE
    return size > _LARGE_PACKED or (size > 0 and _unpacked_size(path) > _LARGE)


def _unpacked_size(path: Path) -> int:
    """Return the size that a packed file states at its end, modulo 2^32; 0 where it has none."""
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return int.from_bytes(file.read(4), "little")
    except OSError:
        return 0  # reading it will say what is wrong


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
        source = cast("IO[bytes]", _Counted(given.path, progress))
    return _parse(given, source, rename=rename)


def open_unpacked(path: Path) -> IO[bytes]:
    """Open a file to be read by lines, unpacked and without a byte order mark.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    with reading(path):
        with path.open("rb") as file:
            is_packed = file.read(len(GZIP)) == GZIP
        import gzip

        lines: IO[bytes] = cast("IO[bytes]", gzip.open(path)) if is_packed else path.open("rb")  # noqa: SIM115 - whoever asked for it closes it
        if lines.read(len(BOM)) != BOM:
            lines.seek(0)
    return lines


class Progress:
    """Announces from time to time how much of a file is read; see `open_rdf`.

    Args:
        doing: What the file is read for, the first word of the line.
        path: The file.
        announce: Called with the line.
        every: Seconds from one line to the next.
    """

    def __init__(
        self, doing: str, path: Path, announce: Callable[[str], None], *, every: float
    ) -> None:
        self._what = f"{doing} {path.name}"
        self._announce = announce
        self._every = every
        self._next = monotonic() + every

    def __call__(self, part: float) -> None:
        """Announce the part that is read, from 0 to 1, if it is time to."""
        if monotonic() >= self._next:
            self._next = monotonic() + self._every
            self._announce(f"{self._what}: {part:.0%}")


class _Counted(io.RawIOBase):
    """The bytes of a file, unpacked, without a byte order mark, and counted as they are read."""

    def __init__(self, path: Path, progress: Callable[[float], None] | None) -> None:
        self._packed = path.open("rb")
        self._size = path.stat().st_size or 1
        self._progress = progress
        self._file: IO[bytes] = self._packed
        if self._packed.peek(2).startswith(GZIP):
            import gzip

            self._file = cast("IO[bytes]", gzip.GzipFile(fileobj=self._packed))
        start = self._file.read(len(BOM))
        self._start = start.removeprefix(BOM)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        if self._start:
            start, self._start = self._start, b""
            return start + (self._file.read() if size < 0 else b"")
        if self._progress is not None:
            self._progress(self._packed.tell() / self._size)
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        super().close()
