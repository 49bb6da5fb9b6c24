"""Find the one thing that somebody means, or say what is wrong with what they wrote."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.query.names import Names
from factbook.rdf.terms import curie, local_name
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import NamedNode

    from factbook.store.answers import Engine

_MOST_CANDIDATES = 5


class Resolver:
    """Looks names up in one graph."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self.engine = engine
        self.prefixes = prefixes

    @cached_property
    def _names(self) -> Names:
        engine = self.engine
        return Names(
            lambda text: select(engine, text),
            lambda text: engine.query(text) is True,
            self.prefixes,
        )

    def resolve(self, text: str, *, type_curie: str | None = None, option: str = "") -> NamedNode:
        """Return the one thing that a text means.

        Args:
            text: An IRI, a CURIE, any of the thing's names in any case, or the end of its IRI.
            type_curie: The class that it must belong to.
            option: What to call the text in a message, e.g. '--company'.

        Raises:
            UsageError: Nothing or more than one thing fits, or it is of another class.
        """
        where = f"{option}: " if option else ""
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError(f"{where}{text!a} is not valid Unicode text")
        names = self._names
        wanted = names.kind(type_curie)
        kind = f" {self._short(wanted)}" if wanted else " thing"
        given = names.written_out(text)
        if given is not None:
            if not names.is_known(given):
                raise UsageError(
                    f"{where}no{kind} '{text}' in the graph.{self._nearest(text, wanted)}"
                )
            if wanted is not None and not names.is_a(given, wanted):
                raise UsageError(f"{where}'{text}' is not a{kind}")
            return given
        found = names.called(text, wanted)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"{where}no{kind} is called '{text}'.{self._nearest(text, wanted)}")
        offered = ", ".join(self._short(thing) for thing in found[:_MOST_CANDIDATES])
        more = f" and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
        raise UsageError(f"{where}'{text}' may mean {offered}{more}; write the one you mean")

    def choices(self, *, type_curie: str | None = None) -> list[tuple[NamedNode, str]]:
        """Return all things of a class with each of their names, for completion and suggestions."""
        return self._names.choices(self._names.kind(type_curie))

    def _nearest(self, text: str, wanted: NamedNode | None) -> str:
        names: Iterable[str] = (
            name
            for thing, label in self._names.choices(wanted)
            for name in (local_name(thing.value), label)
        )
        return did_you_mean(text, names)

    def _short(self, thing: NamedNode) -> str:
        return curie(thing.value, self.prefixes) or f"<{thing.value}>"
