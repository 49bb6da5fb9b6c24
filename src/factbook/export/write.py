"""Write triples or quads in a syntax."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pyoxigraph

from factbook.rdf.formats import syntax_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad, Triple


def write_triples(
    triples: Iterable[Triple] | Iterable[Quad],
    name: str,
    out: IO[bytes],
    *,
    prefixes: Mapping[str, str],
    context: Mapping[str, object],
) -> None:
    """Write triples."""
    del context
    syntax = syntax_named(name)
    pyoxigraph.serialize(triples, out, syntax.parser, prefixes=dict(prefixes))
