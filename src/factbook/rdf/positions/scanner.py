"""The triples of a Turtle, TriG, N-Triples or N-Quads text, each with where its terms stand.

The scanner is for text that pyoxigraph has parsed without complaint: it finds out where things
stand, not whether they are right. It yields what `pyoxigraph.parse` yields, in the same order, so
that the two can be laid side by side. A statement in a form newer than RDF 1.1 is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from factbook.rdf.positions.terms import NotUnderstoodError, TermReader
from factbook.rdf.positions.tokens import (
    BLANK,
    COMMENT,
    IRI,
    LANGUAGE,
    MARK,
    NAME,
    STRING,
    WORD,
    Token,
    tokens_of,
)

Node: TypeAlias = "NamedNode | BlankNode"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE = NamedNode(f"{_RDF}type")
_FIRST = NamedNode(f"{_RDF}first")
_REST = NamedNode(f"{_RDF}rest")
_NIL = NamedNode(f"{_RDF}nil")
_END = Token(MARK, "", -1)


class Statement(NamedTuple):
    """A quad, and the offsets in the text at which its subject, predicate and object begin."""

    quad: Quad
    subject: int
    predicate: int
    object: int


@dataclass(slots=True)
class _Level:
    """What is being read: a statement, and inside it any `[ … ]` and `( … )`, one level each."""

    closed_by: str
    offset: int
    subject: Node | None = None
    subject_offset: int = 0
    predicate: NamedNode | None = None
    predicate_offset: int = 0


def scan(text: str, syntax: RdfFormat, *, base: str | None = None) -> list[Statement]:
    """Return every quad of a text with its place, in the parser's order.

    Args:
        text: What the parser read without complaint.
        syntax: Turtle, TriG, N-Triples or N-Quads.
        base: What relative IRIs stand under before the text itself says so.
    """
    scanner = _Scanner(text, base)
    if syntax in {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}:
        scanner.scan_lines()
    else:
        scanner.scan_blocks()
    return scanner.statements


class _Scanner:
    """Goes through the tokens once, with a stack and without recursion: nesting has no limit."""

    def __init__(self, text: str, base: str | None) -> None:
        self.statements: list[Statement] = []
        self._tokens = [token for token in tokens_of(text) if token.kind != COMMENT]
        self._tokens.append(_END)
        self._next = 0
        self._terms = TermReader(base)
        self._graph: Node | DefaultGraph = DefaultGraph()
        self._levels: list[_Level] = []
        self._found: list[Statement] = []

    def scan_lines(self) -> None:
        """Read `subject predicate object [graph] .` over and over: N-Triples and N-Quads."""
        while self._peek() is not _END:
            try:
                subject, predicate = self._take(), self._take()
                value = self._take()
                term = self._term(value)
                named = self._peek().text != "."
                self._graph = self._terms.node(self._take()) if named else DefaultGraph()
                self._take()
                self._state(
                    self._terms.node(subject),
                    self._terms.iri(predicate),
                    term,
                    (subject.offset, predicate.offset, value.offset),
                )
            except NotUnderstoodError:
                self._skip_statement()
            self._flush()

    def scan_blocks(self) -> None:
        """Read directives, graphs and statements: Turtle and TriG."""
        while self._peek() is not _END:
            try:
                if not self._directive() and not self._graph_bracket():
                    self._statement()
            except NotUnderstoodError:
                self._skip_statement()
            self._flush()

    def _directive(self) -> bool:
        token = self._peek()
        word = token.text.lower()
        dotted = token.kind == LANGUAGE
        if not dotted and token.kind != WORD:
            return False
        if word.removeprefix("@") not in {"prefix", "base"}:
            return False
        self._take()
        if word.endswith("prefix"):
            self._terms.declare(self._take().text, self._take().text)
        else:
            self._terms.rebase(self._take().text)
        if dotted:
            self._take()
        return True

    def _graph_bracket(self) -> bool:
        """Enter or leave a TriG graph: `{`, `name {`, `GRAPH name {` and `}`."""
        token = self._peek()
        if token.text == "}":
            self._take()
            self._graph = DefaultGraph()
            return True
        start = self._next
        if token.kind == WORD and token.text.lower() == "graph":
            start += 1
        name = [each.text for each in self._tokens[start : start + 3]]
        if name[:1] == ["{"]:
            self._graph, length = DefaultGraph(), 1
        elif name[1:2] == ["{"]:
            self._graph, length = self._terms.node(self._tokens[start]), 2
        elif name == ["[", "]", "{"]:
            self._graph, length = BlankNode(), 3
        else:
            return False
        self._next = start + length
        return True

    def _statement(self) -> None:
        """Read one subject with all its predicates and objects, and the full stop."""
        self._levels = [_Level(".", self._peek().offset)]
        while self._levels:
            level = self._levels[-1]
            token = self._take()
            if token.text == "}":  # the full stop before it may be left out
                self._next -= 1
                return
            if token.text == level.closed_by:
                self._close(token)
            elif level.closed_by == ")":
                self._add_cell(token)
                self._value(token)
            elif level.subject is None:
                self._value(token)
            elif level.predicate is None:
                self._verb(token)
            elif token.text == ";":
                level.predicate = None
            elif token.text != ",":
                self._value(token)
            if self._found and token.kind != STRING:
                self._flush()

    def _verb(self, token: Token) -> None:
        if token.text == ";":
            return
        level = self._levels[-1]
        level.predicate = _TYPE if token.text == "a" else self._terms.iri(token)
        level.predicate_offset = token.offset

    def _value(self, token: Token) -> None:
        if token.text == "[":
            self._levels.append(_Level("]", token.offset, BlankNode(), token.offset))
        elif token.text == "(":
            self._levels.append(_Level(")", token.offset))
        elif token.kind == STRING:
            # The parser states a string only once it has seen what follows, as one step with that.
            self._flush()
            term, plain = self._string(token)
            self._deliver(self._levels[-1], term, token.offset)
            if not plain:
                self._flush()
        else:
            self._deliver(self._levels[-1], self._term(token), token.offset)

    def _deliver(self, level: _Level, term: Node | Literal, offset: int) -> None:
        """Give a level the term it waits for: its subject, or else an object."""
        if level.subject is not None and level.predicate is not None:
            offsets = (level.subject_offset, level.predicate_offset, offset)
            self._state(level.subject, level.predicate, term, offsets)
        elif isinstance(term, Literal):
            raise NotUnderstoodError(term.value)
        else:
            level.subject = term
            level.subject_offset = offset

    def _add_cell(self, token: Token) -> None:
        """Begin the cell of a collection that holds the value at this token."""
        level = self._levels[-1]
        cell = BlankNode()
        if level.subject is None:
            self._deliver(self._levels[-2], cell, level.offset)
        else:
            self._state(level.subject, _REST, cell, (level.subject_offset, *2 * (token.offset,)))
        level.subject = cell
        level.predicate = _FIRST
        level.subject_offset = level.predicate_offset = token.offset

    def _close(self, token: Token) -> None:
        level = self._levels.pop()
        if level.closed_by == ")":
            if level.subject is None:
                self._deliver(self._levels[-1], _NIL, level.offset)
            else:
                offsets = (level.subject_offset, token.offset, token.offset)
                self._state(level.subject, _REST, _NIL, offsets)
        elif level.closed_by == "]" and level.subject is not None:
            self._deliver(self._levels[-1], level.subject, level.offset)

    def _term(self, token: Token) -> Node | Literal:
        if token.kind in {IRI, NAME, BLANK}:
            return self._terms.node(token)
        if token.kind == STRING:
            return self._string(token)[0]
        return self._terms.literal(token)

    def _string(self, token: Token) -> tuple[Literal, bool]:
        """Return a string with the language or datatype after it, and whether it is plain."""
        suffix: Token | None = None
        if self._peek().text == "^^":
            self._take()
            suffix = self._take()
        elif self._peek().kind == LANGUAGE:
            suffix = self._take()
        return self._terms.literal(token, suffix=suffix), suffix is None

    def _state(
        self,
        subject: Node,
        predicate: NamedNode,
        value: Node | Literal,
        offsets: tuple[int, int, int],
    ) -> None:
        self._found.append(Statement(Quad(subject, predicate, value, self._graph), *offsets))

    def _flush(self) -> None:
        """Hand over what one token stated; the parser does so last in, first out."""
        self.statements.extend(reversed(self._found))
        self._found.clear()

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        if token is _END:
            raise NotUnderstoodError
        self._next += 1
        return token

    def _skip_statement(self) -> None:
        while self._peek() is not _END and self._take().text != ".":
            pass
