"""Where the queries of a validation run: an index in this process, or an endpoint."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from factbook.shacl.forms import EMBEDDED
from factbook.shacl.names import SHAPES_GRAPH
from factbook.shacl.spelling import reveal
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyoxigraph import BlankNode

    from factbook.rdf.terms import Term
    from factbook.shacl.forms import Forms, View
    from factbook.shacl.index import Index
    from factbook.store.answers import Engine

    Row = Mapping[str, Term]

_STANDS = NamedNode("urn:factbook:stands")


class Place(Protocol):
    """What can be asked, and how it wants to be asked."""

    @property
    def forms(self) -> Forms:
        """How the engine wants things said."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether the data is here: blank nodes have names, and functions of ours can be called."""
        ...

    @property
    def properties(self) -> frozenset[str] | None:
        """All properties that the data has, where that is known."""
        ...

    @property
    def respelled(self) -> frozenset[str]:
        """The properties with values that are known to be stored in another spelling."""
        ...

    def rows(
        self, text: str, *, view: View, nodes: Mapping[str, BlankNode] | None = None
    ) -> Iterator[Row]:
        """Run a SELECT on what it was written for; functions may stand for blank nodes."""
        ...

    def spellings(self, focus: Term, value: Term, property_: str | None) -> list[Term]:
        """Return how the files spell a value that a query over the stored forms has found."""
        ...

    def quads(self) -> Iterable[Quad]:
        """Return all the data."""
        ...

    def must_answer(self) -> None:
        """Make sure that queries are answered at all.

        Raises:
            EndpointError: They are not.
        """
        ...


@dataclass
class Here:
    """An index in this process."""

    index: Index
    functions: dict[str, Callable[..., Term | None]] = field(default_factory=dict)
    """Functions that queries may call, by IRI."""
    forms: Forms = EMBEDDED
    is_local: bool = True

    @property
    def properties(self) -> frozenset[str] | None:
        """All properties that the data has, where they have been noted."""
        return self.index.properties

    @property
    def respelled(self) -> frozenset[str]:
        """The properties with values that the store rewrites."""
        return frozenset(quad.predicate.value for quad in self.index.respelled)

    def rows(
        self, text: str, *, view: View, nodes: Mapping[str, BlankNode] | None = None
    ) -> Iterator[Row]:
        """Run a SELECT over one of the index's views."""
        functions = self.functions | _standing_for(nodes or {})
        found = self.index.store.query(
            text,
            default_graph=[*self.index.graphs(view)],
            named_graphs=[SHAPES_GRAPH],
            custom_functions={NamedNode(name): function for name, function in functions.items()},
        )
        assert isinstance(found, QuerySolutions)  # noqa: S101 - only SELECTs are compiled
        names = [variable.value for variable in found.variables]
        for solution in found:
            pairs = zip(names, solution, strict=True)
            yield {name: reveal(term) for name, term in pairs if term is not None}

    def define(self, nodes: Mapping[str, BlankNode]) -> None:
        """Let functions stand for blank nodes."""
        self.functions |= _standing_for(nodes)

    def spellings(self, focus: Term, value: Term, property_: str | None) -> list[Term]:
        """Return the spellings of a stored value: of this very triple, or the only one there is."""
        if not self.index.respelled or not isinstance(value, Literal):
            return [value]
        of_triple, of_value = self._spellings
        if property_ is not None and isinstance(focus, NamedNode):
            found = of_triple.get((focus, property_, value))
            return list(found) if found else [value]
        anywhere = of_value.get(value, {})
        return list(anywhere) if len(anywhere) == 1 else [value]

    def quads(self) -> Iterable[Quad]:
        """Return all the data, as the files spell it."""
        return self.index.quads()

    def must_answer(self) -> None:
        """Make sure that queries are answered; here they are."""

    @cached_property
    def _spellings(
        self,
    ) -> tuple[dict[tuple[Term, str, Term], dict[Term, None]], dict[Term, dict[Term, None]]]:
        of_triple: dict[tuple[Term, str, Term], dict[Term, None]] = defaultdict(dict)
        of_value: dict[Term, dict[Term, None]] = defaultdict(dict)
        stored_forms = stored_forms_of({quad.object for quad in self.index.respelled})
        for quad in self.index.respelled:
            stored = stored_forms[quad.object]
            triple = (quad.subject, quad.predicate.value, stored)
            if Quad(quad.subject, quad.predicate, stored) in self.index.store:
                of_triple[triple][stored] = None
                of_value[stored][stored] = None
            of_triple[triple][quad.object] = None
            of_value[stored][quad.object] = None
        return of_triple, of_value


@dataclass(frozen=True)
class There:
    """An endpoint, with its literals as it has them."""

    engine: Engine
    forms: Forms
    is_local: bool = False
    properties: frozenset[str] | None = None
    respelled: frozenset[str] = frozenset()

    def rows(
        self,
        text: str,
        *,
        view: View,  # noqa: ARG002 - an endpoint has one view
        nodes: Mapping[str, BlankNode] | None = None,  # noqa: ARG002 - and cannot be shown nodes
    ) -> Iterator[Row]:
        """Run a SELECT at the endpoint."""
        answer = self.engine.query(text)
        assert isinstance(answer, Table)  # noqa: S101 - only SELECTs are compiled
        for row in answer.rows:
            pairs = zip(answer.variables, row, strict=True)
            yield {name: term for name, term in pairs if term is not None}

    def spellings(self, focus: Term, value: Term, property_: str | None) -> list[Term]:  # noqa: ARG002
        """Return the value: the endpoint's form is all that is known."""
        return [value]

    def quads(self) -> Iterable[Quad]:
        """Return all the data, fetched from the endpoint."""
        answer = self.engine.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        assert isinstance(answer, Graph)  # noqa: S101 - CONSTRUCT gives triples
        return [Quad(each.subject, each.predicate, each.object) for each in answer.triples]

    def must_answer(self) -> None:
        """Make sure that queries are answered.

        Raises:
            EndpointError: They are not.
        """
        self.engine.query("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")


def _standing_for(nodes: Mapping[str, BlankNode]) -> dict[str, Callable[..., Term | None]]:
    return {name: partial(_same, node) for name, node in nodes.items()}


def _same(node: BlankNode) -> BlankNode:
    return node


def stored_forms_of(terms: Iterable[Term]) -> dict[Term, Term]:
    """Return how the store gives terms back."""
    numbered = dict(enumerate(terms))
    store = Store()
    store.extend(Quad(_place(number), _STANDS, term) for number, term in numbered.items())
    found = {quad.subject: quad.object for quad in store}
    return {term: found[_place(number)] for number, term in numbered.items()}


def _place(number: int) -> NamedNode:
    return NamedNode(f"urn:factbook:place:{number}")
