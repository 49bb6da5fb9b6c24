"""Read a mapping: a CONSTRUCT over the rows of a table, whose front matter describes the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from factbook.errors import FactbookError, InputError, UsageError, did_you_mean
from factbook.front_matter import read_front_matter
from factbook.sparql.tokens import Token, uses_service, variables
from factbook.sparql.tree import Group, QueryTextError, Select, parse_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet")
TEXT, INTEGER, NUMBER, DATE, BOOLEAN, IGNORED = (
    "text",
    "integer",
    "number",
    "date",
    "boolean",
    "ignored",
)
ROW_NUMBER = "row_number"
RESERVED = ("source", "row", "row_slug", "slug", ROW_NUMBER)
_KEYS = ("summary", "description", "tables", "reshape", "key", "skip", "split", "things", "source")
_SOURCE_KEYS = (
    "title",
    "publisher",
    "url",
    "published",
    "read",
    "kind",
    "evidence",
    "archived",
    "copied-by",
    "confidence",
    "licence",
    "attribution",
)
_REQUIRED = ("title", "publisher", "published")
# The characters that are allowed in the name of a variable (SPARQL 1.1, VARNAME)
_NOT_IN_NAME = re.compile(
    r"[^0-9A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff]+"
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Kind:
    """The type of the cells of a column."""

    name: str = TEXT
    thousands: bool = False
    date_form: str = "%Y-%m-%d"
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableFormat:
    """One input: its name in SQL, its format, and its columns by their labels."""

    name: str
    format: str
    columns: Mapping[str, Kind]
    records: str = ""


@dataclass(frozen=True)
class Skip:
    """Rows to leave out: an SQL condition and the reason."""

    where: str
    why: str


@dataclass(frozen=True)
class Split:
    """A column whose cells have several values."""

    separator: str
    qualifiers: tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """A column whose cells name things."""

    class_curie: str
    prefix: str
    names: Mapping[str, str]
    none: frozenset[str]


@dataclass(frozen=True)
class TableMapping:
    """A mapping file."""

    name: str
    path: Path
    text: str
    tree: Select
    tables: tuple[TableFormat, ...]
    reshape: str
    key: tuple[str, ...]
    skips: tuple[Skip, ...]
    splits: Mapping[str, Split]
    things: Mapping[str, Naming]
    source: Mapping[str, str]

    @property
    def uses(self) -> tuple[str, ...]:
        """The variables that the query does not bind itself, except in VALUES."""
        bound = set(_bound_variables(self.tree)) - self.listed
        return tuple(name for name in variables(self.text) if name not in bound)

    @property
    def predicates(self) -> tuple[str, ...]:
        """The predicates of the template, in an order that agrees with its statements."""
        before: dict[str, dict[str, None]] = {}
        for statement in _predicates(self.tree):
            for earlier, later in pairwise(statement):
                before.setdefault(later, {})[earlier] = None
        try:
            return tuple(TopologicalSorter(before).static_order())
        except CycleError:
            return tuple(dict.fromkeys(name for part in _predicates(self.tree) for name in part))

    @property
    def listed(self) -> frozenset[str]:
        """The variables in VALUES, which serve as lookups."""
        return frozenset(_bound_variables(self.tree, in_lists=True))

    def fail(self, message: str) -> NoReturn:
        """Raise an error that names the file of the mapping."""
        raise InputError(f"{self.path}: {message}")


def find_mapping(folder: Path, name: str) -> Path:
    """Return the file of a mapping, given by its path or by its name in a book.

    Args:
        folder: The folder of the book's queries.
        name: A path that ends in .rq, or a name.

    Raises:
        UsageError: There is no such mapping.
    """
    if name.endswith(".rq"):
        return Path(name)
    paths = {path.stem: path for path in sorted((folder / "imports").glob("*.rq"))}
    if name not in paths:
        hint = f" Known: {', '.join(paths)}" if paths else " This book has none."
        raise UsageError(f"No mapping '{name}'.{did_you_mean(name, paths)}{hint}")
    return paths[name]


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Raises:
        InputError: The file is missing, or something in it is missing or not valid.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    header = _FrontMatter(path, read_front_matter(text, path))
    header.require(_KEYS, ("tables", "key", "source"))
    source = header.section("source")
    source.require(_SOURCE_KEYS, _REQUIRED)
    facts = {name: source.text(name) for name in source.values}
    for name in ("published", "read"):
        if name in facts:
            require_day(f"{path}: `{name}`", facts[name])
    mapping = TableMapping(
        name=path.stem,
        path=path,
        text=text,
        tree=_parse(path, text),
        tables=tuple(_tables(header)),
        reshape=str(header.values.get("reshape", "")).strip().removesuffix(";"),
        key=header.texts("key"),
        skips=tuple(
            Skip(entry.text("where"), entry.text("why")) for entry in header.sections("skip")
        ),
        splits={
            name: Split(str(split.values.get("separator", ",")), split.texts("qualifiers"))
            for name, split in header.named_sections("split")
        },
        things={
            name: Naming(
                naming.text("class"),
                str(naming.values.get("prefix", "")),
                {str(k): str(v) for k, v in (naming.values.get("names") or {}).items()},
                frozenset(naming.texts("none")),
            )
            for name, naming in header.named_sections("things")
        },
        source=facts,
    )
    if len(mapping.tables) > 1 and not mapping.reshape:
        mapping.fail("several tables need `reshape`, an SQL SELECT that combines them")
    return mapping


def name_columns(header: Iterable[str]) -> list[tuple[str, str]]:
    """Return the label of each column, as `columns` lists it, and its variable.

    Args:
        header: The names of the columns in the table.
    """
    names: list[tuple[str, str]] = []
    used_names = {name.casefold() for name in RESERVED}
    labels: set[str] = set()
    for place, heading in enumerate(header, start=1):
        label = heading.strip()
        variable = stem = _NOT_IN_NAME.sub("_", label).strip("_") or f"column_{place}"
        number = 1
        while variable.casefold() in used_names:
            number += 1
            variable = f"{stem}_{number}"
        if not label or label in labels:
            label = variable
        used_names.add(variable.casefold())
        labels.add(label)
        names.append((label, variable))
    return names


@dataclass(frozen=True)
class _FrontMatter:
    """A section of the front matter, with errors that name it."""

    path: Path
    values: Mapping[str, Any]
    place: str = "the front matter"

    def fail(self, message: str) -> NoReturn:
        raise InputError(f"{self.path}: {self.place}: {message}")

    def require(self, allowed: Sequence[str], required: Sequence[str]) -> None:
        for name in self.values:
            if name not in allowed:
                self.fail(f"no key `{name}` is known.{did_you_mean(str(name), allowed)}")
        for name in required:
            if not self.values.get(name):
                self.fail(f"`{name}` is missing")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, str | int | float) or not str(value).strip():
            self.fail(f"`{name}` is missing or not a string")
        return str(value).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name) or ()
        return (value,) if isinstance(value, str) else tuple(map(str, value))

    def section(self, name: str) -> _FrontMatter:
        return self._part(f"`{name}`", self.values.get(name))

    def sections(self, name: str) -> list[_FrontMatter]:
        value = self.values.get(name) or []
        if not isinstance(value, list):
            self.fail(f"`{name}` is not a list")
        return [self._part(f"`{name}`", part) for part in value]

    def named_sections(self, name: str) -> list[tuple[str, _FrontMatter]]:
        if not self.values.get(name):
            return []
        parts = self.section(name)
        return [
            (str(key), self._part(f"`{name}`, `{key}`", part or {}))
            for key, part in parts.values.items()
        ]

    def _part(self, place: str, value: object) -> _FrontMatter:
        if not isinstance(value, dict):
            raise InputError(f"{self.path}: {place} is not a mapping of keys to values")
        return _FrontMatter(self.path, value, place)


def _tables(header: _FrontMatter) -> Iterator[TableFormat]:
    for name, table in header.named_sections("tables"):
        if not _NAME.fullmatch(name):
            header.fail(f"'{name}' is not a name of lower-case letters, digits and underscores")
        table.require(("format", "columns", "records"), ("format", "columns"))
        if table.text("format") not in FORMATS:
            table.fail(f"`format` is not one of {', '.join(FORMATS)}")
        columns = table.values["columns"]
        if isinstance(columns, list):
            columns = dict.fromkeys(columns, TEXT)
        kinds = {str(label): _kind(table, str(label), kind) for label, kind in columns.items()}
        yield TableFormat(name, table.text("format"), kinds, str(table.values.get("records") or ""))


def _kind(table: _FrontMatter, label: str, value: object) -> Kind:
    if isinstance(value, list):
        return Kind(allowed=tuple(map(str, value)))
    name, _, form = str(value or TEXT).partition(" ")
    form = form.strip()
    if name in {INTEGER, NUMBER} and form in {"", ","}:
        return Kind(name, thousands=form == ",")
    if name == DATE:
        return Kind(DATE, date_form=form) if form else Kind(DATE)
    if name in {TEXT, IGNORED} and not form:
        return Kind(name)
    return table.fail(f"'{value}' is not a type of column ('{label}')")


def _parse(path: Path, text: str) -> Select:
    from pyoxigraph import Store

    try:
        Store().query(text)
        tree = parse_query(text, {})
    except SyntaxError as error:
        from factbook.sparql.mistakes import find

        line, column, message = find(str(error), text)
        raise InputError(f"{path}:{line}:{column}: {message}") from None
    except QueryTextError as error:
        raise InputError(f"{path}: {error}") from None
    if tree.form != "CONSTRUCT" or tree.template is None:
        raise InputError(f"{path}: is not a CONSTRUCT with a template")
    if uses_service(text):
        raise InputError(f"{path}: a mapping cannot ask a SERVICE")
    return tree


def _bound_variables(part: Select | Group, *, in_lists: bool | None = None) -> Iterator[str]:
    """Yield the variables that BIND, VALUES or the head of a SELECT gives a value.

    Args:
        part: A query or a group in it.
        in_lists: Only those of VALUES, or only the others.
    """
    pieces: Sequence[Token | Group | Select] = (
        [*part.head, part.where, *part.tail] if isinstance(part, Select) else part.parts
    )
    before, listed = "", False
    for piece in pieces:
        if not isinstance(piece, Token):
            yield from _bound_variables(piece, in_lists=in_lists)
            before, listed = "", False
            continue
        if piece.keyword == "VALUES":
            listed = True
        elif piece.variable and (listed or before == "AS") and in_lists in {None, listed}:
            yield piece.variable
        before = piece.keyword


def _predicates(tree: Select) -> Iterator[list[str]]:
    """Yield the predicates of each statement of the template; their IRIs are written out."""
    columns: list[str] = []
    place = 0  # of the next term in its triple: subject, predicate, object
    for token in tree.template.tokens if tree.template else ():
        if token.text in {".", ";", ","}:
            place = {".": 0, ";": 1, ",": 2}[token.text]
            if token.text == "." and columns:
                yield columns
                columns = []
            continue
        if place == 1 and token.kind == "iri":
            columns.append(token.text[1:-1])
        place += 1
    if columns:
        yield columns


def require_day(place: str, text: str, error: type[FactbookError] = InputError) -> None:
    """Raise an error that names the place if a text is not a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise error(f"{place}: '{text}' is not a day such as 2025-03-31") from None
