"""Answer paths of length zero from a term that the data lacks; the embedded engine does not.

    ex:absent ex:p* ?x        VALUES ?x { ex:absent }

Such a path connects the term with itself whether it occurs or not (SPARQL 1.1, section 18.4). What
the data lacks has no other path, so that nothing else can be an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from factbook.sparql.alternatives import find_patterns
from factbook.sparql.tokens import Token
from factbook.sparql.tree import Group, Select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OTHER_GRAPHS = frozenset({"GRAPH", "SERVICE", "VALUES"})
_TERMS = frozenset({"iri", "name", "string", "number"})
_BOOLEANS = frozenset({"TRUE", "FALSE"})
_MOST_COPIES = 8


class _Statement(NamedTuple):
    """One triple pattern, as text, and how many paths of length zero connect a term with itself."""

    subject: str
    path: str
    object: str
    zero_lengths: int


class _OtherFormError(Exception):
    """A block of triples is written with brackets, or is not valid."""


def find_zero_lengths(
    text: str, query: Select, is_absent: Callable[[str], bool]
) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the new text of each block of triples to be replaced.

    Args:
        text: The query.
        query: Its tree.
        is_absent: Tells whether a term, as it is written, occurs nowhere in the data.
    """
    if any(token.keyword == "FROM" for token in query.head):
        return
    for block in _blocks(query):
        try:
            statements = list(_Reader(text, block).statements())
        except _OtherFormError:
            continue
        rewritten = [_rewrite(statement, is_absent) for statement in statements]
        if any(term is not None for term in rewritten):
            end = block[-1].start + len(block[-1].text)
            parts = (
                f"{s.subject} {s.path} {s.object} ." if new is None else new
                for s, new in zip(statements, rewritten, strict=True)
            )
            yield block[0].start, end, " ".join(parts)


def _blocks(part: Select | Group) -> Iterator[list[Token]]:
    """Yield the blocks of triples that are matched in the default graph."""
    if isinstance(part, Select):
        yield from _blocks(part.where)
        return
    for pattern in find_patterns(part):
        tokens = [element for element in pattern if isinstance(element, Token)]
        if len(tokens) == len(pattern):
            if any(token.text in {"*", "?"} for token in tokens):
                yield tokens
            continue
        for element in pattern:
            if isinstance(element, Select) or (
                isinstance(element, Group) and element.keyword not in _OTHER_GRAPHS
            ):
                yield from _blocks(element)


def _rewrite(statement: _Statement, is_absent: Callable[[str], bool]) -> str | None:
    """Return what stands for a triple pattern whose constant end is absent, or None."""
    if not statement.zero_lengths:
        return None
    ends = statement.subject, statement.object
    variables = [end for end in ends if end[0] in "?$"]
    constants = [end for end in ends if end[0] not in "?$"]
    if not constants or any(end.startswith("_:") for end in ends) or not is_absent(constants[0]):
        return None
    if variables:
        copies = " ".join([constants[0]] * min(statement.zero_lengths, _MOST_COPIES))
        return f"VALUES {variables[0]} {{ {copies} }}"
    return "FILTER(true)" if constants[0] == constants[1] else None


class _Reader:
    """Reads the triple patterns of a block: a subject, and its paths with their objects."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = [token for token in tokens if token.text != "."]
        self._at = 0

    def statements(self) -> Iterator[_Statement]:
        """Yield the triple patterns.

        Raises:
            _OtherFormError: There are brackets for blank nodes or lists, or it is not valid.
        """
        subject = self._node()
        while self._at < len(self._tokens):
            begin = self._at
            zero_lengths = 0 if self._take_variable() else self._path()
            last = self._tokens[self._at - 1]
            path = self._text[self._tokens[begin].start : last.start + len(last.text)]
            yield _Statement(subject, path, self._node(), zero_lengths)
            while self._take(","):
                yield _Statement(subject, path, self._node(), zero_lengths)
            while self._take(";"):
                pass

    def _peek(self) -> Token:
        if self._at >= len(self._tokens):
            raise _OtherFormError
        return self._tokens[self._at]

    def _take(self, text: str) -> bool:
        is_next = self._at < len(self._tokens) and self._tokens[self._at].text == text
        self._at += is_next
        return is_next

    def _take_variable(self) -> bool:
        is_variable = self._peek().kind == "variable"
        self._at += is_variable
        return is_variable

    def _node(self) -> str:
        token = self._peek()
        if token.kind not in _TERMS | {"variable"} and token.keyword not in _BOOLEANS:
            raise _OtherFormError
        self._at += 1
        end = token.start + len(token.text)
        if token.kind == "string" and self._at < len(self._tokens):
            behind = self._tokens[self._at]
            if behind.text.startswith("@"):
                self._at += 1
                end = behind.start + len(behind.text)
            elif behind.text == "^^":
                self._at += 1
                datatype = self._peek()
                self._at += 1
                end = datatype.start + len(datatype.text)
        return self._text[token.start : end]

    # Each returns how many paths of length zero there are

    def _path(self) -> int:
        lengths = self._sequence()
        while self._take("|"):
            lengths += self._sequence()
        return lengths

    def _sequence(self) -> int:
        lengths = self._element()
        while self._take("/"):
            lengths *= self._element()
        return lengths

    def _element(self) -> int:
        self._take("^")
        if self._take("("):
            lengths = self._path()
            if not self._take(")"):
                raise _OtherFormError
        elif self._take("!"):
            self._negated()
            lengths = 0
        else:
            self._predicate()
            lengths = 0
        if self._take("*") or self._take("?"):
            return 1
        return min(lengths, 1) if self._take("+") else lengths

    def _negated(self) -> None:
        if not self._take("("):
            self._take("^")
            self._predicate()
            return
        while not self._take(")"):
            self._take("|")
            self._take("^")
            self._predicate()

    def _predicate(self) -> None:
        token = self._peek()
        if token.kind not in {"iri", "name"} and token.text != "a":
            raise _OtherFormError
        self._at += 1
