"""Read and write mapping sets in SSSOM TSV, and report every fault with its line and column.

A file starts with comment lines that hold YAML metadata, including the prefix map. A table follows
whose first line names the columns (SSSOM 1.0, section on the TSV format).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from factbook.errors import InputError
from factbook.front_matter import load_yaml
from factbook.rdf.lexical import is_day
from factbook.rdf.terms import is_iri, namespace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

NOT = "Not"
EXACT_MATCH = "skos:exactMatch"
SAME_AS = "schema:sameAs"
PREDICATES = (
    *(SAME_AS, EXACT_MATCH, "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch"),
    *("skos:relatedMatch", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:seeAlso"),
    "owl:equivalentProperty",
)
MANUAL = "semapv:ManualMappingCuration"
BACKGROUND_KNOWLEDGE = "semapv:BackgroundKnowledgeBasedMatching"
LEXICAL = "semapv:LexicalMatching"
JUSTIFICATIONS = (
    *(MANUAL, BACKGROUND_KNOWLEDGE, LEXICAL, "semapv:CompositeMatching"),
    *("semapv:InstanceBasedMatching", "semapv:LexicalSimilarityThresholdMatching"),
    *("semapv:LogicalReasoning", "semapv:MappingChaining", "semapv:MappingInversion"),
    *("semapv:MappingReview", "semapv:SemanticSimilarityThresholdMatching"),
    *("semapv:StructuralMatching", "semapv:UnspecifiedMatching"),
)
COLUMNS = (
    *("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id"),
    *("object_label", "mapping_justification", "author_id", "author_label", "reviewer_id"),
    *("reviewer_label", "subject_source", "subject_source_version", "object_source"),
    *("object_source_version", "mapping_tool", "mapping_date", "confidence"),
    *("subject_match_field", "object_match_field", "match_string", "see_also", "comment"),
)
"""The columns of SSSOM that are read, in SSSOM's order; others are kept as they are."""
REQUIRED_COLUMNS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_ALWAYS_WRITTEN = {*REQUIRED_COLUMNS, "predicate_modifier"}
_REQUIRED_METADATA = ("mapping_set_id", "mapping_set_version", "license")
_BUILT_IN_PREFIXES = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
}
_CELL = re.compile(r'("(?:[^"]|"")*"(?=[\t\n]|\Z)|[^\t\n]*)([\t\n]|\Z)')
_NEEDS_QUOTES = re.compile(r'["\t\r\n]|^\s|\s$')
_CURIE = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*):(?P<local>[^\s<>\"{}|^`\\]+)")
_ID_COLUMNS = ("subject_id", "predicate_id", "object_id", "mapping_justification")


@dataclass(frozen=True)
class Problem:
    """A fault in a file, with its position."""

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class MappingRow:
    """One row of the table: a mapping of a subject to an object, or its negation."""

    values: Mapping[str, str]
    line: int = 0

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def pair(self) -> tuple[str, str]:
        """Subject and object as CURIEs, as the file writes them."""
        return self["subject_id"], self["object_id"]

    @property
    def is_negated(self) -> bool:
        """Whether the row says that the mapping does not hold."""
        return self["predicate_modifier"] == NOT

    @property
    def confidence(self) -> float:
        """Confidence from 0 to 1; an empty cell means 1."""
        return float(self["confidence"] or 1)

    def with_values(self, **values: str) -> MappingRow:
        """Return a copy of the row with other values."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class MappingSet:
    """The content of one SSSOM file."""

    path: Path
    metadata: Mapping[str, Any]
    rows: tuple[MappingRow, ...]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefix map, including the prefixes that SSSOM defines."""
        return {**_BUILT_IN_PREFIXES, **(self.metadata.get("curie_map") or {})}

    def expand(self, curie: str) -> str:
        """Return the IRI of a CURIE; anything else is returned unchanged."""
        prefix, _, local = curie.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes else curie

    def expand_pair(self, row: MappingRow) -> tuple[str, str]:
        """Return the subject and object of a row as IRIs."""
        subject, obj = row.pair
        return self.expand(subject), self.expand(obj)

    def compress(self, iri: str) -> str | None:
        """Return the CURIE of an IRI with the longest namespace that fits, or None."""
        candidates = [
            (len(namespace), f"{prefix}:{iri[len(namespace) :]}")
            for prefix, namespace in self.prefixes.items()
            if iri.startswith(namespace) and _CURIE.fullmatch(f"{prefix}:{iri[len(namespace) :]}")
        ]
        return max(candidates)[1] if candidates else None

    def with_prefixes_for(self, iris: Iterable[str], known: Mapping[str, str]) -> MappingSet:
        """Return a copy of the set that has a prefix for each IRI.

        A new prefix is one of the known ones, or else called after the host of the IRI.
        """
        found = self
        for iri in iris:
            if found.compress(iri) is not None:
                continue
            fitting = [name for name, namespace in known.items() if iri.startswith(namespace)]
            name = max(fitting, key=lambda name: len(known[name]), default=None)
            namespace = known[name] if name else namespace_of(iri)
            name = name or _name_after_host(iri)
            candidates = chain([name], (f"{name}{number}" for number in count(2)))
            name = next(each for each in candidates if each not in found.prefixes)
            curie_map = {**(found.metadata.get("curie_map") or {}), name: namespace}
            metadata = {**found.metadata, "curie_map": dict(sorted(curie_map.items()))}
            found = replace(found, metadata=metadata)
        return found

    def with_rows(self, rows: Iterable[MappingRow]) -> MappingSet:
        """Return a copy of the set with other rows, sorted by subject and object."""
        return replace(self, rows=tuple(sorted(rows, key=lambda row: row.pair)))


def _name_after_host(iri: str) -> str:
    """Return a prefix for an IRI: `example` for `https://data.example.org/…`."""
    labels = (urlsplit(iri).hostname or "").split(".")
    words = [label for label in labels[-2:-1] or labels if re.fullmatch(r"[a-z][a-z0-9-]*", label)]
    return words[0] if words else "target"


def read_mapping_set(path: Path) -> MappingSet:
    """Read a file that must have no faults.

    Raises:
        InputError: The file cannot be read or has a fault; the message gives line and column.
    """
    found = parse_mapping_set(path)
    if found.problems:
        raise InputError(str(found.problems[0]))
    return found


def parse_mapping_set(path: Path) -> MappingSet:
    """Read a file and collect all of its faults.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {reason}") from None
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata, problems = _parse_metadata(path, lines[:first])
    table = _table_rows("\n".join(lines[first:]), first + 1)
    names = [_unquote(cell) for cell in next(table, (0, []))[1]]
    problems += _check_columns(path, names, first + 1)
    rows = []
    if not problems:
        header = MappingSet(path, metadata, ())
        for number, cells in table:
            if len(cells) != len(names):
                message = f"{len(cells)} cells where the table has {len(names)} columns"
                problems.append(Problem(path, number, 1, message))
                continue
            problems += _check_cells(header, names, cells, number)
            values = dict(zip(names, map(_unquote, cells), strict=True))
            rows.append(MappingRow(values, number))
    return MappingSet(path, metadata, tuple(rows), tuple(problems))


def _table_rows(table: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row of a table that begins at a line, with the line of the row.

    A quoted cell may go on in the next line (SSSOM, TSV format, quoting).
    """
    cells: list[str] = []
    for match in _CELL.finditer(table):
        cells.append(match[1])
        if match[2] == "\t":
            continue
        if match.end() < len(table) or cells != [""]:
            yield line, cells
        line += "\t".join(cells).count("\n") + 1
        cells = []


def _unquote(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if _is_quoted(cell) else cell


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"' and cell.count('"') % 2 == 0


def serialize_mapping_set(mappings: MappingSet) -> str:
    """Return the text of the file; empty columns that it need not have are left out."""
    import yaml

    header = yaml.safe_dump(
        dict(mappings.metadata), sort_keys=False, allow_unicode=True, width=1000
    )
    used = {column for row in mappings.rows for column, value in row.values.items() if value}
    names = [column for column in COLUMNS if column in used or column in _ALWAYS_WRITTEN]
    names += sorted(used - set(COLUMNS))
    rows = ["\t".join(_quote(row[name]) for name in names) for row in mappings.rows]
    lines = [f"#{line}" for line in header.splitlines()]
    return "\n".join([*lines, "\t".join(names), *rows, ""])


def _quote(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _parse_metadata(path: Path, lines: list[str]) -> tuple[dict[str, Any], list[Problem]]:
    import yaml

    try:
        found = load_yaml("\n".join(line[1:] for line in lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 2) if mark else (1, 1)
        return {}, [Problem(path, line, column, "the header is not valid YAML")]
    if not isinstance(found, dict):
        return {}, [Problem(path, 1, 1, "the header is not a mapping of keys to values")]
    # YAML reads a date as an object; SSSOM means its text
    metadata = {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in found.items()
    }
    problems = [
        Problem(path, 1, 1, f"the header lacks '{key}'")
        for key in _REQUIRED_METADATA
        if not metadata.get(key)
    ]
    prefixes = metadata.get("curie_map")
    if not isinstance(prefixes, dict) or not all(
        isinstance(value, str) and is_iri(value) for value in prefixes.values()
    ):
        problems.append(Problem(path, 1, 1, "'curie_map' must map prefixes to absolute IRIs"))
    return metadata, problems


def _check_columns(path: Path, names: list[str], line: int) -> Iterator[Problem]:
    column = 1
    for name in names:
        if not name or names.count(name) > 1:
            yield Problem(
                path, line, column, f"duplicate column '{name}'" if name else "a column has no name"
            )
        column += len(name) + 1
    for name in REQUIRED_COLUMNS:
        if name not in names:
            yield Problem(path, line, 1, f"the column '{name}' is missing")


def _check_cells(
    header: MappingSet, names: list[str], cells: list[str], line: int
) -> Iterator[Problem]:
    column = 1
    for name, cell in zip(names, cells, strict=True):
        message = _check_cell(header, name, cell)
        if message:
            yield Problem(header.path, line, column, f"{name}: {message}")
        column += len(cell) + 1


def _check_cell(  # noqa: C901, PLR0911 - one return for each rule
    header: MappingSet, name: str, cell: str
) -> str | None:
    """Return what is wrong with a cell, or None."""
    if not _is_quoted(cell) and (cell != cell.strip() or cell.startswith('"')):
        return "has leading or trailing spaces, or a double quote that nothing closes"
    cell = _unquote(cell)
    if not cell:
        return "must not be empty" if name in REQUIRED_COLUMNS else None
    if name in _ID_COLUMNS:
        match = _CURIE.fullmatch(cell)
        if match is None:
            return f"'{cell}' is not a CURIE (prefix:name)"
        if match["prefix"] not in header.prefixes:
            return f"the prefix '{match['prefix']}' is not in the curie_map"
    if name == "predicate_id" and cell not in PREDICATES:
        return f"'{cell}' is not one of {', '.join(PREDICATES)}"
    if name == "mapping_justification" and cell not in JUSTIFICATIONS:
        return f"'{cell}' is not a justification of SEMAPV"
    if name == "predicate_modifier" and cell != NOT:
        return f"'{cell}' must be {NOT} or empty"
    if name == "confidence" and not re.fullmatch(r"0?\.[0-9]+|0|1(\.0+)?", cell):
        return f"'{cell}' is not a number from 0 to 1"
    if name == "mapping_date" and not is_day(cell):
        return f"'{cell}' is not a date like 2026-03-31"
    return None
