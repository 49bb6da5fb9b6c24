"""Check whether the targets of mappings are still there, and follow those that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.link.keys import plain
from factbook.link.sets import NEGATIVE, POSITIVE, UNSURE, Links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from factbook.link.asking import Target
    from factbook.link.sssom import Link, LinkSet

DEAD, MERGED = "dead", "merged"
CIRCULAR, SPLIT = "redirected in a circle", "redirected to several"
_AT_ONCE = 50
_ROLES = (POSITIVE, UNSURE)


@dataclass(frozen=True)
class Moved:
    """A mapping whose target is not there any more, or elsewhere."""

    role: str
    link: Link
    state: str
    now: str = ""
    """Where the target is now, as an IRI."""


def check_targets(
    links: Links,
    target: Target,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Moved]:
    """Ask an endpoint for the state of every mapped item of its namespace.

    Raises:
        EndpointError: The endpoint failed.
    """
    namespace = str(target.header.get("entity") or "")
    listed = list(_mapped(links, namespace)) if namespace else []
    iris = list(dict.fromkeys(iri for _, _, iri in listed))
    states: dict[str, tuple[bool, bool, list[str]]] = {}
    for start in range(0, len(iris), _AT_ONCE):
        progress(start, len(iris))
        part = [(NamedNode(iri),) for iri in iris[start : start + _AT_ONCE]]
        for row in target.ask("state", ("item",), part):
            alive, moved = (plain(row.get(name)) == "true" for name in ("alive", "moved"))
            now = states.setdefault(plain(row["item"]), (alive, moved, []))[2]
            now += [plain(row["now"])] if "now" in row else []
    progress(len(iris), len(iris))
    return [
        Moved(role, link, state, now)
        for role, link, iri in listed
        for state, now in [_state(*states.get(iri, (False, False, [])), _redirects(target))]
        if state
    ]


def mended(links: Links, moved: Iterable[Moved]) -> Links:
    """Return the mappings with their targets followed; what is dead is parked for a person.

    A mapping that would become one that stands elsewhere already, or that was refused, is dropped:
    the other row holds.
    """
    for each in moved:
        own = links[each.role]
        rest = [link for link in own.links if link.pair != each.link.pair]
        if each.now:
            now = own.shortened(each.now) or each.now
            row = each.link.having(object_id=now, comment=_noted(each))
            pair = (own.expanded(row.pair[0]), each.now)
            standing = links.pairs(POSITIVE, NEGATIVE, UNSURE)
            links = links.with_set(each.role, rest if pair in standing else [*rest, row])
        elif each.role != UNSURE:
            links = links.with_set(each.role, rest)
            parked = each.link.having(comment=_noted(each), confidence="0.1")
            links = links.with_set(UNSURE, [*links[UNSURE].links, parked])
            links = _sharing_prefixes(links, each.role)
    return links


def _sharing_prefixes(links: Links, role: str) -> Links:
    from factbook.link.review import with_prefixes

    return with_prefixes(links, source_role=role, target=UNSURE)


def _noted(moved: Moved) -> str:
    was = moved.link["object_id"]
    said = f"Was {was}, which is {moved.state}." if moved.now else f"The target is {moved.state}."
    return f"{moved.link['comment']} {said}".strip()


def _mapped(links: Links, namespace: str) -> Iterator[tuple[str, Link, str]]:
    for role in _ROLES:
        own: LinkSet = links[role]
        for link in own.links:
            iri = own.expanded(link["object_id"])
            if iri.startswith(namespace) and not _is_term(iri, namespace):
                yield role, link, iri


def _is_term(iri: str, namespace: str) -> bool:
    """Tell whether an IRI is a property of Wikidata, which has another form in its statements."""
    local = iri.removeprefix(namespace)
    return local[:1] == "P" and local[1:].isdigit()


def _state(
    alive: bool,  # noqa: FBT001 - a row of the endpoint's answer
    moved: bool,  # noqa: FBT001 - as above
    now: list[str],
    redirect: str,
) -> tuple[str, str]:
    if len(now) == 1:
        return redirect, now[0]
    if moved:
        return CIRCULAR if not now else SPLIT, ""
    return ("", "") if alive else (DEAD, "")


def _redirects(target: Target) -> str:
    return str(target.header.get("redirect") or MERGED)
