"""Statements are gathered as text by graph and by subject."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from factbook.export.gather import gathered, in_order
from factbook.export.names import TYPE

A, B, P, G, H = (NamedNode(f"http://example.org/{name}") for name in "abpgh")


def test_what_comes_again() -> None:
    """A graph and a subject that come again are gathered in one place."""
    quads = [
        Quad(A, P, Literal("1"), G),
        Quad(B, P, B),
        Quad(A, P, Literal("2", language="en"), G),
        Quad(A, P, A, H),
        Quad(B, P, Literal("3")),
    ]

    found = gathered(quads)

    assert found == {
        "": {str(B): [f"{P} {B}", f'{P} "3"']},
        str(G): {str(A): [f'{P} "1"', f'{P} "2"@en']},
        str(H): {str(A): [f"{P} {A}"]},
    }


def test_texts_like_the_ends_of_lines() -> None:
    """A text with all that ends a line of N-Quads does not end it."""
    value = Literal(f'" {G} .\n" .\n\r\u2028\x85{G} .')

    found = gathered([Quad(A, P, value, G), Quad(A, P, value)])

    assert found == {"": {str(A): [f"{P} {value}"]}, str(G): {str(A): [f"{P} {value}"]}}


def test_blank_nodes_far_apart() -> None:
    """A blank node keeps its new label, however many statements later it is met again."""
    node, other = BlankNode("x"), BlankNode("y")
    between = [Quad(A, P, Literal(number), node) for number in range(20_000)]

    found = gathered([Quad(node, P, other), *between, Quad(other, P, node)])

    assert list(found) == ["", "_:b1"]
    assert found[""] == {"_:b1": [f"{P} _:b2"], "_:b2": [f"{P} _:b1"]}
    assert len(found["_:b1"][str(A)]) == len(between)


def test_classes_first() -> None:
    """What is said of a subject is sorted and stands once, its classes before all else."""
    early, late = NamedNode("http://a.example/"), NamedNode(f"{TYPE.value}Of")
    said = [f"{late} {A}", f"{TYPE} {B}", f"{early} {A}", f"{TYPE} {A}", f"{TYPE} {B}"]

    assert in_order(said) == [f"{TYPE} {A}", f"{TYPE} {B}", f"{early} {A}", f"{late} {A}"]
