"""Choose what validates shapes: the compiler to SPARQL, or pySHACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Quad

    from factbook.shacl import DataGraph, Report
    from factbook.store.answers import Engine

AUTO = "auto"
PYSHACL = "pyshacl"
SPARQL = "sparql"
ENGINES = (AUTO, PYSHACL, SPARQL)


def validate(
    shapes: Iterable[Quad],
    data: DataGraph | Engine,
    *,
    engine: str = AUTO,
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Validate data against shapes.

    Args:
        shapes: The shapes graph.
        data: The data, or an endpoint that has it.
        engine: One of `ENGINES`; `auto` is the compiler.
        announce: Called with how far it has come, and at last with nothing.

    Raises:
        InputError: The shapes cannot be used.
        UsageError: The engine is not known.
        EndpointError: The endpoint failed.
    """
    if engine not in ENGINES:
        raise UsageError(f"No engine '{engine}'. Known: {', '.join(ENGINES)}")
    from factbook import shacl

    def progress(done: int, of: int) -> None:
        announce(f"Checking the shapes: {done} of {of}")

    try:
        if engine == PYSHACL:
            announce("Checking the shapes with pySHACL")
            return shacl.validate(shapes, data, engine="pyshacl")
        return shacl.validate(shapes, data, progress=progress)
    finally:
        announce("")
