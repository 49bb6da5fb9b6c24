"""Prove that two Turtle texts say the same: the same quads, base and comments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset

from factbook.errors import FactbookError
from factbook.rdf.parse import RdfSyntaxError, read_rdf
from factbook.rdf.positions.tokens import comments_of

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.rdf.parse import RdfFile


def prove(path: Path, before: RdfFile, *, old: str, new: str) -> None:
    """Make sure that a text may take the place of another.

    Raises:
        FactbookError: It says something else; that is a fault of the formatting.
    """
    try:
        after = read_rdf(path, new.encode())
    except RdfSyntaxError as error:
        raise _fault(path, f"would break it ({error})") from None
    if (before.graph, before.has_base) != (after.graph, after.has_base):
        raise _fault(path, "would change its @base")
    if not same_quads(before, after):
        raise _fault(path, "would change what it states")
    if Counter(map(str.strip, comments_of(old))) != Counter(map(str.strip, comments_of(new))):
        raise _fault(path, "would lose a comment")


def same_quads(left: RdfFile, right: RdfFile) -> bool:
    """Tell whether two files hold the same quads, whatever they call their blank nodes."""
    if set(left.quads) == set(right.quads):
        return True
    if not any(_has_blank_node(file) for file in (left, right)):
        return False
    return _canonical(left) == _canonical(right)


def _has_blank_node(file: RdfFile) -> bool:
    return any(
        isinstance(term, BlankNode)
        for quad in file.quads
        for term in (quad.subject, quad.object, quad.graph_name)
    )


def _canonical(file: RdfFile) -> set[object]:
    data = Dataset(file.quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(data)


def _fault(path: Path, what: str) -> FactbookError:
    return FactbookError(
        f"{path}: left as it is, because formatting {what}; please report this file"
    )
