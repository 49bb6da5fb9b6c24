"""Read the text of a query inside a shape, as far as pre-binding needs it.

Only the skeleton is read, and prefixed names are written out, so that a group can stand in another
query.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from factbook.shacl.querytext import Group, Select
from factbook.sparql.tokens import Token, meaningful

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOCAL_ESCAPE = re.compile(r"\\(.)")
_OPERATORS = frozenset({"!=", "<=", ">=", "&&", "||", "^^"})


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
