"""The files to check: expand paths to files, and read their RDF into memory or as a stream."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode

from factbook.errors import InputError, UsageError
from factbook.rdf.formats import syntax_of
from factbook.rdf.parse import RdfFile, open_rdf, read_rdf
from factbook.rdf.rdf_input import RdfInput
from factbook.rdf.unpack import Progress, is_large
from factbook.shacl import SH, load_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.check.findings import RawFinding
    from factbook.rdf.parse import RdfStream
    from factbook.rdf.positions import SearchedFile
    from factbook.rdf.terms import Term
    from factbook.shacl import DataGraph

QUERY_SUFFIX = ".rq"
# Files with these endings are often not RDF; they are checked only if named
_AMBIGUOUS = {".json", ".xml"}
_SHAPE_CLASSES = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}
_BYTES_IN_MEMORY = 1 << 20
"""The maximum size of text that is parsed into memory, which takes about ten times as much."""
_PROGRESS_SECONDS = 0.5


class Inputs:
    """RDF files: small ones in memory, large ones read as streams.

    Args:
        files: The files, which may be parsed already.
        base: What relative IRIs are resolved against; by default each file's address.
        announce: Called with the progress as text, and at the end with ''.

    Raises:
        InputError: A file cannot be read or is not valid; also while its quads are read.
    """

    def __init__(
        self,
        files: Sequence[Path | RdfFile],
        *,
        base: str | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._base = base
        self._announce = announce
        self._files: list[RdfFile | RdfStream] = []
        room = _BYTES_IN_MEMORY
        for file in files:
            if isinstance(file, RdfFile):
                self._files.append(file)
                continue
            size = file.stat().st_size if file.exists() else 0
            in_memory = size <= room and not is_large(file)
            room -= size if in_memory else 0
            given = RdfInput(file, base, in_book=True)
            self._files.append(read_rdf(given) if in_memory else open_rdf(given))
        # Blank nodes of different files must differ; those of a single file keep their labels,
        # so that they can be found in it
        self._rename = len(files) > 1

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the files declare; the last file wins."""
        return {name: iri for file in self._files for name, iri in file.prefixes.items()}

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files."""
        return tuple(file.path for file in self._files)

    @property
    def parsed(self) -> list[RdfFile]:
        """The files that are in memory."""
        return [file for file in self._files if isinstance(file, RdfFile)]

    @property
    def graphs(self) -> dict[str, Path]:
        """The files by the names of their graphs."""
        return {file.graph.value: file.path for file in self._files}

    def load(self, added: Sequence[RdfFile] = ()) -> DataGraph:
        """Return the data graph of all files, and of some more."""
        files = [file if isinstance(file, RdfFile) else self._input(file) for file in self._files]
        try:
            return load_files([*files, *added], progress=self._progress)
        finally:
            self._announce("")

    def _input(self, file: RdfStream) -> RdfInput:
        return RdfInput(file.path, self._base, in_book=True)

    def _progress(self, path: Path) -> Progress:
        return Progress("Reading", path, self._announce, every=_PROGRESS_SECONDS)

    def quads(self) -> Iterator[Quad]:
        """Yield the quads of all files."""
        for file in self._files:
            if isinstance(file, RdfFile):
                yield from file.quads
                continue
            try:
                progress = self._progress(file.path)
                yield from open_rdf(self._input(file), progress=progress, rename=self._rename).quads
            finally:
                self._announce("")

    def anchor(self, findings: Sequence[RawFinding], data: DataGraph) -> list[RawFinding]:
        """Return findings about blank nodes as findings about nodes that stand in the files.

        The store gives the blank nodes of a large file new labels. Instead of such a node, it is
        the named node that leads to it that is looked for, or else the node of the file that has
        the same values.
        """
        if all(isinstance(file, RdfFile) for file in self._files):
            return list(findings)
        from factbook.check.locate import anchor

        found = [anchor(finding, data.store) for finding in findings]
        nodes = {each.focus for each in found if isinstance(each.focus, BlankNode)}
        if not nodes:
            return found
        known = self._labels_in_files(nodes, data)
        return [replace(each, focus=known.get(each.focus, each.focus)) for each in found]

    def _labels_in_files(self, nodes: Iterable[BlankNode], data: DataGraph) -> dict[Term, Term]:
        """Return the blank nodes of the files that have the values of some nodes of the store."""
        wanted: dict[frozenset[object], list[BlankNode]] = defaultdict(list)
        for node in sorted(nodes, key=str):
            values = (q for q in data.describe(node) if not isinstance(q.object, BlankNode))
            wanted[frozenset((quad.predicate, quad.object) for quad in values)].append(node)
        pairs = frozenset(pair for values in wanted for pair in values)
        stated: dict[Term, set[object]] = defaultdict(set)
        for quad in self.quads():
            if isinstance(quad.subject, BlankNode):
                pair = (quad.predicate, quad.object)
                if pair in pairs:
                    stated[quad.subject].add(pair)
        found: dict[Term, Term] = {}
        for label, pairs_of in stated.items():
            alike = wanted.get(frozenset(pairs_of))
            if alike:
                found[alike.pop()] = label
        return found

    def files_mentioning(self, findings: Sequence[RawFinding]) -> Sequence[SearchedFile]:
        """Return files for locating findings; of large ones only what they state about those.

        Raises:
            InputError: A file can no longer be read.
        """
        in_memory = self.parsed
        if len(in_memory) == len(self._files):
            return in_memory
        from factbook.check.locate import nodes_of, properties_of
        from factbook.rdf.positions import search_files

        self._announce("Looking for the places of what was found")
        try:
            focus_nodes = frozenset(finding.focus for finding in findings)
            return search_files(
                self._files,
                nodes_of(findings),
                required=focus_nodes,
                # Of several files, the one that says most about a node is chosen
                properties=properties_of(findings) if len(self._files) == 1 else None,
            )
        finally:
            self._announce("")


def expand_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and for a folder the files in it that can be checked, each once.

    Raises:
        InputError: A folder has nothing to check.
    """
    seen = set()
    for path in paths:
        found = list_files([path])
        if not found:
            raise InputError(f"{path}: nothing to check: neither RDF nor queries in it")
        for file in found:
            if file.resolve() not in seen:
                yield file
            seen.add(file.resolve())


def list_files(paths: Iterable[Path]) -> list[Path]:
    """Return files, and for a folder the files in it that can be checked, if any."""
    found = []
    for path in paths:
        if path.is_dir():
            found += [entry for entry in sorted(path.rglob("*")) if _can_be_checked(entry)]
        else:
            found.append(path)
    return found


def _can_be_checked(path: Path) -> bool:
    return (
        (path.is_file() or path.is_symlink())
        and path.suffix not in _AMBIGUOUS
        and (path.suffix == QUERY_SUFFIX or syntax_of(path) is not None)
    )


def read_shapes(paths: Iterable[Path], *, base: str | None = None) -> list[RdfFile]:
    """Read files of shapes; a folder stands for the files in it.

    Args:
        paths: The files and folders.
        base: What relative IRIs are resolved against; by default each file's address.

    Raises:
        InputError: A file cannot be read, or there are no shapes in any.
    """
    files = [
        read_rdf(RdfInput(path, base, in_book=True))
        for path in expand_paths(paths)
        if path.suffix != QUERY_SUFFIX
    ]
    if files and not any(quad.predicate.value.startswith(SH) for f in files for quad in f.quads):
        raise InputError(f"{', '.join(str(file.path) for file in files)}: no shapes in it")
    return files


def select_files_with_shapes(files: Sequence[RdfFile]) -> list[RdfFile]:
    """Return those data files that define shapes themselves.

    Raises:
        UsageError: There is none.
    """
    found = [
        file for file in files if any(str(quad.object) in _SHAPE_CLASSES for quad in file.quads)
    ]
    if not found:
        path = files[0].path
        raise UsageError(
            f"{path} is not a file of the book: name its shapes with --shapes FILE, or add the "
            f"file to the book: factbook --data {path} check"
        )
    return found
