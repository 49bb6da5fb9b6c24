"""Write N-Triples and N-Quads of any size, sorted and each line once, in bounded memory."""

from __future__ import annotations

import itertools
import tempfile
from bisect import bisect_right
from typing import IO, TYPE_CHECKING, Protocol, cast

import pyoxigraph

from factbook.export.blanks import may_have_blank_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from pyoxigraph import Quad, RdfFormat, Triple

    Prepare: TypeAlias = Callable[[Sequence[Triple | Quad]], Iterable[Quad]]

_AT_ONCE = 250_000
_TERMS_AT_ONCE = 5_000


class Lines(Protocol):
    """What lines can be written to."""

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""
        ...


def write_lines(
    statements: Iterable[Triple | Quad],
    syntax: RdfFormat,
    out: Lines,
    *,
    prepare: Prepare | None = None,
    at_once: int = _AT_ONCE,
) -> None:
    """Write statements as sorted lines.

    Args:
        statements: The statements, in any order, repeated or not.
        syntax: N-Triples or N-Quads.
        out: Where to.
        prepare: Makes what can be written of statements that cannot stay as they are, because they
            have blank nodes or a graph for which the syntax has no form. All others go by unseen.
        at_once: How many lines are sorted in memory; more go through temporary files.

    Raises:
        ValueError: There is a graph for which the syntax has no form, and nothing to prepare it.
    """
    runs: list[IO[bytes]] = []
    try:
        for lines, is_last in _sorted(statements, syntax, prepare, at_once):
            if is_last and not runs:
                out.writelines(lines)
                return
            runs.append(_kept(lines))
        for merged in _merged(runs, max(1, at_once // (len(runs) or 1))):
            out.writelines(merged)
    finally:
        for run in runs:
            run.close()


def _sorted(
    statements: Iterable[Triple | Quad], syntax: RdfFormat, prepare: Prepare | None, at_once: int
) -> Iterator[tuple[list[bytes], bool]]:
    """Yield some lines after the other, sorted and each once, and whether they are the last."""
    remaining = iter(statements)
    # Terms take much more room than their text: few of them at a time
    few = min(_TERMS_AT_ONCE, at_once)
    chunk = tuple(itertools.islice(remaining, few))
    lines: list[bytes] = []
    while chunk:
        lines += _text(chunk, syntax, prepare).splitlines(keepends=True)
        chunk = tuple(itertools.islice(remaining, few))
        if len(lines) >= at_once or not chunk:
            lines.sort()  # before repetitions go: what is in order already takes no time
            yield list(dict.fromkeys(lines)), not chunk
            lines = []


def _text(chunk: tuple[Triple | Quad, ...], syntax: RdfFormat, prepare: Prepare | None) -> bytes:
    """Return some statements as text; only those that need it are looked at one by one."""
    try:
        # The engine takes triples and quads side by side, other than its types say
        text = pyoxigraph.serialize(cast("tuple[Quad, ...]", chunk), format=syntax) or b""
    except ValueError:
        if prepare is None:
            raise
    else:
        if prepare is None or not may_have_blank_nodes(text):
            return text
    return pyoxigraph.serialize(prepare(chunk), format=syntax) or b""


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
