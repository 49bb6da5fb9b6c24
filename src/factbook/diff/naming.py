"""What to call things when two states of a book are compared: the newer name counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.diff.changes import Name
from factbook.query.names import NAMES
from factbook.rdf.terms import XSD, curie, is_iri
from factbook.render import humanize
from factbook.render.humanize import printable
from factbook.render.labels import find_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

_NUMBERS = {f"{XSD}integer", f"{XSD}decimal"}
_PLAIN_LANGUAGES = {None, "en"}


class Naming:
    """Looks names up in the newer state, and then in the older one."""

    def __init__(self, *, newer: Engine, older: Engine, prefixes: Mapping[str, str]) -> None:
        self._newer = newer
        self._older = older
        self._prefixes = prefixes
        self._labels: dict[str, str] = {}

    def learn(self, iris: Iterable[str]) -> None:
        """Look the names of some things up, all at once."""
        wanted = {iri for iri in iris if is_iri(iri)} - self._labels.keys()
        self._labels |= find_labels(self._newer, wanted, self._prefixes)
        unknown = {iri for iri in wanted if not self._knows(iri)}
        self._labels |= find_labels(self._older, unknown, self._prefixes)

    def label(self, iri: str) -> str:
        """Return what people call a thing, or else its CURIE or IRI."""
        return printable(self._labels[iri] if self._knows(iri) else self.short(iri))

    def property(self, iri: str) -> Name:
        """Return a property or class with its names, made of its IRI where it has no label."""
        words = self.label(iri) if self._knows(iri) else printable(humanize.local_words(iri))
        return Name(iri, printable(self.short(iri)), words or self.label(iri))

    def kinds(self, classes: Iterable[str]) -> str:
        """Return what a thing is, in the names of its classes."""
        return ", ".join(sorted(self.property(each).label for each in classes))

    def short(self, iri: str) -> str:
        """Return the CURIE of an IRI, or else the IRI."""
        return curie(iri, self._prefixes) or iri

    def name(self, iri: str) -> Name:
        """Return a thing with its names."""
        return Name(iri, printable(self.short(iri)), self.label(iri))

    def source(self, graph: str) -> Name:
        """Return a source with its names; a file that names no source has none."""
        return self.name(graph) if is_iri(graph) else Name("", "", "")

    def is_name(self, about: str) -> bool:
        """Tell whether a property gives names."""
        return about in NAMES

    def text(self, term: Term) -> str:
        """Return a term as people read it."""
        if isinstance(term, NamedNode):
            return self.label(term.value)
        if not isinstance(term, Literal):
            return printable(str(term))
        if term.datatype.value in _NUMBERS:
            return humanize.number(term.value)
        said = printable(term.value)
        return said if term.language in _PLAIN_LANGUAGES else f"{said} ({term.language})"

    def _knows(self, iri: str) -> bool:
        return self._labels.get(iri, iri) not in {iri, curie(iri, self._prefixes)}
