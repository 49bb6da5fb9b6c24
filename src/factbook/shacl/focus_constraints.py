"""Constraints on all values of a focus node together: counts, pairs, closed shapes (SHACL, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.terms import to_sparql
from factbook.shacl.dialect import all_of, negate, safe
from factbook.shacl.paths import is_enumerable, is_step
from factbook.shacl.plan import CountPlan, FocusConstraint, Plan, RowConstraint, RowPlan
from factbook.shacl.shapes_graph import NotEvaluatedError, Remark, ill_formed, sh, shape_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node, ShapesGraph

    ReadFocus: TypeAlias = Callable[[ShapesGraph, Node], Iterator[FocusConstraint]]
    """Yields the constraints that a parameter adds to a shape."""

_MAX_PAIRWISE = 3
_MAX_LISTED = 300


def _can_enumerate(path: Path | None) -> bool:
    return path is not None and is_enumerable(path)


@dataclass(frozen=True)
class Count(FocusConstraint):
    """sh:minCount, sh:maxCount, and the same for the values that conform to a shape."""

    least: int | None = None
    most: int | None = None
    shape: Node | None = None
    """The value of sh:qualifiedValueShape."""
    siblings: tuple[Node, ...] = ()
    """The qualified shapes of siblings, which a counted value must not conform to."""

    @property
    def shapes(self) -> tuple[Node, ...]:
        """The shapes that the constraint refers to."""
        return () if self.shape is None else (self.shape, *self.siblings)

    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that a focus node has the right number of values."""
        tests = []
        if self.least is not None:
            tests.append(self._has_at_least(self.least, focus, path, emitter))
        if self.most is not None:
            tests.append(negate(self._has_at_least(self.most + 1, focus, path, emitter)))
        return all_of(tests)

    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:
        """Return the plan that finds focus nodes with too few or too many values."""
        if not self.least and self.most is None:
            return []
        value = emitter.new_variable()
        return [
            CountPlan(
                emitter.path_patterns(path, "?this", value),
                value,
                self._counts(value, emitter),
                least=self.least,
                most=self.most,
                is_enumerable=_can_enumerate(path),
                is_distinct=path is not None and is_step(path),
                exists=emitter.has_value(path, "?this", value, self._counts(value, emitter)),
            )
        ]

    def _counts(self, value: str, emitter: Emitter) -> str:
        """Return the test that a value is one of those to count."""
        if self.shape is None:
            return "true"
        others = [negate(emitter.conforms(each, value)) for each in self.siblings]
        return all_of([emitter.conforms(self.shape, value), *others])

    def _has_at_least(self, number: int, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that there are at least so many values to count.

        Up to three are compared in pairs. More are counted in a sub-query that groups by the focus
        node: it is right whether or not the engine passes the focus node into it.
        """
        if number == 0:
            return "true"
        if number == 1:
            value = emitter.new_variable()
            return emitter.has_value(path, focus, value, self._counts(value, emitter))
        if number > _MAX_PAIRWISE:
            value = emitter.new_variable()
            step = emitter.path_inside_exists(path, focus, value)
            body = f"{step} FILTER({self._counts(value, emitter)})"
            having = f"HAVING(COUNT(DISTINCT {value}) >= {number})"
            return f"EXISTS {{ SELECT {focus} WHERE {{ {body} }} GROUP BY {focus} {having} }}"
        values = [emitter.new_variable() for _ in range(number)]
        steps = " ".join(
            f"{{ {emitter.path_inside_exists(path, focus, value)} }}" for value in values
        )
        differ = [negate(emitter.same_term(*pair)) for pair in combinations(values, 2)]
        tests = all_of([*differ, *(self._counts(value, emitter) for value in values)])
        return f"EXISTS {{ {steps} FILTER({tests}) }}"


@dataclass(frozen=True)
class Equals(RowConstraint):
    """sh:equals."""

    property_: NamedNode

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the searches for values of either property that the other lacks."""
        missing = f"!EXISTS {{ {_triple(focus, self.property_, value)} }}"
        surplus = negate(emitter.connects(path, focus, value))
        is_fast = _can_enumerate(path)
        return [
            RowPlan(missing, path, value, columns=(value,), is_enumerable=is_fast),
            RowPlan(surplus, self.property_, value, columns=(value,), is_enumerable=is_fast),
        ]


@dataclass(frozen=True)
class Disjoint(RowConstraint):
    """sh:disjoint."""

    property_: NamedNode

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the search for the shared values."""
        shared = emitter.connects(path, focus, value)
        is_fast = _can_enumerate(path)
        return [RowPlan(shared, self.property_, value, columns=(value,), is_enumerable=is_fast)]


@dataclass(frozen=True)
class LessThan(RowConstraint):
    """sh:lessThan and sh:lessThanOrEquals."""

    operator: str
    property_: NamedNode

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the search for the pairs that are not in order, or do not compare."""
        other = emitter.new_variable()
        return [
            RowPlan(
                negate(emitter.compare(value, self.operator, other)),
                path,
                value,
                _triple(focus, self.property_, other),
                columns=(value, other),
                is_enumerable=_can_enumerate(path),
            )
        ]


@dataclass(frozen=True)
class HasValue(FocusConstraint):
    """sh:hasValue."""

    term: Term

    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:
        """Return the test that the term is among the values."""
        if path is None:
            return emitter.is_term(focus, self.term)
        if is_step(path) and not isinstance(self.term, BlankNode):
            return f"EXISTS {{ {focus} {path} {emitter.term(self.term)} }}"
        value = emitter.new_variable()
        return emitter.has_value(path, focus, value, emitter.is_term(value, self.term))

    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:
        """Return the plan that finds focus nodes without the value."""
        return [RowPlan(negate(self.test("?this", path, emitter)))]


@dataclass(frozen=True)
class UniqueLang(RowConstraint):
    """sh:uniqueLang."""

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the search for each language of several values, once."""
        other, tag = emitter.new_variable(), emitter.new_variable()
        languages = safe(f'LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({other}))')
        return [
            RowPlan(
                all_of([languages, negate(emitter.same_term(value, other))]),
                path,
                value,
                emitter.path_inside_exists(path, focus, other),
                columns=(f"(LCASE(LANG({value})) AS {tag})",),
                is_enumerable=_can_enumerate(path),
            )
        ]


@dataclass(frozen=True)
class Closed(RowConstraint):
    """sh:closed with sh:ignoredProperties."""

    allowed: tuple[NamedNode, ...]

    def searches(
        self, focus: str, value: str, path: Path | None, emitter: Emitter
    ) -> list[RowPlan]:
        """Return the search for each triple with a property that is not allowed."""
        node = focus if path is None else emitter.new_variable()
        triple = f"{node} ?path {value} ."
        allowed = {each.value for each in self.allowed}
        forbidden = None if emitter.properties is None else emitter.properties - allowed
        if forbidden is None or len(forbidden) > _MAX_LISTED:
            emitter.reads_everything = True
            if allowed:
                triple += f" FILTER(?path NOT IN ({_list(allowed, ', ')}))"
        elif not forbidden:
            return []
        else:
            triple = f"VALUES ?path {{ {_list(forbidden, ' ')} }} {triple}"
        end = "" if path is None else node
        columns = ("?path", value, *([end] if end else []))
        is_fast = path is None or is_enumerable(path)
        return [RowPlan("true", path, end, triple, columns=columns, is_enumerable=is_fast)]


def _list(iris: Iterable[str], separator: str) -> str:
    return separator.join(to_sparql(NamedNode(each)) for each in sorted(iris))


def _read_closed(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    if graph.objects(node, sh("closed")) == [sh("ByTypes")]:
        text = f"{shape_name(node)}: not evaluated: sh:closed sh:ByTypes of the SHACL 1.2 draft"
        raise NotEvaluatedError(Remark(text, node, sh("closed")))
    if not graph.flag(node, sh("closed")):
        return
    ignored = graph.value(node, sh("ignoredProperties"))
    listed = () if ignored is None else graph.members(ignored, of=node)
    paths = [
        path
        for each in graph.objects(node, sh("property"))
        for path in graph.objects(each, sh("path"))
    ]
    allowed = tuple(each for each in (*paths, *listed) if isinstance(each, NamedNode))
    yield Closed("Closed", allowed)


def _read_unique_lang(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    if graph.flag(node, sh("uniqueLang")):
        yield UniqueLang("UniqueLang")


def _read_pair(name: str, make: Callable[[NamedNode], FocusConstraint]) -> ReadFocus:
    def read(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
        for property_ in _properties(graph, node, name):
            yield make(property_)

    return read


def _read_has_value(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    for term in graph.objects(node, sh("hasValue")):
        yield HasValue("HasValue", term)


def _read_min_count(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    yield Count("MinCount", least=graph.count(node, sh("minCount")))


def _read_max_count(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
    yield Count("MaxCount", most=graph.count(node, sh("maxCount")))


def _read_qualified(name: str) -> ReadFocus:
    def read(graph: ShapesGraph, node: Node) -> Iterator[FocusConstraint]:
        parameter = f"qualified{name}Count"
        number = graph.count(node, sh(parameter))
        shape = graph.node(node, sh("qualifiedValueShape"))
        if shape is None:
            raise ill_formed(
                node, f"has sh:{parameter} without sh:qualifiedValueShape", sh(parameter)
            )
        siblings: tuple[Node, ...] = ()
        if graph.flag(node, sh("qualifiedValueShapesDisjoint")):
            siblings = _sibling_shapes(graph, node, shape)
        least, most = (number, None) if name == "Min" else (None, number)
        yield Count(f"Qualified{name}Count", least=least, most=most, shape=shape, siblings=siblings)

    return read


def _sibling_shapes(graph: ShapesGraph, node: Node, shape: Node) -> tuple[Node, ...]:
    """Return the qualified shapes of the other property shapes of the same parents."""
    found: dict[Node, None] = {}
    for parent in graph.subjects(sh("property")):
        siblings = graph.objects(parent, sh("property"))
        if node not in siblings:
            continue
        for sibling in siblings:
            other = graph.node(sibling, sh("qualifiedValueShape"))
            if other is not None and other != shape:
                found[other] = None
    return tuple(found)


def _properties(graph: ShapesGraph, node: Node, name: str) -> Iterator[NamedNode]:
    for term in graph.objects(node, sh(name)):
        if not isinstance(term, NamedNode):
            kind = "a literal" if isinstance(term, Literal) else "a blank node"
            problem = f"has sh:{name} with {kind}; it takes the IRI of a property"
            raise ill_formed(node, problem, sh(name))
        yield term


def _triple(focus: str, property_: NamedNode, value: str) -> str:
    return f"{focus} {to_sparql(property_)} {value} ."


FOCUS_READERS: dict[str, ReadFocus] = {
    "closed": _read_closed,
    "minCount": _read_min_count,
    "maxCount": _read_max_count,
    "qualifiedValueShape": lambda _graph, _node: iter(()),  # the counts read it
    "qualifiedMinCount": _read_qualified("Min"),
    "qualifiedMaxCount": _read_qualified("Max"),
    "equals": _read_pair("equals", partial(Equals, "Equals")),
    "disjoint": _read_pair("disjoint", partial(Disjoint, "Disjoint")),
    "hasValue": _read_has_value,
    "lessThan": _read_pair("lessThan", partial(LessThan, "LessThan", "<")),
    "lessThanOrEquals": _read_pair("lessThanOrEquals", partial(LessThan, "LessThanOrEquals", "<=")),
    "uniqueLang": _read_unique_lang,
}
"""Reads the constraints of each parameter that applies to all value nodes together."""
PROPERTY_ONLY = {
    "minCount": "4.2.1",
    "maxCount": "4.2.2",
    "uniqueLang": "4.4.5",
    "lessThan": "4.5.3",
    "lessThanOrEquals": "4.5.4",
}
"""The parameters that node shapes cannot have, with the section of SHACL that says so."""
WITHOUT_EFFECT = ("qualifiedMinCount", "qualifiedMaxCount")
"""The parameters that node shapes can have, but which mean nothing there."""
