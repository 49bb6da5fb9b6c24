"""Parse a query into a small tree: its SELECTs and the groups in braces.

    Select              a whole query of any form, or a SELECT inside a group
        form            SELECT, ASK, CONSTRUCT or DESCRIBE
        head            tokens between that word and the group: columns, FROM
        template        the group of triples that CONSTRUCT returns
        where: Group
        tail            tokens behind the group: GROUP BY, ORDER BY, LIMIT, VALUES
    Group               the content of one pair of braces
        keyword         WHERE, OPTIONAL, UNION, MINUS, EXISTS, GRAPH, SERVICE, VALUES or GROUP
        name            the token behind GRAPH or SERVICE
        parts           Token | Group | Select, in their order

Triple patterns and expressions stay tokens, so that a part can be written back as it was. The
parser accepts more than the grammar (SPARQL 1.1, section 19.8): only braces have to match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factbook.errors import UsageError
from factbook.sparql.tokens import FORMS, Token, meaningful

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_CLAUSES = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_KEYWORDS = frozenset({"OPTIONAL", "UNION", "MINUS", "EXISTS"})
_LOCAL_ESCAPE = re.compile(r"\\(.)")
_DEEPEST = 150
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class QueryTextError(UsageError):
    """The text of a query cannot be parsed."""


@dataclass
class Group:
    """The content of one pair of braces."""

    keyword: str
    start: int
    """Where its opening brace is in the text."""
    end: int
    """Where its text ends, behind the closing brace."""
    begin: int
    """Where its keyword is in the text, or else its opening brace."""
    parts: list[Token | Group | Select] = field(default_factory=list)
    name: Token | None = None
    silent: bool = False

    @property
    def tokens(self) -> list[Token]:
        """The tokens directly inside."""
        return [part for part in self.parts if isinstance(part, Token)]

    @property
    def groups(self) -> list[Group]:
        """The groups directly inside."""
        return [part for part in self.parts if isinstance(part, Group)]

    def descend(self) -> Iterator[Group | Select]:
        """Yield the group, and all groups and SELECTs inside at any depth."""
        yield self
        for part in self.parts:
            if isinstance(part, Group | Select):
                yield from part.descend()


@dataclass
class Select:
    """A query of any form, or a SELECT inside a group."""

    form: str
    start: int
    """Where its first word is in the text."""
    head: list[Token]
    where: Group
    tail: list[Token]
    template: Group | None = None
    prefixes: dict[str, str] = field(default_factory=dict)
    """Those that the text declares itself."""

    def descend(self) -> Iterator[Group | Select]:
        """Yield the query, and all groups and SELECTs inside at any depth."""
        yield self
        yield from self.where.descend()

    def selects(self) -> list[Select]:
        """Return the query and all SELECTs inside, the outermost first."""
        return [part for part in self.descend() if isinstance(part, Select)]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the variables that the query returns; none for `SELECT *`."""
        return tuple(name for name, _ in self._columns())

    @property
    def is_star(self) -> bool:
        """Whether it returns every variable."""
        return any(token.text == "*" for token, depth in _with_depth(self.head) if not depth)

    @property
    def is_distinct(self) -> bool:
        """Whether equal rows are one."""
        return any(token.keyword in {"DISTINCT", "REDUCED"} for token in self.head)

    @property
    def is_one_row(self) -> bool:
        """Whether every column is computed and nothing is grouped, so that there is one row."""
        columns = self._columns()
        return bool(columns) and all(c for _, c in columns) and not self.clause("GROUP")

    @property
    def order(self) -> tuple[str, ...]:
        """The names of the variables that the order depends on."""
        names = (token.variable for token in self.clause("ORDER"))
        return tuple(dict.fromkeys(name for name in names if name))

    def clause(self, keyword: str) -> list[Token]:
        """Return the tokens of a clause behind the group, the keyword first; [] without one."""
        tokens_found: list[Token] = []
        inside = False
        for token, depth in _with_depth(self.tail):
            if not depth and token.keyword in _CLAUSES:
                inside = token.keyword == keyword
            if inside:
                tokens_found.append(token)
        return tokens_found

    def _columns(self) -> list[tuple[str, bool]]:
        """Return the name of each column, and whether it is computed."""
        keys: list[tuple[str, bool]] = []
        before = ""
        for token, depth in _with_depth(self.head):
            if not depth and token.keyword == "FROM":
                break
            computed = depth == 1 and before == "AS"
            if token.variable and (not depth or computed):
                keys.append((token.variable, computed))
            before = token.keyword
        return keys


def parse_query(text: str, prefixes: Mapping[str, str] | None = None) -> Select:
    """Return the tree of a query.

    Args:
        text: The query.
        prefixes: Where given, prefixed names are written out as IRIs, with these prefixes and
            those that the query declares.

    Raises:
        QueryTextError: It is no query, a brace does not match, or a prefix is unknown.
    """
    return _Parser(list(meaningful(text)), prefixes).query()


def walk(part: Select | Group, around: tuple[str, ...] = ()) -> Iterator[tuple[Token, list[str]]]:
    """Yield each token at any depth with the list of what encloses it, the outermost first.

    It is enclosed by the keywords of groups and by words before round brackets, as in `COALESCE(`.
    """
    if isinstance(part, Group):
        pieces = part.parts
        around = (*around, part.keyword)
    else:
        template = [] if part.template is None else [part.template]
        pieces = [*part.head, *template, part.where, *part.tail]
    brackets: list[str] = []
    before = ""
    for piece in pieces:
        if not isinstance(piece, Token):
            yield from walk(piece, (*around, *brackets))
            before = ""
            continue
        if piece.text == ")" and brackets:
            brackets.pop()
        yield piece, [*around, *brackets]
        if piece.text == "(":
            brackets.append(f"{before}(")
        before = piece.text.upper() if piece.kind in {"word", "name"} else ""


def _with_depth(tokens: Iterable[Token]) -> Iterator[tuple[Token, int]]:
    """Yield each token with the number of round brackets that are open before it."""
    depth = 0
    for token in tokens:
        depth -= token.text == ")"
        yield token, depth
        depth += token.text == "("


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, pieces: list[Token], prefixes: Mapping[str, str] | None) -> None:
        self._pieces = pieces
        self._expands = prefixes is not None
        self._prefixes = dict(prefixes or {})
        self._next = 0
        self._depth = 0

    def query(self) -> Select:
        declared = self._prologue()
        select = self._select()
        select.prefixes = declared
        if self._token is not None:
            raise QueryTextError(f"'{self._token.text}' follows the end of the query")
        return select

    def _prologue(self) -> dict[str, str]:
        """Read up to the first word of the query and return the prefixes declared there."""
        begun = self._next
        while (token := self._token) is not None and token.keyword not in FORMS:
            self._next += 1
        words = self._pieces[begun : self._next]
        declared = {
            name.text.removesuffix(":"): iri.text[1:-1]
            for word, name, iri in zip(words, words[1:], words[2:], strict=False)
            if word.keyword == "PREFIX"
        }
        self._prefixes.update(declared)
        return declared

    def _select(self) -> Select:
        if self._token is None:
            raise QueryTextError("the query has no SELECT, ASK, CONSTRUCT or DESCRIBE in it")
        first = self._take()
        template = None
        if first.keyword == "CONSTRUCT" and self._token is not None and self._token.text == "{":
            template = self._group("CONSTRUCT")
        head = self._flat(until="{")
        if head and head[-1].keyword == "WHERE":
            head.pop()
        if self._token is None and first.keyword == "DESCRIBE":
            end = (head or [first])[-1].start
            return Select(first.keyword, first.start, head, Group("WHERE", end, end, end), [])
        where = self._group("WHERE")
        tail = self._flat(until="}")
        return Select(first.keyword, first.start, head, where, tail, template)

    def _flat(self, until: str) -> list[Token]:
        """Take tokens up to a brace that is in no bracket opened on the way."""
        tokens_found: list[Token] = []
        depth = 0
        while (token := self._token) is not None and (depth or token.text != until):
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            tokens_found.append(self._take())
        return tokens_found

    def _group(self, keyword: str, begin: int | None = None) -> Group:
        opening = self._take()
        if opening.text != "{":
            raise QueryTextError(f"'{{' expected before '{opening.text}'")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryTextError(f"the query has more than {_DEEPEST} groups inside one another")
        group = Group(
            keyword, opening.start, opening.start, opening.start if begin is None else begin
        )
        if self._token is not None and self._token.keyword == "SELECT":
            group.parts.append(self._select())
        while (token := self._token) is not None and token.text != "}":
            if token.text == "{":
                group.parts.append(self._inner(group))
            else:
                group.parts.append(self._take())
        self._depth -= 1
        group.end = self._take().start + 1
        return group

    def _inner(self, outer: Group) -> Group:
        """Read a group inside another, with the keyword that stands before it."""
        before = []
        for part in reversed(outer.parts):
            if not isinstance(part, Token) or part.text in {".", "}"}:
                break
            before.append(part)
            if part.keyword in {"VALUES", "GRAPH", "SERVICE"}:
                break
        word = before[0].keyword if before else ""
        if word in _KEYWORDS:
            return self._group(word, before[0].start)
        owner = before[-1].keyword if before else ""
        if owner == "VALUES":
            return self._group(owner, before[-1].start)
        silent = len(before) > 1 and before[-2].keyword == "SILENT"
        if owner in {"GRAPH", "SERVICE"} and len(before) == 2 + silent:
            group = self._group(owner, before[-1].start)
            group.name, group.silent = before[0], silent
            return group
        return self._group("GROUP")

    @property
    def _token(self) -> Token | None:
        return self._pieces[self._next] if self._next < len(self._pieces) else None

    def _take(self) -> Token:
        token = self._token
        if token is None:
            raise QueryTextError("the query ends too early: a brace is not closed")
        self._next += 1
        return self._expand(token) if self._expands else token

    def _expand(self, token: Token) -> Token:
        if token.kind != "name" or token.text.startswith("_:"):
            return token
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            raise QueryTextError(f"the prefix {prefix}: is not declared")
        iri = self._prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)
        return token._replace(kind="iri", text=f"<{iri}>")
