"""Explain in a short message why a query is not valid SPARQL.

The engine's message lists everything that it expected instead. Common mistakes are found in the
query: an unknown keyword, an undeclared prefix, an unbalanced bracket.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from factbook.errors import did_you_mean
from factbook.sparql.tokens import meaningful

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.sparql.tokens import Token

_PLACE = re.compile(r"error at (\d+):(\d+)(?:: expected (?:one of )?(.*))?", re.DOTALL)
_KEYWORD = re.compile(r"(?:^|, )([A-Za-z_]+)(?=,|$)")
_CHARACTERS = re.compile(r"\"|\['")
_BROKEN_IRI = re.compile(r"<[^<>?$()\n]*>")
_WHOLE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_TWICE = "overrides an existing variable"
_UNBOUND = "contains a variable that is unbound"
_LARGEST = str(2**64 - 1)
_BRACKETS = {")": "(", "}": "{", "]": "["}
_MOST_WORDS, _MOST_CHARACTERS = 3, 40
_WORDS = frozenset(
    {
        *("a", "abs", "add", "adjust", "all", "as", "asc", "ask", "avg", "base", "bind"),
        *("bnode", "bound", "by", "ceil", "clear", "coalesce", "concat", "construct"),
        *("contains", "copy", "count", "create", "datatype", "day", "default", "delete"),
        *("desc", "describe", "distinct", "drop", "encode_for_uri", "exists", "false"),
        *("filter", "floor", "from", "graph", "group", "group_concat", "haslang"),
        *("haslangdir", "having", "hours", "if", "in", "insert", "into", "iri"),
        *("isblank", "isiri", "isliteral", "isnumeric", "istriple", "isuri", "lang"),
        *("langdir", "langmatches", "lateral", "lcase", "limit", "load", "max", "md5"),
        *("min", "minus", "minutes", "month", "move", "named", "not", "now", "object"),
        *("offset", "optional", "order", "predicate", "prefix", "rand", "reduced"),
        *("regex", "replace", "round", "sameterm", "sample", "seconds", "select"),
        *("separator", "service", "sha1", "sha256", "sha384", "sha512", "silent", "str"),
        *("strafter", "strbefore", "strdt", "strends", "strlang", "strlangdir", "strlen"),
        *("strstarts", "struuid", "subject", "substr", "sum", "timezone", "to", "triple"),
        *("true", "tz", "ucase", "undef", "union", "unsaid", "uri", "using", "uuid"),
        *("values", "where", "with", "year"),
    }
)
"""The keywords and functions of SPARQL 1.1, and the engine's own."""


def explain(message: str, text: str, prefixes: Mapping[str, str] | None = None) -> str:
    """Return what is wrong with a query, in one line: `line 1, column 8: what`; see `find`."""
    line, column, problem = find(message, text, prefixes)
    return f"line {line}, column {column}: {problem}"


def find(
    message: str, text: str, prefixes: Mapping[str, str] | None = None
) -> tuple[int, int, str]:
    """Return the line, the column and the description of what is wrong with a query.

    Args:
        message: The engine's message.
        text: The query.
        prefixes: Prefixes that it need not declare.
    """
    all_tokens = list(meaningful(text))
    mistake = (
        _broken_term(text, all_tokens)
        or _unknown_word(all_tokens)
        or _undeclared_prefix(all_tokens, prefixes or {})
        or _open_bracket(all_tokens)
        or _bad_count(all_tokens)
        or _selected_twice(all_tokens)
    )
    if mistake is not None:
        at, problem = mistake[0].start, mistake[1]
    else:
        at, problem = _where_it_stopped(message, text, all_tokens)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), problem


def _where_it_stopped(message: str, text: str, all_tokens: Sequence[Token]) -> tuple[int, str]:
    match = _PLACE.search(message)
    if match is None:
        return 0, " ".join(message.split())
    at = _offset(text, int(match[1]), int(match[2]), match[3] or "")
    twice = _named_twice(all_tokens)
    if twice is not None and (_TWICE in message or at >= len(text)):
        return twice.start, f"{twice.text} has a value already; AS needs a new one"
    if _UNBOUND in message:
        return 0, "SELECT has a variable that is neither in GROUP BY nor inside an aggregate"
    return at, _near(all_tokens, at)


def _offset(text: str, line: int, column: int, expected: str) -> int:
    """Return the offset at which the engine stopped.

    If it expected a keyword, its position is too far by the length of the keyword.
    """
    before = text.split("\n")[: line - 1]
    at = sum(len(earlier_line) + 1 for earlier_line in before) + column - 1
    keywords = _KEYWORD.findall(expected)
    if keywords and not _CHARACTERS.search(expected):
        at -= min(map(len, keywords))
    return max(0, min(at, len(text)))


def _broken_term(text: str, all_tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first character or quotation mark that begins nothing, or IRI that is not one."""
    has_base = any(token.keyword == "BASE" for token in all_tokens)
    for token in all_tokens:
        if token.kind == "iri" and not has_base and not _WHOLE_IRI.match(token.text):
            return token, f"{token.text} is not an absolute IRI, and no BASE <IRI> precedes it"
        if token.kind != "other":
            continue
        if token.text in {'"', "'"}:
            return token, "the string that begins here is not closed"
        if token.text == "<" and (match := _BROKEN_IRI.match(text, token.start)):
            return token, f"{match.group()} is not an IRI"
        if not token.text.isprintable():  # as no-break spaces are, which look like blanks
            return token, f"the character U+{ord(token.text[0]):04X} cannot stand here"
    return None


def _unknown_word(all_tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first unknown keyword, with a suggestion."""
    for token in all_tokens:
        word = token.text
        if token.kind != "word" or word.startswith("@") or word.lower() in _WORDS:
            continue
        hint = did_you_mean(word.upper(), (keyword.upper() for keyword in _WORDS), most=1)
        return token, f"SPARQL has no word '{word}'.{hint}"
    return None


def _undeclared_prefix(
    all_tokens: Sequence[Token], prefixes: Mapping[str, str]
) -> tuple[Token, str] | None:
    """Return the first name whose prefix is not declared before it."""
    declared = set(prefixes)
    is_declaration = False
    for token in all_tokens:
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if is_declaration:
                declared.add(prefix)
            elif prefix not in declared and prefix != "_":
                problem = f"the prefix '{prefix}:' is not declared"
                meant = did_you_mean(prefix, declared, most=1)
                return (
                    token,
                    f"{problem}{meant or f'; begin the query with PREFIX {prefix}: <IRI>'}",
                )
        is_declaration = token.keyword == "PREFIX"
    return None


def _open_bracket(all_tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first unbalanced bracket."""
    opened: list[Token] = []
    for token in all_tokens:
        if token.kind != "other":
            continue
        if token.text in _BRACKETS.values():
            opened.append(token)
        elif token.text in _BRACKETS:
            if not opened:
                return token, f"'{token.text}' closes nothing"
            last = opened.pop()
            if last.text != _BRACKETS[token.text]:
                return token, f"'{token.text}' does not close the '{last.text}' before it"
    return (opened[-1], f"the '{opened[-1].text}' is not closed") if opened else None


def _bad_count(all_tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first token after LIMIT or OFFSET that is not a valid number."""
    for previous, token in pairwise(all_tokens):
        if previous.keyword not in {"LIMIT", "OFFSET"}:
            continue
        is_whole = token.kind == "number" and token.text.isdigit()
        if not is_whole or len(token.text) > len(_LARGEST) or int(token.text) > int(_LARGEST):
            return token, f"{previous.keyword} needs a whole number, at most {_LARGEST}"
    return None


def _selected_twice(all_tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first variable that a SELECT lists a second time."""
    listed: set[str] | None = None
    depth = 0
    for token in all_tokens:
        if token.keyword == "SELECT":
            listed = set()
        elif token.text == "{":
            listed = None
        depth += (token.text == "(") - (token.text == ")")
        if listed is None or depth or not token.variable:
            continue
        if token.variable in listed:
            return token, f"SELECT lists {token.text} twice"
        listed.add(token.variable)
    return None


def _named_twice(all_tokens: Sequence[Token]) -> Token | None:
    """Return the first variable after AS that occurs elsewhere in the query too, if any."""
    for previous, token in pairwise(all_tokens):
        if (
            previous.keyword == "AS"
            and token.variable
            and sum(variable_token.variable == token.variable for variable_token in all_tokens) > 1
        ):
            return token
    return None


def _near(all_tokens: Sequence[Token], at: int) -> str:
    """Return the words around the position where the engine stopped."""
    before = [token for token in all_tokens if token.start + len(token.text) <= at]
    after = all_tokens[len(before) :]
    context = f" after {_quote(before[-_MOST_WORDS:])}" if before else ""
    if not after:
        return f"something is missing{context}"
    return f"{_quote(after[:_MOST_WORDS])} cannot stand{context or ' here'}"


def _quote(all_tokens: Sequence[Token]) -> str:
    text = " ".join(" ".join(token.text for token in all_tokens).split())
    return f"'{text if len(text) <= _MOST_CHARACTERS else f'…{text[-_MOST_CHARACTERS:]}'}'"
