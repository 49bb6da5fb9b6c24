"""What a query consists of: groups, their elements, and triple patterns."""

from __future__ import annotations

from dataclasses import dataclass

REPEATED = {"*", "+"}
"""The marks of a path that may be followed any number of times."""


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; what has no name of its own stands as `[]` and its place."""

    subject: str
    path: str
    object: str
    start: int
    end: int

    @property
    def repeats(self) -> bool:
        """Whether the path may be followed any number of times."""
        return not REPEATED.isdisjoint(self.path.split())

    @property
    def is_path(self) -> bool:
        """Whether it is more than one property."""
        return " " in self.path

    @property
    def variables(self) -> set[str]:
        """The names of its variables, with what has no name."""
        return {term for term in (self.subject, self.path, self.object) if is_variable(term)}


@dataclass(frozen=True)
class Element:
    """A part of a group: triple patterns, or what a keyword begins."""

    word: str
    """OPTIONAL, UNION, SELECT …; nothing for triple patterns, GROUP for a group in brackets."""
    start: int
    end: int
    patterns: tuple[Pattern, ...] = ()
    groups: tuple[Group, ...] = ()
    variables: frozenset[str] = frozenset()
    """What a filter, a binding or a list of values speaks of, or what a SELECT or GRAPH gives."""
    one_row: bool = False
    """Whether it is a SELECT that always gives one row."""
    assigned: str = ""
    """The variable of a binding."""
    unsure: bool = False
    """Whether the expression of a binding may have no value."""


@dataclass(frozen=True)
class Group:
    """What stands between two braces."""

    start: int
    end: int
    elements: tuple[Element, ...] = ()


def is_variable(term: str) -> bool:
    """Tell whether a term of a pattern is a variable, or has no name and works like one."""
    return term[:1] in {"?", "$", "["}
