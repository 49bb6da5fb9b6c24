"""Write canonical N-Quads: the same bytes for every spelling of one dataset (RDFC-1.0, W3C 2024).

Only quads with blank nodes take part in giving these their labels, so that only they are kept in
memory; the rest is sorted as N-Quads are anyway.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, RdfFormat, Triple

from factbook.errors import UsageError
from factbook.export.lines import write_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad


@dataclass(frozen=True)
class Canonical:
    """The hash of a dataset, and what it cost."""

    sha256: str
    """Of the canonical N-Quads; in RDFC-1.0's words, the hash of the canonical form."""
    quads: int
    blank_nodes: int
    seconds: float


def write_canonical(quads: Iterable[Quad], out: IO[bytes]) -> Canonical:
    """Write the canonical N-Quads of a dataset.

    Raises:
        UsageError: There is a triple in a triple; RDFC-1.0 knows none.
    """
    start = time.perf_counter()
    with_blanks = Dataset()
    hashing = _Hashing(out)
    write_lines(_labelled(quads, with_blanks), RdfFormat.N_QUADS, hashing)
    return Canonical(
        sha256=hashing.sha256.hexdigest(),
        quads=hashing.lines,
        blank_nodes=len(set(_blanks(with_blanks))),
        seconds=time.perf_counter() - start,
    )


def _labelled(quads: Iterable[Quad], with_blanks: Dataset) -> Iterator[Quad]:
    """Yield the quads without blank nodes, then those with, under their canonical labels."""
    for quad in quads:
        if isinstance(quad.object, Triple):
            raise UsageError("RDFC-1.0 knows no triple inside a triple: leave --rdf12 out")
        if any(
            isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name)
        ):
            with_blanks.add(quad)
        else:
            yield quad
    with_blanks.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    yield from with_blanks


def _blanks(quads: Iterable[Quad]) -> Iterator[BlankNode]:
    for quad in quads:
        for term in (quad.subject, quad.object, quad.graph_name):
            if isinstance(term, BlankNode):
                yield term


class _Hashing:
    """Passes lines on and hashes them."""

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
