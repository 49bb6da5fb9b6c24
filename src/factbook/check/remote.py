"""Check what an endpoint holds: shapes and checks go there as queries, no data comes here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.describe import described
from factbook.check.findings import Outcome, in_order
from factbook.check.queries import run_query
from factbook.check.run import must_know, rules_named, shapes_of
from factbook.check.shapes import ShapeRules
from factbook.query.catalog import check_queries
from factbook.rdf.parse import read_rdf
from factbook.shacl.run import validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.book import Book
    from factbook.query.header import StoredQuery
    from factbook.rdf.parse import RdfFile
    from factbook.store.answers import Engine

_HAS_GRAPHS = "ASK { GRAPH ?graph { ?subject ?predicate ?object } }"


def check_endpoint(
    book: Book, *, shape_files: Sequence[RdfFile] = (), rules: frozenset[str] = frozenset()
) -> Outcome:
    """Check the graph at a book's endpoint.

    Args:
        book: The book, whose shapes and checks are used.
        shape_files: Shapes to use instead; the book's checks are then left out.
        rules: Only findings of these rules; by default of all.

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
    known = rules_named(shapes.named(), checks)
    must_know(rules, known)
    report = validate([quad for file in shape_files for quad in file.quads], engine=book.engine)
    notes = list(report.notes)
    faults = list(shapes.faults(report))
    runnable = [query for query in checks if not _needs_graphs(query) or _has_graphs(book.engine)]
    if len(runnable) < len(checks):
        left_out = sorted({query.name for query in checks} - {query.name for query in runnable})
        notes.append(
            f"{book.endpoint} has no named graphs: not checked there: {', '.join(left_out)}"
        )
    for query in runnable:
        faults += run_query(query, book.engine)
    findings = described(
        (fault for fault in faults if not rules or fault.rule.name in rules),
        files=[],
        engine=book.engine,
        prefixes=book.prefixes,
    )
    return Outcome(in_order(findings), known, notes=tuple(notes))


def _needs_graphs(query: StoredQuery) -> bool:
    from factbook.sparql.tokens import meaningful

    return any(token.kind == "word" and token.text == "GRAPH" for token in meaningful(query.text))


def _has_graphs(engine: Engine) -> bool:
    return engine.query(_HAS_GRAPHS) is True
