"""Each term of the SHACL 1.2 draft accepts good data and reports bad data, on any engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.shacl.turtle import found, quads
from tests.shacl.w3c import rows

from factbook.shacl import validate
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from tests.conftest import Servers

CASES = {
    "someValue (7.8)": (
        "sh:someValue [ sh:datatype xsd:integer ]",
        'ex:good ex:p 1 , "a" .',
        'ex:bad ex:p "a" .',
    ),
    "subsetOf (7.6.3)": (
        "sh:subsetOf ex:q",
        "ex:good ex:p 1 ; ex:q 1 , 2 .",
        "ex:bad ex:p 1 , 3 ; ex:q 1 .",
    ),
    "subsetOf a path (7.6.3)": (
        "sh:subsetOf ( ex:q ex:r )",
        "ex:good ex:p 1 ; ex:q [ ex:r 1 ] .",
        "ex:bad ex:p 1 ; ex:q 1 .",
    ),
    "singleLine (7.4.4)": (
        "sh:singleLine true",
        'ex:good ex:p "one line" , ex:iri .',
        r'ex:bad ex:p "two\nlines" .',
    ),
    "uniqueMembers (7.5)": (
        "sh:uniqueMembers true",
        "ex:good ex:p ( 1 2 ) , () .",
        "ex:bad ex:p ( 1 2 1 ) .",
    ),
    "memberShape (7.5)": (
        "sh:memberShape [ sh:datatype xsd:integer ]",
        "ex:good ex:p ( 1 2 ) , () .",
        'ex:bad ex:p ( 1 "a" ) .',
    ),
    "no list (7.5)": (
        "sh:memberShape [ sh:datatype xsd:integer ]",
        "ex:good ex:p ( 1 ) .",
        "ex:bad ex:p [ rdf:first 1 ; rdf:rest ex:gone ] .",
    ),
    "minListLength (7.5)": (
        "sh:minListLength 2",
        "ex:good ex:p ( 1 2 ) , ( 1 2 3 ) .",
        "ex:bad ex:p ( 1 ) .",
    ),
    "maxListLength (7.5)": (
        "sh:maxListLength 2",
        "ex:good ex:p ( 1 2 ) , () .",
        "ex:bad ex:p ( 1 2 3 ) .",
    ),
    "rootClass (7.1)": (
        "sh:rootClass ex:Animal",
        (
            "ex:good ex:p ex:Animal , ex:Dog . ex:Dog rdfs:subClassOf ex:Pet . "
            "ex:Pet rdfs:subClassOf ex:Animal ."
        ),
        "ex:bad ex:p ex:Tree .",
    ),
    "list of datatypes (7.1)": (
        "sh:datatype ( xsd:integer xsd:string )",
        'ex:good ex:p 1 , "a" .',
        "ex:bad ex:p true .",
    ),
    "list of classes (7.1)": (
        "sh:class ( ex:A ex:B )",
        "ex:good ex:p ex:a . ex:a a ex:A .",
        "ex:bad ex:p ex:c . ex:c a ex:C .",
    ),
    "list of node kinds (7.1)": (
        "sh:nodeKind ( sh:IRI sh:Literal )",
        "ex:good ex:p ex:a , 1 .",
        "ex:bad ex:p [] .",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_term_of_the_draft_is_evaluated(name: str) -> None:
    """The good node has no result and the bad node has one; nothing is left out."""
    constraint, good, bad = CASES[name]
    shapes = f"ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; {constraint} ] ."

    report = validate(quads(shapes), quads(good + bad))

    assert [focus for focus, _ in found(report)] == ["bad"]
    assert not report.unevaluated


def test_target_where_finds_the_nodes_that_conform() -> None:
    """The focus nodes of sh:targetWhere conform to its shape (section 3.1.3.6)."""
    shapes = """
        ex:S sh:targetWhere ex:Adult ;
            sh:property [ sh:path ex:name ; sh:minCount 1 ] .
        ex:Adult sh:property [ sh:path ex:age ; sh:minInclusive 18 ; sh:minCount 1 ] .
    """

    report = validate(quads(shapes), quads("ex:old ex:age 30 . ex:young ex:age 3 ."))

    assert found(report) == [("old", "")]


def test_terms_of_the_draft_are_evaluated_at_an_endpoint(servers: Servers) -> None:
    """A read-only Oxigraph server gives the results of the files."""
    shapes = quads(
        "".join(
            f"ex:S{number} sh:targetSubjectsOf ex:p ; sh:property ex:P{number} . "
            f"ex:P{number} sh:path ex:p ; {constraint} ."
            for number, (constraint, _, _) in enumerate(CASES.values())
        )
    )
    data = quads("".join(good + bad for _, good, bad in CASES.values()))
    server = servers.oxigraph(data)

    report = validate(shapes, RemoteEngine(server.query))

    assert report.results
    assert not report.notes
    expected = validate(shapes, data)
    assert len(report.results) == len(expected.results)
    assert {row[3:5] for row in rows(report.results)} == {
        row[3:5] for row in rows(expected.results)
    }
