"""Check whether the web pages of mappings are still there, or for good at another address."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from factbook.errors import EndpointError
from factbook.link.sets import POSITIVE, UNSURE, Links
from factbook.link.targets import CIRCULAR, DEAD, Moved
from factbook.link.words import SAME
from factbook.store.transport import AGENT, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

REDIRECTED = "redirected"
_SECONDS = 30
_FOR_GOOD = {301, 308}
_GONE = {404, 410}
_MOST_HOPS = 5


def check_pages(
    links: Links,
    *,
    wait: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[list[Moved], list[str]]:
    """Ask for every page that a thing is mapped to.

    A page that cannot be judged (a server that is down, a login, a refusal of programs) is no
    finding.

    Args:
        links: The mappings.
        wait: Called between two requests.
        progress: Called with how many pages are asked for, of how many.

    Returns:
        The mappings whose page is gone or moved, and a word for each that could not be judged.
    """
    listed = [
        (role, link, links[role].expanded(link["object_id"]))
        for role in (POSITIVE, UNSURE)
        for link in links[role].links
        if link["predicate_id"] == SAME
    ]
    found, unjudged = [], []
    for number, (role, link, address) in enumerate(listed):
        progress(number, len(listed))
        if number:
            wait()
        try:
            state, now = _state(address)
        except EndpointError as error:
            unjudged.append(str(error).removeprefix("endpoint "))
            continue
        if state in {DEAD, REDIRECTED, CIRCULAR}:
            found.append(Moved(role, link, state, now))
        elif state:
            unjudged.append(f"{address} answers {state}")
    progress(len(listed), len(listed))
    return found, unjudged


def _state(address: str) -> tuple[str, str]:
    """Return what is to be said of a page, or nothing, and where it is now."""
    now = address
    for _ in range(_MOST_HOPS):
        request = urllib.request.Request(now, headers={"User-Agent": AGENT})  # noqa: S310 - checked
        reply = Transport(now, timeout=_SECONDS, option="link check").send(request)
        if reply.status in _GONE:
            return DEAD, ""
        if reply.status in _FOR_GOOD and reply.headers.get("Location"):
            now = urljoin(now, reply.headers["Location"])
            continue
        if reply.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            return f"HTTP {reply.status}", ""
        return (REDIRECTED, now) if now != address else ("", "")
    return CIRCULAR, ""
