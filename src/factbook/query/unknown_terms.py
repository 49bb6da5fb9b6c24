"""Find the terms of a query that are not in the book, such as a misspelt class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.query.entities import read_names
from factbook.rdf.terms import curie, expand, is_iri, namespace_of
from factbook.sparql.bind import bind
from factbook.sparql.tokens import meaningful, uses_service
from factbook.sparql.tree import QueryTextError, parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from factbook.book import Book

_LEAST_SIMILAR = 75  # of 100
_KNOWN = (
    "ASK { { ?term ?p ?o } UNION { ?s ?term ?o } UNION { ?s ?p ?term } "
    "UNION { GRAPH ?term { ?s ?p ?o } } }"
)


def find_unknown_terms(book: Book, text: str) -> list[str]:
    """Return a sentence for each term of a query that is neither in the data nor the ontology.

    Only namespaces in which the book names things are considered. Queries to an endpoint, queries
    with SERVICE, and queries nested too deeply to be parsed here are not examined.
    """
    if book.endpoint is not None or uses_service(text):
        return []
    try:
        query = parse_query(text)
    except QueryTextError:
        return []
    prefixes = {**book.prefixes, **query.prefixes}
    unknown = [iri for iri in _terms(text, query.where.start, prefixes) if not _is_known(book, iri)]
    if not unknown:
        return []
    from rapidfuzz import fuzz, process

    names = read_names(book.engine)
    sentences = []
    for iri in unknown:
        namespace = namespace_of(iri)
        near = {curie(name, prefixes) or name for name in names if namespace_of(name) == namespace}
        if near:
            short = curie(iri, prefixes) or iri
            best = process.extractOne(
                short, sorted(near), scorer=fuzz.ratio, score_cutoff=_LEAST_SIMILAR
            )
            hint = f"; did you mean {best[0]}?" if best else "."
            sentences.append(f"{short} is not in the data or the ontology{hint}")
    return sentences


def _terms(text: str, start: int, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield each IRI in the pattern of a query once."""
    seen: set[str] = set()
    for token in meaningful(text):
        iri = ""
        if token.start >= start and token.kind == "name":
            iri = expand(token.text, prefixes) or ""
        elif token.start >= start and token.kind == "iri":
            iri = token.text[1:-1]
        if is_iri(iri) and iri not in seen and namespace_of(iri) != iri:
            seen.add(iri)
            yield iri


def _is_known(book: Book, iri: str) -> bool:
    return book.engine.query(bind(_KNOWN, {"term": NamedNode(iri)})) is True
