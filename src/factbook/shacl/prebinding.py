"""Pre-binding: run a query of a shape for all focus nodes at once, or for one (SHACL, section 5.3).

A pre-bound variable has its value everywhere in the query, also where SPARQL, which evaluates from
the inside out, would not see it. Constants are written into the text. The focus node is bound by a
pattern: at the start of the query and again in each inner group that uses it where the group
itself does not bind it. Joining all of these on `?this` gives for each focus node what the query
gives when it is run for that node alone, as long as nothing counts or cuts across focus nodes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from factbook.shacl.emitter import CannotCompileError
from factbook.shacl.queries import (
    AGGREGATES,
    Group,
    Select,
    is_named,
    is_variable,
    words_in,
    words_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_THIS = frozenset({"this"})
_OPTIONAL = frozenset({"shapesGraph", "currentShape"})
_FORBIDDEN = {"MINUS": "MINUS", "SERVICE": "SERVICE"}


def find_violation(query: Select, prebound: Iterable[str]) -> str | None:
    """Return what SHACL does not allow in a query (appendix A), or None."""
    names = frozenset(prebound)
    parts = [query, *query.where.everything()]
    for part in parts:
        words = [*part.words()] if isinstance(part, Group) else [*part.head, *part.tail]
        if isinstance(part, Group) and part.kind in _FORBIDDEN:
            return f"{part.kind} is not allowed"
        if any(word.upper() == "VALUES" for word in words):
            return "VALUES is not allowed"
        for before, word in pairwise(words):
            if before.upper() == "AS" and is_named(word, names):
                return f"'AS {word}' is not allowed: the variable is bound beforehand"
        if isinstance(part, Select) and part is not query:
            missing = names - _OPTIONAL - set(part.projected())
            if missing:
                return f"a SELECT inside it does not return ${min(missing)}"
    return None


def bind_constants(query: Select, constants: Mapping[str, str]) -> Select:
    """Return a query with its constants in the place of their variables."""
    names = frozenset(constants)
    if not names:
        return query

    def terms(words: list[str]) -> list[str]:
        return [constants[word[1:]] if is_named(word, names) else word for word in words]

    def group(old: Group) -> Group:
        new = Group(old.kind)
        for part in old.parts:
            if isinstance(part, Group):
                new.parts.append(group(part))
            elif isinstance(part, Select):
                new.parts.append(select(part))
            elif part == ")" and _asks_bound(new.parts, names):
                new.parts[-3:] = ["(true)"]
            else:
                new.parts.append(part)
        new.parts = [
            constants[part[1:]] if isinstance(part, str) and is_named(part, names) else part
            for part in new.parts
        ]
        return new

    def select(old: Select) -> Select:
        head = terms(_without_bare(old.head, names))
        return Select(old.form, head, group(old.where), terms(old.tail))

    return select(query)


def _asks_bound(parts: list[str | Group | Select], names: frozenset[str]) -> bool:
    """Tell whether the last parts are `BOUND ( ?constant`."""
    last = parts[-3:]
    if len(last) < 3 or not all(isinstance(part, str) for part in last):  # noqa: PLR2004 - see above
        return False
    word, bracket, variable = map(str, last)
    return word.upper() == "BOUND" and bracket == "(" and is_named(variable, names)


def _without_bare(head: list[str], names: frozenset[str]) -> list[str]:
    """Leave constants out of a projection: `SELECT $this $lang`."""
    kept = []
    depth = 0
    for word in head:
        depth += (word == "(") - (word == ")")
        if depth or not is_named(word, names):
            kept.append(word)
    return kept


def why_one_by_one(query: Select) -> str | None:
    """Return why a query cannot be run for all focus nodes at once, or None."""
    for part in [query, *query.where.everything()]:
        if isinstance(part, Group):
            if part.kind == "GRAPH" and _needs_focus(part):
                return "it uses the focus node inside GRAPH"
            continue
        if part.clause("LIMIT") or part.clause("OFFSET"):
            return "it cuts its rows with LIMIT or OFFSET"
        grouped = part.clause("GROUP")
        if grouped:
            if not any(is_named(word, _THIS) for word in grouped):
                return "it groups by something else than the focus node"
        elif any(word.upper() in AGGREGATES for word in (*part.head, *part.tail)):
            return "it aggregates without GROUP BY"
    return None


def for_all(query: Select, pattern: str, *, route: tuple[str, ...]) -> str:
    """Return the SELECT that runs a query for all nodes that a pattern binds as `?this`."""
    words = [word for word in query.head if not is_named(word, _THIS)]
    distinct = [word for word in words if word.upper() in {"DISTINCT", "REDUCED"}]
    others = [word for word in words if word not in distinct and word != "*"]
    head = written([*distinct, "?this", *route, *others]) if "*" not in words else "*"
    tail = written(query.tail)
    if query.clause("GROUP") and route:
        tail = tail.replace("GROUP BY", f"GROUP BY {' '.join(route)}", 1)
    return f"SELECT {head} WHERE {_group(query.where, pattern)} {tail}"


def for_one(query: Select, pattern: str) -> str:
    """Return the SELECT that runs a query for the one node that a pattern binds as `?this`."""
    return (
        f"SELECT {written(query.head)} WHERE {_group(query.where, pattern)} {written(query.tail)}"
    )


def inside_exists(query: Select, names: Mapping[str, str], suffix: str) -> str:
    """Return the group of a query with its variables renamed, to stand inside EXISTS.

    Raises:
        CannotCompileError: The query is more than its group.
    """
    if query.tail or any(word.upper() in AGGREGATES for word in query.head):
        raise CannotCompileError("a nested query groups or cuts its rows")
    return _renamed(query.where, names, suffix)


def _renamed(group: Group, names: Mapping[str, str], suffix: str) -> str:
    inside = []
    for part in group.parts:
        if isinstance(part, Group):
            inside.append(_renamed(part, names, suffix))
        elif isinstance(part, Select):
            raise CannotCompileError("a nested query has a SELECT inside")
        elif is_variable(part):
            inside.append(names.get(part[1:], f"?{part[1:]}_{suffix}"))
        else:
            inside.append(part)
    return written(["{", *inside, "}"])


def _group(group: Group, pattern: str) -> str:
    inside = [pattern] if _needs_focus(group) else []
    for part in group.parts:
        if isinstance(part, Group):
            inside.append(_group(part, pattern))
        elif isinstance(part, Select):
            inner = _group(part.where, pattern)
            inside.append(f"SELECT {written(part.head)} WHERE {inner} {written(part.tail)}")
        else:
            inside.append(part)
    return written(["{", *inside, "}"])


def _needs_focus(group: Group) -> bool:
    """Tell whether a group has to be given the focus node."""
    if group.kind == "EXISTS":
        return False
    if group.kind == "WHERE":
        return True
    depth = 0
    bound = False
    for word in group.words():
        depth += (word == "(") - (word == ")")
        if is_named(word, _THIS):
            if depth:
                return True
            bound = True
    return not bound and any(
        inner.kind == "OPTIONAL" and "this" in " ".join(words_of(inner)) for inner in group.groups()
    )


_RESERVED = frozenset({"this", "value", "path"})
_SENSITIVE = AGGREGATES | {
    *("CONCAT", "CONTAINS", "DATATYPE", "DISTINCT", "ENCODE_FOR_URI", "LCASE", "MD5", "REDUCED"),
    *("REGEX", "REPLACE", "SAMETERM", "SHA1", "SHA256", "SHA384", "SHA512", "STR", "STRAFTER"),
    *("STRBEFORE", "STRDT", "STRENDS", "STRLANG", "STRLEN", "STRSTARTS", "SUBSTR", "UCASE"),
}


def depends_on_form(query: Select) -> bool:
    """Tell whether a query could notice the lexical form of the literals that it reads."""
    return any(
        word.upper() in _SENSITIVE or word[:1] in "\"'0123456789" or _is_shared(word, query)
        for word in words_in(query)
    )


def reads_properties(query: Select, properties: frozenset[str]) -> bool:
    """Tell whether a query reads some of the properties, or any property at all."""
    if not properties:
        return False
    words = words_in(query)
    if any(word[1:-1] in properties for word in words if word.startswith("<")):
        return True
    return any(
        is_variable(middle) and _ends_term(before) and _starts_term(after)
        for before, middle, after in zip(words, words[1:], words[2:], strict=False)
    )


def _is_shared(word: str, query: Select) -> bool:
    """Tell whether a variable joins values: it stands in two places, and in none as a subject."""
    if not is_variable(word) or word[1:] in _RESERVED:
        return False
    words = words_in(query)
    depth = 0
    places = 0
    for before, each in zip(["", *words], words, strict=False):
        depth += (each == "(") - (each == ")")
        if is_variable(each) and each[1:] == word[1:] and depth == 0:
            if before in {"{", "}", ".", ")"}:
                return False
            places += 1
    return places > 1


def _ends_term(word: str) -> bool:
    return is_variable(word) or word[:1] in "<\"'" or word in {")", "]"}


def _starts_term(word: str) -> bool:
    return is_variable(word) or word[:1] in "<\"'[0123456789+-"
