"""Answer the SERVICE groups of a query from registered endpoints that the user has allowed.

The engine itself never uses the network. The patterns before a SERVICE group are evaluated first;
the endpoint then gets the group with the values found (a bound join), and its rows replace the
group as VALUES. So every answer comes through the adapter for endpoints, which rejects incomplete
ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.errors import EndpointError, UsageError, did_you_mean
from factbook.rdf.terms import expand, local_name
from factbook.sparql.bind import values_block
from factbook.sparql.tokens import meaningful, resolve_escapes, tokens, variables
from factbook.sparql.tree import Group, Select, parse_query
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from factbook.layout import Layout
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

_ADDRESS = NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")
_BATCH_SIZE = 50
_MAX_ROWS = 20_000


@dataclass(frozen=True)
class Endpoint:
    """A registered SPARQL endpoint: its short name, its IRI in the book, and its address."""

    name: str
    iri: str
    address: str


def read_endpoints(layout: Layout) -> dict[str, Endpoint]:
    """Return the endpoints that `ontology/endpoints.ttl` registers, by name.

    Raises:
        InputError: The file cannot be read.
    """
    from factbook.rdf.parse import read_rdf

    if not layout.endpoints.is_file():
        return {}
    endpoints = {}
    for quad in read_rdf(layout.endpoints).quads:
        node, value = quad.subject, quad.object
        if quad.predicate == _ADDRESS and isinstance(node, NamedNode):
            name = local_name(node.value)
            if isinstance(value, NamedNode):
                endpoints[name] = Endpoint(name, node.value, value.value)
    return dict(sorted(endpoints.items()))


def require_registered(layout: Layout, allowed: Collection[str]) -> dict[str, Endpoint]:
    """Return all registered endpoints by name; the allowed ones must be among them.

    Raises:
        UsageError: An allowed endpoint is not registered.
        InputError: The file cannot be read.
    """
    known = read_endpoints(layout)
    for name in allowed:
        find_endpoint(name, known, option="--allow-service")
    return known


def find_endpoint(name: str, known: dict[str, Endpoint], *, option: str) -> Endpoint:
    """Return the endpoint with a name.

    Raises:
        UsageError: No endpoint of that name is registered.
    """
    if name not in known:
        raise UsageError(
            f"{option}: no endpoint '{name}' is registered.{did_you_mean(name, known)} "
            f"Registered in ontology/endpoints.ttl: {', '.join(known) or 'none'}."
        )
    return known[name]


def answer_services(
    text: str,
    *,
    engine: Engine,
    endpoints: Mapping[str, Endpoint],
    allowed: Collection[str],
    prefixes: Mapping[str, str],
) -> str:
    """Return a query with every SERVICE group replaced by the rows of its endpoint.

    Args:
        text: The query.
        engine: The engine that answers the rest of the query.
        endpoints: The registered endpoints by name.
        allowed: The names of the endpoints that may be used.
        prefixes: Prefixes that the query need not declare.

    Raises:
        UsageError: An endpoint is not registered or not allowed, or the group is not supported.
        EndpointError: The endpoint failed.
    """
    from factbook.store.remote import RemoteEngine

    query = parse_query(text)
    services = list(_services(query.where))
    if len(list(_services(parse_query(resolve_escapes(text)).where))) != len(services):
        raise UsageError("SERVICE must not be written with escapes")
    all_prefixes = {**prefixes, **query.prefixes}
    for endpoint in [_endpoint_for(group, endpoints, allowed, all_prefixes) for group in services]:
        query = parse_query(text)
        group = next(_services(query.where))
        if any(True for _ in _services_in(group)):
            raise UsageError("SERVICE inside SERVICE is not supported: write one after the other")
        inner = text[group.start + 1 : group.end - 1]
        rows = _rows_before(text, query, group, engine, prefixes)
        names, answers = _ask(RemoteEngine(endpoint.address), _prologue(all_prefixes), inner, rows)
        text = f"{text[: group.begin]}{values_block(names, answers)}{text[group.end :]}"
    return text


def _services(group: Group) -> Iterator[Group]:
    """Yield the outermost SERVICE groups of a group, which may be one itself, in order."""
    if group.keyword == "SERVICE":
        yield group
    else:
        yield from _services_in(group)


def _services_in(group: Group) -> Iterator[Group]:
    for part in group.parts:
        if isinstance(part, Group):
            yield from _services(part)
        elif isinstance(part, Select):
            yield from _services(part.where)


def _endpoint_for(
    group: Group,
    endpoints: Mapping[str, Endpoint],
    allowed: Collection[str],
    prefixes: Mapping[str, str],
) -> Endpoint:
    """Return the endpoint of a SERVICE group.

    Raises:
        UsageError: It is not registered, or not allowed.
    """
    if group.silent:
        raise UsageError(
            "SERVICE SILENT is not supported, because it hides failures: write SERVICE"
        )
    named = group.name.text if group.name else ""
    iri = named[1:-1] if named.startswith("<") else expand(named, prefixes)
    for endpoint in endpoints.values():
        if iri in {endpoint.iri, endpoint.address}:
            if endpoint.name not in allowed:
                raise UsageError(
                    f"the query uses the endpoint {endpoint.address}: allow it with "
                    f"--allow-service {endpoint.name}"
                )
            return endpoint
    raise UsageError(
        f"the query uses {named}, which is not a registered endpoint; registered in "
        f"ontology/endpoints.ttl: {', '.join(endpoints) or 'none'}"
    )


def _rows_before(
    text: str, query: Select, group: Group, engine: Engine, prefixes: Mapping[str, str]
) -> list[dict[str, Term]]:
    """Return the values that the query binds before a group to the variables of the group."""
    # A SELECT is evaluated without the patterns around it
    scope = max(
        select.where.start
        for select in query.selects()
        if select.where.start < group.start < select.where.end
    )
    before = text[scope : group.begin]
    used = set(variables(text[group.start : group.end]))
    shared = [name for name in variables(before) if name in used]
    if not shared:
        return [{}]
    _require_bound(before, used)
    open_groups = sum((t.text == "{") - (t.text == "}") for t in tokens(before))
    names = " ".join(f"?{name}" for name in shared)
    answer = engine.query(
        f"{_prologue(query.prefixes)}SELECT DISTINCT {names} WHERE {before}{'}' * open_groups}",
        prefixes=prefixes,
    )
    if not isinstance(answer, Table):
        raise UsageError("the query cannot be divided at its SERVICE")
    return [_without_blanks(shared, row) for row in answer.rows]


def _require_bound(before: str, used: Collection[str]) -> None:
    """Make sure that no FILTER before a SERVICE group uses a variable that the group binds.

    Raises:
        UsageError: A FILTER does.
    """
    depth = 0
    outside: set[str] = set()
    inside: set[str] = set()
    previous = ""
    for token in meaningful(before):
        depth += (token.text == "(") - (token.text == ")")
        if token.variable:
            binds = depth == 0 or previous == "AS"
            (outside if binds else inside).add(token.variable)
        previous = token.keyword
    unbound = sorted((inside & set(used)) - outside)
    if unbound:
        raise UsageError(
            f"?{unbound[0]} is used before the SERVICE that binds it: write the FILTER after it"
        )


def _without_blanks(names: Sequence[str], row: Row) -> dict[str, Term]:
    """Return the values of a row without blank nodes, which an endpoint cannot match."""
    return {
        name: term
        for name, term in zip(names, row, strict=True)
        if isinstance(term, NamedNode | Literal)
    }


def _ask(
    remote: Engine, prologue: str, inner: str, rows: Sequence[Mapping[str, Term]]
) -> tuple[tuple[str, ...], list[Row]]:
    """Query an endpoint in batches and return its distinct rows."""
    names = tuple(variables(inner))
    found: dict[Row, None] = {}
    for start in range(0, len(rows), _BATCH_SIZE):
        batch = rows[start : start + _BATCH_SIZE]
        bound = [name for name in names if any(name in row for row in batch)]
        rows_of_batch = [tuple(row.get(name) for name in bound) for row in batch]
        values = values_block(bound, rows_of_batch) if bound else ""
        columns = " ".join(f"?{name}" for name in names)
        answer = remote.query(f"{prologue}SELECT DISTINCT {columns} WHERE {{ {values} {inner} }}")
        if isinstance(answer, Table):
            for row in answer.rows:
                found[tuple(_with_iri(term) for term in row)] = None
        if len(found) > _MAX_ROWS:
            raise EndpointError(
                f"an endpoint returned more than {_MAX_ROWS} rows: narrow the SERVICE group"
            )
    return names, list(found)


def _with_iri(term: Term | None) -> Term | None:
    """Return a term that can be written in a query: an IRI in place of a blank node."""
    if isinstance(term, BlankNode):
        return NamedNode(f"urn:factbook:blank:{term.value}")
    return term


def _prologue(prefixes: Mapping[str, str]) -> str:
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(prefixes.items()))
