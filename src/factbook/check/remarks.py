"""Remarks on shapes, with their places in the files of the shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.rdf.positions import places_of
from factbook.rdf.terms import curie
from factbook.render.humanize import format_path
from factbook.shacl import SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.places import Places
    from factbook.rdf.terms import Term
    from factbook.shacl import Remark, Report

_IRI = re.compile(r"<[^<>\s]*>")


@dataclass(frozen=True)
class Completeness:
    """What a validation left out, as lines of text: `file:line:column: what`."""

    faults: tuple[str, ...] = ()
    """The parts of the shapes that break the rules of SHACL."""
    unevaluated: tuple[str, ...] = ()
    """The parts of the shapes that are not evaluated."""
    unreached: tuple[str, ...] = ()
    """The shapes and targets that no node is checked against."""

    def __add__(self, other: Completeness) -> Completeness:
        """Return what either of two validations left out."""
        return Completeness(
            self.faults + other.faults,
            self.unevaluated + other.unevaluated,
            self.unreached + other.unreached,
        )


def describe_completeness(
    report: Report, files: Sequence[RdfFile], prefixes: Mapping[str, str]
) -> Completeness:
    """Return what a validation left out, placed in the files of its shapes."""
    groups = (report.faults, report.unevaluated, report.unreached)
    lines = [_place_remarks(group, files, prefixes) for group in groups]
    return Completeness(*lines)


def find_empty_files(data: Sequence[RdfFile], shapes: Sequence[RdfFile]) -> Completeness:
    """Return remarks on files of data without triples and files of shapes without shapes."""
    empty = [f"{format_path(f.path)}: no triples in it" for f in data if not f.quads]
    without = [
        f"{format_path(file.path)}: no shapes in it"
        for file in shapes
        if not any(quad.predicate.value.startswith(SH) for quad in file.quads)
    ]
    return Completeness(unreached=(*(empty if len(data) > len(empty) else ()), *without))


def shorten(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a text with its IRIs as prefixed names, where a prefix is declared."""
    return _IRI.sub(lambda match: curie(match.group()[1:-1], prefixes) or match.group(), text)


def _place_remarks(
    remarks: Iterable[Remark], files: Sequence[RdfFile], prefixes: Mapping[str, str]
) -> tuple[str, ...]:
    listed = list(remarks)
    nodes = frozenset(each.node for each in listed if each.node is not None)
    if not nodes:
        return tuple(shorten(each.text, prefixes) for each in listed)
    owners: dict[Term, RdfFile] = {}
    for file in files:
        for quad in file.quads:
            if quad.subject in nodes:
                owners.setdefault(quad.subject, file)
    places: dict[int, Places] = {}
    lines = []
    for remark in listed:
        text = shorten(remark.text, prefixes)
        owner = None if remark.node is None else owners.get(remark.node)
        if owner is None or remark.node is None:
            lines.append(text)
            continue
        if id(owner) not in places:
            places[id(owner)] = places_of(owner, nodes)
        place = places[id(owner)].find(remark.node, remark.predicate, remark.value)
        position = f":{place.line}:{place.column}" if place else ""
        lines.append(f"{format_path(owner.path)}{position}: {text}")
    return tuple(lines)
