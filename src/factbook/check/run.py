"""Check a book, other RDF files, or the data at an endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.check.findings import Outcome, Validation
from factbook.check.inputs import Inputs
from factbook.check.known_terms import Vocabulary
from factbook.check.outcome import EVERYTHING, CheckContext, Selection, build_outcome
from factbook.check.queries import run_queries, run_query
from factbook.check.remarks import describe_completeness, find_empty_files
from factbook.check.rules import (
    BOOK_RULES,
    index_rules,
    require_known_rules,
    select_shape_files,
)
from factbook.check.shapes import ShapeRules, validate
from factbook.check.text_rules import LITERAL_RULES, check_literals, check_source_files
from factbook.query.stored_queries import check_queries
from factbook.rdf.parse import read_rdf
from factbook.shacl import NO_INFERENCE, SPARQL, index_blank_nodes, load_data
from factbook.sparql.tokens import uses_graph
from factbook.store.embedded import EmbeddedEngine, load_store
from factbook.store.rules import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.parse import RdfFile
    from factbook.shacl import Report

_HAS_GRAPHS = "ASK { GRAPH ?graph { ?subject ?predicate ?object } }"


def check_book(book: Book, *, engine: str = SPARQL, selection: Selection = EVERYTHING) -> Outcome:
    """Check all files of a book, its leads included.

    Args:
        book: The book, which must not be at an endpoint.
        engine: The engine for shapes: 'sparql' or 'pyshacl'.
        selection: The findings to report.

    Raises:
        InputError: A file cannot be read, or a shape or check query cannot be used.
        UsageError: A selected rule or source does not exist.
    """
    book = book.with_leads()
    files = book.files
    quads = [quad for file in files for quad in file.quads]
    store = load_store(files)
    shape_files = select_shape_files(book.layout, files)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    shapes, checks = ShapeRules(shape_files), check_queries(book.layout.queries)
    rules = index_rules(shapes.list_rules(), checks, BOOK_RULES)
    require_known_rules(selection.rules, rules)
    data = load_data(quads, store=store)
    data.files = tuple(file.path for file in files)
    report = validate(shape_quads, data, engine=engine)
    report = _without_defined_targets(report, Vocabulary(book))
    derive(store, book.rules)  # after the shapes, which are about what the files state
    answers = EmbeddedEngine(store)
    found = [
        *shapes.raw_findings(report),
        *check_literals(quads),
        *run_queries(checks, answers),
    ]
    declared = {name: iri for file in files for name, iri in file.prefixes.items()}
    context = CheckContext(
        rules=rules,
        engine=answers,
        prefixes=declared | book.prefixes,
        files_mentioning=lambda _: files,
        graphs={file.graph.value: file.path for file in files},
        files=len(files),
        triples=len(quads),
    )
    return build_outcome(
        context,
        found,
        Validation(report, index_blank_nodes(shape_quads), index_blank_nodes(quads)),
        selection=selection,
        file_findings=check_source_files(files, book.layout),
        completeness=describe_completeness(report, shape_files, context.prefixes),
    )


def _without_defined_targets(report: Report, vocabulary: Vocabulary) -> Report:
    """Return a report without remarks on targets that only wait for data.

    A shape may be there before the first instance of its class. A target that nobody defines is
    most likely misspelt.
    """
    kept = (
        remark
        for remark in report.unreached
        if not (isinstance(remark.value, NamedNode) and vocabulary.defines(remark.value.value))
    )
    return replace(report, unreached=tuple(kept))


def check_files(  # noqa: PLR0913 - what to check, and how
    files: Sequence[Path | RdfFile],
    shape_files: Sequence[RdfFile],
    *,
    base: str | None = None,
    engine: str = SPARQL,
    inference: str = NO_INFERENCE,
    ontologies: Sequence[RdfFile] = (),
    selection: Selection = EVERYTHING,
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Check RDF files of any size against shapes, without a book.

    Args:
        files: The files, which may be parsed already.
        shape_files: The shapes.
        base: What relative IRIs are resolved against; by default each file's address.
        engine: The engine for shapes: 'sparql' or 'pyshacl'.
        inference: The inference that is done first: 'none', 'rdfs' or 'owlrl'.
        ontologies: Files that are added to the data, such as a class hierarchy.
        selection: The findings to report.
        announce: Called with the progress as text, and at the end with ''.

    Raises:
        InputError: A file cannot be read, or the shapes cannot be used.
        UsageError: A selected rule or source does not exist.
    """
    inputs = Inputs(files, base=base, announce=announce)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    shapes = ShapeRules(shape_files)
    data = inputs.load(ontologies)
    data.files = (*inputs.paths, *(file.path for file in ontologies))
    report = validate(shape_quads, data, engine=engine, inference=inference, announce=announce)
    found = [*shapes.raw_findings(report), *check_literals(data.ill_typed_quads())]
    named = [*shapes.list_rules(), *(finding.rule for finding in found)]
    declared = {name: iri for file in shape_files for name, iri in file.prefixes.items()}
    context = CheckContext(
        rules=index_rules(named, (), LITERAL_RULES),
        engine=EmbeddedEngine(data.store),
        prefixes=declared | inputs.prefixes,
        files_mentioning=inputs.files_mentioning,
        anchor=lambda findings: inputs.anchor(findings, data),
        graphs=inputs.graphs,
        files=len(files),
        triples=data.size,
    )
    validation = Validation(report, index_blank_nodes(shape_quads), data.describe)
    completeness = describe_completeness(report, shape_files, context.prefixes)
    return build_outcome(
        context,
        found,
        validation,
        selection=selection,
        completeness=completeness + find_empty_files(inputs.parsed, shape_files),
    )


def check_endpoint(
    book: Book,
    *,
    shape_files: Sequence[RdfFile] = (),
    selection: Selection = EVERYTHING,
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Check the graph at the endpoint of a book; no data is downloaded.

    Args:
        book: The book, whose shapes and check queries are used.
        shape_files: Shapes to use instead; the check queries of the book are then not run.
        selection: The findings to report; only its rules are used.
        announce: Called with the progress as text, and at the end with ''.

    Raises:
        InputError: A shape or check query cannot be used.
        EndpointError: The endpoint failed.
        UsageError: A selected rule does not exist.
    """
    checks: list[StoredQuery] = []
    if not shape_files:
        shape_files = select_shape_files(book.layout, map(read_rdf, book.layout.ontology_files()))
        checks = check_queries(book.layout.queries)
    shapes = ShapeRules(shape_files)
    rules = index_rules(shapes.list_rules(), checks)
    require_known_rules(selection.rules, rules)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    report = validate(shape_quads, book.engine, announce=announce)
    found = list(shapes.raw_findings(report))
    notes = []
    skipped = [query for query in checks if uses_graph(query.text)]
    if skipped and book.engine.query(_HAS_GRAPHS) is not True:
        names = ", ".join(sorted(query.name for query in skipped))
        notes.append(f"{book.endpoint} has no named graphs: not checked there: {names}")
        checks = [query for query in checks if query not in skipped]
    try:
        for number, query in enumerate(checks):
            announce(f"Running the check queries: {number} of {len(checks)}")
            found += run_query(query, book.engine)
    finally:
        announce("")
    context = CheckContext(rules=rules, engine=book.engine, prefixes=book.prefixes)
    validation = Validation(report, index_blank_nodes(shape_quads), lambda _: ())
    return build_outcome(
        context,
        found,
        validation,
        selection=selection,
        notes=notes,
        completeness=describe_completeness(report, shape_files, context.prefixes),
    )
