"""Find the tokens and the statements of Turtle, TriG, N-Triples and N-Quads in their text.

The scanner is for text that pyoxigraph has parsed: it finds where terms stand and does not check
the grammar. It yields one entry for each quad of `pyoxigraph.parse`, in the same order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# The kinds of tokens: the names of the groups of the pattern below
COMMENT = "comment"
IRI = "iri"
MARK = "mark"
NAME = "name"
BLANK = "blank"
STRING = "string"
LANGUAGE = "language"
WORD = "word"
UNKNOWN = "unknown"

# Productions of the Turtle 1.1 grammar (https://www.w3.org/TR/turtle/#sec-grammar)
_PN_CHARS_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PN_CHARS_U = _PN_CHARS_BASE + "_"
_PN_CHARS = _PN_CHARS_U + "0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_PN_PREFIX = rf"[{_PN_CHARS_BASE}](?:\.*[{_PN_CHARS}])*"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_PN_LOCAL = rf"(?:[{_PN_CHARS_U}:0-9]|{_PLX})(?:\.*(?:[{_PN_CHARS}:]|{_PLX}))*"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
# The first alternative that matches wins: the order matters
_TOKEN = rf"""
    (?P<comment>  \#[^\n\r]* )
  | (?P<iri>      <(?:[^\x00-\x20<>"{{}}|^`\\]|{_UCHAR})*> )
  | (?P<mark>     \^\^|\.(?![0-9])|[;,\[\]()}}]|\{{(?!\|) )
  | (?P<name>     (?:{_PN_PREFIX})?:(?:{_PN_LOCAL})? )
  | (?P<blank>    _:[{_PN_CHARS_U}0-9](?:\.*[{_PN_CHARS}])* )
  | (?P<string>   \"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"\"\"
                | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
                | "(?:[^"\\\n\r]|\\.)*"
                | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<language> @[A-Za-z]+(?:-+[A-Za-z0-9]+)* )
  | (?P<number>   [+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+
                | [+-]?[0-9]*\.[0-9]+
                | [+-]?[0-9]+ )
  | (?P<word>     {_PN_PREFIX} )
  | (?P<unknown>  \S )
"""


@cache
def _token() -> re.Pattern[str]:
    # Not before a text is read: it takes longer than all else of many commands' start
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


class Token(NamedTuple):
    """A token; a named tuple because a file of one megabyte has two hundred thousand."""

    kind: str
    text: str
    offset: int


class Offsets(NamedTuple):
    """Where the terms of a quad begin in the text."""

    subject: int
    predicate: int
    object: int


def tokenize(text: str) -> Iterator[Token]:
    """Yield every token of a text, comments included."""
    for match in _token().finditer(text):
        yield Token(match.lastgroup or UNKNOWN, match.group(), match.start())


def scan_line(line: str) -> list[Offsets]:
    """Return the offsets of the quad in a line of N-Triples or N-Quads, if there is one."""
    tokens = islice((token for token in tokenize(line) if token.kind != COMMENT), 3)
    offsets = [token.offset for token in tokens]
    return [Offsets(*offsets)] if len(offsets) == len(Offsets._fields) else []


def scan_turtle(text: str) -> list[Offsets]:
    """Return the offsets of each quad of a Turtle or TriG text, in the order of the parser.

    The list is empty if the text has statements in a syntax newer than RDF 1.1.
    """
    try:
        return _Scanner(text).scan()
    except _UnknownSyntaxError:
        return []


class _UnknownSyntaxError(Exception):
    """The text is not RDF 1.1."""


@dataclass(slots=True)
class _Level:
    """A statement, or a `[ … ]` or `( … )` inside one, while it is read."""

    end: str
    offset: int
    subject: int | None = None
    predicate: int | None = None


_END = Token(MARK, "", -1)
_DIRECTIVES = {"prefix": 2, "base": 1, "version": 1}
"""The number of tokens after each directive."""


class _Scanner:
    """Reads the tokens once, with a stack and no recursion, so that nesting has no limit."""

    def __init__(self, text: str) -> None:
        self._tokens = [token for token in tokenize(text) if token.kind != COMMENT]
        if any(token.kind == UNKNOWN for token in self._tokens):
            raise _UnknownSyntaxError
        self._tokens.append(_END)
        self._next = 0
        self._levels: list[_Level] = []
        self._pending: list[Offsets] = []
        self._quads: list[Offsets] = []

    def scan(self) -> list[Offsets]:
        while self._peek() is not _END:
            if not self._skip_directive() and not self._skip_graph_bracket():
                self._read_statement()
            self._flush()
        return self._quads

    def _skip_directive(self) -> bool:
        token = self._peek()
        if token.kind not in {LANGUAGE, WORD}:
            return False
        length = _DIRECTIVES.get(token.text.lower().removeprefix("@"))
        if length is None:
            return False
        for _ in range(1 + length + (token.kind == LANGUAGE)):  # @prefix has a full stop
            self._take()
        return True

    def _skip_graph_bracket(self) -> bool:
        """Skip `{`, `name {`, `GRAPH name {` or `}`."""
        token = self._peek()
        start = self._next + (token.kind == WORD and token.text.lower() == "graph")
        texts = [each.text for each in self._tokens[start : start + 3]]
        if texts[0] in {"{", "}"}:
            length = 1
        elif texts[1:2] == ["{"]:
            length = 2
        elif texts == ["[", "]", "{"]:
            length = 3
        else:
            return False
        self._next = start + length
        return True

    def _read_statement(self) -> None:
        """Read one subject with all its predicates and objects, and the full stop."""
        self._levels = [_Level(".", self._peek().offset)]
        while self._levels:
            level = self._levels[-1]
            token = self._take()
            if token.text == "}":  # the full stop before it is optional
                self._next -= 1
                return
            if token.text == level.end:
                self._close(token)
            elif level.end == ")":
                self._add_list_cell(token)
                self._read_term(token)
            elif token.text == ";":
                level.predicate = None
            elif level.subject is not None and level.predicate is None:
                level.predicate = token.offset
            elif token.text != ",":
                self._read_term(token)
            if self._pending and token.kind != STRING:
                self._flush()

    def _read_term(self, token: Token) -> None:
        if token.text == "[":
            self._levels.append(_Level("]", token.offset, subject=token.offset))
        elif token.text == "(":
            self._levels.append(_Level(")", token.offset))
        elif token.kind == STRING:
            # The parser yields the quad of a plain string together with those of the next token
            self._flush()
            self._deliver(self._levels[-1], token.offset)
            if self._skip_string_suffix():
                self._flush()
        else:
            self._deliver(self._levels[-1], token.offset)

    def _skip_string_suffix(self) -> bool:
        """Skip the language tag or datatype after a string, if there is one."""
        if self._peek().text == "^^":
            self._take()
        elif self._peek().kind != LANGUAGE:
            return False
        self._take()
        return True

    def _deliver(self, level: _Level, offset: int) -> None:
        """Give a level its subject or, if it has subject and predicate, an object."""
        if level.subject is not None and level.predicate is not None:
            self._pending.append(Offsets(level.subject, level.predicate, offset))
        else:
            level.subject = offset

    def _add_list_cell(self, token: Token) -> None:
        """Begin the cell of a list whose value stands at a token."""
        level = self._levels[-1]
        if level.subject is None:
            self._deliver(self._levels[-2], level.offset)
        else:
            self._pending.append(Offsets(level.subject, token.offset, token.offset))
        level.subject = level.predicate = token.offset

    def _close(self, token: Token) -> None:
        level = self._levels.pop()
        if level.end == ")" and level.subject is not None:
            self._pending.append(Offsets(level.subject, token.offset, token.offset))
        elif level.end != ".":
            self._deliver(self._levels[-1], level.offset)

    def _flush(self) -> None:
        """Hand over the quads of one token, the last one first, as the parser does."""
        self._quads.extend(reversed(self._pending))
        self._pending.clear()

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        if token is _END:
            raise _UnknownSyntaxError
        self._next += 1
        return token
