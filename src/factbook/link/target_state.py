"""Check whether the items and web pages that are mapped still exist, and follow moved ones."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pyoxigraph import NamedNode

from factbook.errors import EndpointError
from factbook.rdf.mapping_files import NEGATIVE, POSITIVE, UNSURE, MappingFiles
from factbook.rdf.sssom import SAME_AS
from factbook.rdf.terms import value_of
from factbook.store.transport import AGENT, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from factbook.link.client import TargetClient
    from factbook.rdf.sssom import MappingRow

DEAD, MERGED, REDIRECTED = "dead", "merged", "redirected"
CIRCULAR, SPLIT = "redirected in a circle", "redirected to several"
_ITEMS_PER_REQUEST = 50
_CHECKED_ROLES = (POSITIVE, UNSURE)
_PAGE_TIMEOUT = 30
_PERMANENT_REDIRECTS = {301, 308}
_GONE = {404, 410}
_FIRST_ERROR_STATUS = 400
_MAX_REDIRECTS = 5


@dataclass(frozen=True)
class StaleMapping:
    """A mapping whose target no longer exists or has moved."""

    role: str
    row: MappingRow
    state: str
    new_iri: str = ""


def check_items(
    files: MappingFiles,
    target: TargetClient,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[StaleMapping]:
    """Ask an endpoint for the state of every mapped item.

    Items are the IRIs that start with `entity` in the front matter of the query by key.

    Raises:
        EndpointError: The endpoint failed.
    """
    start_of_items = str(target.metadata.get("entity") or "")
    moved_state = str(target.metadata.get("redirect") or MERGED)
    mapped = list(_mapped_items(files, start_of_items)) if start_of_items else []
    iris = list(dict.fromkeys(iri for _, _, iri in mapped))
    alive: set[str] = set()
    moved: set[str] = set()
    destinations: dict[str, list[str]] = {}
    for start in range(0, len(iris), _ITEMS_PER_REQUEST):
        progress(start, len(iris))
        batch = [(NamedNode(iri),) for iri in iris[start : start + _ITEMS_PER_REQUEST]]
        for answer in target.run("state", ("item",), batch):
            item = value_of(answer["item"])
            if value_of(answer.get("alive")) == "true":
                alive.add(item)
            if value_of(answer.get("moved")) == "true":
                moved.add(item)
            if "now" in answer:
                destinations.setdefault(item, []).append(value_of(answer["now"]))
    progress(len(iris), len(iris))
    stale = []
    for role, row, iri in mapped:
        new_iris = destinations.get(iri, [])
        if len(new_iris) == 1:
            stale.append(StaleMapping(role, row, moved_state, new_iris[0]))
        elif iri in moved:
            stale.append(StaleMapping(role, row, SPLIT if new_iris else CIRCULAR))
        elif iri not in alive:
            stale.append(StaleMapping(role, row, DEAD))
    return stale


def check_pages(
    files: MappingFiles,
    *,
    wait: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[list[StaleMapping], list[str]]:
    """Request every web page that a thing is mapped to.

    A page whose state cannot be determined (server down, login required, programs refused) is not
    a finding.

    Args:
        files: The mappings.
        wait: Called between two requests.
        progress: Called with the number of pages requested and the total.

    Returns:
        The mappings whose page is gone or has moved, and a message for each undetermined page.
    """
    mapped = [
        (role, row, files[role].expand(row["object_id"]))
        for role in _CHECKED_ROLES
        for row in files[role].rows
        if row["predicate_id"] == SAME_AS
    ]
    stale, undetermined = [], []
    for number, (role, row, address) in enumerate(mapped):
        progress(number, len(mapped))
        if number:
            wait()
        try:
            state, new_iri = _page_state(address)
        except EndpointError as error:
            undetermined.append(str(error).removeprefix("endpoint "))
            continue
        if state in {DEAD, REDIRECTED, CIRCULAR}:
            stale.append(StaleMapping(role, row, state, new_iri))
        elif state:
            undetermined.append(f"{address} answers {state}")
    progress(len(mapped), len(mapped))
    return stale, undetermined


def repair(files: MappingFiles, stale: list[StaleMapping]) -> MappingFiles:
    """Return the mappings with moved targets followed and dead ones moved to the unsure file.

    A mapping that would become equal to an existing or a rejected one is dropped.
    """
    for mapping in stale:
        mappings = files[mapping.role]
        rest = [row for row in mappings.rows if row.pair != mapping.row.pair]
        if mapping.new_iri:
            curie = mappings.compress(mapping.new_iri) or mapping.new_iri
            row = mapping.row.with_values(object_id=curie, comment=_extend_comment(mapping))
            is_known = mappings.expand_pair(row) in files.pairs(POSITIVE, NEGATIVE, UNSURE)
            files = files.with_rows(mapping.role, rest if is_known else [*rest, row])
        elif mapping.role != UNSURE:
            parked = mapping.row.with_values(comment=_extend_comment(mapping), confidence="0.1")
            files = files.with_rows(mapping.role, rest)
            files = files.with_rows(UNSURE, [*files[UNSURE].rows, parked])
            files = files.copy_prefixes(mapping.role, UNSURE)
    return files


def _extend_comment(stale: StaleMapping) -> str:
    if stale.new_iri:
        note = f"Was {stale.row['object_id']}, which is {stale.state}."
    else:
        note = f"The target is {stale.state}."
    return f"{stale.row['comment']} {note}".strip()


def _mapped_items(files: MappingFiles, start: str) -> Iterator[tuple[str, MappingRow, str]]:
    for role in _CHECKED_ROLES:
        for row in files[role].rows:
            iri = files[role].expand(row["object_id"])
            if iri.startswith(start):
                yield role, row, iri


def _page_state(address: str) -> tuple[str, str]:
    """Return the state of a page, empty when it is fine, and its new address."""
    current = address
    for _ in range(_MAX_REDIRECTS):
        request = urllib.request.Request(  # noqa: S310 - Transport accepts only http and https
            current, headers={"User-Agent": AGENT}
        )
        reply = Transport(current, timeout=_PAGE_TIMEOUT, option="link check").send(request)
        if reply.status in _GONE:
            return DEAD, ""
        if reply.status in _PERMANENT_REDIRECTS and reply.headers.get("Location"):
            current = urljoin(current, reply.headers["Location"])
            continue
        if reply.status >= _FIRST_ERROR_STATUS:
            return f"HTTP {reply.status}", ""
        return (REDIRECTED, current) if current != address else ("", "")
    return CIRCULAR, ""
