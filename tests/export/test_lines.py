"""N-Triples and N-Quads are sorted in bounded memory."""

from __future__ import annotations

import io
import random

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from factbook.export.lines import write_lines


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
