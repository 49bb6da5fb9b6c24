"""Canonical labels end within seconds: with labels, or with a word."""

from __future__ import annotations

import time

import pytest
from pyoxigraph import Dataset, RdfFormat, parse

from factbook.errors import InputError
from factbook.rdf import canonical
from factbook.rdf.canonical import canonicalize


def dataset(text: str) -> Dataset:
    """Return the content of an N-Triples text about blank nodes."""
    return Dataset(parse(text, RdfFormat.N_TRIPLES))


def clique(number: int) -> str:
    """Return the statements of nodes that are all linked with each other."""
    nodes = range(number)
    return "".join(f"_:b{i} <http://e.org/p> _:b{j} .\n" for i in nodes for j in nodes if i != j)


def stars(number: int, rays: int) -> str:
    """Return the statements of nodes that each lead to some others, all alike."""
    return "".join(
        f"_:b{i} <http://e.org/p> _:r{i}x{j} .\n" for i in range(number) for j in range(rays)
    )


@pytest.mark.parametrize("text", [clique(9), clique(30), stars(2, 12)])
def test_nodes_that_are_too_alike_are_refused(text: str) -> None:
    """A handful of statements must not take minutes (RDFC-1.0, section 7.1)."""
    started = time.process_time()

    with pytest.raises(InputError, match="blank nodes around one look alike"):
        canonicalize(dataset(text))

    assert time.process_time() - started < 1


def test_nodes_that_take_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The orders that are tried multiply with each step, also where few nodes look alike."""
    monkeypatch.setattr(canonical, "_MOST_SECONDS", 1)
    text = "".join(f"_:a{i} <http://e.org/p> _:b{j} .\n" for i in range(6) for j in range(6))

    with pytest.raises(InputError, match="6 blank nodes around one look alike"):
        canonicalize(dataset(text))


@pytest.mark.parametrize(
    "text",
    [
        clique(4),
        stars(2, 5),
        stars(1, 500),
        "".join(f'_:b{i} <http://e.org/p> "{i}" .\n' for i in range(1000)),
        "".join(f"<http://e.org/a> <http://e.org/p> _:b{i} .\n" for i in range(1000)),
    ],
)
def test_other_nodes_get_labels(text: str) -> None:
    """Nodes that differ, or that only one node leads to, are labelled."""
    data = dataset(text)

    canonicalize(data)

    assert all("_:c14n" in str(quad) for quad in data)
