"""Start the program afresh with more room in malloc, before it asks a large graph.

A lookup takes many small pieces of memory and gives them back. Of each size glibc keeps seven at
hand; what comes after that takes its time, and the more of it the larger the graph: a quarter of a
question over ten million triples, nothing that counts over one million. How many it keeps, and how
large its pages are, can only be said before a program starts (glibc manual, "Memory Allocation
Tunables").
"""

from __future__ import annotations

import os
import sys

from factbook.store.holding import quads_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = "GLIBC_TUNABLES"
_SETTINGS = "glibc.malloc.tcache_count=2000:glibc.malloc.hugetlb=1"
# Starting afresh takes a fiftieth of a second
_LARGE = 3_000_000
# So that a program that calls the command line is not started afresh for it
_OURS = ("/factbook", "/factbook/__main__.py")


def start_afresh(snapshot: str) -> None:
    """Start afresh to ask a snapshot, if that pays; nothing may have been read or written yet.

    Where the variable is set, to whatever, this does nothing, so that it happens once at most.
    """
    if _VARIABLE in os.environ or not sys.argv[0].endswith(_OURS) or not sys.executable:
        return
    try:
        if not os.confstr("CS_GNU_LIBC_VERSION") or quads_in(snapshot) < _LARGE:
            return
        environment: Mapping[str, str] = {**os.environ, _VARIABLE: _SETTINGS}
        os.execve(  # noqa: S606 - it is this program itself
            sys.executable, [sys.executable, *sys.orig_argv[1:]], environment
        )
    except (OSError, ValueError):
        return  # it is slower as it is, and no less right
