"""N-Triples and N-Quads are sorted in bounded memory."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, RdfFormat, Store, Triple

from factbook.export.blanks import relabelled
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


@pytest.mark.parametrize("syntax", [RdfFormat.N_TRIPLES, RdfFormat.N_QUADS])
@pytest.mark.parametrize("bytes_at_once", [1, 150, 1 << 20])
@pytest.mark.parametrize("at_once", [1, 8, 1000])
def test_what_the_engine_writes_itself(
    monkeypatch: pytest.MonkeyPatch, at_once: int, bytes_at_once: int, syntax: RdfFormat
) -> None:
    """An answer that the engine writes in pieces of any size is the one that it gives term by term.

    Blank nodes get their labels in order of appearance, also where they are of the query's making.
    """
    monkeypatch.setattr("factbook.export.lines._BYTES_AT_ONCE", bytes_at_once)
    texts = ["plain", "two\nlines", 'quote " and \\', "looks like _:x", "\u2028 \U0001f600", "\r"]
    blanks = [BlankNode() for _ in range(3)]
    store = Store()
    for number in range(40):
        subject = blanks[number % 3] if number % 5 == 0 else NamedNode(f"http://e/{number}")
        value = blanks[number % 2] if number % 7 == 0 else Literal(texts[number % 6])
        store.add(Quad(subject, NamedNode(f"http://e/p{number % 2}"), value))
    query = "CONSTRUCT { ?s ?p ?o . [] <http://e/made> ?s } WHERE { ?s ?p ?o } ORDER BY ?p ?s ?o"

    def written(*, by_the_engine: bool) -> bytes:
        labels: dict[str, BlankNode] = {}
        answer = store.query(query)
        assert isinstance(answer, QueryTriples)
        out = io.BytesIO()
        write_lines(
            answer if by_the_engine else list(answer),
            syntax,
            out,
            prepare=lambda some: relabelled(
                (Quad(each.subject, each.predicate, each.object) for each in some), labels
            ),
            at_once=at_once,
        )
        return out.getvalue()

    lines = written(by_the_engine=True)

    assert lines == written(by_the_engine=False)
    assert lines.count(b"\n") == 80
    assert b"_:b43 " in lines
