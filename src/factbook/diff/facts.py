"""Compare the facts of two states: things, figures and single statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.diff.changes import (
    ADDED,
    REMOVED,
    REVISED,
    WITHDRAWN,
    Detail,
    FactChange,
    ThingChange,
    name_of,
    name_of_property,
    name_of_source,
)
from factbook.query.entities import NAMES
from factbook.rdf.terms import local_name, text_of
from factbook.render.humanize import format_amount, format_iso_date, format_range, recency_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    from factbook.rdf.terms import Term
    from factbook.render.labels import Labels

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SCHEMA = "https://schema.org/"
OBSERVATION = f"{_SCHEMA}Observation"
_ABOUT = f"{_SCHEMA}observationAbout"
_MEASURE = f"{_SCHEMA}measuredProperty"
_VALUE, _LEAST, _MOST = f"{_SCHEMA}value", f"{_SCHEMA}minValue", f"{_SCHEMA}maxValue"
_DATE = f"{_SCHEMA}observationDate"
_DATE_PRECISION = "https://w3id.org/ai-infra/def#datePrecision"
_SOURCE = "http://purl.org/dc/terms/source"
_REPLACES = "http://purl.org/dc/terms/replaces"
_WITHDRAWS = "https://w3id.org/ai-infra/def#withdraws"
_UNIT = "http://qudt.org/schema/qudt/hasUnit"
_IN_WORDS = {RDF_TYPE, _ABOUT, _MEASURE, _VALUE, _LEAST, _MOST, _DATE, _UNIT}


@dataclass
class _Node:
    """What one source states about one thing."""

    subject: str
    source: str
    derived_unit: str = ""
    """The unit that a rule derives for a figure without one."""
    values: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))

    def first(self, property_iri: str) -> str:
        """Return the first value of a property, or an empty string."""
        return min((text_of(term) for term in self.values.get(property_iri, ())), default="")

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """All pairs of property and value."""
        return {
            (property_iri, str(term))
            for property_iri, terms in self.values.items()
            for term in terms
        }

    @property
    def date(self) -> str:
        """Its date, cut to its precision."""
        return format_iso_date(self.first(_DATE), local_name(self.first(_DATE_PRECISION)))

    @property
    def numbers(self) -> tuple[str, str, str]:
        """Its value and its lower and upper bounds; empty strings if it has none."""
        return self.first(_VALUE), self.first(_LEAST), self.first(_MOST)

    @property
    def subject_and_measure(self) -> tuple[str, str, str]:
        """What two figures share when one replaces the other."""
        return self.first(_ABOUT), self.first(_MEASURE), self.source


def compare_things(
    old: Iterable[Quad], new: Iterable[Quad], labels: Labels
) -> tuple[ThingChange, ...]:
    """Return the things, other than figures, that were added or removed."""
    before, after = _kinds(old), _kinds(new)
    changes = [
        ThingChange(
            change,
            name_of(iri, labels),
            ", ".join(sorted(labels.of_property(kind) for kind in kinds[iri])),
        )
        for change, kinds, others in ((ADDED, after, before), (REMOVED, before, after))
        for iri in kinds
        if iri not in others
    ]
    return tuple(
        sorted(changes, key=lambda change: (change.kind, change.thing.label, change.thing.iri))
    )


def compare_facts(
    old: frozenset[Quad],
    new: frozenset[Quad],
    labels: Labels,
    *,
    old_units: Mapping[str, str],
    new_units: Mapping[str, str],
) -> tuple[FactChange, ...]:
    """Return the statements and figures that were added, removed or revised.

    The types and names of added things are left out, as `compare_things` returns them.

    Args:
        old: The quads of the older state.
        new: The quads of the newer state.
        labels: The labels of things.
        old_units: The unit of each figure of the older state, stated or derived.
        new_units: The same for the newer state.
    """
    figures = _figures_of(old) | _figures_of(new)
    before, after = _nodes(old, figures, old_units), _nodes(new, figures, new_units)
    gone, come = old - new, new - old
    changes = list(_compare_figures(before, after, _versions(come), labels))
    changes += _list_withdrawn(come, after, labels)
    kinds_before, kinds_after = _kinds(old), _kinds(new)
    fresh = kinds_before.keys() ^ kinds_after.keys()
    same = {
        iri for iri in kinds_before.keys() & kinds_after if kinds_before[iri] == kinds_after[iri]
    }
    changes += _compare_statements(
        [quad for quad in gone if _is_statement(quad, figures, fresh, same)],
        [quad for quad in come if _is_statement(quad, figures, fresh, same)],
        labels,
    )
    return tuple(
        sorted(
            changes,
            key=lambda change: (
                change.about.label.casefold(),
                change.about.iri,
                change.source.label,
                change.source.iri,
                change.what.label,
                recency_key(change.when),
                change.change,
                change.old,
                change.new,
            ),
        )
    )


def _compare_figures(
    before: dict[tuple[str, str], _Node],
    after: dict[tuple[str, str], _Node],
    versions: Mapping[str, str],
    labels: Labels,
) -> Iterator[FactChange]:
    for key in before.keys() & after.keys():
        if before[key].pairs != after[key].pairs:
            yield _figure_change(before[key], after[key], labels)
    gone = _by_measure(before[key] for key in before.keys() - after.keys())
    fresh = {key: after[key] for key in after.keys() - before.keys()}
    for key, node in list(fresh.items()):
        earlier = after.get(_in_version(key, versions.get(node.source, "")))
        if earlier is not None:
            del fresh[key]
            if earlier.pairs != node.pairs:
                yield _figure_change(earlier, node, labels)
    come = _by_measure(fresh.values())
    for measured in gone.keys() | come.keys():
        for old, new in _pair(gone.get(measured, []), come.get(measured, [])):
            if old is None or new is None or old.pairs != new.pairs:
                yield _figure_change(old, new, labels)


def _versions(come: Iterable[Quad]) -> dict[str, str]:
    """Return the version that each added source replaces."""
    return {
        text_of(quad.subject): text_of(quad.object)
        for quad in come
        if quad.predicate.value == _REPLACES
    }


def _in_version(key: tuple[str, str], earlier: str) -> tuple[str, str]:
    """Return the figure that a figure of a newer version repeats, with the earlier version."""
    figure, source = key
    return figure.replace(local_name(source), local_name(earlier)), earlier


def _list_withdrawn(
    come: Iterable[Quad], after: dict[tuple[str, str], _Node], labels: Labels
) -> Iterator[FactChange]:
    by_iri = {figure: node for (figure, _), node in after.items()}
    for quad in come:
        node = by_iri.get(text_of(quad.object))
        if quad.predicate.value == _WITHDRAWS and node is not None:
            change = _figure_change(node, None, labels)
            source = name_of_source(text_of(quad.graph_name), labels)
            yield replace(change, change=WITHDRAWN, source=source)


def _pair(gone: list[_Node], come: list[_Node]) -> Iterator[tuple[_Node | None, _Node | None]]:
    """Pair removed figures with the most similar added ones."""
    unpaired = list(gone)
    for new in come:
        alike = max(unpaired, key=lambda old: len(old.pairs & new.pairs), default=None)
        if alike is not None:
            unpaired.remove(alike)
        yield alike, new
    for old in unpaired:
        yield old, None


def _figure_change(old: _Node | None, new: _Node | None, labels: Labels) -> FactChange:
    either = new or old
    if either is None:
        raise ValueError("neither side has the figure")
    before, after = _format_amounts(old, new, labels)
    return FactChange(
        change=REVISED if old and new else ADDED if new else REMOVED,
        about=name_of(either.first(_ABOUT) or either.subject, labels),
        what=name_of_property(either.first(_MEASURE) or either.subject, labels),
        when=either.date,
        old=before,
        new=after,
        words=() if old and new else tuple(_words(either, labels)),
        details=tuple(_details(old, new, labels)) if old and new else (),
        source=name_of_source(either.source, labels),
    )


def _details(old: _Node, new: _Node, labels: Labels) -> Iterator[Detail]:
    for property_iri in sorted(old.values.keys() | new.values.keys()):
        before, after = (
            _list_values(old, property_iri, labels),
            _list_values(new, property_iri, labels),
        )
        if before != after and (property_iri not in _IN_WORDS or property_iri == _DATE):
            yield Detail(labels.of_property(property_iri), before, after)


def _words(node: _Node, labels: Labels) -> Iterator[str]:
    """Yield the qualifiers of a figure: the things, other than its source, that it names."""
    for property_iri in sorted(node.values.keys() - _IN_WORDS - {_SOURCE}):
        for term in sorted(node.values[property_iri], key=str):
            if isinstance(term, NamedNode):
                yield labels.of_term(term)


def _format_amounts(old: _Node | None, new: _Node | None, labels: Labels) -> tuple[str, str]:
    """Format both numbers, with all digits if they would otherwise read the same."""
    before, after = (_format_amount(node, labels) if node else "" for node in (old, new))
    if old and new and before == after and old.numbers != new.numbers:
        return _format_amount(old, labels, exact=True), _format_amount(new, labels, exact=True)
    return before, after


def _format_amount(node: _Node, labels: Labels, *, exact: bool = False) -> str:
    unit = node.first(_UNIT) or node.derived_unit
    symbol = labels.of(unit) if unit else ""
    value, least, most = (
        format_amount(number, unit, symbol, exact=exact) if number else ""
        for number in node.numbers
    )
    return value or format_range(least, most) or "no figure"


def _compare_statements(gone: list[Quad], come: list[Quad], labels: Labels) -> Iterator[FactChange]:
    """Yield single statements; one that replaces another of the same source is a revision."""
    before, after = _by_property(gone), _by_property(come)
    for key in before.keys() | after.keys():
        old = sorted(before.get(key, []), key=str)
        new = sorted(after.get(key, []), key=str)
        subject, property_iri, source = key
        revised = len(old) == len(new) == 1
        pairs: list[tuple[Term | None, Term | None]] = (
            [(old[0], new[0])]
            if revised
            else [*((was, None) for was in old), *((None, now) for now in new)]
        )
        for was, now in pairs:
            yield FactChange(
                change=REVISED if revised else REMOVED if was is not None else ADDED,
                about=name_of(subject, labels),
                what=name_of_property(property_iri, labels),
                when="",
                old=labels.of_term(was) if was is not None else "",
                new=labels.of_term(now) if now is not None else "",
                words=(),
                details=(),
                source=name_of_source(source, labels),
            )


def _is_statement(quad: Quad, figures: set[str], fresh: set[str], same: set[str]) -> bool:
    """Tell whether a statement is listed by itself instead of with its thing or its figure."""
    subject, property_iri = text_of(quad.subject), quad.predicate.value
    if subject in figures or property_iri in {_SOURCE, _WITHDRAWS}:
        return False
    if property_iri == RDF_TYPE:
        return subject not in fresh and subject not in same
    return not (subject in fresh and property_iri in NAMES)


def _by_property(quads: Iterable[Quad]) -> dict[tuple[str, str, str], list[Term]]:
    values: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for quad in quads:
        key = (text_of(quad.subject), quad.predicate.value, text_of(quad.graph_name))
        values[key].append(quad.object)
    return values


def _by_measure(nodes: Iterable[_Node]) -> dict[tuple[str, str, str], list[_Node]]:
    groups: dict[tuple[str, str, str], list[_Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: node.subject):
        groups[node.subject_and_measure].append(node)
    return groups


def _nodes(
    quads: Iterable[Quad], subjects: set[str], units: Mapping[str, str]
) -> dict[tuple[str, str], _Node]:
    """Return what each source states about each of some things."""
    nodes: dict[tuple[str, str], _Node] = {}
    for quad in quads:
        subject = text_of(quad.subject)
        if subject in subjects:
            source = text_of(quad.graph_name)
            node = nodes.setdefault(
                (subject, source), _Node(subject, source, units.get(subject, ""))
            )
            node.values[quad.predicate.value].append(quad.object)
    return nodes


def _figures_of(quads: Iterable[Quad]) -> set[str]:
    return {iri for iri, kinds in _all_kinds(quads).items() if OBSERVATION in kinds}


def _kinds(quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return the types of each thing that is not a figure."""
    return {iri: kinds for iri, kinds in _all_kinds(quads).items() if OBSERVATION not in kinds}


def _all_kinds(quads: Iterable[Quad]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == RDF_TYPE and isinstance(quad.subject, NamedNode):
            kinds[quad.subject.value].add(text_of(quad.object))
    return kinds


def _list_values(node: _Node, property_iri: str, labels: Labels) -> str:
    if property_iri == _DATE:
        return node.date
    return ", ".join(sorted(labels.of_term(term) for term in node.values.get(property_iri, ())))
