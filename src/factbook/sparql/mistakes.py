"""Say in few words why a query is not valid SPARQL, from what the engine says and the query's text.

The engine lists everything that it would have read instead. What is commonly wrong is found in the
text: a word that SPARQL does not have, a prefix that is not declared, a bracket that is not closed.
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
"""The keywords and functions of SPARQL 1.1, and those that the engine knows besides."""


def explain(message: str, text: str, prefixes: Mapping[str, str] | None = None) -> str:
    """Return what is wrong with a query, in one line: `line 1, column 8: what`; see `find`."""
    line, column, said = find(message, text, prefixes)
    return f"line {line}, column {column}: {said}"


def find(
    message: str, text: str, prefixes: Mapping[str, str] | None = None
) -> tuple[int, int, str]:
    """Return the line and column of what is wrong with a query, and what that is.

    Args:
        message: What the engine says.
        text: The query.
        prefixes: Those that it need not declare.
    """
    found = list(meaningful(text))
    mistake = (
        _broken_term(text, found)
        or _unknown_word(found)
        or _undeclared_prefix(found, prefixes or {})
        or _open_bracket(found)
        or _bad_count(found)
        or _selected_twice(found)
    )
    if mistake is not None:
        at, said = mistake[0].start, mistake[1]
    else:
        at, said = _where_it_stopped(message, text, found)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), said


def _where_it_stopped(message: str, text: str, found: Sequence[Token]) -> tuple[int, str]:
    match = _PLACE.search(message)
    if match is None:
        return 0, " ".join(message.split())
    at = _offset(text, int(match[1]), int(match[2]), match[3] or "")
    twice = _named_twice(found)
    if twice is not None and (_TWICE in message or at >= len(text)):
        return twice.start, f"{twice.text} has a value already; AS needs a new one"
    if _UNBOUND in message:
        return 0, "SELECT has a variable that is neither in GROUP BY nor inside an aggregate"
    return at, _near(found, at)


def _offset(text: str, line: int, column: int, expected: str) -> int:
    """Return where the engine stopped.

    Where it looked for a keyword, it gives the place after as many characters as the keyword has.
    """
    before = text.split("\n")[: line - 1]
    at = sum(len(earlier_line) + 1 for earlier_line in before) + column - 1
    keywords = _KEYWORD.findall(expected)
    if keywords and not _CHARACTERS.search(expected):
        at -= min(map(len, keywords))
    return max(0, min(at, len(text)))


def _broken_term(text: str, found: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first character or quotation mark that begins nothing, or IRI that is not one."""
    has_base = any(token.keyword == "BASE" for token in found)
    for token in found:
        if token.kind == "iri" and not has_base and not _WHOLE_IRI.match(token.text):
            return token, f"{token.text} is no whole IRI, and there is no BASE <IRI> before it"
        if token.kind != "other":
            continue
        if token.text in {'"', "'"}:
            return token, "the string that begins here is not closed"
        if token.text == "<" and (match := _BROKEN_IRI.match(text, token.start)):
            return token, f"{match.group()} is no IRI"
        if not token.text.isprintable():  # as no-break spaces are, which look like blanks
            return token, f"the character U+{ord(token.text[0]):04X} cannot stand here"
    return None


def _unknown_word(found: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first word that SPARQL does not have, and what may be meant."""
    for token in found:
        word = token.text
        if token.kind != "word" or word.startswith("@") or word.lower() in _WORDS:
            continue
        hint = did_you_mean(word.upper(), (keyword.upper() for keyword in _WORDS), most=1)
        return token, f"SPARQL has no word '{word}'.{hint}"
    return None


def _undeclared_prefix(
    found: Sequence[Token], prefixes: Mapping[str, str]
) -> tuple[Token, str] | None:
    """Return the first name whose prefix is not declared before it."""
    declared = set(prefixes)
    is_declaration = False
    for token in found:
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if is_declaration:
                declared.add(prefix)
            elif prefix not in declared and prefix != "_":
                said = f"the prefix '{prefix}:' is not declared"
                meant = did_you_mean(prefix, declared, most=1)
                return token, f"{said}{meant or f'; begin the query with PREFIX {prefix}: <IRI>'}"
        is_declaration = token.keyword == "PREFIX"
    return None


def _open_bracket(found: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first bracket that does not match another."""
    opened: list[Token] = []
    for token in found:
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


def _bad_count(found: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first token after LIMIT or OFFSET that is no number for them."""
    for previous, token in pairwise(found):
        if previous.keyword not in {"LIMIT", "OFFSET"}:
            continue
        is_whole = token.kind == "number" and token.text.isdigit()
        if not is_whole or len(token.text) > len(_LARGEST) or int(token.text) > int(_LARGEST):
            return token, f"{previous.keyword} needs a whole number, at most {_LARGEST}"
    return None


def _selected_twice(found: Sequence[Token]) -> tuple[Token, str] | None:
    """Return the first variable that a SELECT lists a second time."""
    listed: set[str] | None = None
    depth = 0
    for token in found:
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


def _named_twice(found: Sequence[Token]) -> Token | None:
    """Return the variable after an AS that stands elsewhere in the query as well, if any."""
    for previous, token in pairwise(found):
        if (
            previous.keyword == "AS"
            and token.variable
            and sum(variable_token.variable == token.variable for variable_token in found) > 1
        ):
            return token
    return None


def _near(found: Sequence[Token], at: int) -> str:
    """Return the words around the place where the engine stopped."""
    before = [token for token in found if token.start + len(token.text) <= at]
    after = found[len(before) :]
    context = f" after {_quote(before[-_MOST_WORDS:])}" if before else ""
    if not after:
        return f"something is missing{context}"
    return f"{_quote(after[:_MOST_WORDS])} cannot stand{context or ' here'}"


def _quote(found: Sequence[Token]) -> str:
    text = " ".join(" ".join(token.text for token in found).split())
    return f"'{text if len(text) <= _MOST_CHARACTERS else f'…{text[-_MOST_CHARACTERS:]}'}'"
