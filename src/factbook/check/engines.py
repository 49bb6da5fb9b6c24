"""Choose what validates shapes: the compiler to SPARQL, or pySHACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Quad, Store

    from factbook.shacl.report import Report

AUTO = "auto"
PYSHACL = "pyshacl"
SPARQL = "sparql"
ENGINES = (AUTO, PYSHACL, SPARQL)


def validate(
    shapes: Sequence[Quad], data: Sequence[Quad], *, engine: str, store: Store | None = None
) -> Report:
    """Validate data against shapes.

    Args:
        shapes: The shapes graph.
        data: The data as its files spell it.
        engine: One of `ENGINES`; `auto` is the compiler.
        store: A store whose default graph holds the data, where there is one already.

    Raises:
        InputError: The shapes cannot be used.
        UsageError: The engine is not known.
    """
    if engine not in ENGINES:
        raise UsageError(f"No engine '{engine}'. Known: {', '.join(ENGINES)}")
    if engine == PYSHACL:
        from factbook.shacl.reference import validate as by_reference

        return by_reference(shapes, data)
    from factbook.shacl.run import validate as by_queries

    return by_queries(shapes, data, store=store)
