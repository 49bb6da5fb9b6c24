"""Run the checks: over a whole book, or over any RDF files against any shapes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Store

from factbook.check.describe import described
from factbook.check.engines import AUTO, validate
from factbook.check.findings import Outcome, in_order
from factbook.check.layout_rules import RULES as FILE_RULES
from factbook.check.layout_rules import file_findings
from factbook.check.literals import RULES as LITERAL_RULES
from factbook.check.literals import literal_faults
from factbook.check.queries import query_rule, run_query
from factbook.check.shapes import ShapeRules
from factbook.errors import UsageError, did_you_mean
from factbook.query.catalog import check_queries
from factbook.query.resolve import NAMES, Resolver
from factbook.rdf.parse import read_rdf
from factbook.store.embedded import EmbeddedEngine, store_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.check.faults import Fault
    from factbook.check.findings import Finding, Rule
    from factbook.layout import Layout
    from factbook.query.header import StoredQuery
    from factbook.rdf.parse import RdfFile


@dataclass(frozen=True)
class Selection:
    """Which findings are wanted; by default all."""

    rules: frozenset[str] = frozenset()
    paths: frozenset[Path] | None = None
    """Files, by their absolute names."""
    sources: tuple[str, ...] = ()
    """Sources by IRI, CURIE or name: only what their files hold."""


EVERYTHING = Selection()
_NAMES = frozenset(NAMES)
_OWN_RULES = (*FILE_RULES, *LITERAL_RULES)


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
    return rules_named(ShapeRules(shapes).named(), check_queries(book.layout.queries), _OWN_RULES)


def check_book(book: Book, *, engine: str = AUTO, selection: Selection = EVERYTHING) -> Outcome:
    """Check all files of a book, its leads among them.

    Args:
        book: The book, which must answer from files.
        engine: What validates the shapes: 'auto', 'sparql' or 'pyshacl'.
        selection: Which findings are wanted.

    Raises:
        InputError: A file cannot be read, or a shape or check cannot be used.
        UsageError: A rule that is asked for does not exist.
    """
    files = [read_rdf(path) for path in book.paths(leads=True)]
    run = _Run(files, selection, store_of(files), _prefixes(files) | book.prefixes)
    shape_files = shapes_of(book.layout, files)
    checks = check_queries(book.layout.queries)
    rules = rules_named(ShapeRules(shape_files).named(), checks, _OWN_RULES)
    must_know(selection.rules, rules)
    faults, notes = run.faults(shape_files, engine)
    for query in checks:
        faults += run_query(query, run.answers)
    return run.outcome([*run.located(faults), *file_findings(files, book.layout)], rules, notes)


def check_files(
    files: Sequence[RdfFile],
    shape_files: Sequence[RdfFile],
    *,
    engine: str = AUTO,
    selection: Selection = EVERYTHING,
) -> Outcome:
    """Check any RDF files against any shapes, without a book.

    Raises:
        InputError: The shapes cannot be used.
        UsageError: A rule that is asked for does not exist.
    """
    run = _Run(files, selection, None, _prefixes([*shape_files, *files]))
    faults, notes = run.faults(shape_files, engine)
    shapes = [*ShapeRules(shape_files).named(), *(fault.rule for fault in faults)]
    rules = rules_named(shapes, (), LITERAL_RULES)
    must_know(selection.rules, rules)
    return run.outcome(run.located(faults), rules, notes)


@dataclass(frozen=True)
class _Run:
    """One run: the files, as parsed and in a store, and what is wanted of them."""

    files: Sequence[RdfFile]
    selection: Selection
    store: Store | None
    """A store of the files, where queries other than for names are run."""
    prefixes: Mapping[str, str]

    @cached_property
    def answers(self) -> EmbeddedEngine:
        """What runs queries over the files, or at least over the names in them."""
        if self.store is not None:
            return EmbeddedEngine(self.store)
        if self.selection.sources:
            return EmbeddedEngine(store_of(self.files))
        names = Store()
        quads = (quad for file in self.files for quad in file.quads)
        names.extend(quad for quad in quads if quad.predicate.value in _NAMES)
        return EmbeddedEngine(names)

    def faults(
        self, shape_files: Sequence[RdfFile], engine: str
    ) -> tuple[list[Fault], tuple[str, ...]]:
        """Return the faults by shapes and of literals, and how the validation went."""
        quads = [quad for file in self.files for quad in file.quads]
        shape_quads = [quad for file in shape_files for quad in file.quads]
        report = validate(shape_quads, quads, engine=engine, store=self.store)
        found = [*ShapeRules(shape_files).faults(report), *literal_faults(quads)]
        return found, report.notes

    def located(self, faults: Iterable[Fault]) -> list[Finding]:
        """Return the findings that faults of the wanted rules are."""
        rules = self.selection.rules
        return described(
            (fault for fault in faults if not rules or fault.rule.name in rules),
            files=self.files,
            engine=self.answers,
            prefixes=self.prefixes,
        )

    def outcome(
        self, findings: Iterable[Finding], rules: Mapping[str, Rule], notes: Iterable[str]
    ) -> Outcome:
        """Return those findings that are wanted."""
        wanted = self.selection
        kept = [f for f in findings if not wanted.rules or f.rule in wanted.rules]
        if wanted.paths is not None:
            kept = [f for f in kept if f.path is not None and f.path.resolve() in wanted.paths]
        if wanted.sources:
            own = self._paths_of_sources()
            kept = [f for f in kept if f.path in own]
        return Outcome(
            in_order(kept),
            rules,
            files=len(self.files),
            triples=sum(len(file.quads) for file in self.files),
            notes=tuple(notes),
        )

    def _paths_of_sources(self) -> frozenset[Path]:
        resolver = Resolver(self.answers, self.prefixes)
        by_graph = {file.graph: file.path for file in self.files}
        found = set()
        for name in self.selection.sources:
            graph = resolver.resolve(name, option="--source")
            if graph not in by_graph:
                raise UsageError(f"--source: '{name}' is not a source: no file bears its name")
            found.add(by_graph[graph])
        return frozenset(found)


def _prefixes(files: Iterable[RdfFile]) -> dict[str, str]:
    """Return the prefixes that files declare; the last one to do so has its way."""
    return {name: iri for file in files for name, iri in file.prefixes.items()}


def rules_named(
    shapes: Iterable[Rule], checks: Iterable[StoredQuery], own: Iterable[Rule] = ()
) -> dict[str, Rule]:
    """Return rules of shapes, of checks and of the tool by their names, in order."""
    rules = [*shapes, *map(query_rule, checks), *own]
    return {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.name)}


def must_know(names: Iterable[str], rules: Mapping[str, Rule]) -> None:
    """Refuse the name of a rule that there is not.

    Raises:
        UsageError: A name is unknown.
    """
    for name in sorted(names):
        if name not in rules:
            raise UsageError(
                f"No rule '{name}'.{did_you_mean(name, rules)} See: factbook check --rules"
            )
