"""Compare what the files state: things, figures and single statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.diff.changes import ADDED, REMOVED, REVISED, Detail, FactChange, ThingChange
from factbook.render import humanize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

    from factbook.diff.naming import Naming
    from factbook.rdf.terms import Term

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SCHEMA = "https://schema.org/"
OBSERVATION = f"{_SCHEMA}Observation"
_ABOUT = f"{_SCHEMA}observationAbout"
_MEASURE = f"{_SCHEMA}measuredProperty"
_VALUE, _LEAST, _MOST = f"{_SCHEMA}value", f"{_SCHEMA}minValue", f"{_SCHEMA}maxValue"
_DATE = f"{_SCHEMA}observationDate"
_SOURCE = "http://purl.org/dc/terms/source"
_UNIT = "http://qudt.org/schema/qudt/hasUnit"
_IN_WORDS = {RDF_TYPE, _ABOUT, _MEASURE, _VALUE, _LEAST, _MOST, _DATE, _UNIT}


@dataclass
class _Node:
    """What one source says of one thing."""

    subject: str
    source: str
    values: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))

    def first(self, about: str) -> str:
        """Return a value, the first of several, or nothing."""
        return min((_plain(term) for term in self.values.get(about, ())), default="")

    @property
    def subject_and_measure(self) -> tuple[str, str, str]:
        """What makes two figures of one source figures of the same."""
        return self.first(_ABOUT), self.first(_MEASURE), self.source


def things_changed(
    old: Iterable[Quad], new: Iterable[Quad], naming: Naming
) -> tuple[ThingChange, ...]:
    """Return the things, other than figures, that are new or gone."""
    before, after = _kinds(old), _kinds(new)
    found = [
        ThingChange(
            change,
            naming.name(iri),
            ", ".join(sorted(naming.property(kind).label for kind in kinds[iri])),
        )
        for change, kinds, others in ((ADDED, after, before), (REMOVED, before, after))
        for iri in kinds
        if iri not in others
    ]
    return tuple(sorted(found, key=lambda each: (each.kind, each.thing.label, each.thing.iri)))


def facts_changed(
    old: frozenset[Quad], new: frozenset[Quad], naming: Naming
) -> tuple[FactChange, ...]:
    """Return the statements and figures that are new, gone or revised.

    A statement that only says what a new thing is and what it is called is left to the things.
    """
    figures = _figures_of(old) | _figures_of(new)
    before, after = _nodes(old, figures), _nodes(new, figures)
    changes = list(_figures_changed(before, after, naming))
    gone, come = old - new, new - old
    kinds_before, kinds_after = _kinds(old), _kinds(new)
    fresh = kinds_before.keys() ^ kinds_after.keys()
    same = {
        iri for iri in kinds_before.keys() & kinds_after if kinds_before[iri] == kinds_after[iri]
    }
    changes += _statements_changed(
        [quad for quad in gone if _is_statement(quad, figures, fresh, same, naming)],
        [quad for quad in come if _is_statement(quad, figures, fresh, same, naming)],
        naming,
    )
    return tuple(
        sorted(
            changes,
            key=lambda each: (
                each.about.label.casefold(),
                each.about.iri,
                each.source.label,
                each.source.iri,
                each.what.label,
                humanize.newest_first(each.when),
                each.change,
                each.old,
                each.new,
            ),
        )
    )


def _figures_changed(
    before: dict[tuple[str, str], _Node], after: dict[tuple[str, str], _Node], naming: Naming
) -> Iterator[FactChange]:
    for key in before.keys() & after.keys():
        if _differ(before[key], after[key]):
            yield _figure(before[key], after[key], naming)
    gone = _by_measure(before[key] for key in before.keys() - after.keys())
    come = _by_measure(after[key] for key in after.keys() - before.keys())
    for measured in gone.keys() | come.keys():
        for old, new in _pairs(gone.get(measured, []), come.get(measured, [])):
            if old is None or new is None or _differ(old, new):
                yield _figure(old, new, naming)


def _pairs(gone: list[_Node], come: list[_Node]) -> Iterator[tuple[_Node | None, _Node | None]]:
    """Yield figures that went with those that took their place, the most alike first."""
    left = list(gone)
    for new in come:
        likeness = [(len(_flat(old) & _flat(new)), -index) for index, old in enumerate(left)]
        if likeness:
            yield left.pop(-max(likeness)[1]), new
        else:
            yield None, new
    for old in left:
        yield old, None


def _figure(old: _Node | None, new: _Node | None, naming: Naming) -> FactChange:
    one = new or old
    if one is None:
        raise ValueError("neither side has the figure")
    date = one.first(_DATE)
    return FactChange(
        change=REVISED if old and new else ADDED if new else REMOVED,
        about=naming.name(one.first(_ABOUT) or one.subject),
        what=naming.property(one.first(_MEASURE) or one.subject),
        when=date,
        old=_amount(old, naming) if old else "",
        new=_amount(new, naming) if new else "",
        words=() if old and new else tuple(_words(one, naming)),
        details=tuple(_details(old, new, naming)) if old and new else (),
        source=naming.source(one.source),
    )


def _details(old: _Node, new: _Node, naming: Naming) -> Iterator[Detail]:
    for about in sorted(old.values.keys() | new.values.keys()):
        before, after = _said(old, about, naming), _said(new, about, naming)
        if before != after and (about not in _IN_WORDS or about == _DATE):
            yield Detail(naming.property(about).label, before, after)


def _words(node: _Node, naming: Naming) -> Iterator[str]:
    """Yield what limits or grades a figure: the things, other than its source, that it names."""
    for about in sorted(node.values.keys() - _IN_WORDS - {_SOURCE}):
        for term in sorted(node.values[about], key=str):
            if isinstance(term, NamedNode):
                yield naming.text(term)


def _amount(node: _Node, naming: Naming) -> str:
    numbers = [
        humanize.number(text) for about in (_VALUE, _LEAST, _MOST) if (text := node.first(about))
    ]
    if not numbers:
        return "no figure"
    unit = node.first(_UNIT)
    return humanize.with_unit(" to ".join(numbers), naming.label(unit) if unit else "")


def _statements_changed(gone: list[Quad], come: list[Quad], naming: Naming) -> Iterator[FactChange]:
    """Yield single statements; one that takes the place of another of its source is a revision."""
    before, after = _by_property(gone), _by_property(come)
    for key in before.keys() | after.keys():
        old = sorted(before.get(key, []), key=str)
        new = sorted(after.get(key, []), key=str)
        subject, about, source = key
        revised = len(old) == len(new) == 1
        pairs: list[tuple[Term | None, Term | None]] = (
            [(old[0], new[0])]
            if revised
            else [*((was, None) for was in old), *((None, now) for now in new)]
        )
        for was, now in pairs:
            yield FactChange(
                change=REVISED if revised else REMOVED if was is not None else ADDED,
                about=naming.name(subject),
                what=naming.property(about),
                when="",
                old=naming.text(was) if was is not None else "",
                new=naming.text(now) if now is not None else "",
                words=(),
                details=(),
                source=naming.source(source),
            )


def _is_statement(
    quad: Quad, figures: set[str], fresh: set[str], same: set[str], naming: Naming
) -> bool:
    """Tell whether a statement is told by itself, and not with its thing or its figure."""
    subject, about = _plain(quad.subject), quad.predicate.value
    if subject in figures or about == _SOURCE:
        return False
    if about == RDF_TYPE:
        return subject not in fresh and subject not in same
    return not (subject in fresh and naming.is_name(about))


def _by_property(quads: Iterable[Quad]) -> dict[tuple[str, str, str], list[Term]]:
    found: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for quad in quads:
        key = (_plain(quad.subject), quad.predicate.value, _plain(quad.graph_name))
        found[key].append(quad.object)
    return found


def _by_measure(nodes: Iterable[_Node]) -> dict[tuple[str, str, str], list[_Node]]:
    found: dict[tuple[str, str, str], list[_Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: node.subject):
        found[node.subject_and_measure].append(node)
    return found


def _nodes(quads: Iterable[Quad], subjects: set[str]) -> dict[tuple[str, str], _Node]:
    """Return what each source says of each of some things."""
    found: dict[tuple[str, str], _Node] = {}
    for quad in quads:
        subject = _plain(quad.subject)
        if subject in subjects:
            source = _plain(quad.graph_name)
            node = found.setdefault((subject, source), _Node(subject, source))
            node.values[quad.predicate.value].append(quad.object)
    return found


def _figures_of(quads: Iterable[Quad]) -> set[str]:
    return {iri for iri, kinds in _all_kinds(quads).items() if OBSERVATION in kinds}


def _kinds(quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return the types of each thing that is no figure."""
    return {iri: kinds for iri, kinds in _all_kinds(quads).items() if OBSERVATION not in kinds}


def _all_kinds(quads: Iterable[Quad]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == RDF_TYPE and isinstance(quad.subject, NamedNode):
            found[quad.subject.value].add(_plain(quad.object))
    return found


def _differ(old: _Node, new: _Node) -> bool:
    return _flat(old) != _flat(new)


def _flat(node: _Node) -> set[tuple[str, str]]:
    return {(about, str(term)) for about, terms in node.values.items() for term in terms}


def _said(node: _Node, about: str, naming: Naming) -> str:
    return ", ".join(sorted(naming.text(term) for term in node.values.get(about, ())))


def _plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
