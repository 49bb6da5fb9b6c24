"""Format Turtle files, and verify that each keeps its triples, base and comments.

The layout of statements is that of the program `turtlefmt`; `turtle_layout` does the rest.
"""

from __future__ import annotations

import difflib
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Dataset

from factbook.atomic_write import atomic_write, lock_folder
from factbook.errors import FactbookError, InputError, UsageError
from factbook.fmt.turtle_layout import (
    add_missing_prefixes,
    comments_of,
    hoist_comments,
    normalize_line_ends,
    remove_unused_prefixes,
    sort_subjects,
)
from factbook.rdf.canonical import canonicalize
from factbook.rdf.formats import syntax_of
from factbook.rdf.parse import read_rdf
from factbook.rdf.syntax_error import RdfSyntaxError
from factbook.rdf.unpack import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    from factbook.layout import Layout
    from factbook.rdf.parse import RdfFile

_BOM = "\ufeff"
_FORMATTER = "turtlefmt"
_BATCH_SIZE = 500
_MOST_PASSES = 4
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class FormattedFile:
    """A file that is not formatted: its text, and its formatted text."""

    path: Path
    old: str
    new: str

    def diff(self) -> Iterator[str]:
        """Yield the lines of the unified diff."""
        name = self.path.as_posix()
        lines = difflib.unified_diff(
            self.old.splitlines(keepends=True),
            self.new.splitlines(keepends=True),
            fromfile=name,
            tofile=name,
        )
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    def write(self) -> None:
        """Replace the file with its formatted text.

        Raises:
            InputError: The file has been changed since it was read, or cannot be written.
        """
        with lock_folder(self.path.parent):
            if _read_text(self.path) != self.old:
                raise InputError(f"{self.path}: was changed by another program; run fmt again")
            with atomic_write(self.path) as file:
                file.write(self.new.encode())


def find_turtle_files(layout: Layout, paths: Iterable[Path]) -> list[Path]:
    """Return the given Turtle files and those in given folders, by default those of the book.

    Raises:
        UsageError: A file is not Turtle.
        InputError: A file or folder is missing.
    """
    named = list(paths)
    if not named:
        return [*layout.ontology_files(), *layout.data_files(leads=True)]
    turtle_files: dict[Path, None] = {}
    for path in named:
        if path.is_dir():
            turtle_files |= dict.fromkeys(sorted(path.rglob("*.ttl")))
            continue
        syntax = syntax_of(path)
        if syntax is None or syntax.name != "turtle" or path.suffix == ".gz":
            raise UsageError(f"{path}: only Turtle can be formatted (.ttl)")
        if not path.exists():
            raise InputError(f"{path}: no such file")
        turtle_files[path] = None
    return list(turtle_files)


def format_files(
    paths: Iterable[Path], *, prefixes: Mapping[str, str] | None = None
) -> list[FormattedFile]:
    """Return the files that are not formatted, each with its verified formatted text.

    Args:
        paths: The files.
        prefixes: Prefixes to declare in files that use them without a declaration.

    Raises:
        RdfSyntaxError: A file is not valid; the message has line and column.
        InputError: A file cannot be read or formatted.
    """
    old_texts = {path: _read_text(path) for path in paths}
    parsed: dict[Path, RdfFile] = {}
    complete: dict[Path, str] = {}
    for path, text in old_texts.items():
        parsed[path], complete[path] = _parse(path, text.removeprefix(_BOM), prefixes or {})
    laid_out = _lay_out(complete)
    # A pass can change the sections, for example by removing a prefix, so repeat it
    for _ in range(_MOST_PASSES):
        changed = {path: text for path, text in laid_out.items() if text != old_texts[path]}
        again = _lay_out(changed)
        laid_out |= again
        if again == changed:
            break
    unformatted = []
    for path, old in old_texts.items():
        new = laid_out[path]
        if new != old:
            verify_same(path, parsed[path], old=old, new=new)
            unformatted.append(FormattedFile(path, old, new))
    return unformatted


def _lay_out(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Return valid Turtle texts laid out and sorted, with all their comments.

    The formatter joins several comments on one predicate to one. Such comments are moved in front
    of their statement first.
    """
    normalized = {path: normalize_line_ends(text) for path, text in texts.items()}
    formatted = _run_formatter(normalized)
    for _ in range(_MOST_PASSES):
        joined = {}
        for path, text in normalized.items():
            lost = _comments(text) - _comments(formatted[path])
            hoisted = hoist_comments(text, lost) if lost else text
            if hoisted != text:
                joined[path] = hoisted
        if not joined:
            break
        normalized |= joined
        formatted |= _run_formatter(joined)
    return {
        # The formatter puts a space before a comment at the start of a file
        path: sort_subjects(remove_unused_prefixes(text.lstrip(" \n")))
        for path, text in formatted.items()
    }


def _comments(text: str) -> Counter[str]:
    return Counter(map(str.strip, comments_of(text)))


def _read_text(path: Path) -> str:
    try:
        with reading(path):
            content = path.read_bytes()
        return content.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 at byte {error.start}") from None


def _parse(path: Path, text: str, prefixes: Mapping[str, str]) -> tuple[RdfFile, str]:
    """Return the parsed file, and its text with the declarations that were missing."""
    try:
        return read_rdf(path, text.encode()), text
    except RdfSyntaxError:
        complete = add_missing_prefixes(text, prefixes)
        if complete == text:
            raise
    try:
        return read_rdf(path, complete.encode()), complete
    except RdfSyntaxError as error:
        # The declarations were added to the first line: report the column without them
        if error.line != 1 or error.column is None:
            raise
        column = max(1, error.column - (len(complete) - len(text)))
        message = str(error).replace(f":1:{error.column}:", f":1:{column}:", 1)
        raise RdfSyntaxError(message, line=1, column=column) from None


def _run_formatter(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Return the texts formatted by turtlefmt; all must be valid Turtle.

    Raises:
        InputError: The formatter is missing, or does not support the syntax of a text.
    """
    program = _find_formatter()
    formatted: dict[Path, str] = {}
    paths = list(texts)
    for start in range(0, len(paths), _BATCH_SIZE):
        batch = {path: texts[path] for path in paths[start : start + _BATCH_SIZE]}
        try:
            formatted |= _format_batch(program, batch)
        except _FormatterError as error:
            # The formatter stops at the first text that it rejects: find out which
            for path, text in batch.items():
                try:
                    _format_batch(program, {path: text})
                except _FormatterError as reason:
                    raise InputError(
                        f"{path}: valid Turtle, but {_FORMATTER} does not support its syntax: "
                        f"{reason}"
                    ) from None
            raise InputError(f"{program}: failed: {error}") from None
    return formatted


class _FormatterError(Exception):
    """The formatter rejected a text."""


def _format_batch(program: str, texts: Mapping[Path, str]) -> dict[Path, str]:
    with tempfile.TemporaryDirectory(prefix="factbook-fmt-") as folder:
        copies = {path: Path(folder, f"{number}.ttl") for number, path in enumerate(texts)}
        for path, copy in copies.items():
            copy.write_bytes(texts[path].encode())
        try:
            ended = subprocess.run(
                [program, *(copy.name for copy in copies.values())],
                cwd=folder,
                capture_output=True,
                check=False,
                timeout=_TIMEOUT_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(f"{program}: cannot be run: {error}") from None
        if ended.returncode != 0:
            lines = ended.stderr.decode(errors="replace").splitlines() or [f"{ended.returncode}"]
            raise _FormatterError(lines[0].removeprefix("Error: "))
        return {path: copy.read_bytes().decode() for path, copy in copies.items()}


def _find_formatter() -> str:
    """Return the formatter in the environment of this package, or else the one on PATH."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        program = shutil.which(_FORMATTER, path=str(folder))
        if program is not None:
            return program
    program = shutil.which(_FORMATTER)
    if program is None:
        raise InputError(f"{_FORMATTER}: no such program; install it: pip install {_FORMATTER}")
    return program


def verify_same(path: Path, before: RdfFile, *, old: str, new: str) -> None:
    """Verify that a text may replace another one.

    Raises:
        FactbookError: The quads, the base or the comments differ, which is a bug.
    """
    try:
        after = read_rdf(path, new.encode())
    except RdfSyntaxError as error:
        raise _bug(path, f"would break it ({error})") from None
    if (before.graph, before.has_base) != (after.graph, after.has_base):
        raise _bug(path, "would change its @base")
    if not have_same_quads(before, after):
        raise _bug(path, "would change what it states")
    if _comments(old) != _comments(new):
        raise _bug(path, "would lose a comment")


def have_same_quads(first: RdfFile, second: RdfFile) -> bool:
    """Tell whether two files have the same quads, up to the names of blank nodes."""
    if set(first.quads) == set(second.quads):
        return True
    if not any(_has_blank_node(file) for file in (first, second)):
        return False
    trees = _forest(first), _forest(second)
    if None not in trees:
        return trees[0] == trees[1]
    return _canonical_quads(first) == _canonical_quads(second)


def _forest(file: RdfFile) -> Counter[str] | None:
    """Return the quads with each blank node replaced by a hash of its statements.

    Two files with equal ones say the same. This takes linear time, where canonical labels take
    much more for lists in lists.

    Returns:
        The quads, or None if a blank node has two parents or is in a cycle.
    """
    quads_of_node: dict[BlankNode, list[Quad]] = {}
    parents: Counter[BlankNode] = Counter()
    quads = list(dict.fromkeys(file.quads))
    for quad in quads:
        if isinstance(quad.object, BlankNode):
            parents[quad.object] += 1
            quads_of_node.setdefault(quad.object, [])
        if isinstance(quad.subject, BlankNode):
            quads_of_node.setdefault(quad.subject, []).append(quad)
    if any(number > 1 for number in parents.values()):
        return None
    named = [quad for quad in quads if not isinstance(quad.subject, BlankNode)]
    roots = [node for node in quads_of_node if node not in parents]
    # From the roots down; the hashes are then made from the leaves up
    order = [*roots, *(quad.object for quad in named if isinstance(quad.object, BlankNode))]
    for node in order:  # the list grows during the loop
        order += (quad.object for quad in quads_of_node[node] if isinstance(quad.object, BlankNode))
    if len(order) != len(quads_of_node):
        return None  # a cycle has no root
    hashes: dict[object, str] = {}

    def text(quad: Quad, subject: str) -> str:
        value = hashes.get(quad.object) or str(quad.object)
        return f"{subject} {quad.predicate} {value} {quad.graph_name}"

    for node in reversed(order):
        lines = sorted(text(quad, "") for quad in quads_of_node[node])
        hashes[node] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Counter(
        [*(text(quad, str(quad.subject)) for quad in named), *(hashes[node] for node in roots)]
    )


def _has_blank_node(file: RdfFile) -> bool:
    return any(
        isinstance(term, BlankNode)
        for quad in file.quads
        for term in (quad.subject, quad.object, quad.graph_name)
    )


def _canonical_quads(file: RdfFile) -> set[object]:
    data = Dataset(file.quads)
    canonicalize(data)
    return set(data)


def _bug(path: Path, problem: str) -> FactbookError:
    return FactbookError(
        f"{path}: not changed, because formatting {problem}; please report this file"
    )
