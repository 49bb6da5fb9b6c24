"""Check what an endpoint holds: shapes and checks go there as queries, no data comes here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.engines import validate
from factbook.check.findings import Outcome, Validation
from factbook.check.gather import Ground, gathered
from factbook.check.queries import run_query
from factbook.check.rules import rules_named, shapes_of
from factbook.check.selection import EVERYTHING, Selection, must_know
from factbook.check.shapes import ShapeRules
from factbook.query.catalog import check_queries
from factbook.rdf.parse import read_rdf
from factbook.shacl import index_blank_nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from factbook.book import Book
    from factbook.query.header import StoredQuery
    from factbook.rdf.parse import RdfFile
    from factbook.store.answers import Engine

_HAS_GRAPHS = "ASK { GRAPH ?graph { ?subject ?predicate ?object } }"


def check_endpoint(
    book: Book,
    *,
    shape_files: Sequence[RdfFile] = (),
    selection: Selection = EVERYTHING,
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Check the graph at a book's endpoint.

    Args:
        book: The book, whose shapes and checks are used.
        shape_files: Shapes to use instead; the book's checks are then left out.
        selection: Which findings are wanted, by their rules.
        announce: Called with how far it has come, and at last with nothing.

    Raises:
        InputError: A shape or check cannot be used.
        EndpointError: The endpoint failed.
        UsageError: A rule that is asked for does not exist.
    """
    checks: list[StoredQuery] = []
    if not shape_files:
        shape_files = shapes_of(book.layout, map(read_rdf, book.layout.ontology_files()))
        checks = check_queries(book.layout.queries)
    shapes = ShapeRules(shape_files)
    rules = rules_named(shapes.named(), checks)
    must_know(selection.rules, rules)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    report = validate(shape_quads, book.engine, announce=announce)
    faults = list(shapes.faults(report))
    runnable = [query for query in checks if not _needs_graphs(query) or _has_graphs(book.engine)]
    notes = _left_out(book, checks, runnable)
    try:
        for number, query in enumerate(runnable):
            announce(f"Asking the checks: {number} of {len(runnable)}")
            faults += run_query(query, book.engine)
    finally:
        announce("")
    ground = Ground(rules=rules, engine=book.engine, prefixes=book.prefixes)
    validation = Validation(report, index_blank_nodes(shape_quads), lambda _: ())
    return gathered(ground, faults, validation, selection=selection, notes=notes)


def _left_out(
    book: Book, checks: Sequence[StoredQuery], runnable: Sequence[StoredQuery]
) -> list[str]:
    names = sorted({query.name for query in checks} - {query.name for query in runnable})
    if not names:
        return []
    return [f"{book.endpoint} has no named graphs: not checked there: {', '.join(names)}"]


def _needs_graphs(query: StoredQuery) -> bool:
    from factbook.sparql.tokens import meaningful

    return any(token.kind == "word" and token.text == "GRAPH" for token in meaningful(query.text))


def _has_graphs(engine: Engine) -> bool:
    return engine.query(_HAS_GRAPHS) is True
