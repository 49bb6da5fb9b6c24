"""N-Triples and N-Quads are sorted in bounded memory."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from factbook.export.lines import write_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 30, 31, 1000])
def test_sorting_in_parts(at_once: int) -> None:
    """However little is sorted at once, the lines come out sorted and each once."""
    node = NamedNode("http://e/a")
    quads = [Quad(node, node, Literal(str(number % 20))) for number in range(30)]
    random.Random(5).shuffle(quads)  # noqa: S311 - no secret
    out = io.BytesIO()

    write_lines(quads, RdfFormat.N_QUADS, out, at_once=at_once)

    lines = out.getvalue().splitlines()
    assert lines == sorted(f'<http://e/a> <http://e/a> "{n}" .'.encode() for n in range(20))


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_only_what_cannot_stay_is_prepared(at_once: int) -> None:
    """Blank nodes and graphs that N-Triples has no form for are prepared, and nothing else."""
    node, blank = NamedNode("http://e/a"), BlankNode("x")
    plain, named = Triple(node, node, node), Quad(node, node, blank, node)
    seen: list[Triple | Quad] = []

    def prepare(some: Sequence[Triple | Quad]) -> Iterable[Quad]:
        seen.extend(some)
        return [Quad(each.subject, each.predicate, NamedNode("http://e/b")) for each in some]

    out = io.BytesIO()
    write_lines([plain], RdfFormat.N_TRIPLES, out, prepare=prepare, at_once=at_once)
    assert seen == []
    write_lines([named], RdfFormat.N_TRIPLES, out, prepare=prepare, at_once=at_once)
    write_lines([named], RdfFormat.N_QUADS, out, prepare=prepare, at_once=at_once)

    assert seen == [named, named]
    a, b = (f"<http://e/{name}>" for name in "ab")
    assert out.getvalue().decode() == f"{a} {a} {a} .\n" + 2 * f"{a} {a} {b} .\n"
    with pytest.raises(ValueError, match="named graphs"):
        write_lines([named], RdfFormat.N_TRIPLES, out)
