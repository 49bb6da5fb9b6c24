"""Format files: find what would change, show it, and write it only when it is proven harmless."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.atomic_write import atomic_write
from factbook.errors import InputError, UsageError
from factbook.fmt.order import in_order, with_missing_prefixes, without_idle_prefixes
from factbook.fmt.program import laid_out
from factbook.fmt.proof import prove
from factbook.rdf.formats import syntax_of
from factbook.rdf.parse import RdfSyntaxError, read_rdf
from factbook.rdf.positions.tokens import STRING, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from factbook.layout import Layout
    from factbook.rdf.parse import RdfFile

_BOM = "\ufeff"


@dataclass(frozen=True)
class Formatted:
    """A file that is not in the house form: its text, and what the text should be."""

    path: Path
    old: str
    new: str

    def diff(self) -> Iterator[str]:
        """Yield the lines of the difference in unified form."""
        name = self.path.as_posix()
        lines = difflib.unified_diff(
            self.old.splitlines(keepends=True),
            self.new.splitlines(keepends=True),
            fromfile=name,
            tofile=name,
        )
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def turtle_files(layout: Layout, given: Iterable[Path]) -> list[Path]:
    """Return the Turtle files that are named, those below named folders, or else the book's.

    Raises:
        UsageError: A file is not Turtle.
        InputError: A file or folder is missing.
    """
    named = list(given)
    if not named:
        return [*layout.ontology_files(), *layout.data_files(leads=True)]
    found: dict[Path, None] = {}
    for path in named:
        if path.is_dir():
            found |= dict.fromkeys(sorted(path.rglob("*.ttl")))
            continue
        syntax = syntax_of(path)
        if syntax is None or syntax.name != "turtle" or path.suffix == ".gz":
            raise UsageError(f"{path}: only Turtle can be formatted (.ttl)")
        if not path.exists():
            raise InputError(f"{path}: no such file")
        found[path] = None
    return list(found)


def unformatted(
    paths: Iterable[Path], *, prefixes: Mapping[str, str] | None = None
) -> list[Formatted]:
    """Return the files that are not in the house form, each with its proven form.

    Args:
        paths: The files.
        prefixes: Those that are declared for a file which uses them and does not declare them.

    Raises:
        RdfSyntaxError: A file is broken; the message has line and column.
        InputError: A file cannot be read or formatted.
    """
    parsed: dict[Path, RdfFile] = {}
    texts: dict[Path, str] = {}
    complete: dict[Path, str] = {}
    for path in paths:
        texts[path] = _text(path)
        parsed[path], complete[path] = _parsed(path, texts[path], prefixes or {})
    laid = laid_out({path: _with_plain_line_ends(text) for path, text in complete.items()})
    found = []
    for path, old in texts.items():
        new = _settled(laid[path])
        if new != old:
            prove(path, parsed[path], old=old, new=new)
            found.append(Formatted(path, old, new))
    return found


def _parsed(path: Path, text: str, prefixes: Mapping[str, str]) -> tuple[RdfFile, str]:
    """Return what a file says, and its text with the prefixes that it had to be given for that."""
    text = text.removeprefix(_BOM)
    try:
        return read_rdf(path, text.encode()), text
    except RdfSyntaxError:
        complete = with_missing_prefixes(text, prefixes)
        if complete == text:
            raise
        return _read(path, complete, added=len(complete) - len(text)), complete


def _read(path: Path, text: str, *, added: int) -> RdfFile:
    """Parse a text; a fault on its first line stands where it stood before something was added."""
    try:
        return read_rdf(path, text.encode())
    except RdfSyntaxError as error:
        if error.line != 1 or error.column is None:
            raise
        column = max(1, error.column - added)
        said = str(error).replace(f":1:{error.column}:", f":1:{column}:", 1)
        raise RdfSyntaxError(said, line=1, column=column) from None


def write(formatted: Formatted) -> None:
    """Put the house form in the file's place.

    Raises:
        InputError: The file was changed meanwhile, or cannot be written.
    """
    if _text(formatted.path) != formatted.old:
        raise InputError(f"{formatted.path}: was changed by somebody else just now; run it again")
    with atomic_write(formatted.path) as file:
        file.write(formatted.new.encode())


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 at byte {error.start}") from None


def _settled(text: str) -> str:
    """Return a laid out text with what the formatter leaves undone."""
    # It puts a space before a comment that opens the file
    return in_order(without_idle_prefixes(text.lstrip(" \n")))


def _with_plain_line_ends(text: str) -> str:
    """Return the text with line feeds alone, except inside strings, where they are data."""
    text = text.removeprefix(_BOM)
    if "\r" not in text:
        return text
    parts = []
    end = 0
    for token in tokens_of(text):
        if token.kind == STRING:
            parts += [text[end : token.offset].replace("\r\n", "\n"), token.text]
            end = token.offset + len(token.text)
    return "".join([*parts, text[end:].replace("\r\n", "\n")])
