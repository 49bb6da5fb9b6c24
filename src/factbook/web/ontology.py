"""The classes, properties and concept schemes of a book, as one page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from factbook.rdf.terms import local_name, value_of
from factbook.render.humanize import make_printable
from factbook.store.answers import select

if TYPE_CHECKING:
    from factbook.web.panels import Explorer

KINDS = {"class": "Classes", "property": "Properties", "scheme": "Concept schemes"}


@dataclass
class TermEntry:
    """A class, a property or a scheme of concepts."""

    iri: str
    anchor: str
    label: str = ""
    definition: str = ""
    links: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The linked terms, by heading."""


def build_vocabulary(explorer: Explorer, *, within: str = "") -> dict[str, Any]:
    """Return the terms by kind, with the labels of all referenced terms.

    Args:
        explorer: The book.
        within: Only terms whose IRIs begin like this.
    """
    if within and within not in explorer.catalog.namespaces:
        return {"kinds": {}}
    rows = select(explorer.book.engine, explorer.catalog.page_query("terms").text)
    kinds: dict[str, dict[str, TermEntry]] = {kind: {} for kind in KINDS}
    for term, kind, label, definition, heading, other in rows:
        if not isinstance(term, NamedNode) or not term.value.startswith(within):
            continue
        entry = kinds[value_of(kind)].setdefault(
            term.value, TermEntry(term.value, local_name(term.value))
        )
        entry.label = entry.label or make_printable(value_of(label))
        entry.definition = entry.definition or make_printable(value_of(definition))
        if isinstance(other, NamedNode):
            entry.links[value_of(heading)].add(other.value)
    entries = {
        kind: sorted(found.values(), key=lambda each: (each.anchor.casefold(), each.iri))
        for kind, found in kinds.items()
        if found
    }
    labels = explorer.labels
    labels.look_up(
        iri
        for found in entries.values()
        for each in found
        for iri in (each.iri, *(other for others in each.links.values() for other in others))
    )
    things = {each.iri: each.things for each in explorer.catalog.classes}
    return {"kinds": entries, "titles": KINDS, "labels": labels, "counts": things}
