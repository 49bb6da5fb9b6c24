"""Targets: the nodes a shape is about, as a pattern that finds and a test that knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pyoxigraph import BlankNode, NamedNode

from factbook.shacl.forms import some
from factbook.shacl.names import CLASS, OWL_CLASS, sh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.graph import ShapesGraph
    from factbook.shacl.lowering import Lowering
    from factbook.shacl.names import Node
    from factbook.shacl.report import Path

TargetKind = Literal["node", "class", "subjectsOf", "objectsOf"]

_PROPERTIES: tuple[tuple[TargetKind, NamedNode], ...] = (
    ("node", sh("targetNode")),
    ("class", sh("targetClass")),
    ("subjectsOf", sh("targetSubjectsOf")),
    ("objectsOf", sh("targetObjectsOf")),
)
TARGET_PROPERTIES = frozenset(property_ for _, property_ in _PROPERTIES)


@dataclass(frozen=True)
class Target:
    """One target declaration (SHACL, section 2.1.3)."""

    kind: TargetKind
    term: Term


@dataclass(frozen=True)
class Origin:
    """Where a search starts: the focus nodes, bound as `?this`."""

    pattern: str
    """Binds `?this`, each focus node once for each way that leads to it."""
    member: str | None
    """The test that `?this` is a focus node, where it can be asked of a single node."""
    route: tuple[str, ...] = ()
    """Further variables, which tell the ways to a focus node apart."""
    is_listed: bool = False
    """Whether the focus nodes are named one by one: few, and not to be looked for."""


def read_targets(graph: ShapesGraph, node: Node) -> tuple[Target, ...]:
    """Return the targets of a shape, the implicit class target included."""
    found = [
        Target(kind, term)
        for kind, property_ in _PROPERTIES
        for term in graph.objects(node, property_)
    ]
    if isinstance(node, NamedNode) and graph.types(node) & {CLASS, OWL_CLASS}:
        found.append(Target("class", node))
    return tuple(found)


def targeted(graph: ShapesGraph) -> Iterator[Node]:
    """Yield the nodes with a target declaration."""
    for _, property_ in _PROPERTIES:
        yield from graph.subjects(property_)


def origin_of(targets: tuple[Target, ...], low: Lowering) -> Origin:
    """Return where the search for a shape's focus nodes starts."""
    listed = [target.term for target in targets if target.kind == "node"]
    others = [target for target in targets if target.kind != "node"]
    patterns = [_pattern(target, low) for target in others]
    tests = [_test(target, low) for target in others]
    if listed:
        patterns += _listed(listed, low)
        tests += [low.same("?this", term) for term in listed]
    if len(patterns) == 1 and (not others or _finds_once(others[0], low)):
        pattern = patterns[0]
    else:
        branches = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)
        pattern = f"{{ SELECT DISTINCT ?this WHERE {{ {branches} }} }}"
    return Origin(pattern, some(tests), is_listed=not others)


def along(origin: Origin, path: Path, low: Lowering) -> Origin:
    """Return the origin one path further: its value nodes are the focus nodes of the next shape."""
    before = low.fresh()
    start = low.renamed(origin.pattern, "?this", before)
    route = (*origin.route, before)
    ways = low.ways(path, before, "?this")
    branches = " UNION ".join(f"{{ {start} {way} }}" for way in ways)
    columns = " ".join(("?this", *route))
    pattern = f"{{ SELECT DISTINCT {columns} WHERE {{ {branches} }} }}"
    return Origin(pattern, None, route, is_listed=origin.is_listed)


def _listed(terms: list[Term], low: Lowering) -> list[str]:
    blank = [term for term in terms if isinstance(term, BlankNode)]
    named = [low.text(term) for term in terms if not isinstance(term, BlankNode)]
    values = [f"VALUES ?this {{ {' '.join(named)} }}"] if named else []
    return values + [f"BIND({low.text(term)} AS ?this)" for term in blank]


def _finds_once(target: Target, low: Lowering) -> bool:
    return target.kind == "class" and len(low.classes.below(target.term) or ()) == 1


def _pattern(target: Target, low: Lowering) -> str:
    if target.kind == "class":
        return low.instances("?this", target.term)
    other = low.fresh()
    property_ = low.text(target.term)
    if target.kind == "subjectsOf":
        return f"?this {property_} {other} ."
    return f"{other} {property_} ?this ."


def _test(target: Target, low: Lowering) -> str:
    return f"EXISTS {{ {_pattern(target, low)} }}"
