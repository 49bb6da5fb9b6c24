"""Plan a check from the user's arguments, and run it once or whenever a file changes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.check.findings import Outcome, merge_outcomes
from factbook.check.inputs import (
    QUERY_SUFFIX,
    expand_paths,
    list_files,
    read_shapes,
    select_files_with_shapes,
)
from factbook.check.limits import EVERY_FINDING, Limits
from factbook.check.outcome import Selection
from factbook.errors import InputError, UsageError
from factbook.rdf.parse import read_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.rdf.unpack import STDIN
from factbook.shacl import NO_INFERENCE, PYSHACL, SPARQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from factbook.book import Book

    FileStates = dict[Path, tuple[int, int]]

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Plan:
    """A check of a book, of RDF files, of stored queries, or of an endpoint.

    The fields are the arguments and options of `factbook check`.
    """

    book: Book
    files: tuple[Path, ...] = ()
    shapes: tuple[Path, ...] = ()
    engine: str = SPARQL
    inference: str = NO_INFERENCE
    ontologies: tuple[Path, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    changed: str | None = None
    limits: Limits = EVERY_FINDING
    announce: Callable[[str], None] = lambda _: None

    def run(self) -> Outcome:
        """Run the check.

        Raises:
            InputError: A file cannot be read, or a shape or check query cannot be used.
            UsageError: The arguments do not fit together.
            EndpointError: The endpoint failed.
        """
        for path in (*self.files, *self.shapes, *self.ontologies):
            if path != STDIN and not path.exists():
                raise InputError(f"{path}: no such file or folder")
        if self.book.endpoint is not None:
            return self._check_endpoint()
        given = self._expand_files()
        changed = self._changed_files()
        if not given and not self.shapes:
            return self._check_whole_book(changed)
        queries = [
            path
            for path in given
            if path.suffix == QUERY_SUFFIX and (changed is None or path.resolve() in changed)
        ]
        rdf_files = [path for path in given if path.suffix != QUERY_SUFFIX]
        if self.shapes and not rdf_files:
            raise UsageError("--shapes: name the RDF files to check against them")
        outcomes = []
        if queries:
            from factbook.check.lint import lint_queries

            outcomes.append(lint_queries(queries, self.book, rules=frozenset(self.rules)))
        if rdf_files:
            outcomes.append(self._check_rdf(rdf_files, changed))
        return merge_outcomes(outcomes)

    def watched_files(self) -> list[Path]:
        """Return the files whose changes call for another run."""
        layout = self.book.layout
        own = [] if self.shapes else [*self.book.paths(leads=True), *layout.queries.rglob("*.rq")]
        return [*own, *list_files([*self.shapes, *self.files])]

    def _check_endpoint(self) -> Outcome:
        from factbook.check.run import check_endpoint

        if self.files or self.sources or self.changed is not None:
            raise UsageError("--endpoint cannot be combined with FILE, --source or --changed")
        if self.inference != NO_INFERENCE or self.ontologies:
            raise UsageError("--inference and --ont need local data, not an --endpoint")
        if self.engine == PYSHACL:
            raise UsageError("--engine pyshacl needs local data and cannot check an --endpoint")
        return check_endpoint(
            self.book,
            shape_files=read_shapes(self.shapes, base=self.book.base),
            selection=Selection(rules=frozenset(self.rules), limits=self.limits),
            announce=self.announce,
        )

    def _check_whole_book(self, changed: frozenset[Path] | None) -> Outcome:
        """Check the graph of the book and its stored queries; only changed queries are run."""
        from factbook.check.lint import LINT_RULES, lint_queries
        from factbook.check.rules import all_rules, require_known_rules

        self._refuse_inference()
        book = self.book.with_leads()  # parsed once for both
        rules = frozenset(self.rules)
        if rules:
            require_known_rules(rules, all_rules(book))
        for_queries = rules & {rule.name for rule in LINT_RULES}
        outcomes = []
        if not self.sources and (for_queries or not rules):
            paths = sorted(book.layout.queries.glob("*/*.rq"))
            if changed is not None:
                paths = [path for path in paths if path.resolve() in changed]
            run = changed or frozenset()
            outcomes.append(lint_queries(paths, book, rules=for_queries, only_run=run))
        if rules - for_queries or not rules:
            from factbook.check.run import check_book

            selection = Selection(rules - for_queries, changed, self.sources, self.limits)
            outcomes.append(check_book(book, engine=self.engine, selection=selection))
        return merge_outcomes(outcomes)

    def _check_rdf(self, files: list[Path], changed: frozenset[Path] | None) -> Outcome:
        """Check files against their shapes, or the book with findings in these files only."""
        from factbook.check.run import check_book, check_files

        rules = frozenset(self.rules)
        if self.shapes or not self._are_in_book(files):
            base = self.book.base
            shapes = read_shapes(self.shapes, base=base)
            inputs = [RdfInput(path, base, in_book=True) for path in files]
            parsed = [] if shapes else [read_rdf(file) for file in inputs]
            return check_files(
                parsed or files,
                shapes or select_files_with_shapes(parsed),
                base=base,
                engine=self.engine,
                inference=self.inference,
                ontologies=[
                    read_rdf(RdfInput(path, base, in_book=True))
                    for path in expand_paths(self.ontologies)
                ],
                selection=Selection(rules, changed, self.sources, self.limits),
                announce=self.announce,
            )
        self._refuse_inference()
        named = frozenset(path.resolve() for path in files)
        paths = named if changed is None else named & changed
        selection = Selection(rules, paths, self.sources, self.limits)
        return check_book(self.book, engine=self.engine, selection=selection)

    def _refuse_inference(self) -> None:
        if self.inference != NO_INFERENCE or self.ontologies:
            raise UsageError(
                "--inference and --ont are for files that are checked with --shapes; the book has "
                "its own ontology"
            )

    def _expand_files(self) -> list[Path]:
        """Return the files to check; examples of rules only if they are named themselves."""
        examples = self.book.layout.examples.resolve()
        return [
            path
            for path in expand_paths(self.files)
            if path in self.files or not path.resolve().is_relative_to(examples)
        ]

    def _are_in_book(self, files: list[Path]) -> bool:
        own = {path.resolve() for path in self.book.paths(leads=True)}
        return all(path.resolve() in own for path in files)

    def _changed_files(self) -> frozenset[Path] | None:
        if self.changed is None:
            return None
        folder = self.files[0] if self.files else self.book.layout.root
        found = changed_since(self.changed, folder if folder.is_dir() else folder.parent)
        return frozenset(path.resolve() for path in found)


def changed_since(revision: str, folder: Path) -> frozenset[Path]:
    """Return the files of a checkout that differ from a revision, new files included.

    Args:
        revision: A git revision, such as HEAD or main.
        folder: A folder inside the checkout.

    Raises:
        InputError: The folder is not in a checkout, or git cannot be run.
        UsageError: There is no such revision.
    """
    from factbook.git import find_repository

    repository = find_repository(folder)
    if repository is None:
        raise InputError(f"--changed: {folder.resolve()} is not in a git repository")
    commit = repository.find_commit(revision)
    if commit is None:
        raise UsageError(f"--changed: there is no revision '{revision}' in {repository.top}")
    return repository.changed_files(commit)


def watch_files(
    list_paths: Callable[[], Iterable[Path]], *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[frozenset[Path]]:
    """Yield the files that were changed, added or removed, each time there are some.

    Args:
        list_paths: Returns the files to watch; called before each look.
        sleep: Waits for some seconds.
    """
    before = _file_states(list_paths())
    while True:
        sleep(_POLL_SECONDS)
        now = _file_states(list_paths())
        if now != before:
            yield frozenset(path for path, _ in now.items() ^ before.items())
            before = now


def _file_states(paths: Iterable[Path]) -> FileStates:
    states = {}
    for path in paths:
        try:
            state = path.stat()
        except FileNotFoundError:  # removed after it was listed
            continue
        states[path] = (state.st_mtime_ns, state.st_size)
    return states
