"""Map the public IRIs of things to paths of the site, and back.

An IRI below the book's own namespace is found at what follows it: `https://…/ai-infra/company/x`
at `/company/x`. A term behind a '#' belongs to its document: `https://…/def#Term` is found at
`/def#Term`. IRIs outside the namespace are found below `/iri/`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import is_iri
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.store.answers import Engine

_FOREIGN = "/iri/"
_SAFE = "/:@!$&'()*+,;=~"
_URI_SPACE = "SELECT ?space WHERE { ?dataset <http://rdfs.org/ns/void#uriSpace> ?space }"
_THINGS = "SELECT DISTINCT ?thing WHERE { ?thing a ?class }"
_HOST = re.compile(r"https?://[^/]+/")
_ODD = re.compile(r"//|/\.{1,2}(?:/|$)")
# First segments of the paths of pages, which no thing can have
_PAGES = (
    "about api categories changes companies compare data graph iri ontology queries quality "
    "reconcile search shapes sources sparql static themes timeline .well-known "
    "classes editor checks"
)
RESERVED = frozenset(_PAGES.split())


def find_base(engine: Engine, graphs: Iterable[str]) -> str:
    """Return the namespace of a book's own things.

    It is the void:uriSpace that the book states, or else what its graphs share with all things of
    the same host; an empty text if they share nothing.
    """
    spaces = [s.value for (s,) in select(engine, _URI_SPACE) if isinstance(s, Literal)]
    if len(spaces) == 1 and is_iri(spaces[0]):
        return spaces[0]
    hosts = Counter(match[0] for graph in graphs if (match := _HOST.match(graph)))
    host = max(hosts, key=lambda each: (hosts[each], each), default="")
    things = [t.value for (t,) in select(engine, _THINGS) if isinstance(t, NamedNode)]
    own = sorted(iri for iri in (*graphs, *things) if host and iri.startswith(host))
    # The common prefix of the first and the last IRI is that of all IRIs
    shared = os.path.commonprefix([own[0], own[-1]]) if own else ""  # noqa: RUF071 - of texts
    return shared[: shared.rfind("/") + 1]


class Addresses:
    """The paths of things.

    Args:
        base: The namespace of the book's own things, or an empty text.
    """

    def __init__(self, base: str) -> None:
        self.base = base

    def path(self, iri: str, ending: str = "") -> str:
        """Return the path of a thing, quoted for a link, with or without the suffix of a format.

        Args:
            iri: The thing.
            ending: 'html', 'ttl', 'nt' or 'jsonld' for what is written there.
        """
        document, mark, fragment = iri.partition("#")
        suffix = f".{ending}" if ending else ""
        rest = document.removeprefix(self.base) if self.base else document
        first = rest.partition("/")[0]
        if rest != document and rest and first not in RESERVED and not _ODD.search(f"/{rest}"):
            anchor = f"#{quote(fragment, safe=_SAFE)}" if mark else ""
            return f"/{quote(rest, safe=_SAFE)}{suffix}{anchor}"
        return _FOREIGN + quote(iri.replace("://", "/", 1), safe=_SAFE) + suffix

    def iri(self, path: str) -> str | None:
        """Return the IRI for a path without suffix, or None if there can be none."""
        foreign = path.removeprefix(_FOREIGN)
        if foreign != path:
            scheme, slash, rest = foreign.partition("/")
            found = f"{scheme}://{rest}" if slash and ":" not in scheme else foreign
        else:
            found = self.base + path.removeprefix("/") if self.base else ""
        return found if is_iri(found) else None
