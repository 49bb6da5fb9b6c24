"""Where the queries of a validation run: a data graph in this process, or an endpoint."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions

from factbook.rdf.language_tags import LanguageTags
from factbook.shacl.data_graph import decode
from factbook.shacl.dialect import EMBEDDED
from factbook.shacl.shapes_graph import SHAPES_GRAPH
from factbook.sparql.spelled import OWN_LANG, call_own_functions
from factbook.sparql.standard import FUNCTIONS, ask_for, follow_standard
from factbook.store.answers import Graph, Table
from factbook.store.literal_forms import stored_forms
from factbook.store.spellings import Spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyoxigraph import BlankNode

    from factbook.rdf.terms import Term
    from factbook.shacl.data_graph import DataGraph
    from factbook.shacl.dialect import Dialect, View
    from factbook.store.answers import Engine

    Row = Mapping[str, Term]
    Forms = dict[Term, None]  # an ordered set

_LANG = re.compile(r"(?<!langmatches\( )\blang\s*\(", re.IGNORECASE)
"""LANG, except in langMatches(LANG(?v), …), which ignores case."""


@dataclass
class LocalBackend:
    """A data graph in this process."""

    graph: DataGraph
    functions: dict[str, Callable[..., Term | None]] = field(default_factory=dict)
    """Functions that queries may call, by IRI."""
    notes: list[str] = field(default_factory=list)
    """Remarks on how the queries of shapes are answered."""
    dialect: Dialect = EMBEDDED
    is_local: bool = True

    @cached_property
    def properties(self) -> frozenset[str]:
        """All properties of the data."""
        rows = self.rows("SELECT DISTINCT ?property { ?s ?property ?o }", view="encoded")
        found = (row["property"] for row in rows)
        return frozenset(each.value for each in found if isinstance(each, NamedNode))

    @property
    def noncanonical(self) -> frozenset[str]:
        """The properties with values whose lexical form the store changes."""
        return frozenset(self.graph.noncanonical)

    def rows(
        self, text: str, *, view: View, nodes: Mapping[str, BlankNode] | None = None
    ) -> Iterator[Row]:
        """Run a SELECT on a view of the data."""
        own = {name: partial(_return_node, node) for name, node in (nodes or {}).items()}
        functions = FUNCTIONS | self.functions | own
        found = self.graph.store.query(
            text,
            default_graph=[*self.graph.graphs(view)],
            named_graphs=[SHAPES_GRAPH],
            custom_functions={NamedNode(name): function for name, function in functions.items()},
        )
        assert isinstance(found, QuerySolutions)  # noqa: S101 - only SELECTs are compiled
        names = [variable.value for variable in found.variables]
        for solution in found:
            pairs = zip(names, solution, strict=True)
            yield {name: decode(term) for name, term in pairs if term is not None}

    def as_standard(self, text: str) -> str:
        """Return a query of a shape, rewritten so that the store follows SPARQL 1.1.

        Raises:
            UsageError: A regular expression cannot be matched.
        """
        if _LANG.search(text):
            if self._tags.clear:
                self.functions |= Spellings(tags=self.tags).functions()
                text = call_own_functions(text, {"LANG": OWN_LANG})
            if self._tags.mixed:
                tag = min(self._tags.mixed)
                note = f"LANG() in shapes gives {tag} in lower case: the data spell it in two ways"
                self.notes += [note] if note not in self.notes else []
        return follow_standard(text, self)

    def is_absent(self, prologue: str, term: str) -> bool:
        """Tell whether a term occurs nowhere in the data."""
        graphs = self.graph.graphs("stored")
        return not self.graph.store.query(ask_for(term, prologue), default_graph=[*graphs])

    def columns(self, text: str) -> list[str]:  # noqa: ARG002 - as `sparql.standard` asks it
        """Return nothing: the order of columns does not matter."""
        return []

    def define_node(self, name: str, node: BlankNode) -> bool:
        """Define a function that returns a blank node."""
        self.functions[name] = partial(_return_node, node)
        return True

    def original_forms(self, focus: Term, value: Term, property_: str | None) -> list[Term]:
        """Return the forms of a stored value: those of this triple, or its only form anywhere."""
        if not self.graph.noncanonical or not isinstance(value, Literal):
            return [value]
        of_triple, of_value = self._forms
        if property_ is not None and isinstance(focus, NamedNode):
            found = of_triple.get((focus, property_, value))
            return list(found) if found else [value]
        anywhere = of_value.get(value, {})
        return list(anywhere) if len(anywhere) == 1 else [value]

    def quads(self) -> Iterable[Quad]:
        """Return all the data."""
        return self.graph.quads()

    def require_answer(self) -> None:
        """Do nothing: a store in this process is always available."""

    @property
    def tags(self) -> Mapping[str, str]:
        """By their form in lower case, language tags as the data spell them."""
        return self._tags.clear

    @cached_property
    def _tags(self) -> LanguageTags:
        found = LanguageTags()
        for path in self.graph.files:
            found.read(path)
        return found

    @cached_property
    def _forms(self) -> tuple[dict[tuple[Term, str, Term], Forms], dict[Term, Forms]]:
        """The forms in the data of each stored triple, and of each stored value."""
        of_triple: dict[tuple[Term, str, Term], Forms] = defaultdict(dict)
        of_value: dict[Term, Forms] = defaultdict(dict)
        quads = list(self.graph.noncanonical_quads())
        stored = stored_forms({quad.object for quad in quads})
        for quad in quads:
            value = stored[quad.object]
            forms = [quad.object]
            if Quad(quad.subject, quad.predicate, value) in self.graph.store:
                forms.insert(0, value)
            for form in forms:
                of_triple[quad.subject, quad.predicate.value, value][form] = None
                of_value[value][form] = None
        return of_triple, of_value


@dataclass(frozen=True)
class EndpointBackend:
    """An endpoint, with its literals as it returns them."""

    engine: Engine
    dialect: Dialect
    is_local: bool = False
    properties: frozenset[str] | None = None
    noncanonical: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def rows(
        self,
        text: str,
        *,
        view: View,  # noqa: ARG002 - an endpoint has one view
        nodes: Mapping[str, BlankNode] | None = None,  # noqa: ARG002 - and knows no functions
    ) -> Iterator[Row]:
        """Run a SELECT at the endpoint."""
        answer = self.engine.query(text)
        assert isinstance(answer, Table)  # noqa: S101 - only SELECTs are compiled
        for row in answer.rows:
            pairs = zip(answer.variables, row, strict=True)
            yield {name: term for name, term in pairs if term is not None}

    def as_standard(self, text: str) -> str:
        """Return the query unchanged: the endpoint is responsible for its semantics."""
        return text

    def define_node(self, name: str, node: BlankNode) -> bool:  # noqa: ARG002 - as the other's
        """Return False: a query cannot name a blank node of an endpoint."""
        return False

    def original_forms(self, focus: Term, value: Term, property_: str | None) -> list[Term]:  # noqa: ARG002
        """Return the value: an endpoint has no other form of it."""
        return [value]

    def quads(self) -> Iterable[Quad]:
        """Return all the data, fetched from the endpoint."""
        answer = self.engine.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        assert isinstance(answer, Graph)  # noqa: S101 - CONSTRUCT gives triples
        return [Quad(each.subject, each.predicate, each.object) for each in answer.triples]

    def require_answer(self) -> None:
        """Check that queries are answered.

        Raises:
            EndpointError: They are not.
        """
        self.engine.query("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")


Backend: TypeAlias = LocalBackend | EndpointBackend
"""A backend that runs the queries of a validation."""


def _return_node(node: BlankNode) -> BlankNode:
    return node
