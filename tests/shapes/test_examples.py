"""Each shape and check finds its own bad example, and lets its good one pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

import factbook
from factbook.check.findings import term_text
from factbook.check.rules import book_rules, find_example, rule_page
from factbook.check.shapes import ShapeRules
from factbook.rdf.parse import read_rdf
from factbook.shacl import SH

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shapes.conftest import Checked

    from factbook.check.findings import Rule

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ROOT / "ontology" / "shapes"
EXAMPLES = SHAPES / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
FILES = [read_rdf(path) for path in sorted(SHAPES.glob("*.ttl"))]
RULES = book_rules(factbook.open())
QUADS = [quad for file in FILES for quad in file.quads]
PATHS = {quad.subject: quad.object for quad in QUADS if quad.predicate.value == f"{SH}path"}

# What else is broken wherever a rule is: without a measure no unit can fit it
# Without one subject and one standing there is no series, nor with two values of a term
COMPANIONS = {
    "company-iri": {"organization-iri"},
    "observation-about": {"without-series"},
    "observation-standing": {"without-series"},
    "without-series": {"observation-accelerator-count"},
}


def iri(rule: Rule) -> NamedNode:
    """Return the shape that a rule is."""
    return NamedNode(str(rule.iri))


@pytest.mark.parametrize("name", NAMES)
def test_bad_example_breaks_its_rule_only(name: str, checked: Callable[[str], Checked]) -> None:
    """The rule, and no other rule, has a finding in its bad example."""
    found = {finding.rule for finding in checked("bad").of(name)}

    assert name in found
    assert found - {name} == COMPANIONS.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_good_example_has_no_findings(name: str, checked: Callable[[str], Checked]) -> None:
    """No rule has a finding in a good example."""
    assert checked("good").of(name) == []


def test_shared_example_data_has_no_findings(checked: Callable[[str], Checked]) -> None:
    """The data that all examples share breaks no rule."""
    assert checked("good").of("market") == []


@pytest.mark.parametrize("name", [name for name in NAMES if RULES[name].kind == "shape"])
def test_finding_has_path_of_its_shape(name: str, checked: Callable[[str], Checked]) -> None:
    """The path of a finding is that of the property shape; a node shape has none."""
    checked_bad = checked("bad")
    path = PATHS.get(iri(RULES[name]))

    found = {f.property for f in checked_bad.of(name) if f.rule == name}

    if isinstance(path, NamedNode):
        assert found == {term_text(path, checked_bad.book.prefixes)}
    elif path is None:
        assert found == {""}
    else:
        assert len(found) == 1


@pytest.mark.parametrize("name", NAMES)
def test_finding_has_line_and_column(name: str, checked: Callable[[str], Checked]) -> None:
    """The position is that of the faulty statement, below the prefixes."""
    checked_bad = checked("bad")
    lines = checked_bad.places[name].read_text(encoding="utf-8").splitlines()

    for finding in checked_bad.of(name):
        assert finding.line is not None
        assert finding.column is not None
        assert lines[finding.line - 1][finding.column - 1 :].strip()
        assert not lines[finding.line - 1].startswith("@prefix")


def test_every_rule_has_examples() -> None:
    """Each shape and check has a good and a bad graph, and each graph has a rule."""
    wanted = {name for name, rule in RULES.items() if rule.kind in {"shape", "query"}}
    whole = {
        name
        for name in NAMES
        if all(find_example(name, which, [EXAMPLES]) for which in ("bad", "good"))
    }

    assert whole == wanted == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_rule_page_shows_meaning_fix_and_examples(name: str) -> None:
    """The page of a rule has its meaning, its fix and its examples."""
    text = rule_page(RULES[name], [EXAMPLES])

    assert RULES[name].summary.rstrip(".") in text
    assert RULES[name].fix in text
    assert (EXAMPLES / name / "bad.ttl").read_text(encoding="utf-8").strip() in text
    assert (EXAMPLES / name / "good.ttl").read_text(encoding="utf-8").strip() in text


def test_property_shapes_are_named() -> None:
    """Each property shape has an IRI, so that a finding can name its rule."""
    unnamed = [
        quad
        for quad in QUADS
        if quad.predicate.value == f"{SH}property" and isinstance(quad.object, BlankNode)
    ]

    assert unnamed == []


def test_every_reporting_shape_is_a_rule() -> None:
    """A shape with a target, and each of its property shapes, has a meaning and a fix."""
    targets = {quad.subject for quad in QUADS if quad.predicate.value.startswith(f"{SH}target")}
    grouped = {
        quad.subject: quad.object
        for quad in QUADS
        if quad.predicate.value == f"{SH}property" and quad.subject in targets
    }
    properties = {
        quad.object
        for quad in QUADS
        if quad.predicate.value == f"{SH}property" and quad.subject in grouped
    }
    rules = {iri(rule) for rule in RULES.values() if rule.kind == "shape"}

    assert (targets - grouped.keys()) | properties == rules


@pytest.mark.parametrize("name", [name for name in NAMES if RULES[name].kind == "shape"])
def test_shape_has_english_meaning_fix_and_severity(name: str) -> None:
    """Each rule has one English description, one English message and a severity."""
    own = [quad for quad in QUADS if quad.subject == iri(RULES[name])]

    for text in ("description", "message"):
        found = [quad.object for quad in own if quad.predicate.value == f"{SH}{text}"]
        texts = [literal for literal in found if isinstance(literal, Literal)]
        assert [literal.language for literal in texts] == ["en"]
        assert texts[0].value.endswith(".")
    assert [quad for quad in own if quad.predicate.value == f"{SH}severity"]


def test_rule_is_named_after_its_shape() -> None:
    """The name of a rule is the last part of its shape's IRI."""
    rules = ShapeRules(FILES).list_rules()

    assert {rule.iri for rule in rules} == {
        f"https://w3id.org/ai-infra/shape/{rule.name}" for rule in rules
    }
