"""Which rules there are: of shapes, of queries, and of the tool itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.layout_rules import RULES as FILE_RULES
from factbook.check.lint_rules import RULES as LINT_RULES
from factbook.check.literals import RULES as LITERAL_RULES
from factbook.check.queries import query_rule
from factbook.check.shapes import ShapeRules
from factbook.query.catalog import check_queries
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.check.findings import Rule
    from factbook.layout import Layout
    from factbook.query.header import StoredQuery
    from factbook.rdf.parse import RdfFile

OWN_RULES = (*FILE_RULES, *LITERAL_RULES)
"""The tool's own rules for a book."""


def rules_named(
    shapes: Iterable[Rule], checks: Iterable[StoredQuery], own: Iterable[Rule] = ()
) -> dict[str, Rule]:
    """Return rules of shapes, of checks and of the tool by their names, in order."""
    rules = [*shapes, *map(query_rule, checks), *own]
    return {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.name)}


def shapes_of(layout: Layout, files: Iterable[RdfFile]) -> list[RdfFile]:
    """Return those files of a book that hold its shapes."""
    folder = layout.root / "ontology" / "shapes"
    return [file for file in files if file.path.is_relative_to(folder)]


def rules_of(book: Book) -> dict[str, Rule]:
    """Return every rule that a book is checked by, by name.

    Raises:
        InputError: A file of shapes or a check cannot be read.
    """
    folder = book.layout.root / "ontology" / "shapes"
    shapes = [read_rdf(p) for p in book.layout.ontology_files() if p.is_relative_to(folder)]
    return rules_named(ShapeRules(shapes).named(), check_queries(book.layout.queries), OWN_RULES)


def all_rules(book: Book, shape_files: Iterable[RdfFile] = ()) -> dict[str, Rule]:
    """Return every rule there is: the book's own, the tool's, those for queries, and of shapes.

    Raises:
        InputError: A file of shapes or a check cannot be read.
    """
    others = ShapeRules(shape_files).named()
    rules = rules_of(book) | {rule.name: rule for rule in (*LINT_RULES, *others)}
    return dict(sorted(rules.items()))
