"""Write N-Triples and N-Quads of any size, sorted and each line once, in bounded memory."""

from __future__ import annotations

import itertools
import tempfile
from bisect import bisect_right
from typing import IO, TYPE_CHECKING, Protocol, cast, runtime_checkable

import pyoxigraph

from factbook.export.blanks import may_have_blank_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from pyoxigraph import Quad, RdfFormat, Triple

    Prepare: TypeAlias = Callable[[Sequence[Triple | Quad]], Iterable[Quad]]

_AT_ONCE = 250_000
_TERMS_AT_ONCE = 5_000
_BYTES_AT_ONCE = 1 << 20


class Lines(Protocol):
    """What lines can be written to."""

    def writelines(self, lines: Iterable[bytes], /) -> None:
        """Write lines."""
        ...


@runtime_checkable
class Serializable(Protocol):
    """Triples that the engine can write itself, without a Python object for each."""

    def serialize(self, output: Chunks, format: RdfFormat) -> object:  # noqa: A002 - pyoxigraph's
        """Write them."""
        ...


def write_lines(
    statements: Iterable[Triple | Quad] | Serializable,
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
    sorter = _Sorter(at_once)
    try:
        if isinstance(statements, Serializable):
            chunks = Chunks(lambda text: sorter.add(_prepared(text, syntax, prepare)))
            statements.serialize(chunks, syntax)
            chunks.end()
        else:
            remaining = iter(statements)
            # Terms take much more room than their text: few of them at a time
            few = min(_TERMS_AT_ONCE, at_once)
            while chunk := tuple(itertools.islice(remaining, few)):
                sorter.add(_text(chunk, syntax, prepare))
        sorter.write(out)
    finally:
        sorter.close()


class _Sorter:
    """Lines that are sorted, some at a time."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: list[bytes] = []
        self._runs: list[IO[bytes]] = []

    def add(self, text: bytes) -> None:
        """Take some lines."""
        self._lines += text.splitlines(keepends=True)
        if len(self._lines) >= self._at_once:
            self._put_aside()

    def write(self, out: Lines) -> None:
        """Write all lines in order, each once."""
        if not self._runs:
            out.writelines(self._sorted())
            return
        self._put_aside()
        for merged in _merged(self._runs, max(1, self._at_once // len(self._runs))):
            out.writelines(merged)

    def close(self) -> None:
        """Let go of what was put aside."""
        for run in self._runs:
            run.close()

    def _sorted(self) -> list[bytes]:
        self._lines.sort()  # before repetitions go: what is in order already takes no time
        return list(dict.fromkeys(self._lines))

    def _put_aside(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` does
        self._runs.append(file)
        file.writelines(self._sorted())
        file.seek(0)
        self._lines = []


class Chunks:
    """Takes what the engine writes and passes on whole lines, many at a time."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, text: bytes, /) -> int:
        """Take some text."""
        self._parts.append(bytes(text))
        self._size += len(text)
        if self._size >= _BYTES_AT_ONCE:
            whole = b"".join(self._parts)
            end = whole.rfind(b"\n") + 1
            self._take(whole[:end])
            self._parts = [whole[end:]]
            self._size = len(whole) - end
        return len(text)

    def flush(self) -> None:
        """Do nothing: lines are passed on when there are many."""

    def end(self) -> None:
        """Pass on what is left."""
        self._take(b"".join(self._parts))


def _prepared(text: bytes, syntax: RdfFormat, prepare: Prepare | None) -> bytes:
    """Return lines of the engine as they are to be; only those that need it are looked at."""
    if prepare is None or not may_have_blank_nodes(text):
        return text
    quads = tuple(pyoxigraph.parse(text, syntax))
    return pyoxigraph.serialize(prepare(quads), format=syntax) or b""


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
