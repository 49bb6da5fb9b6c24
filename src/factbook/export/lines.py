"""Write N-Triples and N-Quads of any size, sorted and each line once, in bounded memory."""

from __future__ import annotations

import itertools
import tempfile
from bisect import bisect_right
from typing import IO, TYPE_CHECKING, Protocol

import pyoxigraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Quad, RdfFormat

_AT_ONCE = 250_000
_TERMS_AT_ONCE = 5_000


class Lines(Protocol):
    """What lines can be written to."""

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""
        ...


def write_lines(
    quads: Iterable[Quad], syntax: RdfFormat, out: Lines, *, at_once: int = _AT_ONCE
) -> None:
    """Write quads as sorted lines.

    Args:
        quads: The quads, in any order, repeated or not.
        syntax: N-Triples or N-Quads.
        out: Where to.
        at_once: How many lines are sorted in memory; more go through temporary files.
    """
    runs: list[IO[bytes]] = []
    try:
        for lines in _sorted(quads, syntax, at_once):
            if len(lines) < at_once and not runs:
                out.writelines(lines)
                return
            runs.append(_kept(lines))
        for merged in _merged(runs, max(1, at_once // (len(runs) or 1))):
            out.writelines(merged)
    finally:
        for run in runs:
            run.close()


def _sorted(quads: Iterable[Quad], syntax: RdfFormat, at_once: int) -> Iterator[list[bytes]]:
    """Yield some lines after the other, each time as many, and fewer at the end."""
    remaining = iter(quads)
    lines: set[bytes] = set()
    # Terms take much more room than their text: few of them at a time
    while chunk := tuple(itertools.islice(remaining, min(_TERMS_AT_ONCE, at_once - len(lines)))):
        text = pyoxigraph.serialize(chunk, format=syntax) or b""
        lines.update(text.splitlines(keepends=True))
        if len(lines) >= at_once:
            yield sorted(lines)
            lines.clear()
    if lines:
        yield sorted(lines)


def _kept(lines: list[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `write_lines`
    file.writelines(lines)
    file.seek(0)
    return file


def _merged(runs: Sequence[IO[bytes]], at_once: int) -> Iterator[list[bytes]]:
    """Yield the lines of sorted files in order, each once, some thousand at a time.

    Of what is read, all up to the least of the last lines is in hand: that much can be sorted, and
    sorting what is in order already is much faster than comparing line by line.
    """
    read: list[list[bytes]] = [[] for _ in runs]
    while True:
        for place, run in enumerate(runs):
            if not read[place]:
                read[place] = list(itertools.islice(run, at_once))
        if not any(read):
            return
        bound = min(lines[-1] for lines in read if lines)
        found: list[bytes] = []
        for place, lines in enumerate(read):
            end = bisect_right(lines, bound)
            found += lines[:end]
            read[place] = lines[end:]
        found.sort()
        yield list(dict.fromkeys(found))
