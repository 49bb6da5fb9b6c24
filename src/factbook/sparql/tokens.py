"""Split a SPARQL text into tokens, so that a variable is never found inside a string or an IRI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# SPARQL 1.1, section 19.8: the terminals that can hide a '?' or a '#', then names, then the rest.
_TOKEN = re.compile(
    r"""
    (?P<space>[\x20\t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
              |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:\w[\w.-]*)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*)?)
  | (?P<word>@?[A-Za-z_][\w-]*)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_LAST_CODE_POINT = 0x10FFFF


@dataclass(frozen=True)
class Token:
    """A piece of a query: its kind, its text, and where it begins."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Yield all tokens of a query; their texts joined are the query again."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "other", match.group(), match.start())


def meaningful(text: str) -> Iterator[Token]:
    """Yield the tokens that are neither white space nor comment."""
    return (token for token in tokens(text) if token.kind not in {"space", "comment"})


def variables(text: str) -> list[str]:
    """Return the names of the variables of a query, each once, in order of appearance."""
    return list(dict.fromkeys(t.text[1:] for t in tokens(text) if t.kind == "variable"))


def query_form(text: str) -> str | None:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE, or None where the text is no query."""
    for token in meaningful(resolved(text)):
        if token.kind == "word" and token.text.upper() in _FORMS:
            return token.text.upper()
    return None


def declaring(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with declarations for those of the prefixes that it uses undeclared."""
    found = list(meaningful(text))
    used = {token.text.partition(":")[0] for token in found if token.kind == "name"}
    declared = {
        name.text.partition(":")[0]
        for word, name in pairwise(found)
        if word.kind == "word" and word.text.upper() == "PREFIX"
    }
    lines = [
        f"PREFIX {name}: <{prefixes[name]}>\n"
        for name in sorted(used - declared)
        if name in prefixes
    ]
    return "".join(lines) + text


def calls_service(text: str) -> bool:
    """Tell whether a query asks another endpoint, also when it spells the word with escapes."""
    return any(
        token.kind == "word" and token.text.upper() == "SERVICE"
        for token in meaningful(resolved(text))
    )


def resolved(text: str) -> str:
    """Resolve code point escapes, which may stand anywhere in a query (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        point = int(match.group(1) or match.group(2), 16)
        return chr(point) if point <= _LAST_CODE_POINT else match.group()

    return _CODE_POINT.sub(character, text)
