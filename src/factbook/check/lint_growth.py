"""Find the shapes in queries that explode when the graph grows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from factbook.check.lint_rules import PATH, PRODUCT, UNSURE
from factbook.sparql.parts import is_variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from factbook.check.findings import Rule
    from factbook.sparql.parts import Element, Group, Pattern


@dataclass(frozen=True)
class Explosion:
    """A place in a query where the work grows faster than the graph."""

    rule: Rule
    start: int
    message: str = ""


@dataclass(frozen=True)
class _Joined:
    """Something that a group joins with the rest: its variables, and whether it has few rows."""

    variables: frozenset[str]
    start: int
    few: bool = False


def explosions(group: Group, given: AbstractSet[str]) -> Iterator[Explosion]:
    """Yield the places in a query where nothing surely joins two parts, or a path has no end.

    Args:
        group: The outermost group of the query.
        given: The variables that stand for parameters which are always given.
    """
    yield from _in_group(group, frozenset(given), frozenset())


def _in_group(group: Group, given: frozenset[str], outside: frozenset[str]) -> Iterator[Explosion]:
    """Look through one group; `outside` are the variables that have values when it is reached."""
    joined = list(_joined(group, given))
    if outside:
        joined.insert(0, _Joined(outside, group.start))
    yield from _products(joined)
    yield from _unsurely_joined(group, given, outside)
    opened = [pattern for pattern in _patterns(group) if _is_open(pattern)]
    starts = {pattern.start for pattern in opened}
    valued = outside.union(given, *(each.variables for each in joined if each.start not in starts))
    for pattern in _unreached(opened, valued):
        yield Explosion(PATH, pattern.start)
    inside = outside.union(*(each.variables for each in joined))
    for element in group.elements:
        yield from _below(element, given, inside)


def _below(element: Element, given: frozenset[str], inside: frozenset[str]) -> Iterator[Explosion]:
    """Look through the groups in an element, each with what has values when it is reached."""
    for group in element.groups:
        if element.word in {"OPTIONAL", "FILTER", "BIND"}:
            yield from _in_group(group, given, inside)
        elif element.word in {"GRAPH", "SERVICE"}:
            # Its patterns were joined with those around it: only what is deeper is new
            for deeper in group.elements:
                yield from _below(deeper, given, inside)
        else:
            yield from _in_group(group, given, frozenset())


def _joined(group: Group, given: frozenset[str]) -> Iterator[_Joined]:
    """Yield what a group joins: patterns, those of graphs as well, values, and inner groups."""
    for element in group.elements:
        yield from _joined_by(element, given)


def _joined_by(element: Element, given: frozenset[str]) -> Iterator[_Joined]:
    names = element.variables - given
    if element.word == "":
        for pattern in element.patterns:
            few = not is_variable(pattern.subject) or pattern.subject in given
            yield _Joined(frozenset(pattern.variables - given), pattern.start, few)
    elif element.word in {"GRAPH", "SERVICE"}:
        for each in _joined(element.groups[0], given):
            yield _Joined(each.variables | names, each.start, each.few)
    elif element.word in {"BIND", "VALUES"}:
        yield _Joined(names, element.start, few=True)
    elif element.word == "SELECT":
        yield _Joined(names, element.start, element.one_row)
    elif element.word in {"GROUP", "UNION"}:
        inner = [list(_joined(branch, given)) for branch in element.groups]
        few = all(each.few for branch in inner for each in branch)
        every = frozenset().union(*(each.variables for branch in inner for each in branch))
        yield _Joined(every, element.start, few)


def _products(joined: list[_Joined]) -> Iterator[Explosion]:
    """Yield where something has no variable in common with what else is joined."""
    for (before, _), (names, start) in pairwise(_islands(joined)):
        yield Explosion(
            PRODUCT,
            start,
            f"Nothing joins {_shown(names)} with {_shown(before)}: each row of the one meets every "
            "row of the other.",
        )


def _islands(joined: Iterable[_Joined]) -> list[tuple[set[str], int]]:
    """Return what hangs together by variables and may have many rows: all of them, and where."""
    islands: list[tuple[set[str], list[_Joined]]] = []
    for each in joined:
        if not each.variables:
            continue
        touched = [island for island in islands if island[0] & each.variables]
        islands = [island for island in islands if island not in touched]
        names = set(each.variables).union(*(island[0] for island in touched))
        islands.append((names, [item for island in touched for item in island[1]] + [each]))
    large = [(names, items[0].start) for names, items in islands if not any(i.few for i in items)]
    return sorted(large, key=itemgetter(1))


def _unsurely_joined(
    group: Group, given: frozenset[str], outside: frozenset[str]
) -> Iterator[Explosion]:
    """Yield where all that joins a part is what a binding may have left without a value.

    Another endpoint is asked about what has a value.
    """
    sure, unsure = set(outside), set[str]()
    for element in group.elements:
        if element.assigned:
            (unsure if element.unsure else sure).add(element.assigned)
            continue
        joined = list(_joined_by(element, given))
        for names, start in _islands(joined):
            if names & unsure and not names & sure and element.word != "SERVICE":
                yield Explosion(
                    UNSURE,
                    start,
                    f"Only {min(names & unsure)} joins this, and where its expression fails it has "
                    "no value: the row meets every match.",
                )
        sure = sure.union(*(each.variables for each in joined))


def _shown(names: set[str]) -> str:
    return min((name for name in names if not name.startswith("[")), default="this")


def _unreached(opened: list[Pattern], valued: frozenset[str]) -> list[Pattern]:
    """Return the paths of which neither end gets a value, from other patterns or from paths."""
    left = opened
    while True:
        reached = [p for p in left if any(_has_value(end, valued) for end in (p.subject, p.object))]
        if not reached:
            return left
        valued = valued.union(*(pattern.variables for pattern in reached))
        left = [pattern for pattern in left if pattern not in reached]


def _has_value(term: str, valued: frozenset[str]) -> bool:
    return not is_variable(term) or term in valued


def _patterns(group: Group) -> Iterator[Pattern]:
    """Yield the patterns that a group joins itself, those in its graphs as well."""
    for element in group.elements:
        yield from element.patterns
        if element.word in {"GRAPH", "SERVICE"}:
            yield from _patterns(element.groups[0])


def _is_open(pattern: Pattern) -> bool:
    """Tell whether a path has no step at which one could begin without knowing an end."""
    return pattern.repeats and all(
        {"*", "+", "?"} & set(part.split()) for part in _sequence(pattern.path)
    )


def _sequence(path: str) -> list[str]:
    """Split a path at the slashes outside brackets."""
    parts, depth = [""], 0
    for word in path.split():
        depth += (word == "(") - (word == ")")
        if word == "/" and not depth:
            parts.append("")
        else:
            parts[-1] += f"{word} "
    return parts
