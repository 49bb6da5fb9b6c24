"""N-Triples and N-Quads are sorted in bounded memory."""

from __future__ import annotations

import io
import random

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, RdfFormat, Store

from factbook.export.sorted_lines import write_lines


@pytest.mark.parametrize("lines_in_memory", [1, 2, 3, 7, 20, 21, 1000])
def test_lines_come_out_sorted_and_once(lines_in_memory: int) -> None:
    """However few lines are sorted at once, the result is sorted and has no line twice."""
    node = NamedNode("http://e/a")
    quads = [Quad(node, node, Literal(str(number % 20))) for number in range(30)]
    random.Random(5).shuffle(quads)  # noqa: S311 - no secret
    out = io.BytesIO()

    write_lines(quads, RdfFormat.N_QUADS, out, lines_in_memory=lines_in_memory)

    lines = out.getvalue().splitlines()
    assert lines == sorted(f'<http://e/a> <http://e/a> "{n}" .'.encode() for n in range(20))


def test_blank_nodes_keep_their_label_across_batches() -> None:
    """A blank node has one new label, however many statements lie between its mentions."""
    node, blank, other = NamedNode("http://e/a"), BlankNode("x"), BlankNode("y")
    between = [Quad(node, node, Literal(number)) for number in range(12_000)]
    out = io.BytesIO()

    write_lines(
        [Quad(blank, node, other), *between, Quad(other, node, blank)], RdfFormat.N_TRIPLES, out
    )

    lines = out.getvalue().splitlines()
    assert lines[-2:] == [b"_:b1 <http://e/a> _:b2 .", b"_:b2 <http://e/a> _:b1 ."]


@pytest.mark.parametrize("lines_in_memory", [1, 8, 1000])
def test_answer_of_the_engine_is_written_like_its_triples(lines_in_memory: int) -> None:
    """The engine's own text of an answer gives the same lines as the triples one by one."""
    texts = ["plain", "two\nlines", 'quote " and \\', "looks like _:x", "\u2028 \U0001f600", "\r"]
    blanks = [BlankNode() for _ in range(3)]
    store = Store()
    for number in range(40):
        subject = blanks[number % 3] if number % 5 == 0 else NamedNode(f"http://e/{number}")
        value = blanks[number % 2] if number % 7 == 0 else Literal(texts[number % 6])
        store.add(Quad(subject, NamedNode(f"http://e/p{number % 2}"), value))
    query = "CONSTRUCT { ?s ?p ?o . [] <http://e/made> ?s } WHERE { ?s ?p ?o } ORDER BY ?p ?s ?o"

    def write(*, by_the_engine: bool) -> bytes:
        answer = store.query(query)
        assert isinstance(answer, QueryTriples)
        quads = (
            answer
            if by_the_engine
            else [Quad(each.subject, each.predicate, each.object) for each in answer]
        )
        out = io.BytesIO()
        write_lines(quads, RdfFormat.N_TRIPLES, out, lines_in_memory=lines_in_memory)
        return out.getvalue()

    lines = write(by_the_engine=True)

    assert lines == write(by_the_engine=False)
    assert lines.count(b"\n") == 80
    assert b"_:b43 " in lines
