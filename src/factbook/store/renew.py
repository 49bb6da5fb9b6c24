"""Make a snapshot from one that differs from it in few files.

The old one's files are linked, not copied. What a file said that is gone goes with it: its graph,
and of the merge those triples that no other file states. Where a file that names graphs itself
writes to that graph, or may do so, everything is read again.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from factbook.rdf.parse import is_large, read_rdf
from factbook.store.holding import RECORD, STORE
from factbook.store.parts import Indexed, Indexing, Part, graph_code, is_named, note, noted
from factbook.store.reopen import reopen
from factbook.store.snapshot import record

if TYPE_CHECKING:
    from collections.abc import Sequence

# Taking a quad out takes about as long as reading five
_MOST_REMOVED = 20_000
_LEAST_KEPT = 0.5
_NEW_SAMPLES = 16


@dataclass(frozen=True)
class _Plan:
    """How to come from one snapshot to another."""

    place: Path
    kept: dict[Part, Indexed]
    gone: list[Indexed]


def renewed(folder: Path, paths: Sequence[Path], parts: Sequence[Part]) -> Path | None:
    """Make the snapshot of some files from another; return where it stands, or None.

    Args:
        folder: The folder of snapshots.
        paths: The files.
        parts: What they contain.

    Raises:
        InputError: A file cannot be parsed.
        OSError: The disk is full or cannot be written.
    """
    plan = _plan(folder, parts)
    store = reopen(plan.place) if plan else None
    if plan is None or store is None:
        return None
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        samples = _samples(plan.place)
        store.backup(str(temporary / STORE))
        changed = Store(str(temporary / STORE))
        _take_out(changed, [NamedNode(each.graph) for each in plan.gone if each.graph])
        indexed = []
        for path, part in zip(paths, parts, strict=True):
            old = plan.kept.get(part)
            if old is None:
                indexing = Indexing(part, read_rdf(path))
                quads = list(indexing.quads())
                changed.extend(quads)
                samples += quads[:: len(quads) // _NEW_SAMPLES + 1]
                old = indexing.indexed()
            indexed.append(old)
        samples = [quad for quad in samples if quad in changed]
        changed.flush()
        del changed
        note(temporary, indexed)
        record(temporary, sum(each.quads for each in indexed), samples)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return temporary


def _plan(folder: Path, parts: Sequence[Part]) -> _Plan | None:
    """Choose the snapshot that has the most in common with the files, if that is enough."""
    plans = [
        plan
        for entry in os.scandir(folder)
        if not entry.name.startswith(".") and (plan := _from(folder / entry.name, parts))
    ]
    return max(plans, key=lambda plan: (_size(plan.kept), str(plan.place)), default=None)


def _from(place: Path, parts: Sequence[Part]) -> _Plan | None:
    known = noted(place)
    if known is None:
        return None
    after = set(parts)
    left = {each.graph for each in known if each.part not in after}
    # A file that shares its graph with one that is gone is read again
    kept = {each.part: each for each in known if each.part in after and each.graph not in left}
    gone = [each for each in known if each.part not in kept]
    come = [part for part in after if part not in kept]
    if _size(kept) < _LEAST_KEPT * sum(part.size for part in after):
        return None
    if sum(each.quads for each in gone) > _MOST_REMOVED or any(map(_is_large, come)):
        return None
    for each in gone:
        if each.graph is None or any(_may_write(other, each.graph) for other in kept.values()):
            return None
    return _Plan(place, kept, gone)


def _is_large(part: Part) -> bool:
    return is_large(Path(part.name), part.size)


def _size(kept: dict[Part, Indexed]) -> int:
    return sum(part.size for part in kept)


def _may_write(part: Indexed, graph: str) -> bool:
    return part.codes is None or graph_code(NamedNode(graph)) in part.codes


def _take_out(store: Store, graphs: Sequence[NamedNode]) -> None:
    """Remove graphs, and from the merge what nothing else states."""
    lost: list[Quad] = []
    for graph in graphs:
        lost += store.quads_for_pattern(None, None, None, graph)
        store.remove_graph(graph)
    for quad in lost:
        said = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if not any(map(is_named, said)):
            store.remove(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))


def _samples(place: Path) -> list[Quad]:
    text = json.loads((place / RECORD).read_bytes())["samples"]
    return list(pyoxigraph.parse(text.encode(), RdfFormat.N_QUADS))
