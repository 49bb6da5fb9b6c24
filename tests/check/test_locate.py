"""Findings are located in the file where they belong, also when several files or none fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.findings import ERROR, RawFinding, Rule
from factbook.check.locate import Locator
from factbook.rdf.parse import read_rdf
from factbook.rdf.places import Place
from factbook.shacl import INVERSE, PathExpression

if TYPE_CHECKING:
    from pathlib import Path

    from factbook.check.locate import Location
    from factbook.rdf.parse import RdfFile

EX = "https://example.org/"
RULE = Rule("rule", ERROR, "", "", "shape")
REGISTER = "@prefix ex: <https://example.org/> .\nex:a a ex:C .\nex:b a ex:C .\n"
FIRST = "@base <https://example.org/first> .\n@prefix ex: <https://example.org/> .\nex:b ex:p 1 .\n"
SECOND = (
    "@base <https://example.org/second> .\n@prefix ex: <https://example.org/> .\nex:a ex:q 2 .\n"
)


def ex(name: str) -> NamedNode:
    """Return an IRI of the example."""
    return NamedNode(EX + name)


def files(folder: Path) -> list[RdfFile]:
    """Write a register and two sources, and parse them."""
    for name, text in (("register", REGISTER), ("first", FIRST), ("second", SECOND)):
        (folder / f"{name}.ttl").write_text(text, encoding="utf-8")
    return [read_rdf(folder / f"{name}.ttl") for name in ("register", "first", "second")]


def locate(folder: Path, finding: RawFinding) -> tuple[str, int, bool] | None:
    """Return the name of the file, the line, and whether it is exact."""
    found: Location | None = Locator(files(folder), [finding]).locate(finding)
    if found is None or found.place is None:
        return None
    return found.file.path.stem, found.place.line, found.is_exact


def test_locator_finds_the_triple_with_a_wrong_value(tmp_path: Path) -> None:
    """The place is that of the triple itself."""
    finding = RawFinding(RULE, ex("a"), ex("q"), Literal(2))

    assert locate(tmp_path, finding) == ("second", 3, True)


def test_locator_puts_a_missing_value_where_the_class_is_stated(tmp_path: Path) -> None:
    """If no file uses the property, the file that states the class is chosen."""
    finding = RawFinding(RULE, ex("b"), ex("q"))

    assert locate(tmp_path, finding) == ("register", 3, False)


def test_locator_prefers_a_file_that_uses_the_property(tmp_path: Path) -> None:
    """Of the files that describe the node, the one that uses the property is chosen."""
    (tmp_path / "extra.ttl").write_text(
        "@prefix ex: <https://example.org/> .\nex:b ex:r 5 .\nex:a ex:q 6 .\n", encoding="utf-8"
    )
    finding = RawFinding(RULE, ex("b"), ex("q"))

    locator = Locator([*files(tmp_path), read_rdf(tmp_path / "extra.ttl")], [finding])
    found = locator.locate(finding)

    assert found is not None
    assert (found.file.path.stem, found.place) == ("extra", Place(2, 1))


def test_locator_uses_the_graph_of_a_finding(tmp_path: Path) -> None:
    """A finding that names its graph is located in that file."""
    finding = RawFinding(RULE, ex("b"), graph=NamedNode(f"{EX}first"))

    assert locate(tmp_path, finding) == ("first", 3, False)


def test_locator_follows_an_inverse_path(tmp_path: Path) -> None:
    """The value of an inverse path is the subject of the triple."""
    path = PathExpression(INVERSE, (NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),))
    finding = RawFinding(RULE, ex("C"), path, ex("b"))

    assert locate(tmp_path, finding) == ("register", 3, True)


def test_locator_finds_no_place_for_an_unmentioned_node(tmp_path: Path) -> None:
    """A node that no file mentions has no place."""
    assert locate(tmp_path, RawFinding(RULE, ex("nobody"))) is None


def test_locator_finds_the_mention_of_an_undescribed_node(tmp_path: Path) -> None:
    """A node that no file describes is located where it is an object."""
    assert locate(tmp_path, RawFinding(RULE, ex("C"))) == ("register", 2, False)
