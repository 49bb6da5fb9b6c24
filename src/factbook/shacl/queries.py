"""The skeleton of a query inside a shape: the clauses of each SELECT and the groups in braces.

Only what pre-binding needs is read. Prefixed names are expanded, so that a group can be moved into
another query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from factbook.sparql.tokens import Token, meaningful

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LOCAL_ESCAPE = re.compile(r"\\(.)")
_OPERATORS = frozenset({"!=", "<=", ">=", "&&", "||", "^^"})
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


class NotUnderstoodError(Exception):
    """The text is not a SELECT or ASK that a shape can hold."""


def parse_query(text: str, prefixes: Mapping[str, str]) -> Select:
    """Return the skeleton of a query.

    Raises:
        NotUnderstoodError: It is no SELECT or ASK, a brace is missing or a prefix is unknown.
    """
    reader = _Reader(list(_pieces(text)), dict(prefixes))
    return reader.query()


def _pieces(text: str) -> Iterator[Token]:
    """Yield tokens; operators are whole, and a full stop after a name is a token of its own."""
    last: Token | None = None
    for token in meaningful(text):
        if last is not None and last.text + token.text in _OPERATORS and _touch(last, token):
            yield Token("other", last.text + token.text, last.start)
            last = None
            continue
        if last is not None:
            yield last
        name = token.text.rstrip(".") if token.kind == "name" else token.text
        last = Token(token.kind, name, token.start)
        for place in range(len(name), len(token.text)):
            yield last
            last = Token("other", ".", token.start + place)
    if last is not None:
        yield last


def _touch(first: Token, second: Token) -> bool:
    return first.start + len(first.text) == second.start


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, pieces: list[Token], prefixes: dict[str, str]) -> None:
        self._pieces = pieces
        self._prefixes = prefixes
        self._next = 0

    def query(self) -> Select:
        self._prologue()
        found = self._select()
        if self._peek() is not None:
            raise NotUnderstoodError("something follows its end")
        return found

    def _prologue(self) -> None:
        while (word := self._word()) in {"PREFIX", "BASE"}:
            self._take()
            if word == "PREFIX":
                prefix = self._take().text.removesuffix(":")
                self._prefixes[prefix] = self._take().text[1:-1]
            else:
                self._take()

    def _select(self) -> Select:
        form = self._word()
        if form not in {"SELECT", "ASK"}:
            raise NotUnderstoodError("it is neither SELECT nor ASK")
        self._take()
        head = []
        while (token := self._peek()) is not None and token.text != "{":
            if self._word() == "WHERE":
                self._take()
            else:
                head.append(self._text(self._take()))
        where = self._group("WHERE")
        tail = []
        while (token := self._peek()) is not None and token.text != "}":
            tail.append(self._text(self._take()))
        return Select(form, head, where, tail)

    def _group(self, kind: str) -> Group:
        if self._take().text != "{":
            raise NotUnderstoodError("a group of patterns is missing")
        group = Group(kind)
        if self._word() == "SELECT":
            group.parts.append(self._select())
        while (token := self._peek()) is not None and token.text != "}":
            if token.text == "{":
                group.parts.append(self._group(_kind_of(group)))
            else:
                group.parts.append(self._text(self._take()))
        if self._peek() is None:
            raise NotUnderstoodError("a closing brace is missing")
        self._take()
        return group

    def _peek(self) -> Token | None:
        return self._pieces[self._next] if self._next < len(self._pieces) else None

    def _word(self) -> str | None:
        token = self._peek()
        return token.text.upper() if token is not None and token.kind == "word" else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise NotUnderstoodError("it ends too early")
        self._next += 1
        return token

    def _text(self, token: Token) -> str:
        if token.kind != "name" or token.text.startswith("_:"):
            return token.text
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            raise NotUnderstoodError(f"the prefix {prefix}: is not declared with sh:prefixes")
        return "<" + self._prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local) + ">"


def _kind_of(outer: Group) -> str:
    """Tell what a brace opens from the words before it."""
    last = outer.parts[-1] if outer.parts else ""
    if not isinstance(last, str):
        return "GROUP"
    word = last.upper()
    if word in {"EXISTS", "OPTIONAL", "UNION", "MINUS"}:
        return word
    before = outer.parts[-2] if len(outer.parts) > 1 else ""
    word = before.upper() if isinstance(before, str) else ""
    if word in {"GRAPH", "SERVICE", "SILENT"}:
        return "SERVICE" if word == "SILENT" else word
    return "GROUP"
