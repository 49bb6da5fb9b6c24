"""Read RDF files into quads, keeping every literal as the file spells it.

`read_rdf` returns a whole file, `open_rdf` a stream of quads that needs little memory however large
the file is, and `read_any` the one or the other by the size of the file.
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

from pyoxigraph import DefaultGraph, NamedNode, Quad, parse

from factbook.errors import InputError
from factbook.rdf.formats import BY_ENDING, Syntax, syntax_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
_LARGE = 16 << 20
_LARGE_PACKED = 2 << 20
_PLACE = re.compile(r"^(?:Parser error )?(?:at|between) line .*?: ", re.DOTALL)
_HINTS = (
    ("No scheme found", "relative IRI: give the file an @base, or write the IRI in full"),
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

    `graph` is the file's `@base`, the name of the graph of its triples; for a file without one it
    is an IRI made from the file's name. `quads` keep the graph names that the file itself gives.
    """

    path: Path
    syntax: Syntax
    graph: NamedNode
    has_base: bool
    prefixes: dict[str, str]
    quads: tuple[Quad, ...]

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
    return found


def read_rdf(path: Path, content: bytes | None = None) -> RdfFile:
    """Parse one file; `content` saves reading it again.

    Raises:
        RdfSyntaxError: The file breaks its grammar; the message has line and column.
        InputError: The file is missing, unreadable or of an unknown format.
    """
    syntax = syntax_for_reading(path)
    text = read_bytes(path) if content is None else content
    with reading(path):
        parser = parse(text, syntax.parser, rename_blank_nodes=True)
        quads = tuple(parser)
    base = parser.base_iri
    return RdfFile(
        path=path,
        syntax=syntax,
        graph=NamedNode(base) if base else graph_for(path),
        has_base=base is not None,
        prefixes=dict(parser.prefixes),
        quads=quads,
    )


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


def _syntax_error(path: Path, error: SyntaxError) -> RdfSyntaxError:
    line, column = error.lineno, error.offset
    said = _PLACE.sub("", error.msg or str(error)).strip().rstrip(".")
    hint = next((hint for words, hint in _HINTS if words in said), None)
    place = f"{path}:{line}:{column}" if line is not None else str(path)
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
    """Those that it declares before its first statement."""
    quads: Iterator[Quad]

    def named_quads(self) -> Iterator[Quad]:
        """Yield each quad in its named graph: the one it gives itself, or else the file's."""
        return in_graph(self.quads, self.graph)


def read_any(path: Path) -> RdfFile | RdfStream:
    """Read a file as a whole, or quad by quad where it is large.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar.
    """
    return open_rdf(path) if is_large(path) else read_rdf(path)


def is_large(path: Path, size: int | None = None) -> bool:
    """Tell whether a file is too large to read as a whole; its size may be known already."""
    if size is None:
        try:
            size = path.stat().st_size
        except OSError:
            return False  # reading it will say what is wrong
    return size > (_LARGE_PACKED if path.suffix == ".gz" else _LARGE)


def open_rdf(
    path: Path, *, progress: Callable[[float], None] | None = None, rename: bool = True
) -> RdfStream:
    """Begin to read a file.

    The name of its graph is the base that it declares before its first statement.

    Args:
        path: The file, packed or not.
        progress: Called with the part of the file that is read, from 0 to 1.
        rename: Whether blank nodes get labels that are unique among files. Otherwise they keep
            those of the file.

    Raises:
        InputError: The file is missing, unreadable or breaks its grammar; also while its quads
            are being read.
    """
    syntax = syntax_for_reading(path)
    with reading(path):
        source = _Counted(path, progress)
        parser = parse(cast("IO[bytes]", source), syntax.parser, rename_blank_nodes=rename)
        first = list(itertools.islice(parser, 1))
        base = parser.base_iri
    return RdfStream(
        path=path,
        syntax=syntax,
        graph=NamedNode(base) if base else graph_for(path),
        has_base=base is not None,
        prefixes=dict(parser.prefixes),
        quads=_guarded(path, itertools.chain(first, parser)),
    )


def _guarded(path: Path, quads: Iterator[Quad]) -> Iterator[Quad]:
    with reading(path):
        yield from quads


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
            return start
        if self._progress is not None:
            self._progress(self._packed.tell() / self._size)
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        super().close()
