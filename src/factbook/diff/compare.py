"""Compare two states of a book, or two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.diff.answers import answers_changed
from factbook.diff.changes import Differences
from factbook.diff.facts import facts_changed, things_changed
from factbook.diff.naming import Naming
from factbook.diff.terms import split_terms, terms_changed
from factbook.prefixes import prefixes_in, read_context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.diff.sides import Side


def differences(old: Side, new: Side, *, queries: bool = True) -> Differences:
    """Return all that changed from one state to the other.

    Args:
        old: The older state.
        new: The newer state.
        queries: Whether to ask the stored queries as well, which takes longest.

    Raises:
        InputError: A stored query cannot be read.
    """
    old_terms, old_facts = _parts(old)
    new_terms, new_facts = _parts(new)
    naming = Naming(newer=new.engine, older=old.engine, prefixes=_prefixes(old, new))
    # A revision is told with all that it is about, whichever part of it changed
    changed = _of_changed_subjects(old_facts, new_facts)
    naming.learn(_mentioned([*changed, *_of_changed_subjects(old_terms, new_terms)]))
    touched = frozenset(_mentioned(changed))
    return Differences(
        things=things_changed(old_facts, new_facts, naming),
        facts=facts_changed(old_facts, new_facts, naming),
        terms=terms_changed(old_terms, new_terms, naming),
        answers=answers_changed(old, new, touched=touched, naming=naming) if queries else (),
    )


def _parts(side: Side) -> tuple[frozenset[Quad], frozenset[Quad]]:
    """Return what a side says of terms, and what it says of all else."""
    return split_terms(side.facts) if side.layout is None else (side.terms, side.facts)


def _of_changed_subjects(old: frozenset[Quad], new: frozenset[Quad]) -> list[Quad]:
    """Return all that either side says of what a changed statement is about."""
    subjects = {quad.subject for quad in old ^ new}
    return [quad for quad in old | new if quad.subject in subjects]


def _mentioned(quads: Iterable[Quad]) -> Iterator[str]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                yield term.value


def _prefixes(old: Side, new: Side) -> dict[str, str]:
    """Return the prefixes of the newer book, or those that both files declare."""
    if new.layout is not None:
        return prefixes_in(read_context(new.layout.context))
    return {
        prefix: namespace
        for side in (old, new)
        for file in side.files
        for prefix, namespace in file.prefixes.items()
    }
