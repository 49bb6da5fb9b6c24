"""Compare two states of a book, or two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.diff.changed_answers import compare_answers
from factbook.diff.changes import Differences
from factbook.diff.facts import compare_facts, compare_things
from factbook.diff.terms import compare_terms, split_terms
from factbook.prefixes import prefixes_in, read_context
from factbook.render.labels import Labels
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.diff.revisions import Revision

_UNITS = (
    "SELECT DISTINCT ?figure ?unit WHERE { ?figure <http://qudt.org/schema/qudt/hasUnit> ?unit }"
)


def compare(old: Revision, new: Revision, *, queries: bool = True) -> Differences:
    """Return all changes from one state to the other.

    Args:
        old: The older state.
        new: The newer state, whose labels take precedence.
        queries: Whether to run the stored queries too, which takes longest.

    Raises:
        InputError: A stored query cannot be read.
    """
    old_terms, old_facts = _split(old)
    new_terms, new_facts = _split(new)
    labels = Labels(_read_prefixes(old, new), new.engine, old.engine)
    # A changed thing is shown with all its statements, whichever of them changed
    changed = _of_changed_subjects(old_facts, new_facts)
    touched = frozenset(_mentioned(changed))
    old_units, new_units = _units_of(old), _units_of(new)
    labels.look_up(
        {
            *touched,
            *_mentioned(_of_changed_subjects(old_terms, new_terms)),
            *old_units.values(),
            *new_units.values(),
        }
    )
    return Differences(
        things=compare_things(old_facts, new_facts, labels),
        facts=compare_facts(old_facts, new_facts, labels, old_units=old_units, new_units=new_units),
        terms=compare_terms(old_terms, new_terms, labels),
        queries=compare_answers(old, new, touched=touched, labels=labels) if queries else (),
    )


def _units_of(revision: Revision) -> dict[str, str]:
    """Return the unit of each figure, stated or derived by a rule."""
    return {
        figure.value: unit.value
        for figure, unit in select(revision.engine, _UNITS)
        if isinstance(figure, NamedNode) and isinstance(unit, NamedNode)
    }


def _split(revision: Revision) -> tuple[frozenset[Quad], frozenset[Quad]]:
    """Split the quads of a state into those about terms and all others."""
    if revision.layout is None:
        return split_terms(revision.facts)
    return revision.terms, revision.facts


def _of_changed_subjects(old: frozenset[Quad], new: frozenset[Quad]) -> list[Quad]:
    """Return the quads of both states about the subjects of changed statements."""
    subjects = {quad.subject for quad in old ^ new}
    return [quad for quad in old | new if quad.subject in subjects]


def _mentioned(quads: Iterable[Quad]) -> Iterator[str]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                yield term.value


def _read_prefixes(old: Revision, new: Revision) -> dict[str, str]:
    """Return the prefixes of the newer book, or those of both files."""
    if new.layout is not None:
        return prefixes_in(read_context(new.layout.context))
    return {
        prefix: namespace
        for revision in (old, new)
        for file in revision.files
        for prefix, namespace in file.prefixes.items()
    }
