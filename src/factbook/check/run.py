"""Check a whole book: its shapes, its queries, its literals and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.engines import AUTO, validate
from factbook.check.findings import Outcome, Validation
from factbook.check.gather import Ground, gathered
from factbook.check.layout_rules import file_findings
from factbook.check.literals import literal_faults
from factbook.check.queries import run_queries
from factbook.check.rules import OWN_RULES, rules_named, shapes_of
from factbook.check.selection import EVERYTHING, Selection, must_know
from factbook.check.shapes import ShapeRules
from factbook.query.catalog import check_queries
from factbook.rdf.parse import read_rdf
from factbook.shacl import index_blank_nodes, load_data
from factbook.store.embedded import EmbeddedEngine, load_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from factbook.book import Book
    from factbook.rdf.parse import RdfFile


def check_book(
    book: Book,
    *,
    engine: str = AUTO,
    selection: Selection = EVERYTHING,
    read: Callable[[Path], RdfFile] = read_rdf,
) -> Outcome:
    """Check all files of a book, its leads among them.

    Args:
        book: The book, which must answer from files.
        engine: What validates the shapes: 'auto', 'sparql' or 'pyshacl'.
        selection: Which findings are wanted.
        read: Parses a file, or knows what has been parsed before.

    Raises:
        InputError: A file cannot be read, or a shape or check cannot be used.
        UsageError: A rule or source that is asked for does not exist.
    """
    files = [read(path) for path in book.paths(leads=True)]
    quads = [quad for file in files for quad in file.quads]
    store = load_store(files)
    shape_files = shapes_of(book.layout, files)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    shapes, checks = ShapeRules(shape_files), check_queries(book.layout.queries)
    rules = rules_named(shapes.named(), checks, OWN_RULES)
    must_know(selection.rules, rules)
    report = validate(shape_quads, load_data(quads, store=store), engine=engine)
    answers = EmbeddedEngine(store)
    faults = [*shapes.faults(report), *literal_faults(quads), *run_queries(checks, answers)]
    declared = {name: iri for file in files for name, iri in file.prefixes.items()}
    ground = Ground(
        rules=rules,
        engine=answers,
        prefixes=declared | book.prefixes,
        telling=lambda _: files,
        graphs={file.graph.value: file.path for file in files},
        files=len(files),
        triples=len(quads),
    )
    return gathered(
        ground,
        faults,
        Validation(report, index_blank_nodes(shape_quads), index_blank_nodes(quads)),
        selection=selection,
        others=file_findings(files, book.layout),
    )
