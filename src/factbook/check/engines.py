"""Choose what validates shapes: the compiler to SPARQL, or pySHACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Quad, Store

    from factbook.shacl.index import Index
    from factbook.shacl.report import Report
    from factbook.store.answers import Engine

AUTO = "auto"
PYSHACL = "pyshacl"
SPARQL = "sparql"
ENGINES = (AUTO, PYSHACL, SPARQL)


def validate(  # noqa: PLR0913 - the data may be in several forms
    shapes: Iterable[Quad],
    data: Iterable[Quad] = (),
    *,
    engine: str = AUTO,
    store: Store | None = None,
    index: Index | None = None,
    endpoint: Engine | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Validate data against shapes.

    Args:
        shapes: The shapes graph.
        data: The data as its files spell it.
        engine: One of `ENGINES`; `auto` is the compiler.
        store: A store whose default graph holds the data, where there is one already.
        index: An index of the data, instead of the data.
        endpoint: An endpoint that has the data, instead of the data.
        announce: Called with how far it has come, and at last with nothing.

    Raises:
        InputError: The shapes cannot be used.
        UsageError: The engine is not known.
        EndpointError: The endpoint failed.
    """
    if engine not in ENGINES:
        raise UsageError(f"No engine '{engine}'. Known: {', '.join(ENGINES)}")
    try:
        if engine == PYSHACL:
            from factbook.shacl.reference import validate as by_reference

            announce("Checking the shapes with pySHACL")
            return by_reference(shapes, data if index is None else index.quads())
        from factbook.shacl.run import validate as by_queries

        def progress(done: int, of: int) -> None:
            announce(f"Checking the shapes: {done} of {of}")

        return by_queries(
            shapes, data, store=store, index=index, engine=endpoint, progress=progress
        )
    finally:
        announce("")
