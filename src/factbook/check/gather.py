"""From faults to an outcome: their places and names, what is wanted, and the results behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from factbook.check.describe import described, located
from factbook.check.findings import Outcome, in_order
from factbook.check.selection import EVERYTHING, Selection, files_of, must_know
from factbook.shacl import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from factbook.check.describe import Located
    from factbook.check.faults import Fault
    from factbook.check.findings import Finding, Rule, Validation
    from factbook.rdf.parse import RdfFile
    from factbook.rdf.positions.excerpt import Excerpt
    from factbook.store.answers import Engine


@dataclass(frozen=True)
class Ground:
    """What was checked, and by which rules."""

    rules: Mapping[str, Rule]
    engine: Engine
    """Where the names of things come from."""
    prefixes: Mapping[str, str]
    telling: Callable[[Sequence[Fault]], Sequence[RdfFile | Excerpt]] = lambda _: ()
    """Gives the files that speak of some faults."""
    graphs: Mapping[str, Path] | None = None
    """The files by the names of their graphs; without files, None."""
    files: int = 0
    triples: int = 0


def gathered(  # noqa: PLR0913 - all that an outcome is made of
    ground: Ground,
    faults: Iterable[Fault],
    validation: Validation,
    *,
    selection: Selection = EVERYTHING,
    others: Iterable[Finding] = (),
    notes: Iterable[str] = (),
) -> Outcome:
    """Return what was found, as far as it is wanted.

    Args:
        ground: What was checked.
        faults: The faults, those of shapes with their results.
        validation: The whole validation.
        selection: What is wanted.
        others: Findings that are about files rather than about what they say.
        notes: What a reader should know of how it went, a line each.

    Raises:
        InputError: A file cannot be read any more.
        UsageError: A rule or source that is asked for does not exist.
    """
    must_know(selection.rules, ground.rules)
    is_wanted = _files_wanted(ground, selection)
    wanted = [fault for fault in faults if selection.has_rule(fault.rule.name)]
    placed = located(wanted, ground.telling(wanted)) if ground.graphs else _without_places(wanted)
    found = described(placed, engine=ground.engine, prefixes=ground.prefixes)
    found += (finding for finding in others if selection.has_rule(finding.rule))
    if selection != EVERYTHING:
        found = [finding for finding in found if is_wanted(finding.path)]
        results = tuple(
            fault.result
            for fault, location in placed
            if fault.result is not None and is_wanted(location.file.path if location else None)
        )
        validation = replace(validation, report=Report(results, validation.report.notes))
    return Outcome(
        in_order(found),
        ground.rules,
        files=ground.files,
        triples=ground.triples,
        notes=(*validation.report.notes, *notes),
        validation=validation,
        prefixes=ground.prefixes,
    )


def _without_places(faults: Iterable[Fault]) -> list[Located]:
    return [(fault, None) for fault in faults]


def _files_wanted(ground: Ground, selection: Selection) -> Callable[[Path | None], bool]:
    if not selection.sources:
        return selection.has_file
    own = files_of(selection.sources, ground.engine, ground.prefixes, ground.graphs or {})
    return lambda path: path in own and selection.has_file(path)
