"""Answer the SERVICE parts of a query from registered endpoints that the user has allowed.

The engine never speaks to the network itself. What stands before a SERVICE part is asked here
first; the endpoint then gets the part with the values found (a bound join), and what it answers
takes the part's place as VALUES. So every answer goes through the one adapter for endpoints, which
refuses whatever is not whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import EndpointError, UsageError, did_you_mean
from factbook.rdf.terms import expand, local_name, to_sparql
from factbook.sparql.tokens import Token, meaningful, resolved, tokens, variables
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from factbook.layout import Layout
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

_ADDRESS = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")
_AT_ONCE = 50
_MOST_ROWS = 20_000
_SILENT = "SILENT"


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL endpoint of others: its short name, its IRI in the book, and where it listens."""

    name: str
    iri: str
    address: str


def endpoints_of(layout: Layout) -> dict[str, Endpoint]:
    """Return the endpoints that `ontology/endpoints.ttl` registers, by name.

    Raises:
        InputError: The file cannot be read.
    """
    from factbook.rdf.parse import read_rdf

    if not layout.endpoints.is_file():
        return {}
    found = {}
    for quad in read_rdf(layout.endpoints).quads:
        node, value = quad.subject, quad.object
        if quad.predicate == _ADDRESS and isinstance(node, NamedNode):
            name = local_name(node.value)
            if isinstance(value, NamedNode):
                found[name] = Endpoint(name, node.value, value.value)
    return dict(sorted(found.items()))


def registered(layout: Layout, allowed: Collection[str]) -> dict[str, Endpoint]:
    """Return the endpoints by name, and make sure that those that may be asked are among them.

    Raises:
        UsageError: One that may be asked is not registered.
        InputError: The file cannot be read.
    """
    known = endpoints_of(layout)
    for name in allowed:
        endpoint_named(name, known, option="--allow-service")
    return known


def endpoint_named(name: str, known: dict[str, Endpoint], *, option: str) -> Endpoint:
    """Return the endpoint of a name.

    Raises:
        UsageError: None of that name is registered.
    """
    if name not in known:
        raise UsageError(
            f"{option}: no endpoint '{name}' is registered.{did_you_mean(name, known)} "
            f"{_registered(known)}"
        )
    return known[name]


def _registered(known: Iterable[str]) -> str:
    names = ", ".join(known)
    return f"Registered in ontology/endpoints.ttl: {names or 'none'}."


@dataclass(frozen=True)
class Part:
    """One SERVICE part: who is asked, and where it stands in the query's text."""

    target: str
    """The token behind the word."""
    start: int
    opened: int
    """Where its group begins, behind the bracket."""
    closed: int
    end: int


def answered(
    text: str,
    *,
    engine: Engine,
    endpoints: Mapping[str, Endpoint],
    allowed: Collection[str],
    prefixes: Mapping[str, str],
) -> str:
    """Return a query with every SERVICE part replaced by what its endpoint answers.

    Args:
        text: The query.
        engine: What answers the rest of it.
        endpoints: The registered endpoints by name.
        allowed: The names of those that may be asked.
        prefixes: What the query need not declare.

    Raises:
        UsageError: An endpoint is not registered or not allowed, or the part cannot be asked.
        EndpointError: The endpoint failed.
    """
    from factbook.store.remote import RemoteEngine

    if len(_parts(resolved(text))) != len(_parts(text)):
        raise UsageError("the query spells SERVICE with escapes: no endpoint is asked that way")
    known = {**prefixes, **_declared(text)}
    places = [_place(part, endpoints, allowed, known) for part in _parts(text)]
    for place in places:
        part = _parts(text)[0]
        inner = text[part.opened : part.closed]
        if _parts(inner):
            raise UsageError(
                "a SERVICE inside a SERVICE cannot be asked: write one after the other"
            )
        rows = _before(text, part, inner, engine, prefixes)
        remote = RemoteEngine(place.address)
        names, found = _asked(remote, _prologue(known), inner, rows)
        text = f"{text[: part.start]}{_values(names, found)}{text[part.end :]}"
    return text


def _place(
    part: Part,
    endpoints: Mapping[str, Endpoint],
    allowed: Collection[str],
    prefixes: Mapping[str, str],
) -> Endpoint:
    """Return the endpoint that a part means.

    Raises:
        UsageError: It is not registered, or not allowed.
    """
    named = part.target
    if named.upper() == _SILENT:
        raise UsageError("SERVICE SILENT would hide that an endpoint failed: write SERVICE")
    iri = named[1:-1] if named.startswith("<") else expand(named, prefixes)
    for endpoint in endpoints.values():
        if iri in {endpoint.iri, endpoint.address}:
            if endpoint.name not in allowed:
                raise UsageError(
                    f"the query asks another endpoint, {endpoint.address}: that needs leave, "
                    f"--allow-service {endpoint.name}"
                )
            return endpoint
    raise UsageError(
        f"the query asks {named}, which is no registered endpoint; registered in "
        f"ontology/endpoints.ttl: {', '.join(endpoints) or 'none'}"
    )


def _parts(text: str) -> list[Part]:
    """Return the outermost SERVICE parts of a query, in their order."""
    found = []
    meaning = list(meaningful(text))
    index = 0
    while index < len(meaning):
        token = meaning[index]
        if token.kind != "word" or token.text.upper() != "SERVICE" or index + 2 >= len(meaning):
            index += 1
            continue
        target = meaning[index + 1]
        opening = index + 2
        if target.text.upper() != _SILENT and meaning[opening].text != "{":
            raise UsageError(f"SERVICE {target.text}: a group in curly brackets must follow")
        while opening < len(meaning) and meaning[opening].text != "{":
            opening += 1
        last = _closing(meaning, opening)
        closed = meaning[last].start
        found.append(Part(target.text, token.start, meaning[opening].start + 1, closed, closed + 1))
        index = last + 1
    return found


def _closing(meaning: Sequence[Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(meaning)):
        depth += (meaning[index].text == "{") - (meaning[index].text == "}")
        if depth == 0:
            return index
    raise UsageError("a curly bracket of the query is not closed")


def _before(
    text: str, part: Part, inner: str, engine: Engine, prefixes: Mapping[str, str]
) -> list[dict[str, Term]]:
    """Return the values, as far as the query binds them before a part, of what the part uses."""
    before = text[_scope(text, part.start) : part.start]
    used = set(variables(inner))
    shared = [name for name in variables(before) if name in used]
    if not shared:
        return [{}]
    _must_be_bound(before, used)
    open_groups = sum((t.text == "{") - (t.text == "}") for t in tokens(before))
    names = " ".join(f"?{name}" for name in shared)
    query = f"{_prologue(_declared(text))}SELECT DISTINCT {names} WHERE {before}{'}' * open_groups}"
    answer = engine.query(query, prefixes=prefixes)
    if not isinstance(answer, Table):
        raise UsageError("the query cannot be divided at its SERVICE")
    return [_bound(shared, row) for row in answer.rows]


def _scope(text: str, end: int) -> int:
    """Return where the group of the innermost SELECT around a place begins.

    What stands around a SELECT takes no part in answering it.
    """
    scopes: list[tuple[int, bool]] = []
    awaited = True
    for token in tokens(text):
        if token.start >= end:
            break
        if token.kind == "word" and token.text.upper() == "SELECT":
            awaited = True
        elif token.text == "{":
            scopes.append((token.start, awaited))
            awaited = False
        elif token.text == "}":
            scopes.pop()
    return max(start for start, selected in scopes if selected)


def _must_be_bound(before: str, used: Collection[str]) -> None:
    """Make sure that no FILTER before a part waits for what the part finds.

    Raises:
        UsageError: One does.
    """
    depth = 0
    outside: set[str] = set()
    inside: set[str] = set()
    previous = ""
    for token in meaningful(before):
        depth += (token.text == "(") - (token.text == ")")
        if token.kind == "variable":
            binds = depth == 0 or previous.upper() == "AS"
            (outside if binds else inside).add(token.text[1:])
        previous = token.text
    waiting = sorted((inside & set(used)) - outside)
    if waiting:
        raise UsageError(
            f"?{waiting[0]} is used before the SERVICE that binds it: write that FILTER behind it"
        )


def _bound(names: Sequence[str], row: Row) -> dict[str, Term]:
    """Return the values of a row that mean the same elsewhere: blank nodes do not."""
    return {
        name: term
        for name, term in zip(names, row, strict=True)
        if isinstance(term, NamedNode | Literal)
    }


def _asked(
    remote: Engine, prologue: str, inner: str, rows: Sequence[Mapping[str, Term]]
) -> tuple[tuple[str, ...], list[Row]]:
    """Ask an endpoint in batches and return all of its rows."""
    names = tuple(variables(inner))
    found: dict[Row, None] = {}
    for start in range(0, len(rows), _AT_ONCE):
        batch = rows[start : start + _AT_ONCE]
        bound = [name for name in names if any(name in row for row in batch)]
        given = [tuple(row.get(name) for name in bound) for row in batch]
        values = _values(bound, given) if bound else ""
        columns = " ".join(f"?{name}" for name in names)
        answer = remote.query(f"{prologue}SELECT DISTINCT {columns} WHERE {{ {values} {inner} }}")
        if isinstance(answer, Table):
            for row in answer.rows:
                found[tuple(_kept(term) for term in row)] = None
        if len(found) > _MOST_ROWS:
            raise EndpointError(
                f"an endpoint answers with more than {_MOST_ROWS} rows: ask for less"
            )
    return names, list(found)


def _kept(term: Term | None) -> Term | None:
    """Return a term that can stand in a query: a blank node gets an IRI."""
    if isinstance(term, BlankNode):
        return NamedNode(f"urn:factbook:blank:{term.value}")
    return term


def _values(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> str:
    columns = " ".join(f"?{name}" for name in names)
    lines = "".join(f" ({' '.join(map(_form, row))})" for row in rows)
    return f"VALUES ({columns}) {{{lines} }}"


def _form(term: Term | None) -> str:
    return to_sparql(term) if isinstance(term, NamedNode | Literal) else "UNDEF"


def _declared(text: str) -> dict[str, str]:
    meaning = list(meaningful(text))
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(meaning, meaning[1:], meaning[2:], strict=False)
        if word.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri"
    }


def _prologue(prefixes: Mapping[str, str]) -> str:
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(prefixes.items()))
