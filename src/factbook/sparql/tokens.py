"""Split a SPARQL text into tokens, so that a variable is never found inside a string or an IRI."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# SPARQL 1.1, section 19.8: the terminals that can hide a '?' or a '#', then names, then the rest.
# A full stop at the end of a name does not belong to it.
_TOKEN = re.compile(
    r"""
    (?P<space>[\x20\t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
              |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:\w[\w.-]*)?:
             (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)
                (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.))?)?)
  | (?P<word>@?[A-Za-z_][\w-]*)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<other>!=|<=|>=|&&|\|\||\^\^|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LAST_CODE_POINT = 0x10FFFF
_BOOLEANS = frozenset({"TRUE", "FALSE"})
_SERVICE = re.compile(r"service(?![\w-])", re.IGNORECASE)
_SUMS = frozenset({"SUM", "AVG"})
_OPERATORS = frozenset("+-*/")
FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
"""The keywords of the query forms."""


class Token(NamedTuple):
    """A piece of a query: its kind, its text, and where it begins."""

    kind: str
    """space, comment, iri, string, variable, name, word, number or other."""
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The token as a keyword in upper case, or an empty text if it is not a word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def variable(self) -> str:
        """The name of the variable, without its mark, or an empty text if it is not a variable."""
        return self.text[1:] if self.kind == "variable" else ""


def tokens(text: str) -> Iterator[Token]:
    """Yield all tokens of a query; their texts joined are the query again."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "other", match.group(), match.start())


def meaningful(text: str) -> Iterator[Token]:
    """Yield the tokens that are neither white space nor comment."""
    return (token for token in tokens(text) if token.kind not in {"space", "comment"})


def variables(text: str) -> list[str]:
    """Return the names of the variables of a query, each once, in order of appearance."""
    return list(dict.fromkeys(token.variable for token in tokens(text) if token.variable))


def query_form(text: str) -> str | None:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE, or None if the text is not a query."""
    words = (token.keyword for token in meaningful(resolve_escapes(text)))
    return next((word for word in words if word in FORMS), None)


def uses_service(text: str) -> bool:
    """Tell whether a query has a SERVICE, which may be written with escapes."""
    if "\\" not in text and _SERVICE.search(text) is None:
        return False
    return any(token.keyword == "SERVICE" for token in meaningful(resolve_escapes(text)))


def uses_graph(text: str) -> bool:
    """Tell whether a query has a GRAPH."""
    return any(token.keyword == "GRAPH" for token in meaningful(text))


def sums(text: str, *, computed: bool = False) -> set[str]:
    """Return the names of the variables that a query gives the value of a SUM or an AVG.

    Those in an OPTIONAL are left out: they may have no value without any fault.

    Args:
        text: The query.
        computed: Whether results of arithmetic and of GROUP_CONCAT count as well. They do not in a
            query with UNION, of which a branch may give them no value without any fault.
    """
    words = text.upper()
    computed = computed and "UNION" not in words
    if not computed and not any(word in words for word in _SUMS):
        return set()
    names: set[str] = set()
    inside: list[bool] = []
    last: list[Token] = []
    for token in _without_optional(text):
        if token.text == "(":
            inside.append(False)
        elif token.text == ")" and inside:
            has_sum = inside.pop()
            if has_sum and len(last) > 1 and last[-2].keyword == "AS" and last[-1].variable:
                names.add(last[-1].variable)
            elif has_sum and inside:
                inside[-1] = True
        elif inside and (token.keyword in _SUMS or (computed and _computes(last, token))):
            inside[-1] = True
        last = [*last[-1:], token]
    return names


def _computes(last: list[Token], token: Token) -> bool:
    """Tell whether a token is an operator of arithmetic, or joins texts."""
    if token.keyword == "GROUP_CONCAT":
        return True
    before = last[-1]  # a sign, or the star of COUNT(*), follows no operand
    is_operand = before.kind in {"variable", "number"} or before.text == ")"
    return token.text in _OPERATORS and is_operand


def _without_optional(text: str) -> Iterator[Token]:
    """Yield the meaningful tokens that stand in no OPTIONAL."""
    inside: list[bool] = []
    keyword = ""
    for token in meaningful(text):
        if token.text == "{":
            inside.append(keyword == "OPTIONAL" or any(inside[-1:]))
        elif token.text == "}" and inside:
            inside.pop()
        elif not any(inside[-1:]):
            yield token
        keyword = token.keyword


def declare_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with declarations for those of the prefixes that it uses undeclared."""
    all_tokens = list(meaningful(text))
    used = {token.text.partition(":")[0] for token in all_tokens if token.kind == "name"}
    declared = {
        name.text.partition(":")[0]
        for word, name in pairwise(all_tokens)
        if word.keyword == "PREFIX"
    }
    lines = [
        f"PREFIX {name}: <{prefixes[name]}>\n"
        for name in sorted(used - declared)
        if name in prefixes
    ]
    return "".join(lines) + text


def respell(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with some valid spellings as others, for engines that do not know the first.

    TRUE and FALSE match in any case (SPARQL 1.1, section 19.8, note 1), and a full stop may stand
    before any character of a prefixed name but the last.

    Args:
        text: The query.
        prefixes: Those that it need not declare.
    """
    all_tokens = list(meaningful(text))
    all_prefixes = dict(prefixes)
    for word, name, iri in zip(all_tokens, all_tokens[1:], all_tokens[2:], strict=False):
        if word.keyword == "PREFIX" and iri.kind == "iri":
            all_prefixes[name.text.partition(":")[0]] = iri.text[1:-1]
    parts = []
    for token in tokens(text):
        prefix, _, local = token.text.partition(":")
        if token.keyword in _BOOLEANS:
            parts.append(token.text.lower())
        elif token.kind == "name" and "." in local and "\\" not in local and prefix in all_prefixes:
            parts.append(f"<{all_prefixes[prefix]}{local}>")
        else:
            parts.append(token.text)
    return "".join(parts)


def resolve_escapes(text: str) -> str:
    """Replace code point escapes, which may stand anywhere in a query (section 19.2)."""

    def character(match: re.Match[str]) -> str:
        point = int(match.group(1) or match.group(2), 16)
        return chr(point) if point <= _LAST_CODE_POINT else match.group()

    return _CODE_POINT.sub(character, text)
