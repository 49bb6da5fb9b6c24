"""Write Turtle and TriG with sorted blocks, and only the prefixes that are used."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph

from factbook.export.names import Names, used_prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Quad, RdfFormat


def write_turtle(
    quads: Sequence[Quad], syntax: RdfFormat, out: IO[bytes], *, prefixes: Mapping[str, str]
) -> None:
    """Write sorted quads as compact Turtle or TriG."""
    used = used_prefixes(quads, prefixes)
    out.write(_header(used))
    body = _AfterLines(out, len(used))
    pyoxigraph.serialize(quads, cast("IO[bytes]", body), syntax, prefixes=used)


def write_long_turtle(
    quads: Sequence[Quad], out: IO[bytes], *, prefixes: Mapping[str, str]
) -> None:
    """Write sorted quads with a block for each subject and a line for each object."""
    names = Names(prefixes)
    out.write(_header(used_prefixes(quads, prefixes)))
    for subject, about in groupby(quads, key=attrgetter("subject")):
        lines = [f"\n{names.term(subject)}"]
        for predicate, statements in groupby(about, key=attrgetter("predicate")):
            objects = [names.term(statement.object) for statement in statements]
            if len(objects) == 1:
                lines.append(f"    {names.predicate(predicate)} {objects[0]} ;")
            else:
                lines.append(f"    {names.predicate(predicate)}")
                lines += [f"        {value} ," for value in objects[:-1]]
                lines.append(f"        {objects[-1]} ;")
        lines.append(".\n")
        out.write("\n".join(lines).encode())


def _header(prefixes: Mapping[str, str]) -> bytes:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items()).encode()


class _AfterLines:
    """Passes on what is written after so many lines.

    The engine writes its prefixes in an order that changes from run to run; ours stand before.
    """

    def __init__(self, out: IO[bytes], lines: int) -> None:
        self._out = out
        self._left = lines

    def write(self, text: bytes) -> int:
        rest = text
        while self._left and rest:
            _, newline, rest = rest.partition(b"\n")
            self._left -= bool(newline)
        self._out.write(rest)
        return len(text)

    def flush(self) -> None:
        self._out.flush()
