"""Statements are cut into pieces that mean together what they meant before."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Triple

from factbook.push.batches import batches, has_blanks

P = NamedNode("https://example.org/p")
GRAPHS = [None, NamedNode("https://example.org/g"), NamedNode("https://example.org/h")]
nodes = st.one_of(
    st.integers(0, 5).map(lambda n: NamedNode(f"https://example.org/{n}")),
    st.integers(0, 5).map(lambda n: BlankNode(f"b{n}")),
)
triples = st.builds(Triple, nodes, st.just(P), nodes)


def blanks(triple: Triple) -> set[BlankNode]:
    """Return the blank nodes of a triple."""
    return {n for n in (triple.subject, triple.object) if isinstance(n, BlankNode)}


@given(
    statements=st.lists(st.tuples(st.sampled_from(GRAPHS), triples), max_size=40),
    size=st.integers(1, 8),
)
def test_pieces_hold_everything_once(
    statements: list[tuple[NamedNode | None, Triple]], size: int
) -> None:
    """All is there as often as before, and no blank node of a graph is in two pieces."""
    pieces = list(batches(statements, size))

    sent = Counter((graph, triple) for graph, piece in pieces for triple in piece)
    assert sent == Counter(statements)
    for graph in GRAPHS:
        seen = [{n for t in piece for n in blanks(t)} for g, piece in pieces if g == graph]
        assert sum(map(len, seen)) == len(set().union(*seen))


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (3, [3]), (7, [3, 3, 1])])
def test_pieces_are_of_the_size(number: int, sizes: list[int]) -> None:
    """Without blank nodes, every piece but the last is full."""
    plain = [Triple(NamedNode(f"https://example.org/{n}"), P, P) for n in range(number)]

    pieces = [piece for _, piece in batches(((None, triple) for triple in plain), 3)]

    assert [len(piece) for piece in pieces] == sizes
    assert not has_blanks(plain)


def test_what_hangs_together_stays_together() -> None:
    """A chain of blank nodes is one piece, however long; another chain may join or not."""
    chain = [Triple(BlankNode(f"b{n}"), P, BlankNode(f"b{n + 1}")) for n in range(9)]
    other = Triple(BlankNode("c"), P, P)

    pieces = [piece for _, piece in batches([(None, t) for t in [*chain, other]], 3)]

    assert pieces == [chain, [other]]


def test_a_triple_about_a_triple() -> None:
    """A blank node inside a quoted triple holds the pieces together too."""
    inner = Triple(BlankNode("b"), P, P)
    about = Triple(BlankNode("c"), P, inner)
    plain = Triple(BlankNode("b"), P, NamedNode("https://example.org/x"))

    pieces = [piece for _, piece in batches([(None, t) for t in [about, plain]], 1)]

    assert pieces == [[about, plain]]
