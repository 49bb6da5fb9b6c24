"""Find the things that the cells of a table name, and propose those that the register lacks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from factbook.errors import InputError, did_you_mean
from factbook.imports.table_loader import shorten
from factbook.query.names import Names
from factbook.rdf.terms import curie, expand, local_name, make_slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.book import Book
    from factbook.imports.mapping import Naming
    from factbook.imports.tables import TableRows

_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_NAME = NamedNode("https://schema.org/name")
_ALSO_NAMED = NamedNode("https://schema.org/alternateName")


@dataclass(frozen=True)
class UnknownName:
    """A name in a table that stands for nothing, or for several things, of the register."""

    column: str
    name: str
    row: int
    """The number of the first row that has it."""
    rows: int
    class_curie: str
    kind: str
    """The word for the things of that class."""
    hint: str
    """The nearest names, or the things that it can stand for."""
    is_ambiguous: bool


class UnknownNamesError(InputError):
    """A table names things that the register does not have."""

    exit_code = InputError.exit_code

    def __init__(self, table: str, names: list[UnknownName]) -> None:
        first, more_names = names[0], len(names) - 1
        name = f"'{shorten(first.name)}' (?{first.column})"
        problem = f"the register has no {first.kind} called {name}"
        if first.is_ambiguous:
            problem = f"several things of the register are called {name}:{first.hint}"
        more = f", and {more_names:,} more names have no thing" if more_names else ""
        super().__init__(f"{table}, row {first.row}: {problem}{more}. Add them, or give --propose.")
        self.names = names


@dataclass(frozen=True)
class Resolution:
    """What the names of a table stand for: for each column the IRI of each name."""

    things: Mapping[str, Mapping[str, str]]
    unknown: list[UnknownName]


def resolve_names(rows: TableRows, book: Book) -> Resolution:
    """Look up each name in the columns that the mapping calls `things`.

    Raises:
        InputError: A CURIE in the mapping is not valid, or nothing in the book has its IRI.
    """
    mapping = rows.mapping
    things: dict[str, dict[str, str]] = {}
    unknown: list[UnknownName] = []
    by_class: dict[str, _Register] = {}
    for column, naming in mapping.things.items():
        names = Names.of(book)
        if naming.class_curie not in by_class:
            by_class[naming.class_curie] = _Register(names, naming.class_curie)
        register = by_class[naming.class_curie]
        iris = things.setdefault(column, {})
        for name, short in naming.names.items():
            iri = names.parse_iri(short)
            if iri is None or not names.is_known(iri):
                mapping.fail(f"`things`, `{column}`: nothing in the book is {short}")
            iris[name] = iri.value
        for name, row, count in rows.values_of(column):
            if name in iris or name in naming.none:
                continue
            candidates = register.find(name)
            if len(candidates) == 1:
                iris[name] = candidates[0]
                continue
            if candidates:
                hint = f" {', '.join(register.short(candidate) for candidate in candidates[:5])}"
            else:
                hint = did_you_mean(name, register.all_names)
            curie = naming.class_curie
            kind = names.class_label(names.class_iri(curie))
            unknown.append(
                UnknownName(column, name, row, count, curie, kind, hint, bool(candidates))
            )
    return Resolution(things, unknown)


def propose(
    unknown: Iterable[UnknownName], namings: Mapping[str, Naming], book: Book
) -> tuple[dict[str, dict[str, str]], list[Triple], list[UnknownName]]:
    """Make a thing of each unknown name.

    Returns:
        For each column the IRI of each name; the statements for the register; and the names that
        remain unknown, because they are ambiguous, their IRI is taken, or their column has no
        `prefix`.
    """
    names = Names.of(book)
    iris: dict[str, dict[str, str]] = defaultdict(dict)
    triples: list[Triple] = []
    classes: dict[str, str] = {}
    unresolved: list[UnknownName] = []
    for unknown_name in unknown:
        slug = make_slug(unknown_name.name)
        iri = expand(f"{namings[unknown_name.column].prefix}:{slug}", book.prefixes)
        kind = names.class_iri(unknown_name.class_curie)
        if unknown_name.is_ambiguous or iri is None or kind is None or not slug:
            unresolved.append(unknown_name)
            continue
        node = NamedNode(iri)
        if iri not in classes and names.is_known(node):
            unresolved.append(unknown_name)
            continue
        name = Literal(unknown_name.name, language="en")
        if iri not in classes:
            triples += [Triple(node, _TYPE, kind), Triple(node, _NAME, name)]
        elif all(triple != Triple(node, _NAME, name) for triple in triples):
            triples.append(Triple(node, _ALSO_NAMED, name))
        classes.setdefault(iri, unknown_name.class_curie)
        iris[unknown_name.column][unknown_name.name] = iri
    return iris, triples, unresolved


class _Register:
    """The names of all things of a class."""

    def __init__(self, names: Names, class_curie: str) -> None:
        self._names = names
        self._named = names.choices(type_curie=class_curie)

    @cached_property
    def all_names(self) -> list[str]:
        """Every name."""
        return list(dict.fromkeys(name for _, name in self._named))

    def find(self, name: str) -> list[str]:
        """Return the things with a name: spelled the same, or else in any case."""
        folded = name.casefold()
        return (
            self._by_name.get(name)
            or self._by_slug.get(folded)
            or self._by_folded.get(folded)
            or []
        )

    def short(self, iri: str) -> str:
        """Return a CURIE or the IRI."""
        return curie(iri, self._names.prefixes) or f"<{iri}>"

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _group((name, thing.value) for thing, name in self._named)

    @cached_property
    def _by_slug(self) -> dict[str, list[str]]:
        return _group((local_name(thing.value).casefold(), thing.value) for thing, _ in self._named)

    @cached_property
    def _by_folded(self) -> dict[str, list[str]]:
        return _group((name.casefold(), thing.value) for thing, name in self._named)


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for key, value in pairs:
        names[key][value] = None
    return {key: list(values) for key, values in names.items()}
