r"""Rewrite a query so that the embedded engine answers it as SPARQL 1.1 says.

REGEX(?x, "[a-z-[aeiou]]")   the expression as the engine writes it
REGEX(?x, "(a)\\1")          a function that matches with Python (section 17.4.3.14)
GROUP_CONCAT(?x)             STR(GROUP_CONCAT(?x)), a text without a language (18.5.1.7)
ex:absent ex:p* ?x           a path of length zero (18.4), see `zero_length`
SELECT *                     the columns in order of appearance
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import Literal, RdfFormat, parse

from factbook.errors import UsageError
from factbook.rdf.terms import to_sparql
from factbook.sparql.patterns import (
    PatternError,
    RegexFunctions,
    compile_pattern,
    count_groups,
    match_terms,
    parse_replacement,
    replace_terms,
)
from factbook.sparql.tokens import Token, meaningful, variables
from factbook.sparql.tree import QueryTextError, parse_query
from factbook.sparql.zero_length import find_zero_lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from factbook.rdf.terms import Term
    from factbook.sparql.tree import Select

MATCHES = "urn:factbook:function:regex"
REPLACES = "urn:factbook:function:replace"
FUNCTIONS: dict[str, Callable[..., Term | None]] = {MATCHES: match_terms, REPLACES: replace_terms}
"""What a rewritten query calls, by IRI."""
_CALLED = re.compile(r"regex|replace|group_concat", re.IGNORECASE)
_STAR = re.compile(r"[*?](?![A-Za-z_])")
_LONGEST = 50_000
"""Characters of a query in which stars are looked at; longer ones are written by programs."""
_CALLS = {"REGEX": MATCHES, "REPLACE": REPLACES}
_WITH_FLAGS = {"REGEX": 3, "REPLACE": 4}


class QueryEngine(Protocol):
    """What the engine is asked about a query before it runs."""

    def is_absent(self, prologue: str, term: str) -> bool:
        """Tell whether a term occurs nowhere in the default graph."""
        ...

    def columns(self, text: str) -> Sequence[str]:
        """Return the names of the variables that a query returns."""
        ...


def ask_for(term: str, prologue: str) -> str:
    """Return the ASK for a term at either end of a triple."""
    ends = f"{{ ?s ?p {term} }}"
    if not term.startswith(('"', "'")):
        ends += f" UNION {{ {term} ?p ?o }}"
    return f"{prologue} ASK {{ {ends} }}"


def follow_standard(text: str, engine: QueryEngine) -> str:
    """Return a query that the engine answers as SPARQL 1.1 says; the same if it does already.

    A text that cannot be parsed is returned as it is: the engine says what is wrong.

    Raises:
        UsageError: A regular expression cannot be matched.
    """
    has_star = len(text) <= _LONGEST and _STAR.search(text) is not None
    if not has_star and _CALLED.search(text) is None:
        return text
    try:
        query = parse_query(text)
    except QueryTextError:
        return text
    edits = [
        *_find_calls(text),
        *find_zero_lengths(text, query, lambda term: engine.is_absent(text[: query.start], term)),
    ]
    text = apply_edits(text, edits)
    return _order_columns(text, query, engine)


def apply_edits(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with pieces replaced, each given by its start, its end and the new text."""
    parts, position = [], 0
    for start, end, new in sorted(edits):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


def _order_columns(text: str, query: Select, engine: QueryEngine) -> str:
    if query.form != "SELECT" or not query.is_star:
        return text
    order = variables(text)
    columns = sorted(engine.columns(text), key=order.index)
    star = next((token for token in parse_query(text).head if token.text == "*"), None)
    if star is None or not columns:
        return text
    listed = " ".join(f"?{name}" for name in columns)
    return f"{text[: star.start]}{listed}{text[star.start + 1 :]}"


def _find_calls(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the edits for calls of functions."""
    tokens = list(meaningful(text))
    regexes = RegexFunctions()
    for index, token in enumerate(tokens[:-1]):
        if tokens[index + 1].text != "(":
            continue
        if token.keyword == "GROUP_CONCAT":
            _, end = split_arguments(tokens, index + 1)
            yield token.start, token.start, "STR("
            yield end, end, ")"
        elif token.keyword in _CALLS:
            arguments, end = split_arguments(tokens, index + 1)
            yield from _match(text, token, arguments, end, regexes)


def split_arguments(tokens: list[Token], opening: int) -> tuple[list[list[Token]], int]:
    """Return the tokens of each argument of a call, and where the call ends in the text."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[opening:]:
        depth += token.text in {"(", "{"}
        depth -= token.text in {")", "}"}
        if not depth:
            return arguments, token.start + 1
        if depth == 1 and token.text == ",":
            arguments.append([])
        elif depth > 1 or token.text != "(":
            arguments[-1].append(token)
    return arguments, tokens[-1].start + len(tokens[-1].text)


def _match(
    text: str, call: Token, arguments: list[list[Token]], end: int, regexes: RegexFunctions
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits for a call of REGEX or REPLACE.

    Raises:
        UsageError: The expression cannot be matched.
    """
    with_flags = _WITH_FLAGS[call.keyword]
    if len(arguments) not in {with_flags - 1, with_flags}:
        return
    function = f"<{_CALLS[call.keyword]}>"
    behind = call.start + len(call.text)
    pattern = _constant(arguments[1])
    flags = _constant(arguments[-1]) if len(arguments) == with_flags else ""
    if pattern is None or flags is None:
        argument_text = text[behind:end]
        yield call.start, behind, f"COALESCE({function}{argument_text}, {call.text}"
        yield end, end, ")"
        return
    replacement = _constant(arguments[2]) if call.keyword == "REPLACE" else None
    readable = regexes.for_engine(pattern, flags)
    try:
        if replacement is not None:
            groups = count_groups(pattern, flags)
            pieces = parse_replacement(replacement, flags=flags, groups=groups)
        if readable is None:
            compile_pattern(pattern, flags)
    except PatternError as error:
        shown = to_sparql(Literal(pattern))
        raise UsageError(f"{call.keyword} cannot use {shown}: {error}") from None
    if readable is None:
        yield call.start, behind, function
        return
    if readable != pattern and "q" not in flags:
        yield _constant_edit(arguments[1], readable)
    if replacement is not None:
        written = "".join(
            f"${{{piece}}}" if isinstance(piece, int) else piece.replace("$", "$$")
            for piece in pieces
        )
        if written != replacement:
            yield _constant_edit(arguments[2], written)


def _constant_edit(argument: list[Token], value: str) -> tuple[int, int, str]:
    (token,) = argument
    return token.start, token.start + len(token.text), to_sparql(Literal(value))


def _constant(argument: list[Token]) -> str | None:
    """Return the text of an argument that is a string, or None for any other."""
    if len(argument) != 1 or argument[0].kind != "string":
        return None
    try:
        (quad,) = parse(f"<a:a> <a:a> {argument[0].text} .".encode(), RdfFormat.TURTLE)
    except (SyntaxError, ValueError):
        return None
    return quad.object.value if isinstance(quad.object, Literal) else None
