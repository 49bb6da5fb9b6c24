"""Pre-binding: run a query of a shape for all focus nodes at once, or for one (SHACL, section 5.3).

A pre-bound variable has its value everywhere in the query, also where SPARQL, which evaluates inner
groups first, would not see it. Constants are written into the text. The focus node is bound by a
pattern: at the start of the query and again in each inner group that uses it without binding it.
Joined on `?this`, this gives for each focus node what the query gives when it is run for that node
alone, unless something counts or limits rows across focus nodes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from factbook.shacl.emitter import CannotCompileError
from factbook.sparql.tokens import Token
from factbook.sparql.tree import AGGREGATES, Group, Select, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OPTIONAL = frozenset({"shapesGraph", "currentShape"})
_RESERVED = frozenset({"this", "value", "path"})
_SENSITIVE = AGGREGATES | {
    *("CONCAT", "CONTAINS", "DATATYPE", "DISTINCT", "ENCODE_FOR_URI", "LCASE", "MD5", "REDUCED"),
    *("REGEX", "REPLACE", "SAMETERM", "SHA1", "SHA256", "SHA384", "SHA512", "STR", "STRAFTER"),
    *("STRBEFORE", "STRDT", "STRENDS", "STRLANG", "STRLEN", "STRSTARTS", "SUBSTR", "UCASE"),
}
"""The functions whose results depend on the lexical form of a value."""


def find_violation(query: Select, prebound: Iterable[str]) -> str | None:
    """Return a construct that SHACL does not allow in queries (appendix A), or None."""
    names = frozenset(prebound)
    for part in query.descend():
        tokens = part.tokens if isinstance(part, Group) else [*part.head, *part.tail]
        if isinstance(part, Group) and part.keyword in {"MINUS", "SERVICE"}:
            return f"{part.keyword} is not allowed"
        if any(token.keyword == "VALUES" for token in tokens):
            return "VALUES is not allowed"
        for before, token in pairwise(tokens):
            if before.keyword == "AS" and token.variable in names:
                return f"'AS {token.text}' is not allowed: the variable is bound beforehand"
        if isinstance(part, Select) and part is not query:
            missing = names - _OPTIONAL - set(part.columns)
            if missing:
                return f"a SELECT inside it does not return ${min(missing)}"
    return None


def mentions(query: Select, name: str) -> bool:
    """Tell whether a variable occurs anywhere in a query."""
    return any(token.variable == name for token, _ in walk(query))


def bind_constants(query: Select, constants: Mapping[str, str]) -> Select:
    """Return a query with constants in the place of variables."""

    def bind(tokens: Iterable[Token]) -> list[Token]:
        return [
            token._replace(kind="other", text=constants.get(token.variable, token.text))
            if token.variable in constants
            else token
            for token in tokens
        ]

    def bind_group(group: Group) -> Group:
        parts: list[Token | Group | Select] = []
        for part in group.parts:
            if isinstance(part, Group):
                parts.append(bind_group(part))
            elif isinstance(part, Select):
                parts.append(bind_select(part))
            elif part.text == ")" and _is_bound_call(parts[-3:], constants):
                parts[-3:] = [part._replace(text="(true)")]
            else:
                parts.append(part)
        bound = [bind([part])[0] if isinstance(part, Token) else part for part in parts]
        return replace(group, parts=bound)

    def bind_select(select: Select) -> Select:
        head = bind(_without_columns(select.head, constants))
        return replace(select, head=head, where=bind_group(select.where), tail=bind(select.tail))

    return bind_select(query)


def _is_bound_call(parts: list[Token | Group | Select], constants: Mapping[str, str]) -> bool:
    """Tell whether some parts are `BOUND ( ?constant`."""
    words = [part for part in parts if isinstance(part, Token)]
    return [word.keyword or word.text for word in words[:2]] == ["BOUND", "("] and words[
        -1
    ].variable in constants


def _without_columns(head: list[Token], constants: Mapping[str, str]) -> list[Token]:
    """Leave constants out of a projection: `SELECT $this $lang`."""
    kept = []
    depth = 0
    for token in head:
        depth += (token.text == "(") - (token.text == ")")
        if depth or token.variable not in constants:
            kept.append(token)
    return kept


def why_one_by_one(query: Select) -> str | None:
    """Return why a query cannot be run for all focus nodes at once, or None."""
    for part in query.descend():
        if isinstance(part, Group):
            if part.keyword == "GRAPH" and _needs_focus(part):
                return "it uses the focus node inside GRAPH"
            continue
        if part.clause("LIMIT") or part.clause("OFFSET"):
            return "it cuts its rows with LIMIT or OFFSET"
        grouped = part.clause("GROUP")
        if grouped and not any(token.variable == "this" for token in grouped):
            return "it groups by something else than the focus node"
    return None


def for_all(query: Select, pattern: str, *, route: tuple[str, ...]) -> str:
    """Return the SELECT that runs a query for all nodes that a pattern binds as `?this`."""
    head = "*"
    if not query.is_star:
        words = [token for token in query.head if token.variable != "this"]
        distinct = [word for word in words if word.keyword in {"DISTINCT", "REDUCED"}]
        others = [word for word in words if word not in distinct]
        head = " ".join([_join(distinct), "?this", *route, _join(others)])
    tail = _join(query.tail)
    if query.clause("GROUP") and route:
        tail = tail.replace("GROUP BY", f"GROUP BY {' '.join(route)}", 1)
    return f"SELECT {head} WHERE {_with_focus(query.where, pattern)} {tail}"


def for_one(query: Select, pattern: str) -> str:
    """Return the SELECT that runs a query for the one node that a pattern binds as `?this`."""
    where = _with_focus(query.where, pattern)
    return f"SELECT {_join(query.head)} WHERE {where} {_join(query.tail)}"


def inside_exists(query: Select, names: Mapping[str, str], suffix: str) -> str:
    """Return the group of a query with its variables renamed, to stand inside EXISTS.

    Raises:
        CannotCompileError: The query is more than its group.
    """
    if query.tail or any(token.keyword in AGGREGATES for token in query.head):
        raise CannotCompileError("a nested query groups or cuts its rows")
    if len(query.selects()) > 1:
        raise CannotCompileError("a nested query has a SELECT inside")
    return _join(
        token._replace(text=names.get(token.variable, f"?{token.variable}_{suffix}"))
        if token.variable
        else token
        for token in _flatten(query.where)
    )


def depends_on_form(query: Select) -> bool:
    """Tell whether a query could notice the lexical form of the literals that it reads."""
    tokens = _flatten(query)
    return any(
        token.text.upper() in _SENSITIVE or token.kind in {"string", "number"} for token in tokens
    ) or any(_joins_values(name, tokens) for name in {token.variable for token in tokens} - {""})


def reads_properties(query: Select, properties: frozenset[str]) -> bool:
    """Tell whether a query reads some of the properties, or a property that is a variable."""
    if not properties:
        return False
    tokens = _flatten(query)
    if any(token.kind == "iri" and token.text[1:-1] in properties for token in tokens):
        return True
    return any(
        middle.variable and _ends_term(before) and _starts_term(after)
        for before, middle, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _joins_values(name: str, tokens: list[Token]) -> bool:
    """Tell whether a variable joins values: it occurs twice, and never as a subject."""
    if name in _RESERVED:
        return False
    depth = 0
    places = 0
    before = ""
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.variable == name and depth == 0:
            if before in {"{", "}", ".", ")"}:
                return False
            places += 1
        before = token.text
    return places > 1


def _ends_term(token: Token) -> bool:
    return token.kind in {"variable", "iri", "string"} or token.text in {")", "]"}


def _starts_term(token: Token) -> bool:
    kinds = {"variable", "iri", "string", "number"}
    return token.kind in kinds or token.text in {"[", "+", "-"}


def _needs_focus(group: Group) -> bool:
    """Tell whether a pattern has to bind the focus node in a group."""
    if group.keyword in {"EXISTS", "WHERE"}:
        return group.keyword == "WHERE"
    depth = 0
    is_bound = False
    for token in group.tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.variable == "this":
            if depth:
                return True
            is_bound = True
    return not is_bound and any(
        inner.keyword == "OPTIONAL" and any(token.variable == "this" for token, _ in walk(inner))
        for inner in group.groups
    )


def _with_focus(group: Group, pattern: str) -> str:
    """Return a group as text, with a pattern that binds the focus node where it is needed."""
    inside = [pattern] if _needs_focus(group) else []
    waiting: list[Token] = []
    for part in group.parts:
        if isinstance(part, Token):
            waiting.append(part)
            continue
        inside.append(_join(waiting))
        waiting = []
        if isinstance(part, Group):
            inside.append(_with_focus(part, pattern))
        else:
            where = _with_focus(part.where, pattern)
            inside.append(f"SELECT {_join(part.head)} WHERE {where} {_join(part.tail)}")
    return f"{{ {' '.join([*inside, _join(waiting)])} }}"


def _flatten(part: Select | Group) -> list[Token]:
    """Return all tokens of a query or group with the braces, without SELECT and WHERE."""
    if isinstance(part, Select):
        return [*part.head, *_flatten(part.where), *part.tail]
    found = [Token("other", "{", part.start)]
    for inner in part.parts:
        found += [inner] if isinstance(inner, Token) else _flatten(inner)
    return [*found, Token("other", "}", part.end)]


def _join(tokens: Iterable[Token]) -> str:
    """Return tokens as text, without a space between a function and its bracket.

    The grammar allows one there (SPARQL 1.1, section 19.8); Oxigraph does not always.
    """
    text = ""
    before = ""
    for token in tokens:
        is_call = token.text.startswith("(") and before == "word"
        text += token.text if not text or is_call else f" {token.text}"
        before = token.kind
    return text
