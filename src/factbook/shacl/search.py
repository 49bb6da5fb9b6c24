"""Searches for violations, and the SELECT that each becomes: all violations at once.

There are two ways around. From the focus nodes: bind `?this`, follow the path, test the value. Or
from the values, where the engine lets us: go through all values of the property, and ask only of
those that fail whether their subject is a focus node at all. Violations are rare, so the second
does one scan where the first does a look-up for each focus node. Engines like to pull EXISTS ahead
of a cheaper test; inside IF they cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from factbook.shacl.forms import no

if TYPE_CHECKING:
    from factbook.shacl.forms import Forms
    from factbook.shacl.querytext import Select
    from factbook.shacl.targets import Origin


@dataclass(frozen=True)
class Rows:
    """Every row that passes a test is a violation."""

    ways: tuple[str, ...]
    """Patterns that bind what the test is about, each a way of its own from `?this`."""
    test: str
    columns: tuple[str, ...] = ()
    """What a row is about besides the focus node: `?value`, `?path`, what keeps rows apart."""
    is_open: bool = False
    """Whether the pattern can as well be matched without knowing `?this`."""
    excluded: str | None = None
    """A pattern for the values that pass: the complement of the test, as a set."""


@dataclass(frozen=True)
class Tally:
    """Focus nodes with too few or too many values are violations."""

    ways: tuple[str, ...]
    """Patterns that lead from `?this` to `counted`."""
    counted: str
    test: str = "true"
    least: int | None = None
    most: int | None = None
    is_open: bool = False
    is_set: bool = False
    """Whether the pattern finds each value once."""
    exists: str = ""
    """The test that `?this` has a value that counts."""


@dataclass(frozen=True)
class Asked:
    """Every row of a query from the shapes is a violation."""

    query: Select


Search: TypeAlias = "Rows | Tally | Asked"


def select(search: Rows | Tally, origin: Origin, forms: Forms) -> str:
    """Return the SELECT that finds all violations of one constraint."""
    if isinstance(search, Rows):
        columns = " ".join(("?this", *origin.route, *search.columns))
        return f"SELECT DISTINCT {columns} WHERE {{ {_rows(search, origin, forms)} }}"
    columns = " ".join(("?this", *origin.route))
    find = _too_few if search.most is None else _too_many
    return f"SELECT DISTINCT {columns} WHERE {{ {find(search, origin, forms)} }}"


def _from_values(search: Rows | Tally, origin: Origin, forms: Forms) -> bool:
    return (
        forms.values_first
        and search.is_open
        and origin.member is not None
        and not origin.is_listed
        and len(search.ways) == 1
    )


def _rows(search: Rows, origin: Origin, forms: Forms) -> str:
    if _from_values(search, origin, forms):
        way = search.ways[0]
        if search.excluded is not None:
            columns = " ".join(("?this", *search.columns))
            found = f"{way} MINUS {{ SELECT ?value WHERE {{ {search.excluded} }} }}"
            return f"{{ SELECT {columns} WHERE {{ {found} }} }} {origin.pattern}"
        return f"{way} FILTER(IF({search.test}, {origin.member}, false))"
    return _union([f"{origin.pattern} {way} FILTER({search.test})" for way in search.ways])


def _too_many(search: Tally, origin: Origin, forms: Forms) -> str:
    if _from_values(search, origin, forms):
        body = search.ways[0] + _filter(search.test)
        count = f"SELECT ?this ({_count(search)} AS ?count)"
        grouped = f"{{ {count} WHERE {{ {body} }} GROUP BY ?this }}"
        return f"{grouped} FILTER(IF(?count > {search.most}, {origin.member}, false))"
    ways = [f"{origin.pattern} {way}{_filter(search.test)}" for way in search.ways]
    return f"{_counted(search, origin, ways)} FILTER(?count > {search.most})"


def _too_few(search: Tally, origin: Origin, forms: Forms) -> str:
    if _from_values(search, origin, forms):
        body = search.ways[0] + _filter(search.test)
        grouped = ""
        if search.least != 1:
            grouped = f" GROUP BY ?this HAVING({_count(search)} >= {search.least})"
        return f"{origin.pattern} MINUS {{ SELECT ?this WHERE {{ {body} }}{grouped} }}"
    if search.least == 1:
        return f"{origin.pattern} FILTER({no(search.exists)})"
    first, *others = (way + _filter(search.test) for way in search.ways)
    ways = [f"{origin.pattern} OPTIONAL {{ {first} }}"]
    ways += [f"{origin.pattern} {other}" for other in others]
    return f"{_counted(search, origin, ways)} FILTER(?count < {search.least})"


def _counted(search: Tally, origin: Origin, ways: list[str]) -> str:
    columns = " ".join(("?this", *origin.route))
    count = f"SELECT {columns} (COUNT(DISTINCT {search.counted}) AS ?count)"
    return f"{{ {count} WHERE {{ {_union(ways)} }} GROUP BY {columns} }}"


def _count(search: Tally) -> str:
    return f"COUNT({'' if search.is_set else 'DISTINCT '}{search.counted})"


def _union(branches: list[str]) -> str:
    if len(branches) == 1:
        return branches[0]
    return " UNION ".join(f"{{ {branch} }}" for branch in branches)


def _filter(test: str) -> str:
    return "" if test == "true" else f" FILTER({test})"
