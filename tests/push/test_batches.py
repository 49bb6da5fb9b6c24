"""Statements are split into batches that together mean the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Triple

from factbook.push.push_book import split_batches

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
def test_batches_hold_every_statement_once(
    statements: list[tuple[NamedNode | None, Triple]], size: int
) -> None:
    """Every statement is sent once, and no blank node of a graph is in two batches."""
    found = list(split_batches(statements, size))

    sent = Counter((graph, triple) for graph, batch in found for triple in batch)
    assert sent == Counter(statements)
    for graph in GRAPHS:
        seen = [{n for t in batch for n in blanks(t)} for g, batch in found if g == graph]
        assert sum(map(len, seen)) == len(set().union(*seen))


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (3, [3]), (7, [3, 3, 1])])
def test_batches_have_the_size(number: int, sizes: list[int]) -> None:
    """Without blank nodes, every batch but the last is full."""
    plain = [Triple(NamedNode(f"https://example.org/{n}"), P, P) for n in range(number)]

    found = [batch for _, batch in split_batches(((None, triple) for triple in plain), 3)]

    assert [len(batch) for batch in found] == sizes


def test_chain_of_blank_nodes_stays_in_one_batch() -> None:
    """A chain of blank nodes is one batch, however long; another chain is sent apart."""
    chain = [Triple(BlankNode(f"b{n}"), P, BlankNode(f"b{n + 1}")) for n in range(9)]
    other = Triple(BlankNode("c"), P, P)

    found = [batch for _, batch in split_batches([(None, t) for t in [*chain, other]], 3)]

    assert found == [chain, [other]]


def test_blank_node_in_a_triple_term_keeps_a_batch_together() -> None:
    """Triples that share a blank node only inside a triple term are sent together."""
    inner = Triple(BlankNode("b"), P, P)
    about = Triple(BlankNode("c"), P, inner)
    plain = Triple(BlankNode("b"), P, NamedNode("https://example.org/x"))

    found = [batch for _, batch in split_batches([(None, t) for t in [about, plain]], 1)]

    assert found == [[about, plain]]
