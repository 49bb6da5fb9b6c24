"""Turn faults into findings: with their place, their name, and terms as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.check.faults import shown
from factbook.check.findings import Finding
from factbook.render.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.check.faults import Fault
    from factbook.check.locate import Location
    from factbook.rdf.parse import RdfFile
    from factbook.rdf.positions.excerpt import Excerpt
    from factbook.store.answers import Engine

    Located = tuple[Fault, Location | None]


def located(faults: Sequence[Fault], files: Sequence[RdfFile | Excerpt]) -> list[Located]:
    """Return each fault with where it stands in some files, if it does."""
    if not faults:
        return []
    from factbook.check.locate import Locator

    locator = Locator(files, faults)
    return [(fault, locator.locate(fault)) for fault in faults]


def described(
    faults: Iterable[Located], *, engine: Engine, prefixes: Mapping[str, str]
) -> list[Finding]:
    """Return a finding for each fault; one beside the place of another of its kind is left out.

    Args:
        faults: The faults with their places.
        engine: Where the names of things come from.
        prefixes: The prefixes to write terms with.
    """
    found = list(faults)
    if not found:
        return []
    iris = {fault.focus.value for fault, _ in found if isinstance(fault.focus, NamedNode)}
    labels = Labels(prefixes, engine)
    labels.look_up(iris)
    told = {(fault.rule.name, fault.focus) for fault, place in found if place and place.exact}
    return [
        _finding(fault, location, labels, prefixes)
        for fault, location in found
        if (location is not None and location.exact)
        or fault.value is None
        or (fault.rule.name, fault.focus) not in told
    ]


def _finding(
    fault: Fault, location: Location | None, labels: Labels, prefixes: Mapping[str, str]
) -> Finding:
    place = location.place if location is not None else None
    focus = fault.focus
    iri = focus.value if isinstance(focus, NamedNode) else ""
    return Finding(
        rule=fault.rule.name,
        severity=fault.rule.severity,
        message=fault.message or fault.rule.cure,
        path=location.file.path if location is not None else None,
        line=place.line if place is not None else None,
        column=place.column if place is not None else None,
        focus=iri or shown(focus, prefixes),
        label=labels.of(iri) if iri else shown(focus, prefixes),
        property=shown(fault.path, prefixes),
        value=shown(fault.value, prefixes),
    )
