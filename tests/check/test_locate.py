"""Where a fault is put when several files, or none, speak of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, Rule
from factbook.check.locate import Locator
from factbook.rdf.parse import read_rdf
from factbook.rdf.positions.places import Place
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


def located(folder: Path, fault: Fault) -> tuple[str, int, bool] | None:
    """Return the name of the file, the line, and whether it is exact."""
    found: Location | None = Locator(files(folder), [fault]).locate(fault)
    if found is None or found.place is None:
        return None
    return found.file.path.stem, found.place.line, found.exact


def test_a_wrong_value_is_where_it_stands(tmp_path: Path) -> None:
    """The triple itself is the place."""
    fault = Fault(RULE, ex("a"), ex("q"), Literal(2))

    assert located(tmp_path, fault) == ("second", 3, True)


def test_what_is_missing_is_missed_where_the_thing_is_declared(tmp_path: Path) -> None:
    """Where no file says the like of others, it is the one that says what the thing is."""
    fault = Fault(RULE, ex("b"), ex("q"))

    assert located(tmp_path, fault) == ("register", 3, False)


def test_a_file_that_uses_the_property_comes_first(tmp_path: Path) -> None:
    """Of the files that speak of the thing, the one that says the like of others is chosen."""
    (tmp_path / "extra.ttl").write_text(
        "@prefix ex: <https://example.org/> .\nex:b ex:r 5 .\nex:a ex:q 6 .\n", encoding="utf-8"
    )
    fault = Fault(RULE, ex("b"), ex("q"))

    locator = Locator([*files(tmp_path), read_rdf(tmp_path / "extra.ttl")], [fault])
    found = locator.locate(fault)

    assert found is not None
    assert (found.file.path.stem, found.place) == ("extra", Place(2, 1))


def test_a_graph_that_is_named_decides(tmp_path: Path) -> None:
    """A query that names the source has the last word."""
    fault = Fault(RULE, ex("b"), graph=NamedNode(f"{EX}first"))

    assert located(tmp_path, fault) == ("first", 3, False)


def test_an_inverse_path_is_looked_for_at_the_other_end(tmp_path: Path) -> None:
    """The value of an inverse path is the subject of the triple."""
    path = PathExpression(INVERSE, (NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),))
    fault = Fault(RULE, ex("C"), path, ex("b"))

    assert located(tmp_path, fault) == ("register", 3, True)


def test_a_thing_that_nobody_mentions_has_no_place(tmp_path: Path) -> None:
    """Rather nothing than something wrong."""
    assert located(tmp_path, Fault(RULE, ex("nobody"))) is None


def test_a_thing_that_is_only_mentioned_is_found_there(tmp_path: Path) -> None:
    """What no file describes stands where one refers to it."""
    assert located(tmp_path, Fault(RULE, ex("C"))) == ("register", 2, False)
