"""Find stored queries by name, and read their text and front matter.

The front matter is grlc's (`#+` lines of YAML) with five keys of our own, which grlc ignores:
`params`, `columns`, `question`, `chart` and `pivot`. Parameters are variables with names as in
BASIL: `?_company_iri` is required, `?__company_iri` is optional, and the suffix gives the kind of
term.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from factbook.errors import InputError, UsageError, did_you_mean
from factbook.front_matter import read_front_matter
from factbook.layout import bundled
from factbook.render.cells import Column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from factbook.render.chart_description import Chart
    from factbook.render.pivot import Pivot

T = TypeVar("T")

# Groups whose queries are not run by name, but by other commands
CHECKS = "checks"
IMPORTS = "imports"
RULES = "rules"
PAGES = "pages"
LINKS = "links"
COLUMN_TYPES = frozenset(
    {"boolean", "date", "decimal", "identifier", "integer", "iri", "period", "text", "year"}
)
"""The types of columns in the front matter."""
_COLUMN_KEYS = {each.name: each.default for each in fields(Column) if each.name != "name"}
_FORMS: dict[type, str] = {
    bool: "true or false",
    dict: "a mapping",
    int: "a whole number",
    list: "a list",
    str: "a text",
}
_NOT_BY_NAME = {CHECKS, IMPORTS, LINKS, PAGES, RULES}
_PARAMETER = re.compile(r"(?P<lead>__?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?:_(?P<kind>\w+))?")
_CACHE_SIZE = 256  # queries, more than a book has
_XSD_KINDS = {"integer", "decimal", "boolean", "date", "dateTime", "gYear"}


@dataclass(frozen=True)
class Parameter:
    """One value that a query takes.

    `kind` is 'iri', 'text', 'lang:<tag>' or 'xsd:<name>'; `type_curie` is the class that an IRI
    must belong to; `values` is a SELECT that lists the possible values.
    """

    name: str
    variable: str
    kind: str
    required: bool
    doc: str = ""
    type_curie: str | None = None
    values: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class StoredQuery:
    """A query file."""

    name: str
    group: str
    path: Path
    text: str
    form: str
    summary: str
    description: str = ""
    question: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    chart: Chart | None = None
    pivot: Pivot | None = None
    front_matter: dict[str, Any] = field(default_factory=dict)
    """The whole front matter, including keys for other tools."""

    @property
    def asks_leads(self) -> bool:
        """Whether the query is about leads and needs them loaded (`leads: true`)."""
        return self.front_matter.get("leads") is True

    @property
    def has_labels(self) -> bool:
        """Whether machine formats have label columns by default (`labels: true`)."""
        return self.front_matter.get("labels") is True

    @property
    def day_column(self) -> Column | None:
        """The first column of dates that tables show; --since and --until filter it."""
        days = (column for column in self.columns if column.type == "date" and not column.detail)
        return next(days, None)


def query_paths(folder: Path) -> dict[str, Path]:
    """Return the paths of the stored queries that can be run by name."""
    return {
        path.stem: path
        for path in sorted(folder.glob("*/*.rq"))
        if path.parent.name not in _NOT_BY_NAME
    }


def find_query(folder: Path, name: str) -> StoredQuery:
    """Return the stored query with a name.

    Raises:
        UsageError: There is no such query; the message offers similar names.
        InputError: Its file cannot be understood.
    """
    paths = query_paths(folder)
    if name not in paths:
        raise UsageError(f"No query '{name}'.{did_you_mean(name, paths)} See: factbook queries")
    return read_query(paths[name], group=paths[name].parent.name)


def find_page_query(folder: Path, name: str) -> StoredQuery:
    """Return a page query: the book's own, or else that of the bundled book.

    Raises:
        InputError: Its file cannot be understood.
    """
    path = folder / PAGES / f"{name}.rq"
    if not path.is_file():
        path = bundled() / "queries" / PAGES / f"{name}.rq"
    return read_query(path, group=PAGES)


def all_queries(folder: Path) -> list[StoredQuery]:
    """Return every query that can be run by name, sorted by group and name.

    Raises:
        InputError: A file cannot be understood.
    """
    queries = [read_query(path, group=path.parent.name) for path in query_paths(folder).values()]
    return sorted(queries, key=lambda query: (query.group, query.name))


def check_queries(folder: Path) -> list[StoredQuery]:
    """Return the checks: queries whose rows are findings.

    Raises:
        InputError: A file cannot be understood.
    """
    return [read_query(path, group=CHECKS) for path in sorted((folder / CHECKS).glob("*.rq"))]


def read_query(path: Path, *, group: str = "") -> StoredQuery:
    """Read one query file.

    Raises:
        InputError: The file is missing, its front matter is not valid, or it is not a query.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    return parse_stored_query(text, path=path, group=group)


@lru_cache(_CACHE_SIZE)
def parse_stored_query(text: str, *, path: Path, group: str = "") -> StoredQuery:
    """Parse the text of a stored query with its front matter.

    Raises:
        InputError: As for `read_query`.
    """
    from factbook.sparql.tokens import query_form

    header = read_front_matter(text, path)
    form = query_form(text)
    if form is None:
        raise InputError(f"{path}: the query has no SELECT, ASK, CONSTRUCT or DESCRIBE in it")
    return StoredQuery(
        name=path.stem,
        group=group,
        path=path,
        text=text,
        form=form,
        summary=str(header.get("summary", "")),
        description=str(header.get("description", "")).strip(),
        question=str(header.get("question", "")),
        tags=tuple(map(str, _entry(header, "tags", list, path))),
        parameters=_parameters(text, header, path),
        columns=_columns(header, path),
        chart=_chart(header, path),
        pivot=_pivot(header, path),
        front_matter=header,
    )


def _parameters(text: str, header: dict[str, Any], path: Path) -> tuple[Parameter, ...]:
    from factbook.sparql.tokens import variables

    described = _entry(header, "params", dict, path)
    default_entries = dict(enumerate(_entry(header, "defaults", list, path)))
    defaults = {
        str(name): str(value)
        for number in default_entries
        for name, value in _entry(default_entries, number, dict, path, "defaults: ").items()
    }
    parameters: dict[str, Parameter] = {}
    for variable in variables(text):
        match = _PARAMETER.fullmatch(variable)
        if match is None:
            continue
        name = match["name"]
        entry = _entry(described, name, dict, path, "params: ")
        parameters.setdefault(
            variable,
            Parameter(
                name=name,
                variable=variable,
                kind=_kind(match["kind"], path, variable),
                required=match["lead"] == "_" and name not in defaults,
                doc=_entry(entry, "doc", str, path, f"{name}: "),
                type_curie=_entry(entry, "class", str, path, f"{name}: ") or None,
                values=_entry(entry, "values", str, path, f"{name}: ") or None,
                default=defaults.get(name),
            ),
        )
    unknown = set(described) - {parameter.name for parameter in parameters.values()}
    if unknown:
        raise InputError(
            f"{path}: the front matter describes the unused parameter '{min(unknown)}'"
        )
    in_header = list(described)
    return tuple(
        sorted(
            parameters.values(),
            key=lambda p: in_header.index(p.name) if p.name in in_header else len(in_header),
        )
    )


def _kind(ending: str | None, path: Path, variable: str) -> str:
    if ending is None or ending == "text":
        return "text"
    if ending == "iri":
        return "iri"
    name = ending.removeprefix("xsd_")
    if name in _XSD_KINDS:
        return f"xsd:{name}"
    if re.fullmatch(r"[a-z]{2,3}", ending):
        return f"lang:{ending}"
    raise InputError(f"{path}: ?{variable} ends in '_{ending}', which is not a kind of value")


def _chart(header: dict[str, Any], path: Path) -> Chart | None:
    if "chart" not in header:
        return None
    from factbook.render.chart_description import read_chart

    try:
        return read_chart(header["chart"])
    except UsageError as error:
        raise InputError(f"{path}:1: {error}") from None


def _pivot(header: dict[str, Any], path: Path) -> Pivot | None:
    if "pivot" not in header:
        return None
    from factbook.render.pivot import read_pivot

    try:
        pivot = read_pivot(header["pivot"])
    except UsageError as error:
        raise InputError(f"{path}:1: {error}") from None
    unknown = set(pivot.names) - set(_entry(header, "columns", dict, path))
    if unknown:
        raise InputError(f"{path}:1: pivot: there is no column '{min(unknown)}'")
    return pivot


def _columns(header: dict[str, Any], path: Path) -> tuple[Column, ...]:
    columns = []
    described = _entry(header, "columns", dict, path)
    for name, entry in described.items():
        within = f"column {name}: "
        facts = {"type": entry} if isinstance(entry, str) else entry
        facts = _entry({name: facts}, name, dict, path, "columns: ")
        arguments: dict[str, Any] = {}
        for key in facts:
            if key not in _COLUMN_KEYS:
                near = did_you_mean(str(key), _COLUMN_KEYS)
                raise InputError(f"{path}:1: {within}there is no key '{key}'.{near}")
            default = _COLUMN_KEYS[key]
            if isinstance(default, tuple):
                several = isinstance(facts[key], list)
                names = facts[key] if several else [_entry(facts, key, str, path, within)]
                arguments[key] = tuple(map(str, names))
            elif default is None:
                arguments[key] = _entry(facts, key, str, path, within) or None
            else:
                arguments[key] = _entry(facts, key, type(default), path, within)
        columns.append(Column(str(name), **arguments))
    return tuple(columns)


def _entry(
    holder: Mapping[Any, Any], key: object, form: type[T], path: Path, within: str = ""
) -> T:
    """Return the value of a key in the front matter, or an empty one of its type.

    Raises:
        InputError: The value has another type.
    """
    value = holder.get(key)
    if value is None:
        return form()
    if form is str and not isinstance(value, dict | list):
        value = str(value)
    if not isinstance(value, form):
        raise InputError(f"{path}:1: {within}{key} must be {_FORMS[form]}")
    return value
