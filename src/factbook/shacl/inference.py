"""RDFS and OWL 2 RL inference before a validation, with the library owlrl."""

from __future__ import annotations

from typing import TYPE_CHECKING

import owlrl  # type: ignore[import-untyped] # it has no stubs
from rdflib import Literal

from factbook.rdf.bridge import to_rdflib
from factbook.shacl.pyshacl_engine import from_graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

_SEMANTICS = {"rdfs": owlrl.RDFS_Semantics, "owlrl": owlrl.OWLRL_Semantics}


def infer(quads: Iterable[Quad], regime: str) -> list[Quad]:
    """Return data with everything inferred from it.

    Args:
        quads: The data.
        regime: "rdfs" or "owlrl".
    """
    graph = to_rdflib(quads, {})
    owlrl.DeductiveClosure(_SEMANTICS[regime]).expand(graph)
    for triple in list(graph):
        if isinstance(triple[0], Literal):  # owlrl reasons about literals, which RDF cannot state
            graph.remove(triple)
    return list(from_graph(graph))
