"""The structure of a query that can be told from its tokens: brackets, clauses, columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factbook.sparql.tokens import Token, meaningful

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = {"{": "}", "(": ")", "[": "]"}
_CLOSING = set(_OPENING.values())
_BEFORE_COLUMNS = {"DISTINCT", "REDUCED"}


@dataclass(frozen=True)
class Bracket:
    """A bracket that is open: which, and the word that it belongs to, such as MINUS."""

    mark: str
    word: str


@dataclass(frozen=True)
class Placed:
    """A token with the brackets around it, the outermost first."""

    token: Token
    around: tuple[Bracket, ...]

    @property
    def word(self) -> str:
        """The token as a keyword, or nothing."""
        return self.token.text.upper() if self.token.kind == "word" else ""

    def within(self, word: str) -> bool:
        """Tell whether the token is in a bracket that belongs to a word."""
        return any(bracket.word == word for bracket in self.around)


@dataclass(frozen=True)
class Select:
    """A SELECT, outermost or nested: where it begins, its columns, and its clauses."""

    start: int
    depth: int
    columns: tuple[str, ...]
    star: bool
    aggregated: bool
    """Whether every column is computed and nothing is grouped: such a query has one row."""
    head_end: int
    """Where its columns end."""
    deduplicated: bool = False
    """Whether equal rows are one."""
    clauses: dict[str, Token] = field(default_factory=dict)
    """ORDER, LIMIT, OFFSET and GROUP, where the query has them."""
    order: tuple[str, ...] = ()
    """The variables that the order depends on."""


def placed(text: str) -> list[Placed]:
    """Return the tokens of a query that are no space or comment, each with what is around it."""
    found: list[Placed] = []
    around: list[Bracket] = []
    values = False
    for token in meaningful(text):
        mark = token.text
        if mark in _CLOSING and around:
            around.pop()
        found.append(Placed(token, tuple(around)))
        if token.kind == "word" and mark.upper() == "VALUES":
            values = True
        elif mark in _OPENING and token.kind == "other":
            before = found[-2] if len(found) > 1 else None
            word = "VALUES" if values else _owner(before)
            values = values and mark != "{"
            around.append(Bracket(mark, word))
    return found


def _owner(before: Placed | None) -> str:
    return before.token.text.upper() if before and before.token.kind in {"word", "name"} else ""


def selects(text: str) -> list[Select]:
    """Return every SELECT of a query, the outermost first."""
    tokens = placed(text)
    return [_select(tokens, index) for index, each in enumerate(tokens) if each.word == "SELECT"]


def _select(tokens: list[Placed], start: int) -> Select:
    around = tokens[start].around
    depth = len(around)
    own = list(_scope(tokens, start, depth))
    behind = next((i for i, each in enumerate(own) if _ends_head(each, depth)), len(own))
    head = own[:behind]
    columns, computed, star = _columns(head, depth)
    clauses: dict[str, Token] = {}
    for each in own:
        if len(each.around) == depth and each.word in {"ORDER", "LIMIT", "OFFSET", "GROUP"}:
            clauses.setdefault(each.word, each.token)
    return Select(
        start=tokens[start].token.start,
        depth=depth,
        columns=tuple(columns),
        star=star,
        head_end=own[behind].token.start if behind < len(own) else tokens[start].token.start,
        deduplicated=any(
            each.word in _BEFORE_COLUMNS for each in head if len(each.around) == depth
        ),
        aggregated=bool(columns) and computed == len(columns) and "GROUP" not in clauses,
        clauses=clauses,
        order=_ordered_by(own, depth),
    )


def _scope(tokens: list[Placed], start: int, depth: int) -> Iterator[Placed]:
    """Yield what belongs to a SELECT: all up to the end of the bracket that it stands in."""
    for each in tokens[start + 1 :]:
        if len(each.around) < depth or (each.token.text in _CLOSING and len(each.around) < depth):
            return
        yield each


def _ends_head(each: Placed, depth: int) -> bool:
    at_level = len(each.around) == depth
    return at_level and (each.word in {"WHERE", "FROM"} or each.token.text == "{")


def _columns(head: list[Placed], depth: int) -> tuple[list[str], int, bool]:
    columns: list[str] = []
    computed = 0
    star = False
    named = False
    for each in head:
        level = len(each.around)
        if level == depth and each.token.text == "*":
            star = True
        if each.token.kind == "variable" and (level == depth or named):
            columns.append(each.token.text[1:])
            computed += named
        named = each.word == "AS" and level == depth + 1
    return columns, computed, star


def _ordered_by(own: list[Placed], depth: int) -> tuple[str, ...]:
    found: list[str] = []
    inside = False
    for each in own:
        if len(each.around) == depth and each.token.kind == "word":
            if each.word == "ORDER":
                inside = True
            elif each.word in {"LIMIT", "OFFSET", "VALUES"}:
                inside = False
        elif inside and each.token.kind == "variable":
            found.append(each.token.text[1:])
    return tuple(dict.fromkeys(found))
