"""Check any RDF files, of any size, against any shapes, without a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.check.data import Data
from factbook.check.engines import AUTO, validate
from factbook.check.findings import Outcome, Validation
from factbook.check.gather import Ground, gathered
from factbook.check.literals import RULES as LITERAL_RULES
from factbook.check.literals import literal_faults
from factbook.check.rules import rules_named
from factbook.check.selection import EVERYTHING, Selection
from factbook.check.shapes import ShapeRules
from factbook.shacl import index_blank_nodes, load_data
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile


def check_files(
    files: Sequence[Path | RdfFile],
    shape_files: Sequence[RdfFile],
    *,
    engine: str = AUTO,
    selection: Selection = EVERYTHING,
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Check RDF files against shapes; more than some megabytes of them are not held in memory.

    Args:
        files: The files, some perhaps parsed already.
        shape_files: The shapes.
        engine: What validates the shapes: 'auto', 'sparql' or 'pyshacl'.
        selection: Which findings are wanted.
        announce: Called now and then with what is going on, and at last with nothing.

    Raises:
        InputError: A file cannot be read, or the shapes cannot be used.
        UsageError: A rule or source that is asked for does not exist.
    """
    data = Data(files, announce=announce)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    shapes = ShapeRules(shape_files)
    graph = load_data(data.quads())
    report = validate(shape_quads, graph, engine=engine, announce=announce)
    faults = [*shapes.faults(report), *literal_faults(graph.ill_typed)]
    rules = rules_named([*shapes.named(), *(fault.rule for fault in faults)], (), own=LITERAL_RULES)
    declared = {name: iri for file in shape_files for name, iri in file.prefixes.items()}
    ground = Ground(
        rules=rules,
        engine=EmbeddedEngine(graph.store),
        prefixes=declared | data.prefixes,
        telling=data.telling,
        graphs=data.graphs,
        files=len(files),
        triples=graph.size,
    )
    return gathered(
        ground,
        faults,
        Validation(report, index_blank_nodes(shape_quads), graph.describe),
        selection=selection,
    )
