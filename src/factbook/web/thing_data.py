"""Read the statements of the files about a thing, with literals as the files spell them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.export.selection import QuadIndex, describe_things, everything
from factbook.rdf.parse import graph_for, read_rdf
from factbook.rdf.positions import places_of
from factbook.rdf.rdf_input import RdfInput
from factbook.sparql.bind import bind
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.book import Book
    from factbook.rdf.terms import Term

_HEAD_BYTES = 64 << 10
_KEPT_FILES = 256
_KEPT_THINGS = 4  # of which somebody wants the data in several formats
_KEPT_INDEXES = 1024
_BASE = re.compile(rb"^\s*@base\s*<([^>]*)>", re.MULTILINE)
# The files that mention a thing, and those with figures of events that mention it
_GRAPHS = """PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?graph WHERE {
  { GRAPH ?graph { ?thing ?p ?o } }
  UNION { GRAPH ?graph { ?s ?p ?thing } }
  UNION { ?event ?p ?thing . GRAPH ?graph { ?figure schema:observationAbout ?event } }
}"""
_DOCUMENTS = """SELECT DISTINCT ?graph (STRBEFORE(STR(?term), "#") AS ?document) WHERE {
  GRAPH ?graph { ?term ?p ?o } FILTER(ISIRI(?term) && CONTAINS(STR(?term), "#")) }"""


class ThingFiles:
    """Finds and reads the files of a book with statements about a thing."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._read = lru_cache(_KEPT_FILES)(_read_named)
        self.quads = lru_cache(_KEPT_THINGS)(self._gather)
        """The statements of the files about a thing, and the derived triples of exports."""
        self._lines_in = lru_cache(_KEPT_INDEXES)(self._index)

    @cached_property
    def _graphs(self) -> list[tuple[RdfInput, str]]:
        """The files in the order of loading, each with the IRI of its graph."""
        return [(file, _graph_of(file)) for file in self._book.inputs()]

    @cached_property
    def _ontology(self) -> dict[RdfInput, None]:
        files = self._book.layout.ontology_files()
        return dict.fromkeys(RdfInput(path, in_book=True) for path in files)

    @cached_property
    def by_graph(self) -> dict[str, RdfInput]:
        """The files by graph IRI."""
        return {graph: file for file, graph in self._graphs}

    def lines_about(self, iri: str, graphs: Collection[str]) -> Iterator[tuple[Path, int]]:
        """Yield the first position of a thing in the files of some graphs: a file and a line."""
        for file, graph in self._graphs:
            if graph in graphs and (line := self._lines_in(file).get(iri)) is not None:
                yield file.path, line

    def _index(self, file: RdfInput) -> dict[str, int]:
        """Return the first line of each thing in a file."""
        try:
            read = read_rdf(file)
        except InputError:
            return {}  # it has changed since the book was opened
        places = places_of(read)
        subjects = dict.fromkeys(quad.subject for quad in read.quads)
        found = ((each, places.find(each)) for each in subjects if isinstance(each, NamedNode))
        return {each.value: place.line for each, place in found if place is not None}

    @cached_property
    def _graphs_of_terms(self) -> dict[str, set[Term | None]]:
        """The graphs that describe terms of a document, such as `…/def#Term`, by document."""
        found: dict[str, set[Term | None]] = defaultdict(set)
        for graph, document in select(self._book.engine, _DOCUMENTS):
            if isinstance(document, Literal):
                found[document.value].add(graph)
        return found

    def files_about(self, iri: str) -> list[QuadIndex]:
        """Return the files about a thing, and the ontology."""
        rows = select(self._book.engine, bind(_GRAPHS, {"thing": NamedNode(iri)}))
        graphs = {*(row[0] for row in rows), *self._graphs_of_terms.get(iri, ())}
        wanted = {
            self.by_graph[graph.value]: None
            for graph in sorted(graphs, key=str)
            if isinstance(graph, NamedNode) and graph.value in self.by_graph
        }
        return [self._read(file) for file in {**wanted, **self._ontology}]

    def _gather(self, iri: str) -> list[Quad]:
        found = list(describe_things(self.files_about(iri), {NamedNode(iri)}))
        subjects = dict.fromkeys(quad.subject for quad in found)
        return [*found, *(quad for each in subjects for quad in self._derived.get(each, ()))]

    @cached_property
    def _derived(self) -> dict[Term, list[Quad]]:
        """What rules derive and exports hold, by subject: asked once, as one answer has it all."""
        found: dict[Term, list[Quad]] = defaultdict(list)
        for quad in self._book.derived(only_exported=True):
            found[quad.subject].append(quad)
        return found


def _read_named(file: RdfInput) -> QuadIndex:
    """Return the content of a file, each quad in the graph that it is loaded into."""
    return QuadIndex(everything([read_rdf(file)]))


def _graph_of(file: RdfInput) -> str:
    """Return the IRI of the graph of a file."""
    if not file.in_book:
        return file.address
    with file.path.open("rb") as content:
        declared = _BASE.search(content.read(_HEAD_BYTES))
    return declared[1].decode(errors="replace") if declared else graph_for(file.path).value
