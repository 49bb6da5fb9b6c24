"""Read RDF files into quads, keeping every literal as the file spells it."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from pyoxigraph import DefaultGraph, NamedNode, Quad, parse

from factbook.errors import InputError
from factbook.rdf.formats import BY_ENDING, Syntax, syntax_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
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
    """What one file says.

    `graph` is the file's `@base`, which names the graph that its triples live in; a file without
    one gets an IRI made from its name. `quads` keep the graph names that the file itself gives.
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
    """Yield the quads, those that are in no named graph in this one."""
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
    """Say in our own words what goes wrong while a file is read.

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
