"""Check any RDF files, of any size, against any shapes, without a book."""

from __future__ import annotations

from dataclasses import dataclass
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
from factbook.shacl.index import index_of
from factbook.shacl.report_graph import about_in
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile
    from factbook.shacl.index import Index


@dataclass(frozen=True)
class Keeping:
    """Where indexes of large files are kept, and whether to keep one more."""

    folder: Path | None = None
    keep: bool = False


NOT_KEPT = Keeping()


def check_files(  # noqa: PLR0913 - each says what to check, or how
    files: Sequence[Path | RdfFile],
    shape_files: Sequence[RdfFile],
    *,
    engine: str = AUTO,
    selection: Selection = EVERYTHING,
    keeping: Keeping = Keeping(),
    announce: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Check RDF files against shapes; more than some megabytes of them are not held in memory.

    Args:
        files: The files, some perhaps parsed already.
        shape_files: The shapes.
        engine: What validates the shapes: 'auto', 'sparql' or 'pyshacl'.
        selection: Which findings are wanted.
        keeping: Where an index of large files may be kept, and whether to keep one.
        announce: Called now and then with what is going on, and at last with nothing.

    Raises:
        InputError: A file cannot be read, or the shapes cannot be used.
        UsageError: A rule or source that is asked for does not exist.
    """
    data = Data(files, announce=announce)
    shape_quads = [quad for file in shape_files for quad in file.quads]
    shapes = ShapeRules(shape_files)
    index = _index(data, keeping, announce)
    report = validate(shape_quads, engine=engine, index=index, announce=announce)
    faults = [*shapes.faults(report), *literal_faults(index.doubtful)]
    rules = rules_named([*shapes.named(), *(fault.rule for fault in faults)], (), own=LITERAL_RULES)
    declared = {name: iri for file in shape_files for name, iri in file.prefixes.items()}
    ground = Ground(
        rules=rules,
        engine=EmbeddedEngine(index.store),
        prefixes=declared | data.prefixes,
        telling=data.telling,
        graphs=data.graphs,
        files=len(files),
        triples=index.size,
    )
    return gathered(
        ground,
        faults,
        Validation(report, about_in(shape_quads), index.about),
        selection=selection,
    )


def _index(data: Data, keeping: Keeping, announce: Callable[[str], None]) -> Index:
    """Return an index of the data: from disk, where it is large and one was kept."""
    if keeping.folder is not None and (data.is_large or keeping.keep):
        from factbook.shacl.kept import keep, open_kept

        announce("Looking for an index that was kept")
        index = open_kept(data.paths, keeping.folder)
        if index is None and keeping.keep:
            index = keep(data.paths, data.quads(), keeping.folder)
        announce("")
        if index is not None:
            return index
    return index_of(data.quads())
