"""Constraints that are queries: sh:sparql and constraint components (SHACL, sections 5 and 6)."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import BlankNode, NamedNode, Store

from factbook.errors import UsageError
from factbook.rdf.terms import XSD
from factbook.shacl.emitter import CannotCompileError
from factbook.shacl.plan import FocusConstraint, Plan, ValueConstraint
from factbook.shacl.prebinding import (
    bind_constants,
    find_violation,
    for_one,
    inside_exists,
    mentions,
)
from factbook.shacl.shapes_graph import (
    IMPORTS,
    OWL,
    RDF,
    RDFS,
    SH,
    SHAPES_GRAPH,
    NotEvaluatedError,
    Remark,
    ill_formed,
    sh,
    shape_name,
)
from factbook.sparql.mistakes import explain
from factbook.sparql.tree import QueryTextError, parse_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pyoxigraph import Literal

    from factbook.rdf.terms import Term
    from factbook.shacl.emitter import Emitter
    from factbook.shacl.paths import Path
    from factbook.shacl.shapes_graph import Node, ShapesGraph
    from factbook.sparql.tree import Select

    Form: TypeAlias = OneOf["SELECT", "ASK"]
    Guard: TypeAlias = Callable[[Term], AbstractContextManager[None]]
    """Skips a part of the shapes that cannot be used, with a remark."""

_PATH = re.compile(r"[$?]PATH\b")
_USUAL_PREFIXES = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "sh": SH, "xsd": XSD}
_PREBOUND = ("this", "currentShape", "shapesGraph")
_NAMESPACE_ENDS = ("#", "/", ":")


@dataclass(frozen=True)
class Query:
    """A query, and the shape that uses it."""

    select: Select
    shape: Node
    path: Path | None
    parameters: Mapping[str, Term] = field(default_factory=dict)
    """The shape's values for the parameters of a component."""

    def bind(self, emitter: Emitter) -> Select:
        """Return the query with everything but the focus node bound, as the engine answers it.

        Raises:
            CannotCompileError: It cannot be part of another query.
        """
        constants = {name: emitter.term(term) for name, term in self.parameters.items()}
        if any(text.endswith(">()") for text in constants.values()):
            raise CannotCompileError("a parameter is a blank node")
        constants["shapesGraph"] = emitter.term(SHAPES_GRAPH)
        if self.path is not None:
            constants["PATH"] = f"({self.path})"
        if mentions(self.select, "currentShape"):
            constants["currentShape"] = emitter.term(self.shape)
            if constants["currentShape"].endswith("()"):
                raise CannotCompileError("it asks for $currentShape, and the shape has no IRI")
        bound = bind_constants(self.select, constants)
        try:
            return parse_query(emitter.as_standard(for_one(bound, "")))
        except UsageError as error:
            raise CannotCompileError(f"its query cannot be run: {error}") from None


@dataclass(frozen=True)
class SelectConstraint(FocusConstraint):
    """sh:sparql, or a component with a SELECT validator: each row is a violation."""

    query: Query
    messages: tuple[Literal, ...]
    node: Node | None
    """The sh:SPARQLConstraint, which results name."""
    custom: NamedNode | None = None

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return self.custom or sh("SPARQLConstraintComponent")

    def test(self, focus: str, path: Path | None, emitter: Emitter) -> str:  # noqa: ARG002 - bound
        """Return the test that the query finds nothing for a focus node."""
        emitter.queries.append(self.query.select)
        suffix = emitter.new_variable()[1:]
        return f"!EXISTS {inside_exists(self.query.bind(emitter), {'this': focus}, suffix)}"

    def plans(self, path: Path | None, emitter: Emitter) -> list[Plan]:  # noqa: ARG002 - none
        """Return no plan: the compiler runs the query itself."""
        return []


@dataclass(frozen=True)
class AskConstraint(ValueConstraint):
    """A component with an ASK validator: true of each value node, or a violation."""

    query: Query
    messages: tuple[Literal, ...]
    custom: NamedNode

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return self.custom

    def test(self, value: str, focus: str, emitter: Emitter) -> str:
        """Return the test that the query is true of a value."""
        emitter.queries.append(self.query.select)
        names = {"this": focus, "value": value}
        suffix = emitter.new_variable()[1:]
        return f"EXISTS {inside_exists(self.query.bind(emitter), names, suffix)}"


@dataclass(frozen=True)
class Component:
    """A constraint component: the parameters that use it, and its validators."""

    node: NamedNode
    required: tuple[NamedNode, ...]
    optional: tuple[NamedNode, ...]
    node_validators: tuple[Node, ...]
    property_validators: tuple[Node, ...]

    def applies_to(self, graph: ShapesGraph, node: Node) -> bool:
        """Tell whether a shape has all the parameters that the component requires."""
        return bool(self.required) and all(graph.objects(node, each) for each in self.required)

    def constraints(
        self, graph: ShapesGraph, node: Node, path: Path | None
    ) -> Iterator[SelectConstraint | AskConstraint]:
        """Yield the constraints that the component adds to a shape.

        Raises:
            ShapesError: The validator's query breaks the rules for queries in shapes.
        """
        if not self.applies_to(graph, node):
            return
        validators = self.node_validators if path is None else self.property_validators
        queries = [each for each in validators if _has_query(graph, each)]
        if not queries:
            self._explain_lack(graph, node, path, validators)
            return
        if len(queries) > 1:
            raise ill_formed(self.node, f"has {len(queries)} validators with queries; keep one")
        validator = queries[0]
        ask = graph.literal(validator, sh("ask"))
        select = graph.literal(validator, sh("select"))
        text = ask or select
        assert text is not None  # noqa: S101 - the validator has a query
        messages = graph.messages(validator)
        for parameters in self._parameters(graph, node):
            prebound = (*parameters, *(("value",) if ask else ()))
            form: Form = "ASK" if ask else "SELECT"
            tree = _parse(graph, validator, text.value, shape=node, prebound=prebound, form=form)
            query = Query(tree, node, path, parameters)
            if ask is not None:
                yield AskConstraint("Ask", query, messages, self.node)
            else:
                yield SelectConstraint("SPARQL", query, messages, None, self.node)

    def _explain_lack(
        self, graph: ShapesGraph, node: Node, path: Path | None, validators: tuple[Node, ...]
    ) -> None:
        """Report why the component cannot be evaluated.

        Raises:
            NotEvaluatedError: There is no validator that is a query.
        """
        if any(graph.objects(each, sh("jsFunctionName")) for each in validators):
            reason = "its validator is in JavaScript"
        elif validators:
            raise ill_formed(self.node, "has a validator with neither sh:ask nor sh:select")
        else:
            reason = f"it has no validator for {'node' if path is None else 'property'} shapes"
        text = f"{shape_name(node)}: not evaluated: {self.node}: {reason}"
        raise NotEvaluatedError(Remark(text, node, self.required[0]))

    def _parameters(self, graph: ShapesGraph, node: Node) -> Iterator[dict[str, Term]]:
        """Yield the values of the parameters: of a single parameter, each value by itself."""
        names = [*self.required, *self.optional]
        values = [graph.objects(node, each) for each in names]
        if len(names) > 1 and any(len(each) > 1 for each in values):
            raise ill_formed(node, f"has two values for a parameter of {self.node}; keep one")
        given = [(name, terms) for name, terms in zip(names, values, strict=True) if terms]
        for chosen in product(*(terms for _, terms in given)):
            yield {_local_name(name): term for (name, _), term in zip(given, chosen, strict=True)}


def read_components(graph: ShapesGraph, guard: Guard) -> tuple[Component, ...]:
    """Return the constraint components that a shapes graph defines, but for those of SHACL."""
    found = []
    for node in graph.subjects(sh("parameter")):
        if not isinstance(node, NamedNode) or sh("ConstraintComponent") not in graph.types(node):
            continue
        if not node.value.startswith(SH):
            with guard(node):
                found.append(_read_component(graph, node))
    return tuple(found)


def find_incomplete(
    components: Iterable[Component], graph: ShapesGraph, node: Node
) -> Iterator[Remark]:
    """Yield a remark on each parameter of a shape that means nothing without another one."""
    listed = list(components)
    used = {
        each
        for component in listed
        if component.applies_to(graph, node)
        for each in (*component.required, *component.optional)
    }
    for component in listed:
        missing = [each for each in component.required if not graph.objects(node, each)]
        for each in (*component.required, *component.optional) if missing else ():
            if each not in used and graph.objects(node, each):
                wanted = f"{component.node} also requires {missing[0]}"
                text = f"{shape_name(node)}: not evaluated: {each}: {wanted}"
                yield Remark(text, node, each)


def _read_component(graph: ShapesGraph, node: NamedNode) -> Component:
    required: list[NamedNode] = []
    optional: list[NamedNode] = []
    for parameter in graph.objects(node, sh("parameter")):
        path = graph.iri(parameter, sh("path"))
        if path is None:
            raise ill_formed(node, "has a sh:parameter without sh:path", sh("parameter"))
        (optional if graph.flag(parameter, sh("optional")) else required).append(path)
    general = _validators(graph, node, "validator")
    return Component(
        node,
        tuple(required),
        tuple(optional),
        _validators(graph, node, "nodeValidator") or general,
        _validators(graph, node, "propertyValidator") or general,
    )


def _validators(graph: ShapesGraph, node: NamedNode, name: str) -> tuple[Node, ...]:
    found = graph.objects(node, sh(name))
    return tuple(each for each in found if isinstance(each, NamedNode | BlankNode))


def _has_query(graph: ShapesGraph, validator: Node) -> bool:
    return any(graph.objects(validator, sh(name)) for name in ("ask", "select"))


def read_sparql_constraint(
    graph: ShapesGraph, node: Node, path: Path | None, constraint: Term
) -> Iterator[SelectConstraint]:
    """Yield the SPARQL constraint that is a value of sh:sparql, if it is active.

    Raises:
        ShapesError: The query breaks the rules for queries in shapes.
    """
    if not isinstance(constraint, NamedNode | BlankNode):
        problem = "has sh:sparql with a literal; it takes a node with sh:select"
        raise ill_formed(node, problem, sh("sparql"))
    if graph.flag(constraint, sh("deactivated")):
        return
    text = graph.literal(constraint, sh("select"))
    if text is None:
        raise ill_formed(node, "has a sh:sparql without sh:select", sh("sparql"))
    query = Query(_parse(graph, constraint, text.value, shape=node), node, path)
    yield SelectConstraint("SPARQL", query, graph.messages(constraint), constraint)


def read_query_target(graph: ShapesGraph, target: Node, node: Node) -> Query:
    """Return the SELECT of a target (SHACL Advanced Features, section 3.1).

    Raises:
        ShapesError: It is not a SELECT that returns ?this.
        NotEvaluatedError: It has something that no pattern can stand for.
    """
    text = graph.literal(target, sh("select"))
    assert text is not None  # noqa: S101 - the target is one with sh:select
    return Query(_parse(graph, target, text.value, shape=node, is_target=True), node, None)


def _parse(  # noqa: PLR0913 - what a query is written in
    graph: ShapesGraph,
    holder: Node,
    text: str,
    *,
    shape: Node,
    prebound: tuple[str, ...] = (),
    is_target: bool = False,
    form: Form = "SELECT",
) -> Select:
    """Return the query of a constraint, validator or target, which has sh:prefixes.

    Raises:
        ShapesError: The query breaks the rules for queries in shapes.
    """
    prefixes = {**_USUAL_PREFIXES, **_prefixes(graph, holder)}
    try:
        query = parse_query(text, prefixes)
    except QueryTextError as error:
        hint = " with sh:prefixes" if "prefix" in str(error) else ""
        raise ill_formed(shape, f"has a query that cannot be used: {error}{hint}") from None
    violation = None if is_target else find_violation(query, (*_PREBOUND, *prebound))
    if query.form != form:
        violation = f"it is not {form}"
    elif form == "SELECT" and not query.is_star and "this" not in query.columns:
        violation = "it does not return ?this (SHACL, section 5.2.1)"
    if violation is not None:
        raise ill_formed(shape, f"has a query that cannot be used: {violation}")
    _require_syntax(text, prefixes, shape)
    return query


def _require_syntax(text: str, prefixes: Mapping[str, str], shape: Node) -> None:
    """Check a query as its author wrote it, so that the message is about that text.

    Raises:
        ShapesError: It is not valid.
    """
    with_path = _PATH.sub("<urn:factbook:path>", text)
    try:
        with suppress(RuntimeError):  # a function that is not known here may be at an endpoint
            Store().query(with_path, prefixes=dict(prefixes))
    except SyntaxError as error:
        said = explain(str(error), with_path, prefixes)
        problem = f"has a query that is not valid SPARQL 1.1: {said}"
        raise ill_formed(shape, problem) from None


def _prefixes(graph: ShapesGraph, holder: Node) -> dict[str, str]:
    """Return the declared prefixes, those of imported ontologies included (SHACL, 5.2.1)."""
    found: dict[str, str] = {}
    seen: set[Term] = set()
    waiting = graph.objects(holder, sh("prefixes"))
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        waiting += graph.objects(source, IMPORTS)
        for declaration in graph.objects(source, sh("declare")):
            prefix = graph.literal(declaration, sh("prefix"))
            namespace = graph.literal(declaration, sh("namespace"))
            if prefix is not None and namespace is not None:
                found[prefix.value] = namespace.value
    return found


def _local_name(name: NamedNode) -> str:
    """Return the local name of a parameter's property, which names its variable."""
    return name.value[max(name.value.rfind(mark) for mark in _NAMESPACE_ENDS) + 1 :]
