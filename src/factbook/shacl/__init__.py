"""SHACL validation: `validate` checks data against shapes and returns the report.

Shapes are compiled to SPARQL queries that each find all violations of one constraint, so that data
of any size is validated where it is: in a store in this process, or at an endpoint. See
docs/shacl.md. The package knows nothing of books, checks and commands.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from factbook.errors import UsageError
from factbook.rdf.parse import read_any
from factbook.shacl.backend import EndpointBackend, LocalBackend
from factbook.shacl.data_graph import DataGraph
from factbook.shacl.dialect import probe_dialect
from factbook.shacl.loading import load_data, load_files
from factbook.shacl.paths import INVERSE, Path, PathExpression
from factbook.shacl.report import (
    INFO,
    VIOLATION,
    WARNING,
    Alternative,
    DescribeNode,
    Report,
    Result,
    index_blank_nodes,
    iterate_graph,
)
from factbook.shacl.run import run, unreached_by
from factbook.shacl.shapes import Shapes
from factbook.shacl.shapes_graph import SH, Remark, ShapesError, ShapesGraph
from factbook.shacl.vocabulary import find_unevaluated, require_entailment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyoxigraph import Quad

    from factbook.shacl.backend import Backend
    from factbook.store.answers import Engine

SPARQL = "sparql"
PYSHACL = "pyshacl"
ENGINES = (SPARQL, PYSHACL)
"""What evaluates constraints: queries, or pySHACL."""
NO_INFERENCE = "none"
REGIMES = (NO_INFERENCE, "rdfs", "owlrl")
"""The inference that is done on the data first."""

__all__ = [
    "ENGINES",
    "INFO",
    "INVERSE",
    "NO_INFERENCE",
    "PYSHACL",
    "REGIMES",
    "SH",
    "SPARQL",
    "VIOLATION",
    "WARNING",
    "Alternative",
    "DataGraph",
    "DescribeNode",
    "Path",
    "PathExpression",
    "Remark",
    "Report",
    "Result",
    "ShapesError",
    "index_blank_nodes",
    "iterate_graph",
    "load_data",
    "load_files",
    "validate",
]


def validate(  # noqa: PLR0913 - one argument for each choice
    shapes: Iterable[Quad | pathlib.Path],
    data: Iterable[Quad | pathlib.Path] | DataGraph | Engine,
    *,
    engine: str = SPARQL,
    inference: str = NO_INFERENCE,
    keep_going: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Validate data against shapes.

    Args:
        shapes: The shapes graph: quads, or files.
        data: What to validate: quads, files, a data graph that has been loaded, or an endpoint.
            Named graphs are merged.
        engine: One of `ENGINES`.
        inference: One of `REGIMES`; an endpoint's data are taken as they are.
        keep_going: Whether shapes that break the rules are left out, and described in the report,
            instead of raising an error at the end.
        progress: Called with the number of queries that are done, and the number of all.

    Raises:
        InputError: A file cannot be read; as ShapesError, the shapes break the rules of SHACL.
        UsageError: There is no such engine or inference, or it cannot be done at an endpoint.
        EndpointError: The endpoint failed.
    """
    for kind, name, known in (("engine", engine, ENGINES), ("inference", inference, REGIMES)):
        if name not in known:
            raise UsageError(f"No {kind} '{name}'. Known: {', '.join(known)}")
    graph = ShapesGraph(_quads(shapes, []))
    require_entailment(graph, inference)
    backend = _backend(data, inference)
    if engine == PYSHACL:
        from factbook.shacl import pyshacl_engine

        report = pyshacl_engine.validate(graph.quads, backend.quads(), backend.tags)
        unevaluated = tuple(find_unevaluated(graph, by_pyshacl=True))
        unreached = unreached_by(Shapes(graph), backend)
        return replace(report, unevaluated=unevaluated, unreached=unreached)
    report = run(Shapes(graph), backend, progress)
    if report.faults and not keep_going:
        raise ShapesError(report.faults)
    return report


def _backend(data: Iterable[Quad | pathlib.Path] | DataGraph | Engine, inference: str) -> Backend:
    if isinstance(data, Iterable):
        files: list[pathlib.Path] = []
        data = load_data(_quads(data, files))
        data.files = tuple(files)
    if not isinstance(data, DataGraph):
        if inference != NO_INFERENCE:
            raise UsageError("inference needs local data, not an endpoint")
        return EndpointBackend(data, probe_dialect(data))
    if inference != NO_INFERENCE:
        from factbook.shacl.inference import infer

        data = replace(load_data(infer(data.quads(), inference)), files=data.files)
    return LocalBackend(data)


def _quads(source: Iterable[Quad | pathlib.Path], files: list[pathlib.Path]) -> Iterator[Quad]:
    """Yield quads, and the quads of files, which are added to a list."""
    for each in source:
        if isinstance(each, pathlib.Path):
            files.append(each)
            yield from read_any(each).quads
        else:
            yield each
