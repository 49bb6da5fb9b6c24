"""The tokens of Turtle, TriG, N-Triples and N-Quads, each with the place where it stands.

Names in capitals are the productions of the Turtle 1.1 grammar
(https://www.w3.org/TR/turtle/#sec-grammar) that the patterns spell out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# What a token is: the names of the groups of the pattern below.
COMMENT = "comment"
IRI = "iri"
MARK = "mark"
NAME = "name"
BLANK = "blank"
STRING = "string"
LANGUAGE = "language"
DOUBLE = "double"
DECIMAL = "decimal"
INTEGER = "integer"
WORD = "word"
ODD = "odd"


class Token(NamedTuple):
    """One token: a named tuple, because a file of one megabyte has two hundred thousand."""

    kind: str
    text: str
    offset: int


# The order matters: the first alternative that matches wins, so a longer form stands first.
_TOKEN = re.compile(
    rf"""
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
    | (?P<double>   [+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+ )
    | (?P<decimal>  [+-]?[0-9]*\.[0-9]+ )
    | (?P<integer>  [+-]?[0-9]+ )
    | (?P<word>     {_PN_PREFIX} )
    | (?P<odd>      \S )
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def tokens_of(text: str) -> Iterator[Token]:
    """Yield every token of a text, comments among them; a character of none is ``odd``."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or ODD, match.group(), match.start())


def comments_of(text: str) -> list[str]:
    """Return the comments of a Turtle text in their order, each without its first ``#``."""
    return [token.text[1:] for token in tokens_of(text) if token.kind == COMMENT]


def unescape(text: str) -> str:
    r"""Replace the escapes of a string, an IRI or a local name (``\n``, ``\u00e9``, ``\,``)."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_escaped, text)


def string_value(token: str) -> str:
    """Return the value of a quoted string, long or short."""
    quotes = 3 if token.startswith(('"""', "'''")) else 1
    return unescape(token[quotes:-quotes])


def _escaped(match: re.Match[str]) -> str:
    short, long, character = match.groups()
    if character is None:
        return chr(int(short or long, 16))
    return _CONTROLS.get(character, character)
