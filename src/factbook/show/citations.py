"""Number the sources of a page in the order in which it first cites them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import curie
from factbook.render.humanize import date, printable
from factbook.show.page import Name, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.rdf.terms import Term
    from factbook.show.statements import Names


class Desk(NamedTuple):
    """What every part of a page is written with."""

    here: str
    """The thing of the page, which needs no mention on it."""
    names: Names
    citations: Citations


class Citations:
    """Gives each source its number; a source does not cite itself on its own page."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._numbers: dict[str, int] = {}

    def cite(self, sources: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of some sources in ascending order."""
        return tuple(
            sorted(
                self._numbers.setdefault(source, len(self._numbers) + 1)
                for source in dict.fromkeys(sources)
                if source != self._own
            )
        )

    def references(
        self,
        known: Mapping[str, Mapping[str, Term]],
        names: Names,
        prefixes: Mapping[str, str],
    ) -> tuple[Reference, ...]:
        """Return the list of what was cited."""
        return tuple(
            _reference(Name(iri, curie(iri, prefixes) or iri), number, known.get(iri), names)
            for iri, number in self._numbers.items()
        )


def _reference(
    source: Name, number: int, facts: Mapping[str, Term] | None, names: Names
) -> Reference:
    if facts is None:
        iri = source.iri
        title = printable(unquote(iri.rpartition(":")[2])) if iri.startswith("urn:") else iri
        return Reference(number, source, title, is_file=True)
    publisher, evidence = facts.get("publisher"), facts.get("evidence")
    return Reference(
        number=number,
        source=source,
        title=printable(_text(facts.get("title")) or names.of(source.iri)),
        publisher=names.of(publisher.value) if isinstance(publisher, NamedNode) else "",
        date=_dated(facts, names),
        evidence=names.of(evidence.value) if isinstance(evidence, NamedNode) else "",
        address=printable(_text(facts.get("address"))),
        is_inferred=_text(facts.get("inferred")) == "true",
        is_lead=_text(facts.get("lead")) == "true",
    )


def _dated(facts: Mapping[str, Term], names: Names) -> str:
    day = _text(facts.get("date"))
    if not day:
        return "undated" if _text(facts.get("undated")) == "true" else ""
    precision = facts.get("precision")
    return date(day, names.of(precision.value) if isinstance(precision, NamedNode) else "day")


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
