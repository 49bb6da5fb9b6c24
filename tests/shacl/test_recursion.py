"""Shapes that refer to themselves are evaluated; a node being validated conforms meanwhile."""

from __future__ import annotations

import pytest
from tests.shacl.turtle import found, quads

from factbook.shacl import validate

CHAIN = "ex:S sh:targetClass ex:Link ; sh:property [ sh:path ex:next ; sh:node ex:S ; {} ] ."
LINKS = "ex:a a ex:Link ; ex:next ex:b . ex:b ex:next ex:c . ex:c ex:next ex:d . "


def test_circle_in_the_data_conforms() -> None:
    """Nodes that lead back to themselves conform, and a node without a successor does not."""
    shapes = CHAIN.format("sh:minCount 1")
    data = "ex:a a ex:Link ; ex:next ex:b . ex:b ex:next ex:a . ex:z a ex:Link ."

    report = validate(quads(shapes), quads(data))

    assert found(report) == [("z", "")]
    assert not report.notes


@pytest.mark.parametrize(("last", "results"), [("ex:d ex:next ex:a .", 0), ("", 1)])
def test_fault_is_found_at_the_end_of_a_chain(last: str, results: int) -> None:
    """What is wrong with the last node is passed back to the first."""
    shapes = CHAIN.format("sh:minCount 1")

    report = validate(quads(shapes), quads(LINKS + last))

    assert len(report.results) == results


def test_data_that_cannot_run_into_the_circle_are_validated() -> None:
    """Recursion through negation has one answer where the data have no circle."""
    shapes = """
        ex:Wins sh:targetClass ex:Position ; sh:property [ sh:path ex:move ;
            sh:qualifiedValueShape [ sh:not ex:Wins ] ; sh:qualifiedMinCount 1 ] .
    """
    data = """
        ex:end a ex:Position . ex:one a ex:Position ; ex:move ex:end .
        ex:two a ex:Position ; ex:move ex:one . ex:three a ex:Position ; ex:move ex:two , ex:one .
    """

    report = validate(quads(shapes), quads(data))

    assert found(report) == [("end", ""), ("two", "")]


def test_several_shapes_in_a_circle_are_evaluated() -> None:
    """Each shape of the circle contributes its own constraints, also on the same node."""
    shapes = """
        ex:Person sh:targetClass ex:Person ; sh:property [ sh:path ex:employer ; sh:node ex:Firm ] .
        ex:Firm sh:node ex:Named ; sh:property [ sh:path ex:owner ; sh:node ex:Person ] .
        ex:Named sh:property [ sh:path ex:name ; sh:minCount 1 ] .
    """
    data = """
        ex:ann a ex:Person ; ex:employer ex:good . ex:good ex:name "Good" ; ex:owner ex:ann .
        ex:bob a ex:Person ; ex:employer ex:odd . ex:odd ex:name "Odd" ; ex:owner ex:cy .
        ex:cy ex:employer ex:nameless .
    """

    report = validate(quads(shapes), quads(data))

    assert found(report) == [("bob", "odd")]


def test_undecided_recursion_is_reported_as_unevaluated() -> None:
    """Negation in a circle of the data has no answer to settle on."""
    shapes = "ex:S sh:targetClass ex:C ; sh:not [ sh:property [ sh:path ex:p ; sh:node ex:S ] ] ."

    report = validate(quads(shapes), quads("ex:a a ex:C ; ex:p ex:a ."))

    (remark,) = report.unevaluated
    assert "refers to itself through negation" in remark.text


def test_recursive_property_shape_is_reported() -> None:
    """The results of sh:property that leads back to itself have any number of routes."""
    shapes = "ex:P sh:targetClass ex:C ; sh:path ex:p ; sh:minCount 1 ; sh:property ex:P ."

    report = validate(quads(shapes), quads("ex:a a ex:C ; ex:p ex:b ."))

    assert ("b", "") in found(report) or report.unevaluated


@pytest.mark.parametrize(
    "constraint", ["sh:not ex:S", "sh:not [ sh:node ex:S ]", "sh:xone ( ex:S [ sh:class ex:T ] )"]
)
def test_shape_that_denies_itself_without_a_step_is_not_evaluated(constraint: str) -> None:
    """A circle that stays at one node has no property that tells which nodes run into it."""
    shapes = f"ex:S sh:targetClass ex:T ; {constraint} ."

    report = validate(quads(shapes), quads("ex:a a ex:T ."))

    assert [remark.text for remark in report.unevaluated]
    assert not report.results
