"""Results that depend on the lexical form of a literal, which the store does not keep."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store
from tests.shacl.turtle import found, validated

from factbook.shacl.data_graph import decode, encode
from factbook.store.literal_forms import is_canonical

XSD = "http://www.w3.org/2001/XMLSchema#"
FORMS = {
    "boolean": ["true", "false", "1", "0", "yes"],
    "date": ["2024-01-01", "2024-02-30", "0000-01-01", "2024-01-01Z", "2024-13-01"],
    "time": ["23:59:59", "24:00:00", "10:00:00.50", "10:00:00Z", "10:00:00-05:00", "10:00:60"],
    "dateTime": ["2024-01-01T24:00:00", "2024-01-01T10:00:00.123Z", "2024-01-01T10:00:00+00:00"],
    "dateTimeStamp": ["2024-01-01T10:00:00Z"],
    "gYear": ["0000", "2024", "24"],
    "gYearMonth": ["2024-13", "2024-12"],
    "duration": ["P1Y", "P12M", "PT60S"],
    "int": ["5", "05"],
    "anyURI": ["http://example.org/a b"],
    "token": [" a  b "],
    "base64Binary": ["@@", "AA=="],
}


def numbers() -> list[tuple[str, str]]:
    """Return many ways to write numbers, the same ones in each run."""
    dice = random.Random(7)  # noqa: S311 - the same ones each time
    made = []
    for datatype in ("integer", "decimal", "double", "float"):
        for _ in range(400):
            whole = dice.choice(["", "-", "+"]) + str(dice.randrange(10 ** dice.randrange(1, 22)))
            part = "." + str(dice.randrange(10 ** dice.randrange(1, 20))) + "0" * dice.randrange(3)
            exponent = dice.choice(["", "E0", "E5", "e-7", "E21"])
            text = whole if datatype == "integer" else whole + dice.choice(["", part])
            made.append((datatype, text + (exponent if datatype in {"double", "float"} else "")))
    return made


def literals() -> list[Literal]:
    """Return literals of every datatype that the store looks into."""
    listed = [(datatype, text) for datatype, texts in FORMS.items() for text in texts]
    return [Literal(text, datatype=NamedNode(XSD + name)) for name, text in listed + numbers()]


def test_store_keeps_encoded_literals() -> None:
    """The store returns each literal that encode returns as it is."""
    property_ = NamedNode("http://example.org/p")
    written = {
        NamedNode(f"http://example.org/{number}"): encode(literal)
        for number, literal in enumerate(literals())
    }
    store = Store()

    store.extend(Quad(subject, property_, literal) for subject, literal in written.items())

    assert {quad.subject: quad.object for quad in store} == written


@pytest.mark.parametrize("literal", literals()[::40], ids=str)
def test_decode_reverses_encode(literal: Literal) -> None:
    """Decoding returns the literal with its lexical form and datatype."""
    assert decode(encode(literal)) == literal
    assert (encode(literal) == literal) == is_canonical(literal)


CASES = [
    ("sh:datatype xsd:int", 'ex:a ex:p "5"^^xsd:int , 5 .', [("a", '"5"^^<integer>')]),
    ("sh:datatype xsd:byte", 'ex:a ex:p "300"^^xsd:byte .', [("a", '"300"^^<byte>')]),
    ('sh:pattern "^[0-9]+$"', "ex:a ex:p 7 , 1.0 .", [("a", '"1.0"^^<decimal>')]),
    ("sh:maxLength 2", "ex:a ex:p 1.50 .", [("a", '"1.50"^^<decimal>')]),
    (
        "sh:in ( 1.0 )",
        "ex:a ex:p 1.0 , 1.00 , 1 .",
        [("a", '"1"^^<integer>'), ("a", '"1.00"^^<decimal>')],
    ),
    ("sh:hasValue 1.00", "ex:a ex:p 1.0 .", [("a", "")]),
    ("sh:maxCount 1", "ex:a ex:p 1.0 , 1.00 .", [("a", "")]),
    ("sh:minCount 2", "ex:a ex:p 1.0 , 1.00 .", []),
    ("sh:disjoint ex:q", "ex:a ex:p 1.0 ; ex:q 1.00 .", []),
    ("sh:equals ex:q", "ex:a ex:p 1.0 ; ex:q 1.0 .", []),
    ("sh:minInclusive 2", "ex:a ex:p 1.50 , 2.50 .", [("a", '"1.50"^^<decimal>')]),
    ("sh:maxExclusive 3", 'ex:a ex:p "5"^^xsd:unsignedByte .', [("a", '"5"^^<unsignedByte>')]),
    ("sh:lessThan ex:q", "ex:a ex:p 2.50 ; ex:q 2.0 .", [("a", '"2.50"^^<decimal>')]),
    (
        "sh:minInclusive 0",
        "ex:a ex:p 99999999999999999999 , -99999999999999999999 .",
        [("a", '"-99999999999999999999"^^<integer>')],
    ),
    ("sh:nodeKind sh:IRI", 'ex:a ex:p "01"^^xsd:integer .', [("a", '"01"^^<integer>')]),
    ("sh:not [ sh:datatype xsd:int ]", 'ex:a ex:p "5"^^xsd:int .', [("a", '"5"^^<int>')]),
]


@pytest.mark.parametrize(
    ("constraint", "data", "expected"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES]
)
def test_constraint_reads_lexical_forms(
    constraint: str, data: str, expected: list[tuple[str, str]]
) -> None:
    """A constraint is evaluated on the literals of the file, and the report has their forms."""
    shape = f"ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; {constraint} ] ."

    report = validated(shape, data)

    assert found(report) == expected


def test_focus_node_keeps_its_lexical_form() -> None:
    """A literal that is a focus node is validated and reported in the form of the shapes."""
    report = validated("ex:S sh:targetNode 1.50 , 2.50 ; sh:minInclusive 2 .", "")

    assert found(report) == [('"1.50"^^<decimal>', '"1.50"^^<decimal>')]
