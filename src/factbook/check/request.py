"""What somebody asked to have checked: the book, some files of it, others' RDF, or queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factbook.check.engines import PYSHACL
from factbook.check.files import check_files
from factbook.check.findings import Outcome, in_order
from factbook.check.selection import Selection
from factbook.check.watch import state_of
from factbook.errors import InputError, UsageError
from factbook.rdf.formats import syntax_of
from factbook.rdf.parse import read_rdf
from factbook.shacl import SH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from factbook.book import Book
    from factbook.rdf.parse import RdfFile

QUERY = ".rq"
# Files of these endings are often something else, and are RDF only where somebody says so
_AMBIGUOUS = {".json", ".xml"}
_SHAPE_TYPES = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}


@dataclass(frozen=True)
class Request:
    """A check as it was asked for; it can be run again when files have changed."""

    book: Book
    files: tuple[Path, ...] = ()
    shapes: tuple[Path, ...] = ()
    engine: str = "auto"
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    changed: str | None = None
    announce: Callable[[str], None] = lambda _: None
    _parsed: dict[Path, tuple[tuple[int, int], RdfFile]] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Check, and return what was found.

        Raises:
            InputError: A file cannot be read, or a shape or check cannot be used.
            UsageError: The request makes no sense.
            EndpointError: The endpoint failed.
        """
        for path in (*self.files, *self.shapes):
            if not path.exists():
                raise InputError(f"{path}: no such file or folder")
        if self.book.endpoint is not None:
            return self._endpoint()
        examples = self.book.layout.examples.resolve()
        given = [
            path
            for path in _expanded(self.files)
            if path in self.files or not path.resolve().is_relative_to(examples)
        ]
        changed = self._changed()
        queries = [
            path
            for path in given
            if path.suffix == QUERY and (changed is None or path.resolve() in changed)
        ]
        others = [path for path in given if path.suffix != QUERY]
        if self.shapes and not others:
            raise UsageError("--shapes: name the RDF files to check against them")
        outcomes = []
        if queries:
            from factbook.check.lint import lint

            outcomes.append(lint(queries, self.book, rules=frozenset(self.rules)))
        if others or not given:
            outcomes.append(self._graph(others, changed))
        return _together(outcomes)

    def _endpoint(self) -> Outcome:
        from factbook.check.remote import check_endpoint

        if self.files or self.sources or self.changed is not None:
            raise UsageError("--endpoint checks its own graph: no FILE, --source or --changed")
        if self.engine == PYSHACL:
            raise UsageError("--engine pyshacl needs the data here: leave it out with --endpoint")
        selection = Selection(rules=frozenset(self.rules))
        return check_endpoint(
            self.book,
            shape_files=read_shapes(self.shapes),
            selection=selection,
            announce=self.announce,
        )

    def watched(self) -> list[Path]:
        """Return the files whose change is a reason to check again."""
        layout = self.book.layout
        own = [] if self.shapes else [*self.book.paths(leads=True), *layout.queries.rglob("*.rq")]
        return [*own, *_files_in([*self.shapes, *self.files])]

    def _graph(self, files: list[Path], paths: frozenset[Path] | None) -> Outcome:
        rules = frozenset(self.rules)
        selection = Selection(rules=rules, sources=self.sources, paths=paths)
        if self.shapes or not self._in_book(files):
            shapes = read_shapes(self.shapes)
            whole = [] if shapes else [read_rdf(path) for path in files]
            return check_files(
                whole or files,
                shapes or _with_shapes(whole),
                engine=self.engine,
                selection=selection,
                announce=self.announce,
            )
        if files:
            named = frozenset(path.resolve() for path in files)
            narrowed = named if paths is None else named & paths
            selection = Selection(rules=rules, sources=self.sources, paths=narrowed)
        from factbook.check.run import check_book

        return check_book(self.book, engine=self.engine, selection=selection, read=self._read)

    def _read(self, path: Path) -> RdfFile:
        """Parse a file, unless it has not changed since it was parsed for this request."""
        known = self._parsed.get(path)
        state = state_of(path)
        if known is None or state is None or known[0] != state:
            file = read_rdf(path)
            if state is None:
                return file
            known = self._parsed[path] = (state, file)
        return known[1]

    def _in_book(self, files: list[Path]) -> bool:
        own = {path.resolve() for path in self.book.paths(leads=True)}
        return all(path.resolve() in own for path in files)

    def _changed(self) -> frozenset[Path] | None:
        if self.changed is None:
            return None
        from factbook.check.changed import changed_since

        folder = self.files[0] if self.files else self.book.layout.root
        found = changed_since(self.changed, folder if folder.is_dir() else folder.parent)
        return frozenset(path.resolve() for path in found)


def read_shapes(paths: Iterable[Path]) -> list[RdfFile]:
    """Read files of shapes, and for a folder those in it.

    Raises:
        InputError: A file cannot be read, or none of them speaks of shapes.
    """
    files = [read_rdf(path) for path in _expanded(paths) if path.suffix != QUERY]
    if files and not any(quad.predicate.value.startswith(SH) for f in files for quad in f.quads):
        raise InputError(f"{', '.join(str(file.path) for file in files)}: no shapes in it")
    return files


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and for a folder those in it that can be checked.

    Raises:
        InputError: There is nothing to check in a folder.
    """
    for path in paths:
        found = _files_in([path])
        if not found:
            raise InputError(f"{path}: nothing to check: neither RDF nor queries in it")
        yield from found


def _files_in(paths: Iterable[Path]) -> list[Path]:
    found = []
    for path in paths:
        if path.is_dir():
            found += [entry for entry in sorted(path.rglob("*")) if _can_be_checked(entry)]
        else:
            found.append(path)
    return found


def _can_be_checked(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix not in _AMBIGUOUS
        and (path.suffix == QUERY or syntax_of(path) is not None)
    )


def _with_shapes(files: list[RdfFile]) -> list[RdfFile]:
    """Return those files that hold shapes of their own.

    Raises:
        UsageError: There is none.
    """
    found = [file for file in files if any(str(quad.object) in _SHAPE_TYPES for quad in file.quads)]
    if not found:
        raise UsageError(
            f"{files[0].path} is no file of the book: name its shapes with --shapes FILE, or let "
            f"it join the book: factbook --data {files[0].path} check"
        )
    return found


def _together(outcomes: list[Outcome]) -> Outcome:
    if len(outcomes) == 1:
        return outcomes[0]
    return Outcome(
        findings=in_order(finding for outcome in outcomes for finding in outcome.findings),
        rules={name: rule for outcome in outcomes for name, rule in outcome.rules.items()},
        files=sum(outcome.files for outcome in outcomes),
        triples=sum(outcome.triples for outcome in outcomes),
        notes=tuple(note for outcome in outcomes for note in outcome.notes),
        validation=next((each.validation for each in outcomes if each.validation), None),
        prefixes={name: iri for each in outcomes for name, iri in each.prefixes.items()},
    )
