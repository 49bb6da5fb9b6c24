"""Read the two states to compare: folders, files or git revisions."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import BlankNode, Dataset

from factbook.errors import InputError, UsageError
from factbook.git import Repository, find_repository
from factbook.layout import bundled, layout_of
from factbook.rdf.canonical import canonicalize
from factbook.rdf.parse import read_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.store.embedded import EmbeddedEngine, load_store
from factbook.store.rules import derive, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad

    from factbook.layout import Layout
    from factbook.rdf.parse import RdfFile

_NOWHERE = "file:///"
_BOOK_FOLDERS = ("ontology", "data", "queries")


@dataclass(frozen=True)
class Revision:
    """One state: its files, and its layout if it is a whole book."""

    files: tuple[RdfFile, ...]
    layout: Layout | None
    leads: bool
    copied: tuple[str, str] = ("", "")
    """The folder of the copied files, and the name for it in error messages."""

    @cached_property
    def terms(self) -> frozenset[Quad]:
        """The quads of the ontology's files."""
        return self._collect_quads(of_ontology=True)

    @cached_property
    def facts(self) -> frozenset[Quad]:
        """The quads of all other files, each in its named graph."""
        return self._collect_quads(of_ontology=False)

    def _collect_quads(self, *, of_ontology: bool) -> frozenset[Quad]:
        """Return the quads of files, with blank nodes labelled by RDFC-1.0."""
        quads_of_files: set[Quad] = set()
        for file in self.files:
            if self._is_ontology(file) != of_ontology:
                continue
            # The graph of a file without a base is its path, which must not count as a difference
            quads = list(file.named_quads() if file.has_base else file.quads)
            if any(isinstance(term, BlankNode) for q in quads for term in (q.subject, q.object)):
                data = Dataset(quads)
                try:
                    canonicalize(data)
                except InputError as error:
                    path = str(file.path).replace(*self.copied, 1)
                    raise InputError(f"{path}: {error}") from None
                quads = list(data)
            quads_of_files.update(quads)
        return frozenset(quads_of_files)

    @cached_property
    def engine(self) -> EmbeddedEngine:
        """An engine over the files that `query` would load."""
        store = load_store(file for file in self.files if self._is_loaded(file))
        if self.layout is not None:
            derive(store, read_rules(self.layout.rules()))
        return EmbeddedEngine(store)

    def _is_ontology(self, file: RdfFile) -> bool:
        return self.layout is not None and (self.layout.root / "ontology") in file.path.parents

    def _is_loaded(self, file: RdfFile) -> bool:
        if self.layout is None or self.leads:
            return True
        return (self.layout.root / "data" / "leads") not in file.path.parents


@contextmanager
def open_revisions(
    old: str, new: str, *, folder: Path | None, leads: bool
) -> Iterator[tuple[Revision, Revision]]:
    """Open both revisions while the block runs.

    Args:
        old: A folder, a file, a git revision, or a file in one such as HEAD:data/x.ttl.
        new: The same.
        folder: The book in whose checkout to look up revisions; by default the current folder.
        leads: Whether to run queries with leads.

    Raises:
        UsageError: A text is not one of these, or one is a file and the other a book.
        InputError: Something cannot be read.
    """
    with TemporaryDirectory(prefix="factbook-diff-") as temporary:
        revisions = [
            _open(text, folder=folder, leads=leads, room=Path(temporary, name))
            for name, text in (("old", old), ("new", new))
        ]
        if (revisions[0].layout is None) != (revisions[1].layout is None):
            raise UsageError(
                f"'{old}' and '{new}' are a file and a book: compare a file with a file "
                "(REVISION:PATH names a file of a git revision)"
            )
        yield revisions[0], revisions[1]


def _open(text: str, *, folder: Path | None, leads: bool, room: Path) -> Revision:
    path = Path(text)
    if path.is_dir():
        return _read_book(layout_of(path), leads=leads)
    if path.exists():
        return Revision((_read(path),), None, leads)
    for repository in _repositories(folder):
        commit = repository.find_commit(text)
        if commit is not None:
            room.mkdir()
            if repository.extract(commit, _BOOK_FOLDERS, room):
                return _read_book(layout_of(room), leads=leads, called=text)
            continue
        content = repository.find_blob(text)
        if content is not None:
            room.mkdir()
            copy = room / Path(text.partition(":")[2]).name
            copy.write_bytes(repository.read_blob(content))
            copied = (str(copy), text)
            return Revision((_read(copy, copied=copied),), None, leads, copied)
    raise UsageError(
        f"'{text}' is not a folder, a file or a git revision with a book (in the checkout around "
        f"{folder or Path.cwd()})"
    )


def _repositories(folder: Path | None) -> Iterator[Repository]:
    """Yield the repositories to search: of the current folder, its top, and the bundled book."""
    if folder is not None:
        repository = find_repository(folder)
        if repository is not None:
            yield repository
        return
    current = find_repository(Path.cwd())
    if current is not None:
        yield current
        if current.prefix:
            yield Repository(current.top, "")
    try:
        ours = find_repository(bundled())
    except InputError:
        return
    if ours is not None and ours != current:
        yield ours


def _read_book(layout: Layout, *, leads: bool, called: str = "") -> Revision:
    copied = (f"{layout.root}/", f"{called}:") if called else ("", "")
    paths = [*layout.ontology_files(), *layout.data_files(leads=True)]
    files = [
        _read(path, base=_NOWHERE + quote(path.relative_to(layout.root).as_posix()), copied=copied)
        for path in paths
    ]
    return Revision(tuple(files), layout, leads, copied)


def _read(path: Path, *, base: str = _NOWHERE, copied: tuple[str, str] = ("", "")) -> RdfFile:
    """Read a file; error messages name the original of a copy.

    Relative IRIs are resolved against the same base in both revisions.
    """
    try:
        return read_rdf(RdfInput(path, base, in_book=True))
    except InputError as error:
        raise InputError(str(error).replace(*copied, 1)) from None
