"""Select what to export: everything, a query's triples, or statements about things or by sources.

The quads come from the files, with their spelling of literals, and not from the query store. A file
of the book with an `@base` is a named graph; all others are in the default graph. Every export has
a graph with the derived triples that keep what a merge of the files would lose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, TypedDict, cast

from pyoxigraph import Literal, NamedNode, Quad, Triple

from factbook.errors import UsageError
from factbook.export.profiles import FULL, find_profile, profiles_of
from factbook.export.quads import RDF, TYPE
from factbook.query.names import Names
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import find_query
from factbook.rdf.terms import note_local
from factbook.render.labels import LABEL_PROPERTIES
from factbook.store.answers import Graph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.terms import Term

_REIFIES = NamedNode(f"{RDF}reifies")
_SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
_ABOUT, _MEASURE, _VALUE = _OBSERVATION_PARTS = (
    NamedNode("https://schema.org/observationAbout"),
    NamedNode("https://schema.org/measuredProperty"),
    NamedNode("https://schema.org/value"),
)
_OFFERED = NamedNode("https://schema.org/itemOffered")
_RATE = NamedNode("https://schema.org/priceSpecification")
_EVENTS = (
    NamedNode("http://www.w3.org/ns/prov#Activity"),
    NamedNode("https://schema.org/Event"),
)
_NAMING = {TYPE, *map(NamedNode, LABEL_PROPERTIES)}


class PartOptions(TypedDict, total=False):
    """The keyword arguments of an export in Python."""

    profile: str
    """The vocabulary profile: 'full', 'schema.org', 'simple' or another of the book."""
    things: Sequence[str]
    """Only statements about these things, by IRI, CURIE or name."""
    sources: Sequence[str]
    """Only statements by these sources."""
    query: str | None
    """Only the triples that this stored query returns."""
    values: Mapping[str, str]
    """The parameters of the query or the profile."""
    rdf12: bool
    """Whether observations reify the triple of thing, measure and value."""
    derived: bool
    """Whether to include all triples that the rules of the book derive."""


@dataclass(frozen=True)
class Part:
    """The part of a book to export, and its vocabulary; see `PartOptions`."""

    profile: str = FULL
    things: Sequence[str] = ()
    sources: Sequence[str] = ()
    query: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    rdf12: bool = False
    derived: bool = False

    def statements(self, book: Book) -> Iterable[Triple] | Iterable[Quad]:
        """Return the statements.

        Raises:
            UsageError: A profile, thing, source or query is unknown, or the query returns a table.
            InputError: A file cannot be read.
        """
        if self.rdf12 and (self.query is not None or self.profile != FULL):
            raise UsageError("--rdf12 cannot be combined with --query or --profile")
        if self.derived and (self.query is not None or self.profile != FULL):
            raise UsageError("--derived cannot be combined with --query or --profile")
        if self.query is not None:
            if self.things or self.sources or self.profile != FULL:
                raise UsageError("--query cannot be combined with --thing, --source or --profile")
            return _construct(book, find_query(book.layout.queries, self.query), self.values)
        if self.profile != FULL:
            return self._construct_profile(book)
        if self.values:
            raise UsageError("--param needs --query: it sets a parameter of a stored query")
        if book.endpoint is not None:
            raise UsageError(
                "export reads the files of a book; from an endpoint, use --query or --profile"
            )
        quads = self._read_files(book)
        return reify(quads, _construct_asserted(book)) if self.rdf12 else quads

    def logged_statements(self, book: Book) -> Iterable[Triple] | Iterable[Quad]:
        """Yield the statements, and finally log how many have file: IRIs."""
        return note_local(cast("Iterable[Quad]", self.statements(book)))

    def quads(self, book: Book) -> Iterator[Quad]:
        """Yield the statements as quads."""
        for statement in self.logged_statements(book):
            if isinstance(statement, Quad):
                yield statement
            else:
                yield Quad(statement.subject, statement.predicate, statement.object)

    def merge(self, book: Book) -> Iterator[Quad]:
        """Yield the statements in the default graph, possibly with duplicates."""
        for statement in self.logged_statements(book):
            yield Quad(statement.subject, statement.predicate, statement.object)

    def _construct_profile(self, book: Book) -> Iterable[Triple] | Iterable[Quad]:
        if self.sources:
            raise UsageError("--profile cannot be combined with --source: it merges all sources")
        triples = {
            triple
            for query in find_profile(book, self.profile).queries
            for triple in _construct(book, query, self.values)
        }
        if not self.things:
            return triples
        quads = [Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
        about = _about_things([QuadIndex(quads)], _nodes(book, self.things))
        return _with_names(about, quads)

    def _read_files(self, book: Book) -> Iterable[Quad]:
        derived = book.derived(only_exported=not self.derived)
        if not self.things and not self.sources:
            return chain(everything(book.read()), derived)
        quads = list(everything(book.read()))
        selected: list[Quad] = []
        if self.things:
            selected += _about_things([QuadIndex(quads)], _nodes(book, self.things))
        if self.sources:
            selected += _from_sources(quads, _graphs(book, quads, self.sources))
        subjects = {quad.subject for quad in selected}
        return chain(selected, (q for q in derived if q.subject in subjects))


def everything(files: Iterable[RdfFile | RdfStream]) -> Iterator[Quad]:
    """Yield all quads of files."""
    for file in files:
        yield from file.named_quads() if file.has_base else file.quads


class QuadIndex:
    """Quads in their order, indexed by subject, object and graph.

    Args:
        quads: The quads.
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = list(quads)
        self.by_subject: dict[Term, list[int]] = {}
        self.by_object: dict[Term, list[int]] = {}
        self.by_graph: dict[object, list[int]] = {}
        for place, quad in enumerate(self.quads):
            self.by_subject.setdefault(quad.subject, []).append(place)
            self.by_object.setdefault(quad.object, []).append(place)
            self.by_graph.setdefault(quad.graph_name, []).append(place)

    def about(self, things: Iterable[Term]) -> list[Quad]:
        """Return the quads with one of some subjects."""
        return [self.quads[place] for each in things for place in self.by_subject.get(each, ())]

    def naming(self, things: Iterable[Term]) -> list[Quad]:
        """Return the quads with one of some objects."""
        return [self.quads[place] for each in things for place in self.by_object.get(each, ())]


def describe_things(files: Sequence[QuadIndex], things: Collection[NamedNode]) -> Iterator[Quad]:
    """Yield the statements of files about things.

    For a document this includes what it states and the terms in it (`…/document#term`).

    Args:
        files: The indexes of the files that mention the things or their events, and the ontology.
        things: The things.
    """
    documents = tuple(f"{thing.value}#" for thing in things)
    yield from _about_things(files, things)
    for file in files:
        yield from (file.quads[place] for each in things for place in file.by_graph.get(each, ()))
        yield from file.about(
            each
            for each in file.by_subject
            if isinstance(each, NamedNode) and each.value.startswith(documents)
        )


def _from_sources(quads: Iterable[Quad], sources: Collection[NamedNode]) -> Iterator[Quad]:
    """Yield the statements by sources, and those about the sources as documents."""
    for quad in quads:
        if quad.graph_name in sources or quad.subject in sources:
            yield quad


def _about_things(files: Sequence[QuadIndex], things: Collection[NamedNode]) -> Iterator[Quad]:
    """Yield the statements about things and those that refer to them, and their sources.

    The observations, offers and events of a thing come with all their statements, and so do the
    observations of these events.
    """
    referring = {quad.subject for file in files for quad in file.naming(things)}
    nodes = {*things, *_instances(files, referring, _EVENTS)}
    parts = {
        quad.subject
        for file in files
        for quad in file.naming(nodes)
        if quad.predicate in (_ABOUT, _OFFERED)
    }
    rates = {q.object for file in files for q in file.about(parts) if q.predicate == _RATE}
    whole = nodes | parts | rates
    sources: set[Term] = set()
    for file in files:
        places = {place for each in whole for place in file.by_subject.get(each, ())}
        places.update(place for each in things for place in file.by_object.get(each, ()))
        found = [file.quads[place] for place in sorted(places)]
        sources.update(q.graph_name for q in found if isinstance(q.graph_name, NamedNode))
        yield from found
    for file in files:
        yield from file.about(sorted(sources - whole, key=str))


def _with_names(part: Iterable[Quad], quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield a part of some quads, and the classes and names of everything in it."""
    mentioned: set[Term] = set()
    for quad in part:
        mentioned |= {quad.subject, quad.object}
        yield quad
    for quad in quads:
        if quad.predicate in _NAMING and quad.subject in mentioned:
            yield quad


def _instances(
    files: Sequence[QuadIndex], things: Collection[Term], classes: Iterable[NamedNode]
) -> Iterator[Term]:
    """Yield the things that are instances of some classes or of their subclasses."""
    found: set[Term] = set()
    pending: list[Term] = list(classes)
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            below = (quad for file in files for quad in file.naming([current]))
            pending += [quad.subject for quad in below if quad.predicate == _SUBCLASS]
    for file in files:
        for quad in file.about(things):
            if quad.predicate == TYPE and quad.object in found:
                yield quad.subject


def reify(quads: Iterable[Quad], asserted: Iterable[Triple]) -> Iterator[Quad]:
    """Yield the quads, and for each observation of one value the RDF 1.2 triple that it reifies.

    The observation reifies the triple of its thing, measure and value, so that its statements
    annotate that triple. Reifying a triple does not assert it. Memory grows only with the
    observations that are not complete yet.

    Args:
        quads: The quads.
        asserted: The triples to assert too. Their numbers may have another lexical form, because
            the query engine normalizes some.
    """
    stated: dict[tuple[Term, Term], list[Term]] = {}
    for triple in asserted:
        stated.setdefault((triple.subject, triple.predicate), []).append(triple.object)
    incomplete: dict[Term, dict[NamedNode, Term]] = {}
    for quad in quads:
        yield quad
        if quad.predicate not in _OBSERVATION_PARTS:
            continue
        parts = incomplete.setdefault(quad.subject, {})
        parts[quad.predicate] = quad.object
        if len(parts) < len(_OBSERVATION_PARTS):
            continue
        del incomplete[quad.subject]
        thing, measure, value = parts[_ABOUT], parts[_MEASURE], parts[_VALUE]
        if isinstance(measure, NamedNode) and not isinstance(thing, Literal | Triple):
            direct = Triple(thing, measure, value)
            yield Quad(quad.subject, _REIFIES, direct, quad.graph_name)
            if any(_same_value(value, other) for other in stated.get((thing, measure), ())):
                yield Quad(thing, measure, value, quad.graph_name)


def _same_value(first: Term, other: Term) -> bool:
    """Tell whether two terms have the same value, whatever their lexical forms."""
    if first == other:
        return True
    if not isinstance(first, Literal) or not isinstance(other, Literal):
        return False
    try:
        return Decimal(first.value) == Decimal(other.value)
    except InvalidOperation:
        return False


def _construct(book: Book, query: StoredQuery, values: Mapping[str, str]) -> Iterable[Triple]:
    answer = run_stored(book, query, values)
    if isinstance(answer, Graph):
        return answer.triples
    raise UsageError(
        f"Query '{query.name}' returns a table, not triples; see: factbook query {query.name}"
    )


def _construct_asserted(book: Book) -> set[Triple]:
    """Return the triples of the book's asserted profiles."""
    return {
        triple
        for profile in profiles_of(book).values()
        if profile.asserted
        for query in profile.queries
        for triple in _construct(book, query, {})
    }


def _nodes(book: Book, names: Iterable[str]) -> set[NamedNode]:
    return {Names.of(book).lookup_one(name, option="--thing") for name in names}


def _graphs(book: Book, quads: Iterable[Quad], names: Iterable[str]) -> set[NamedNode]:
    """Return the named graphs of sources by their names."""
    graphs = {quad.graph_name for quad in quads}
    found = set()
    for name in names:
        source = Names.of(book).lookup_one(name, option="--source")
        if source not in graphs:
            raise UsageError(f"--source: '{name}' is not a source of the book")
        found.add(source)
    return found
