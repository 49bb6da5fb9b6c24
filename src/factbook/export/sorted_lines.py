"""Write sorted, distinct lines of N-Triples and N-Quads in bounded memory, whatever their number.

Canonical N-Quads (RDFC-1.0, W3C 2024) are such lines too: only the quads with blank nodes, which
decide the labels, are held in memory.
"""

from __future__ import annotations

import hashlib
import heapq
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from typing import IO, TYPE_CHECKING, Protocol

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    Dataset,
    QueryTriples,
    RdfFormat,
    Triple,
)

from factbook.errors import UsageError
from factbook.export.quads import relabel_blank_nodes
from factbook.rdf.canonical import canonicalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

_LINES_IN_MEMORY = 250_000
_QUADS_AT_ONCE = 5_000  # terms take much more memory than their text


class LineWriter(Protocol):
    """A file to write lines to."""

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""


def write_lines(
    statements: Iterable[Quad] | QueryTriples,
    syntax: RdfFormat,
    out: LineWriter,
    *,
    keep_labels: bool = False,
    lines_in_memory: int = _LINES_IN_MEMORY,
) -> None:
    """Write statements as sorted lines.

    Args:
        statements: The statements, in any order, with or without duplicates.
        syntax: N-Triples or N-Quads.
        out: Where to write them.
        keep_labels: Whether to keep the labels of blank nodes.
        lines_in_memory: How many lines to sort in memory; more go through temporary files.
    """
    texts = _serialize(statements, syntax)
    if not keep_labels:
        texts = _relabel(texts, syntax)
    with ExitStack() as files:
        runs: list[IO[bytes]] = []
        lines: set[bytes] = set()
        for text in texts:
            lines.update(text.splitlines(keepends=True))
            if len(lines) >= lines_in_memory:
                run = files.enter_context(tempfile.TemporaryFile())
                run.writelines(sorted(lines))
                run.seek(0)
                runs.append(run)
                lines.clear()
        merged = heapq.merge(*runs, sorted(lines))
        out.writelines(line for line, _ in groupby(merged))


def _serialize(statements: Iterable[Quad] | QueryTriples, syntax: RdfFormat) -> Iterator[bytes]:
    """Yield whole lines, some thousand at a time; an answer of the engine comes in one piece."""
    if isinstance(statements, QueryTriples):
        yield statements.serialize(format=syntax) or b""
        return
    remaining = iter(statements)
    while chunk := list(islice(remaining, _QUADS_AT_ONCE)):
        yield pyoxigraph.serialize(chunk, format=syntax) or b""


def _relabel(texts: Iterable[bytes], syntax: RdfFormat) -> Iterator[bytes]:
    """Yield the lines with blank nodes labelled in order of appearance."""
    labels: dict[str, BlankNode] = {}
    for text in texts:
        if b"_:" in text:
            quads = relabel_blank_nodes(pyoxigraph.parse(text, syntax), labels)
            yield pyoxigraph.serialize(quads, format=syntax) or b""
        else:
            yield text


@dataclass(frozen=True)
class Canonical:
    """The hash of a dataset, with its counts and the time taken."""

    sha256: str
    """The hash of the canonical N-Quads."""
    quads: int
    blank_nodes: int
    seconds: float


def write_canonical(quads: Iterable[Quad], out: IO[bytes]) -> Canonical:
    """Write the canonical N-Quads of a dataset: isomorphic datasets give the same bytes.

    Raises:
        UsageError: There is a triple inside a triple, which RDFC-1.0 does not cover.
    """
    start = time.perf_counter()
    with_blank_nodes = Dataset()
    hashing = _HashingWriter(out)
    labelled = _label_canonically(quads, with_blank_nodes)
    write_lines(labelled, RdfFormat.N_QUADS, hashing, keep_labels=True)
    return Canonical(
        sha256=hashing.sha256.hexdigest(),
        quads=hashing.lines,
        blank_nodes=len({node for quad in with_blank_nodes for node in _blank_nodes(quad)}),
        seconds=time.perf_counter() - start,
    )


def _label_canonically(quads: Iterable[Quad], with_blank_nodes: Dataset) -> Iterator[Quad]:
    """Yield the quads without blank nodes, then those with, under their canonical labels."""
    for quad in quads:
        if isinstance(quad.object, Triple):
            raise UsageError("RDFC-1.0 has no triple inside a triple: leave --rdf12 out")
        if _blank_nodes(quad):
            with_blank_nodes.add(quad)
        else:
            yield quad
    canonicalize(with_blank_nodes)
    yield from with_blank_nodes


def _blank_nodes(quad: Quad) -> list[BlankNode]:
    terms = (quad.subject, quad.object, quad.graph_name)
    return [term for term in terms if isinstance(term, BlankNode)]


class _HashingWriter:
    """Writes lines to a file, and counts and hashes them."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.sha256 = hashlib.sha256()
        self.lines = 0

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""
        for line in lines:
            self._out.write(line)
            self.sha256.update(line)
            self.lines += 1
