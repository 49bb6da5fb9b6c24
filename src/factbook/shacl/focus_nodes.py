"""Write the patterns that find the nodes to validate: targets, and values of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.dialect import any_of, union
from factbook.shacl.paths import is_nullable, properties_of
from factbook.shacl.plan import FocusNodes
from factbook.shacl.prebinding import for_one

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes import Target


def find_focus_nodes(targets: tuple[Target, ...], emitter: Emitter) -> FocusNodes:
    """Return the pattern for the focus nodes of a shape with targets.

    Raises:
        CannotCompileError: A target is a query that has to be run by itself.
    """
    listed = [target.term for target in targets if target.kind == "node"]
    others = [target for target in targets if target.kind != "node"]
    patterns = [target_pattern(target, emitter) for target in others]
    tests = [f"EXISTS {{ {target_pattern(target, emitter)} }}" for target in others]
    if listed:
        patterns += _listed_nodes(listed, emitter)
        tests += [emitter.is_term("?this", term) for term in listed]
    if len(patterns) == 1 and (not others or _finds_once(others[0], emitter)):
        pattern = patterns[0]
    else:
        branches = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)
        pattern = f"{{ SELECT DISTINCT ?this WHERE {{ {branches} }} }}"
    return FocusNodes(pattern, any_of(tests), is_listed=not others)


def find_value_nodes(focus: FocusNodes, path: Path, emitter: Emitter) -> FocusNodes:
    """Return the pattern for the values of a path, which are the focus nodes of the next shape."""
    before = emitter.new_variable()
    start = emitter.rename(focus.pattern, "?this", before)
    route = (*focus.route, before)
    branches = " UNION ".join(
        f"{{ {start} {pattern} }}" for pattern in emitter.path_patterns(path, before, "?this")
    )
    columns = " ".join(("?this", *route))
    pattern = f"{{ SELECT DISTINCT {columns} WHERE {{ {branches} }} }}"
    return FocusNodes(pattern, None, route, is_listed=focus.is_listed)


def find_nodes_on(paths: list[Path], emitter: Emitter, *, stays: bool) -> FocusNodes:
    """Return the pattern for the nodes at the ends of the properties of paths.

    Args:
        paths: The paths.
        emitter: Writes the pattern.
        stays: Whether a node may also be reached without a step, which all nodes may then be.
    """
    this, other, property_ = "?this", emitter.new_variable(), emitter.new_variable()
    steps = {to_sparql(each) for path in paths for each in properties_of(path)}
    if stays or any(is_nullable(path) for path in paths):
        steps = {property_}
    ends = [
        pattern
        for step in sorted(steps)
        for pattern in (f"{this} {step} {other} .", f"{other} {step} {this} .")
    ]
    return FocusNodes(f"{{ SELECT DISTINCT ?this WHERE {{ {union(ends)} }} }}", None)


def target_pattern(target: Target, emitter: Emitter) -> str:
    """Return the pattern for the nodes of a target.

    Raises:
        CannotCompileError: It is a query that has to be run by itself.
    """
    if target.query is not None:
        query = for_one(target.query.bind(emitter), "")
        return f"{{ SELECT DISTINCT ?this WHERE {{ {{ {query} }} }} }}"
    if target.kind == "where":
        other, property_ = emitter.new_variable(), emitter.new_variable()
        ends = [f"?this {property_} {other} .", f"{other} {property_} ?this ."]
        assert isinstance(target.term, NamedNode | BlankNode)  # noqa: S101 - it is a shape
        test = emitter.conforms(target.term, "?this")
        return f"{{ SELECT DISTINCT ?this WHERE {{ {union(ends)} FILTER({test}) }} }}"
    if target.kind == "class":
        return emitter.instances("?this", target.term)
    other = emitter.new_variable()
    property_ = emitter.term(target.term)
    if target.kind == "subjectsOf":
        return f"?this {property_} {other} ."
    return f"{other} {property_} ?this ."


def _listed_nodes(terms: list[Term], emitter: Emitter) -> list[str]:
    blank = [term for term in terms if isinstance(term, BlankNode)]
    named = [emitter.term(term) for term in terms if not isinstance(term, BlankNode)]
    values = [f"VALUES ?this {{ {' '.join(named)} }}"] if named else []
    return values + [f"BIND({emitter.term(term)} AS ?this)" for term in blank]


def _finds_once(target: Target, emitter: Emitter) -> bool:
    return target.kind == "class" and len(emitter.classes.closure(target.term) or ()) == 1
