"""A query inside a shape, taken apart: the clauses of each SELECT and the groups in braces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_FUNCTION = re.compile(r"(?:^|[\s(!,])[A-Za-z][A-Za-z0-9_]*$")
_CLAUSES = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


@dataclass
class Group:
    """What stands in one pair of braces."""

    kind: str
    """'WHERE', 'EXISTS', 'OPTIONAL', 'UNION', 'MINUS', 'GRAPH', 'SERVICE' or 'GROUP'."""
    parts: list[str | Group | Select] = field(default_factory=list)

    def groups(self) -> Iterator[Group]:
        """Yield the groups directly inside."""
        for part in self.parts:
            if isinstance(part, Group):
                yield part

    def words(self) -> Iterator[str]:
        """Yield the tokens that stand directly inside."""
        for part in self.parts:
            if isinstance(part, str):
                yield part

    def everything(self) -> Iterator[Group | Select]:
        """Yield the group, and all groups and queries inside at any depth."""
        yield self
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.everything()
            elif isinstance(part, Select):
                yield part
                yield from part.where.everything()


@dataclass
class Select:
    """A SELECT or ASK, with its clauses as tokens."""

    form: str
    head: list[str]
    """What follows the word SELECT: DISTINCT and the projection."""
    where: Group
    tail: list[str]
    """What follows the group: GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET."""

    def projected(self) -> list[str]:
        """Return the variables that the query returns, without their marks."""
        found = []
        depth = 0
        for before, word in pairwise(["", *self.head]):
            depth += (word == "(") - (word == ")")
            if is_variable(word) and (depth == 0 or (depth == 1 and before.upper() == "AS")):
                found.append(word[1:])
        return found

    def mentions(self, name: str) -> bool:
        """Tell whether a variable occurs anywhere in the query."""
        return any(is_variable(word) and word[1:] == name for word in words_in(self))

    def clause(self, word: str) -> list[str]:
        """Return the tokens of a clause after the group, such as GROUP."""
        found: list[str] = []
        inside = False
        for token in self.tail:
            if token.upper() in _CLAUSES:
                inside = token.upper() == word
            elif inside and token.upper() != "BY":
                found.append(token)
        return found


def is_variable(token: str) -> bool:
    """Tell whether a token is a variable."""
    return len(token) > 1 and token[0] in "?$"


def is_named(token: str, names: frozenset[str] | set[str]) -> bool:
    """Tell whether a token is a variable of one of some names."""
    return is_variable(token) and token[1:] in names


def written(words: Iterable[str]) -> str:
    """Return tokens as a text, without a space between a function and its bracket.

    The grammar allows one there (SPARQL 1.1, section 19.8); Oxigraph does not always.
    """
    text = ""
    for word in words:
        is_call = word.startswith("(") and _FUNCTION.search(text) is not None
        text += word if not text or is_call else f" {word}"
    return text


def words_in(query: Select) -> list[str]:
    """Return all tokens of a query, the braces of inner groups included."""
    return [*query.head, "{", *words_of(query.where), "}", *query.tail]


def words_of(group: Group) -> list[str]:
    """Return all tokens inside a group, the braces of inner groups included."""
    found: list[str] = []
    for part in group.parts:
        if isinstance(part, Group):
            found += ["{", *words_of(part), "}"]
        elif isinstance(part, Select):
            found += words_in(part)
        else:
            found.append(part)
    return found
