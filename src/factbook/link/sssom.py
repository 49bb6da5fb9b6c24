"""Read and write mappings in SSSOM TSV, with the place of every fault in a file.

A file begins with comment lines that hold YAML, the prefix map among it; then comes a table whose
first line names the columns (SSSOM 1.0, section on the TSV format).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from factbook.errors import InputError
from factbook.link.words import (
    BUILT_IN,
    COLUMNS,
    JUSTIFICATIONS,
    NOT,
    PREDICATES,
    REQUIRED,
    REQUIRED_OF_SET,
)
from factbook.rdf.terms import is_iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CURIE = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*):(?P<local>[^\s<>\"{}|^`\\]+)")
_IDS = ("subject_id", "predicate_id", "object_id", "mapping_justification")


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, and where."""

    path: Path
    line: int
    column: int
    said: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.said}"


@dataclass(frozen=True)
class Link:
    """One row: a mapping of a subject to an object, or the denial of one."""

    values: Mapping[str, str]
    line: int = 0

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def pair(self) -> tuple[str, str]:
        """Subject and object as the file writes them."""
        return self["subject_id"], self["object_id"]

    @property
    def denied(self) -> bool:
        """Whether the row says that the mapping does not hold."""
        return self["predicate_modifier"] == NOT

    @property
    def confidence(self) -> float:
        """How sure it is, from 0 to 1."""
        return float(self["confidence"] or 1)

    def having(self, **values: str) -> Link:
        """Return the row with other values."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class LinkSet:
    """A file of mappings."""

    path: Path
    about: Mapping[str, Any]
    links: tuple[Link, ...]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefix map."""
        return {**BUILT_IN, **(self.about.get("curie_map") or {})}

    def expanded(self, curie: str) -> str:
        """Return the IRI of a CURIE of this file."""
        prefix, _, local = curie.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes else curie

    def shortened(self, iri: str) -> str | None:
        """Return the CURIE of an IRI, made with the longest namespace that fits, or None."""
        fitting = [
            (len(namespace), f"{prefix}:{iri[len(namespace) :]}")
            for prefix, namespace in self.prefixes.items()
            if iri.startswith(namespace) and _CURIE.fullmatch(f"{prefix}:{iri[len(namespace) :]}")
        ]
        return max(fitting)[1] if fitting else None

    def with_links(self, links: Iterable[Link]) -> LinkSet:
        """Return the set with these rows instead, in the order of their pairs."""
        return replace(self, links=tuple(sorted(links, key=lambda link: link.pair)))


def read_links(path: Path) -> LinkSet:
    """Read a file of mappings that must be without fault.

    Raises:
        InputError: It cannot be read, or it has a fault; the message has line and column.
    """
    found = examine(path)
    if found.problems:
        raise InputError(str(found.problems[0]))
    return found


def examine(path: Path) -> LinkSet:
    """Read a file of mappings and find all its faults.

    Raises:
        InputError: It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {said}") from None
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    about, problems = _metadata(path, lines[:first])
    names = lines[first].split("\t") if first < len(lines) else []
    problems += _columns(path, names, first + 1)
    links = []
    if not problems:
        bare = LinkSet(path, about, ())
        for number, line in enumerate(lines[first + 1 :], start=first + 2):
            if not line and number == len(lines):
                continue
            cells = line.split("\t")
            if len(cells) != len(names):
                said = f"{len(cells)} cells where the table has {len(names)} columns"
                problems.append(Problem(path, number, 1, said))
                continue
            problems += _faults(bare, names, cells, number)
            links.append(Link(dict(zip(names, cells, strict=True)), number))
    return LinkSet(path, about, tuple(links), tuple(problems))


def text_of(links: LinkSet) -> str:
    """Return a set of mappings as the text of its file; empty columns are left out."""
    import yaml

    header = yaml.safe_dump(dict(links.about), sort_keys=False, allow_unicode=True, width=1000)
    needed = {column for link in links.links for column, value in link.values.items() if value}
    names = [column for column in COLUMNS if column in needed or column in REQUIRED]
    rows = ["\t".join(_cell(link[name]) for name in names) for link in links.links]
    lines = [f"#{line}" for line in header.splitlines()]
    return "\n".join([*lines, "\t".join(names), *rows, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace('"', "'")


def _metadata(path: Path, lines: list[str]) -> tuple[dict[str, Any], list[Problem]]:
    import yaml

    try:
        about = yaml.safe_load("\n".join(line[1:] for line in lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 2) if mark else (1, 1)
        return {}, [Problem(path, line, column, "the header is not valid YAML")]
    if not isinstance(about, dict):
        return {}, [Problem(path, 1, 1, "the header is not a mapping of keys to values")]
    about = {key: value if key == "curie_map" else _plain(value) for key, value in about.items()}
    problems = [
        Problem(path, 1, 1, f"the header lacks '{key}'")
        for key in REQUIRED_OF_SET
        if not about.get(key)
    ]
    prefixes = about.get("curie_map")
    if not isinstance(prefixes, dict) or not all(
        isinstance(value, str) and is_iri(value) for value in prefixes.values()
    ):
        problems.append(Problem(path, 1, 1, "'curie_map' must map prefixes to absolute IRIs"))
    return about, problems


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a value as text, where YAML made a date of it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _columns(path: Path, names: list[str], line: int) -> Iterator[Problem]:
    column = 1
    for name in names:
        if name not in COLUMNS:
            yield Problem(path, line, column, f"SSSOM has no column '{name}'")
        elif names.count(name) > 1:
            yield Problem(path, line, column, f"the column '{name}' stands twice")
        column += len(name) + 1
    for name in REQUIRED:
        if name not in names:
            yield Problem(path, line, 1, f"the column '{name}' is missing")


def _faults(links: LinkSet, names: list[str], cells: list[str], line: int) -> Iterator[Problem]:
    column = 1
    for name, cell in zip(names, cells, strict=True):
        said = _fault(links, name, cell)
        if said:
            yield Problem(links.path, line, column, f"{name}: {said}")
        column += len(cell) + 1


def _fault(links: LinkSet, name: str, cell: str) -> str | None:  # noqa: C901, PLR0911 - a rule each
    if not cell:
        return "must not be empty" if name in REQUIRED and name != "predicate_modifier" else None
    if cell != cell.strip() or '"' in cell:
        return "has a space at an end, or a double quote"
    if name in _IDS:
        match = _CURIE.fullmatch(cell)
        if match is None:
            return f"'{cell}' is not a CURIE, prefix:name"
        if match["prefix"] not in links.prefixes:
            return f"the prefix '{match['prefix']}' is not in the curie_map"
    if name == "predicate_id" and cell not in PREDICATES:
        return f"'{cell}' is none of {', '.join(PREDICATES)}"
    if name == "mapping_justification" and cell not in JUSTIFICATIONS:
        return f"'{cell}' is no justification of SEMAPV"
    if name == "predicate_modifier" and cell != NOT:
        return f"'{cell}' must be {NOT} or nothing"
    if name == "confidence" and not re.fullmatch(r"0(\.[0-9]+)?|1(\.0+)?", cell):
        return f"'{cell}' is not a number from 0 to 1"
    if name == "mapping_date" and not _is_date(cell):
        return f"'{cell}' is not a date like 2026-03-31"
    return None


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
