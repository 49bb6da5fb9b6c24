"""What is not evaluated is said; one bad part of the shapes does not stop the others."""

from __future__ import annotations

import pytest
from tests.shacl.turtle import found, quads

from factbook.errors import InputError
from factbook.shacl import Report, validate

DATA = "ex:oak a ex:Tree ; ex:height 20 . ex:stump a ex:Tree ."
GOOD = "ex:Good sh:targetClass ex:Tree ; sh:property [ sh:path ex:height ; sh:minCount 1 ] ."
UNEVALUATED = {
    "misspelt parameter": (
        "ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; sh:maxcount 1 ] .",
        "sh:maxcount is not a term of SHACL. Did you mean sh:maxCount?",
    ),
    "misspelt class": (
        "ex:S a sh:NodeShpe ; sh:targetClass ex:Tree ; sh:nodeKind sh:IRI .",
        "sh:NodeShpe is no class of SHACL. Did you mean sh:NodeShape?",
    ),
    "misspelt severity": (
        "ex:S sh:targetClass ex:Tree ; sh:severity sh:Warn ; sh:nodeKind sh:IRI .",
        "sh:Warn is no severity of SHACL. Did you mean sh:Warning?",
    ),
    "namespace that is not quite that of SHACL": (
        "ex:S a sh:NodeShape ; <https://www.w3.org/ns/shacl#targetClass> ex:Tree .",
        "<https://www.w3.org/ns/shacl#targetClass> is not in the namespace of SHACL",
    ),
    "constraint of DASH": (
        "ex:S sh:targetClass ex:Tree ; <http://datashapes.org/dash#rootClass> ex:Plant .",
        "<http://datashapes.org/dash#rootClass>, as no file defines it: add dash.ttl",
    ),
    "target type": (
        "ex:S a sh:NodeShape ; sh:target [ a ex:Tall ; ex:least 9 ] ; sh:nodeKind sh:IRI .",
        "a target of SHACL's advanced features (sh:target); try --engine pyshacl",
    ),
    "import": (
        "ex:shapes owl:imports ex:elsewhere .",
        "<http://example.org/elsewhere> was not read, which <http://example.org/shapes> imports",
    ),
    "node expression": ("ex:S sh:targetClass ex:Tree ; sh:expression [] .", "a node expression"),
    "JavaScript": (
        "ex:S sh:targetClass ex:Tree ; sh:js [ sh:jsFunctionName 'f' ] .",
        "a constraint in JavaScript (sh:js)",
    ),
    "draft": (
        "ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; sh:reifierShape ex:R ] .",
        "sh:reifierShape of the SHACL 1.2 draft",
    ),
    "dangling property": (
        "ex:S sh:targetClass ex:Tree ; sh:property ex:Gone .",
        "sh:property <http://example.org/Gone>, which is stated nowhere",
    ),
    "dangling node": (
        "ex:S sh:targetClass ex:Tree ; sh:or ( ex:Gone [ sh:nodeKind sh:IRI ] ) .",
        "sh:or <http://example.org/Gone>, which is stated nowhere",
    ),
    "validator in JavaScript": (
        """
        ex:S sh:targetClass ex:Tree ; ex:least 9 .
        ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
            sh:validator [ a sh:JSValidator ; sh:jsFunctionName "f" ] .
        """,
        "its validator is in JavaScript",
    ),
    "component with half its parameters": (
        """
        ex:S sh:targetClass ex:Tree ; sh:nodeKind sh:IRI ; ex:low 2 .
        ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:low ] , [ sh:path ex:high ] ;
            sh:validator [ sh:ask "ASK { FILTER ($value > $low && $value < $high) }" ] .
        """,
        "example.org/low>: <http://example.org/C> also requires <http://example.org/high>",
    ),
    "not of what is left out": (
        "ex:S sh:targetClass ex:Tree ; sh:not [ sh:nodeKind sh:IRI ; sh:node ex:Gone ] .",
        "not evaluated: sh:not, because a shape that it uses is not evaluated in full",
    ),
}
WITHOUT_EFFECT = {
    "flag in another form": (
        """ex:S sh:targetClass ex:Tree ;
            sh:property [ sh:path ex:p ; sh:uniqueLang "1"^^xsd:boolean ; sh:maxCount 9 ] .""",
        'sh:uniqueLang "1"^^<http://www.w3.org/2001/XMLSchema#boolean> has no effect: only true',
    ),
    "flags alone": (
        'ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; sh:flags "i" ] .',
        "sh:flags has no effect without sh:pattern",
    ),
    "ignored properties alone": (
        "ex:S sh:targetClass ex:Tree ; sh:ignoredProperties ( ex:p ) .",
        "sh:ignoredProperties has no effect without sh:closed",
    ),
    "qualified shape alone": (
        """ex:S sh:targetClass ex:Tree ;
            sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ] .""",
        "sh:qualifiedValueShape has no effect without sh:qualifiedMinCount or",
    ),
    "path of two kinds": (
        """ex:S sh:targetClass ex:Tree ; sh:property
            [ sh:path [ sh:inversePath ex:p ; sh:zeroOrMorePath ex:q ] ; sh:maxCount 9 ] .""",
        "sh:path is of two kinds, and only one has an effect",
    ),
    "message alone": (
        'ex:S sh:targetClass ex:Tree ; sh:message "tall" .',
        "<http://example.org/S> constrains nothing",
    ),
    "deactivated property": (
        """ex:S sh:targetClass ex:Tree ;
            sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:deactivated true ] .""",
        "<http://example.org/S> constrains nothing",
    ),
    "deactivated query": (
        """ex:S sh:targetClass ex:Tree ;
            sh:sparql [ sh:select "SELECT $this { $this a ?c }" ; sh:deactivated true ] .""",
        "<http://example.org/S> constrains nothing",
    ),
    "parameter of another namespace": (
        "ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; ex:minCount 1 ] .",
        "<http://example.org/minCount> is not sh:minCount: no effect",
    ),
    "class instead of a shape": (
        'ex:S sh:targetClass ex:Tree ; sh:node ex:Oak . ex:Oak a owl:Class ; ex:note "hard" .',
        "sh:node <http://example.org/Oak> constrains nothing",
    ),
    "target query": (
        """ex:S sh:target [ sh:select "SELECT ?this { ?this a ex:Bush }" ; sh:prefixes ex:o ] ;
            sh:nodeKind sh:BlankNode .
        ex:o sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .""",
        "The query of a target finds no node",
    ),
    "target of the draft": (
        "ex:S sh:targetWhere [ sh:class ex:Bush ] ; sh:nodeKind sh:BlankNode .",
        "No node matches sh:targetWhere",
    ),
}
FAULTS = {
    "list as a shape": (
        "ex:S sh:targetClass ex:Tree ; sh:node ( [ sh:nodeKind sh:Literal ] ) .",
        "is a list, where a shape is expected",
    ),
    "count on a node shape": (
        "ex:S sh:targetClass ex:Tree ; sh:minCount 2 .",
        "has sh:minCount, which node shapes cannot have (SHACL, section 4.2.1)",
    ),
    "order on a node shape": (
        "ex:S sh:targetClass ex:Tree ; sh:lessThan ex:p .",
        "has sh:lessThan, which node shapes cannot have (SHACL, section 4.5.3)",
    ),
    "flag in quotes": (
        'ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; sh:uniqueLang "true" ] .',
        'has sh:uniqueLang "true", which must be true or false',
    ),
    "closed in quotes": (
        'ex:S sh:targetClass ex:Tree ; sh:closed "true" .',
        'has sh:closed "true", which must be true or false',
    ),
    "qualified count alone": (
        "ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:p ; sh:qualifiedMinCount 1 ] .",
        "has sh:qualifiedMinCount without sh:qualifiedValueShape",
    ),
    "class without an IRI": (
        "ex:S sh:targetClass ex:Tree ; sh:class [ owl:unionOf ( ex:A ex:B ) ] .",
        "it takes the IRI of a class",
    ),
    "target that is a literal": (
        'ex:S sh:targetClass "Tree" ; sh:nodeKind sh:IRI .',
        "has sh:targetClass with a literal; it takes an IRI",
    ),
    "unknown function": (
        """ex:S sh:targetClass ex:Tree ; sh:sparql [ sh:select
            "SELECT $this { $this a ?c FILTER(<http://example.org/f>($this)) }" ] .""",
        "has a query that calls <http://example.org/f>, which is not known",
    ),
    "pattern": (
        'ex:S sh:targetClass ex:Tree ; sh:property [ sh:path ex:height ; sh:pattern "[a-z" ] .',
        "a class in square brackets does not end",
    ),
}


def validated_with_good(shapes: str) -> Report:
    """Validate the trees against a good shape and others."""
    return validate(quads(GOOD + shapes), quads(DATA), keep_going=True)


@pytest.mark.parametrize("name", UNEVALUATED)
def test_report_names_what_is_not_evaluated(name: str) -> None:
    """The remark names the shape and the reason, and the good shape is evaluated."""
    shapes, said = UNEVALUATED[name]

    report = validated_with_good(shapes)

    assert any(said in remark.text for remark in report.unevaluated)
    assert not report.faults
    assert found(report) == [("stump", "")]


@pytest.mark.parametrize("name", FAULTS)
def test_report_names_faults_and_goes_on(name: str) -> None:
    """Forbidden forms are faults with a node to find them by, and the good shape is evaluated."""
    shapes, said = FAULTS[name]

    report = validated_with_good(shapes)

    (fault,) = report.faults
    assert said in fault.text
    assert fault.node is not None
    assert ("stump", "") in found(report)


@pytest.mark.parametrize("name", FAULTS)
def test_validate_raises_faults_unless_it_is_to_go_on(name: str) -> None:
    """By default a fault is an error."""
    with pytest.raises(InputError, match="the shapes cannot be used: "):
        validate(quads(GOOD + FAULTS[name][0]), quads(DATA))


def test_pyshacl_engine_names_what_it_does_not_evaluate() -> None:
    """The remarks do not depend on the engine, but for what pySHACL evaluates."""
    shapes = GOOD + UNEVALUATED["misspelt parameter"][0] + UNEVALUATED["import"][0]

    report = validate(quads(shapes), quads(DATA), engine="pyshacl")

    assert len(report.unevaluated) == 2


def test_pyshacl_engine_names_what_reaches_no_node() -> None:
    """Targets without a node are reported whichever engine validates."""
    report = validate(quads(GOOD), quads("ex:a a ex:Bush ."), engine="pyshacl")

    assert len(report.unreached) == 1


def test_query_target_is_evaluated() -> None:
    """A target that is a SELECT gives the focus nodes (SHACL Advanced Features, section 3.1)."""
    shapes = """
        ex:S sh:target [ a sh:SPARQLTarget ; sh:select
            "SELECT ?this { ?this <http://example.org/height> ?height FILTER(?height > 9) }" ] ;
            sh:property [ sh:path ex:age ; sh:minCount 1 ] .
    """

    report = validate(quads(shapes), quads(DATA))

    assert found(report) == [("oak", "")]
    assert not report.unevaluated


@pytest.mark.parametrize(
    ("shapes", "data", "said"),
    [
        (GOOD, "ex:a a ex:Bush .", "Tree> has no instance in the data"),
        (GOOD, "", "There are no data"),
        ("ex:S sh:targetNode ex:gone ; sh:nodeKind sh:IRI .", DATA, "gone> is not in the data"),
        ("ex:S sh:targetSubjectsOf ex:q ; sh:nodeKind sh:IRI .", DATA, "No node has <"),
        ("ex:S sh:targetObjectsOf ex:q ; sh:nodeKind sh:IRI .", DATA, "is a value of <"),
        (GOOD + "ex:Lone a sh:NodeShape ; sh:nodeKind sh:IRI .", DATA, "Lone> has no target"),
        ("ex:Lone sh:nodeKind sh:IRI .", DATA, "No shape has a target: nothing was validated"),
    ],
)
def test_report_names_what_reaches_no_node(shapes: str, data: str, said: str) -> None:
    """Targets without a node, unused shapes and empty data are distinguished from valid data."""
    report = validate(quads(shapes), quads(data))

    assert any(said in remark.text for remark in report.unreached)


def test_shapes_in_use_are_not_called_unused() -> None:
    """A shape that another one uses, and a parameter of a component, need no target."""
    shapes = """
        ex:Used sh:nodeKind sh:IRI .
        ex:Listed sh:nodeKind sh:IRI .
        ex:S sh:targetClass ex:Tree ; sh:node ex:Used ; sh:or ( ex:Listed ) .
    """

    assert not validate(quads(shapes), quads(DATA)).unreached


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_report_names_what_has_no_effect(name: str) -> None:
    """A part of the shapes that can find nothing is named, and nothing fails because of it."""
    shapes, said = WITHOUT_EFFECT[name]
    report = validated_with_good(shapes)

    assert any(said in remark.text for remark in report.unreached), report.unreached
    assert not report.faults
    assert not report.unevaluated


def test_report_names_deactivated_shapes() -> None:
    """A note names a deactivated shape, and says if no other has a target."""
    shapes = "ex:S sh:targetClass ex:Tree ; sh:deactivated true ; sh:nodeKind sh:BlankNode ."
    report = validate(quads(shapes), quads(DATA), keep_going=True)

    assert report.notes == ("<http://example.org/S> is deactivated, and not evaluated",)
    assert [remark.text for remark in report.unreached] == [
        "All shapes with a target are deactivated: nothing was validated"
    ]


def test_shape_class_is_its_own_target() -> None:
    """An instance of sh:ShapeClass of the SHACL 1.2 draft is a shape for its instances."""
    shapes = "ex:Tree a sh:ShapeClass ; sh:property [ sh:path ex:height ; sh:minCount 1 ] ."

    assert found(validate(quads(shapes), quads(DATA))) == [("stump", "")]


@pytest.mark.parametrize(("constraint", "count"), [("sh:not []", 1), ("sh:or ( [] )", 0)])
def test_blank_shape_without_constraints_fits_everything(constraint: str, count: int) -> None:
    """A blank node without statements is a shape, as no other file can say more about it."""
    shapes = f"ex:S sh:targetNode ex:oak ; {constraint} ."
    report = validate(quads(shapes), quads(DATA))

    assert len(report.results) == count
    assert not report.unevaluated
