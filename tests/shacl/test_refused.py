"""Ill-formed shapes raise an error of one line that says what to do."""

from __future__ import annotations

import pytest
from tests.shacl.turtle import validated

from factbook.shacl.shapes_graph import ShapesError

FAULTS = {
    "no path": ("ex:S a sh:PropertyShape ; sh:targetClass ex:C .", "without sh:path"),
    "property without a path": (
        "ex:S sh:targetClass ex:C ; sh:property ex:P . ex:P sh:minCount 1 .",
        "is a value of sh:property but has no sh:path",
    ),
    "path of one": ("ex:S sh:targetClass ex:C ; sh:path ( ex:p ) .", "fewer than two members"),
    "path that is a literal": ('ex:S sh:targetClass ex:C ; sh:path "p" .', "no property path"),
    "list without an end": (
        "ex:S sh:targetClass ex:C ; sh:in [ rdf:first 1 ; rdf:rest ex:gone ] .",
        "a list with a missing or doubled member",
    ),
    "two datatypes": (
        "ex:S sh:targetClass ex:C ; sh:datatype xsd:string , xsd:date .",
        "has 2 values of sh:datatype; keep one",
    ),
    "count in words": (
        'ex:S sh:targetClass ex:C ; sh:path ex:p ; sh:minCount "one" .',
        "must be a whole number",
    ),
    "kind of node": ("ex:S sh:targetClass ex:C ; sh:nodeKind ex:K .", "is no kind of node"),
    "expression": (
        'ex:S sh:targetClass ex:C ; sh:path ex:p ; sh:pattern "(" .',
        "is not a regular expression",
    ),
    "prefix": (
        'ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this { $this no:p ?v }" ] .',
        "the prefix no: is not declared with sh:prefixes",
    ),
    "query without the focus node": (
        """ex:S sh:targetClass ex:C ;
            sh:sparql [ sh:select "SELECT (COUNT(?c) AS ?n) { $this a ?c }" ] .""",
        "it does not return ?this (SHACL, section 5.2.1)",
    ),
    "query that asks": (
        'ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "ASK { $this a ?c }" ] .',
        "has a query that cannot be used: it is not SELECT",
    ),
    "syntax": (
        'ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this WHERE { $this ?p }" ] .',
        "has a query that is not valid SPARQL 1.1",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_validate_rejects_ill_formed_shapes(name: str) -> None:
    """The message names the shape and the fault."""
    shapes, said = FAULTS[name]

    with pytest.raises(ShapesError) as raised:
        validated(shapes, "ex:x a ex:C ; ex:p 1 .")

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 3


def test_report_notes_unsupported_features() -> None:
    """The report names the advanced features of the shapes, which are not evaluated."""
    report = validated("ex:S sh:targetClass ex:C ; sh:rule ex:R ; sh:nodeKind sh:IRI .", "")

    assert report.notes == (
        "<http://example.org/S> has sh:rule, which is for inference and was not run",
    )
