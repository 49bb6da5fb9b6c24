"""What a snapshot is made of: for each file its content, and the graphs that it writes to."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import DefaultGraph, NamedNode

from factbook.rdf.parse import reading
from factbook.store.embedded import dataset
from factbook.store.stamps import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream

_FILE = "parts.json"
_CHUNK = 1 << 20
_MOST_GRAPHS = 1_000_000


class Part(NamedTuple):
    """The content of a file; its name counts, where it stands does not."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class Indexed:
    """A part in an index, and what it gave."""

    part: Part
    quads: int
    graph: str | None
    """Its one graph, or None where the file names graphs itself."""
    codes: frozenset[int] | None
    """Codes of all its graphs, or None where they are too many to tell."""


def part_of(path: Path) -> Part:
    """Read what tells a file from others.

    Raises:
        InputError: The file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    with reading(path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Part(path.name, size, digest.hexdigest())


def key_of(parts: Sequence[Part]) -> str:
    """Return the key of parts in their order, as this version indexes them."""
    lines = [VERSIONS, *(f"{part.name} {part.size} {part.digest}" for part in parts)]
    return hashlib.blake2b(os.fsencode("\n".join(lines)), digest_size=16).hexdigest()


class Indexing:
    """The quads of one file on their way into an index, and what is to be noted of them."""

    def __init__(self, part: Part, file: RdfFile | RdfStream) -> None:
        self._part = part
        self._file = file
        self._quads = 0
        self._codes: set[int] | None = {graph_code(file.graph)}

    def quads(self) -> Iterator[Quad]:
        """Yield every quad of the file, in the merge and in its named graph."""
        codes = self._codes if self._file.syntax.holds_graphs else None
        number = 0
        for quad in dataset((self._file,)):
            number += 1
            if codes is not None and isinstance(quad.graph_name, NamedNode):
                codes.add(graph_code(quad.graph_name))
                if len(codes) > _MOST_GRAPHS:
                    self._codes = codes = None
            yield quad
        self._quads = number

    def indexed(self) -> Indexed:
        """Return what is to be noted, when all has gone by."""
        own = not self._file.syntax.holds_graphs
        codes = None if self._codes is None else frozenset(self._codes)
        graph = self._file.graph.value if own else None
        return Indexed(self._part, self._quads, graph, codes)


def graph_code(graph: NamedNode) -> int:
    """Return a short code of a graph; that two share one costs time, never an answer."""
    return zlib.crc32(graph.value.encode())


def note(folder: Path, parts: Sequence[Indexed]) -> None:
    """Write down what a snapshot is made of, and by which versions."""
    entries = [
        [*each.part, each.quads, each.graph, None if each.codes is None else sorted(each.codes)]
        for each in parts
    ]
    document = json.dumps({"versions": VERSIONS, "parts": entries})
    (folder / _FILE).write_text(document, encoding="utf-8")


def noted(folder: Path) -> list[Indexed] | None:
    """Return what a snapshot is made of, or None where that is not known."""
    try:
        document = json.loads((folder / _FILE).read_bytes())
        if document["versions"] != VERSIONS:
            return None
        return [
            Indexed(Part(*part), quads, graph, None if codes is None else frozenset(codes))
            for *part, quads, graph, codes in document["parts"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_named(quad: Quad) -> bool:
    """Tell whether a quad is in a named graph, and not in the merge."""
    return not isinstance(quad.graph_name, DefaultGraph)
