"""Bind a variable of a query to any of several terms.

    FILTER(?x = ?name)                  FILTER(?x IN (<a>, <b>))
    FILTER(?x = COALESCE(?name, ?x))    FILTER(?x IN (<a>, <b>))
    ?x skos:broader* ?name              { ?x skos:broader* <a> } UNION { ?x skos:broader* <b> }

A UNION, and not VALUES, keeps the fixed end of a path, without which some engines look at every
node. A row that fits two of the terms must not come twice: where nothing removes duplicates, the
triple pattern moves into a SELECT DISTINCT of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from factbook.rdf.terms import to_sparql
from factbook.sparql.bind import bind
from factbook.sparql.tokens import Token
from factbook.sparql.tree import AGGREGATES, Group, QueryTextError, Select, parse_query, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Literal, NamedNode

    Part = Token | Group | Select

_TESTS = frozenset({"ISIRI", "ISURI", "ISLITERAL", "ISBLANK", "ISNUMERIC"})
_EXPRESSIONS = frozenset({"FILTER", "BIND"})
_WITH_GROUP = frozenset({"GRAPH", "MINUS", "OPTIONAL", "SERVICE", "UNION", "VALUES"})
_EQUALITY = {"=": "IN", "!=": "NOT IN"}
_ENDS_OPERAND = frozenset({")", ",", "&&", "||", ""})
_BEGINS_OPERAND = frozenset({"(", ",", "&&", "||"})


class OneTermOnlyError(QueryTextError):
    """The query compares or computes with the variable, so that it can stand for one term only."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def bind_any(text: str, name: str, terms: Sequence[NamedNode | Literal]) -> str:
    """Return a query in which a variable stands for any of several terms.

    Args:
        text: The query.
        name: The variable, without '?'.
        terms: At least one term.

    Raises:
        OneTermOnlyError: The variable occurs where only one term can stand.
    """
    edits = sorted(_Alternatives(text, name, terms).edits_of(parse_query(text), harmless=False))
    parts, position = [], 0
    for start, end, new in edits:
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


class _Alternatives:
    """Finds the edits of one query for one variable."""

    def __init__(self, text: str, name: str, terms: Sequence[NamedNode | Literal]) -> None:
        self.text = text
        self.name = name
        self.terms = terms
        self.forms = [to_sparql(term) for term in terms]

    def edits_of(self, part: Select | Group, *, harmless: bool) -> Iterator[_Edit]:
        """Yield the edits inside a SELECT or a group.

        Args:
            part: The SELECT or group.
            harmless: Whether duplicate rows of it do not change the answer.
        """
        if isinstance(part, Select):
            if part.template and self.name in {t.variable for t in _all_tokens(part.template)}:
                raise self._refusal()
            yield from self._in_expression([*part.head, *part.tail])
            yield from self.edits_of(part.where, harmless=_removes_duplicates(part, harmless))
            return
        if part.keyword == "VALUES":
            if self.name in {token.variable for token in part.tokens}:
                raise self._refusal()
            return
        if part.keyword in {"EXISTS", "MINUS"}:
            harmless = True
        for pattern in find_patterns(part):
            yield from self._in_pattern(pattern, harmless=harmless)

    def _in_pattern(self, pattern: list[Part], *, harmless: bool) -> Iterator[_Edit]:
        first = pattern[0]
        word = first.keyword if isinstance(first, Token) else ""
        tokens = [part for part in pattern if isinstance(part, Token)]
        is_mine = any(token.variable == self.name for token in tokens)
        if is_mine and word not in _EXPRESSIONS:
            if word in _WITH_GROUP - {"GRAPH"}:
                raise self._refusal()
            yield self._union(pattern, harmless=harmless)
            return
        for part in pattern:
            if not isinstance(part, Token):
                yield from self.edits_of(part, harmless=harmless)
        if is_mine:
            yield from self._in_expression(tokens)

    def _union(self, pattern: list[Part], *, harmless: bool) -> _Edit:
        """Write a block of triples, or a GRAPH with its group, once for each term."""
        inside = [token for part in pattern for token in _all_tokens(part)]
        if any(token.text.startswith("_:") for token in inside):
            raise self._refusal()
        start, end = inside[0].start, _end(pattern[-1])
        text = self.text[start:end]
        copies = " UNION ".join(f"{{ {bind(text, {self.name: term})} }}" for term in self.terms)
        other_variables = dict.fromkeys(
            token.text for token in inside if token.variable not in {"", self.name}
        )
        if harmless:
            return _Edit(start, end, copies)
        if not other_variables:
            return _Edit(start, end, f"FILTER EXISTS {{ {copies} }}")
        distinct = f"{{ SELECT DISTINCT {' '.join(other_variables)} WHERE {{ {copies} }} }}"
        return _Edit(start, end, distinct)

    def _in_expression(self, tokens: list[Token]) -> Iterator[_Edit]:
        for index, token in enumerate(tokens):
            if token.variable == self.name:
                yield from self._in_comparison(tokens, index)

    def _in_comparison(self, tokens: list[Token], index: int) -> Iterator[_Edit]:
        """Rewrite one occurrence of the variable in an expression."""

        def at(place: int) -> Token:
            return tokens[place] if 0 <= place < len(tokens) else Token("other", "", 0)

        token, before, after = tokens[index], at(index - 1), at(index + 1)
        end = token.start + len(token.text)
        listed = ", ".join(self.forms)
        if before.text in _EQUALITY and after.text in _ENDS_OPERAND:
            yield _Edit(before.start, end, f"{_EQUALITY[before.text]} ({listed})")
        elif after.text in _EQUALITY and before.text in _BEGINS_OPERAND:
            last = _operand_end(tokens, index + 2)
            behind = last.start + len(last.text)
            yield _Edit(token.start, at(index + 2).start, "")
            yield _Edit(behind, behind, f" {_EQUALITY[after.text]} ({listed})")
        elif _is_first_choice(tokens, index):
            equality, last = at(index - 3), at(_closing(tokens, index))
            yield _Edit(equality.start, last.start + 1, f"{_EQUALITY[equality.text]} ({listed})")
        elif _is_listed(tokens, index):
            yield _Edit(token.start, end, listed)
        elif before.text == "(" and after.text == ")" and at(index - 2).keyword in _TESTS:
            yield _Edit(token.start, end, self.forms[0])
        else:
            raise self._refusal()

    def _refusal(self) -> OneTermOnlyError:
        return OneTermOnlyError(f"?{self.name} can stand for one term only")


def _removes_duplicates(select: Select, outer: bool) -> bool:  # noqa: FBT001 - of one caller
    """Tell whether duplicate rows of the group of a SELECT do not change the answer."""
    words = {token.keyword for token in (*select.head, *select.tail)}
    if select.form != "SELECT":
        return True
    if words & (AGGREGATES | {"GROUP"}):
        return False
    return "DISTINCT" in words or (outer and not words & {"LIMIT", "OFFSET"})


def find_patterns(group: Group) -> Iterator[list[Part]]:
    """Yield the patterns of a group: blocks of triples, FILTER(…), GRAPH ?g {…}, {…} and so on."""
    parts = group.parts
    index = 0
    while index < len(parts):
        part = parts[index]
        end = index + 1
        if isinstance(part, Token):
            if part.text == ".":
                index += 1
                continue
            if part.keyword in _EXPRESSIONS:
                end = _behind_expression(parts, index)
            elif part.keyword in _WITH_GROUP:
                end = _behind_group(parts, index)
            else:
                end = _behind_triples(parts, index)
        yield parts[index:end]
        index = end


def _behind_group(parts: list[Part], start: int) -> int:
    groups = (i for i in range(start, len(parts)) if isinstance(parts[i], Group))
    return next(groups, len(parts) - 1) + 1


def _behind_expression(parts: list[Part], start: int) -> int:
    depth = 0
    for index in range(start, len(parts)):
        part = parts[index]
        if isinstance(part, Token):
            depth += (part.text == "(") - (part.text == ")")
            is_end = part.text == ")" and not depth
        else:  # the group of EXISTS
            is_end = not depth
        if is_end:
            return index + 1
    return len(parts)


def _behind_triples(parts: list[Part], start: int) -> int:
    depth = 0
    for index in range(start, len(parts)):
        part = parts[index]
        if not isinstance(part, Token):
            return index
        depth += (part.text in {"(", "["}) - (part.text in {")", "]"})
        if not depth and (part.text == "." or part.keyword in _EXPRESSIONS | _WITH_GROUP):
            return index
    return len(parts)


def _operand_end(tokens: list[Token], start: int) -> Token:
    """Return the last token of the operand that begins at an index."""
    depth = 0
    for index in range(start, len(tokens)):
        if not depth and tokens[index].text in _ENDS_OPERAND:
            return tokens[index - 1]
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
    return tokens[-1]


def _is_first_choice(tokens: list[Token], index: int) -> bool:
    """Tell whether a token is the first argument of a COALESCE in a comparison."""
    if [token.text.upper() for token in tokens[max(0, index - 2) : index]] != ["COALESCE", "("]:
        return False
    behind = _closing(tokens, index) + 1
    ends = behind >= len(tokens) or tokens[behind].text in _ENDS_OPERAND
    return ends and tokens[index - 3].text in _EQUALITY


def _closing(tokens: list[Token], index: int) -> int:
    """Return the index of the bracket that closes the call with a token as argument."""
    depth = 1
    while depth and index < len(tokens) - 1:
        index += 1
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
    return index


def _is_listed(tokens: list[Token], index: int) -> bool:
    """Tell whether a token is a member of the list of IN by itself."""
    if tokens[index - 1].text not in {"(", ","} or tokens[index + 1].text not in {",", ")"}:
        return False
    depth = 0
    for place in range(index - 1, 0, -1):
        depth += (tokens[place].text == ")") - (tokens[place].text == "(")
        if depth < 0:
            return tokens[place - 1].keyword == "IN"
    return False


def _all_tokens(part: Part) -> list[Token]:
    return [part] if isinstance(part, Token) else [token for token, _ in walk(part)]


def _end(part: Part) -> int:
    if isinstance(part, Token):
        return part.start + len(part.text)
    return part.end if isinstance(part, Group) else part.where.end
