"""Regular expressions that the store's engine does not know, run by Python's instead.

The engine's expressions take time linear in the text and so go without look-ahead and
back-references. To one that it cannot read it answers nothing at all, and every value would be a
violation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

from factbook.rdf.terms import XSD, to_sparql
from factbook.shacl.graph import ShapesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.rdf.terms import Term

_BOOLEAN = NamedNode(f"{XSD}boolean")
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}


class Regexes:
    """The functions that stand in for REGEX, by name."""

    def __init__(self) -> None:
        self.functions: dict[str, Callable[[Term], Term | None]] = {}
        self._calls: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, str], bool] = {}
        self._store = Store()

    def knows(self, pattern: str, flags: str) -> bool:
        """Tell whether the engine can read an expression."""
        known = self._known.get((pattern, flags))
        if known is not None:
            return known
        arguments = ", ".join(to_sparql(Literal(each)) for each in ("", pattern, flags))
        answer = self._store.query(
            f"ASK {{ FILTER(BOUND(?x) || isLITERAL(STR(REGEX({arguments})))) }}"
        )
        found = isinstance(answer, QueryBoolean) and bool(answer)
        self._known[pattern, flags] = found
        return found

    def call(self, pattern: str, flags: str) -> str:
        """Return the IRI of a function that matches one expression.

        Raises:
            ShapesError: Python cannot read the expression either.
        """
        known = self._calls.get((pattern, flags))
        if known is not None:
            return known
        try:
            expression = re.compile(_escaped(pattern, flags), _options(flags))
        except (re.error, KeyError) as error:
            raise ShapesError(
                f"the shapes cannot be used: sh:pattern {pattern!r} with flags {flags!r} is not a "
                f"regular expression: {error}"
            ) from None

        def matches(term: Term) -> Term | None:
            if not isinstance(term, Literal):
                return None
            found = expression.search(term.value) is not None
            return Literal("true" if found else "false", datatype=_BOOLEAN)

        name = f"urn:factbook:pattern:{len(self._calls)}"
        self.functions[name] = matches
        self._calls[pattern, flags] = f"<{name}>"
        return f"<{name}>"


def _escaped(pattern: str, flags: str) -> str:
    """Apply the flag 'q', under which an expression is plain text (XPath functions, 5.6.2)."""
    return re.escape(pattern) if "q" in flags else pattern


def _options(flags: str) -> int:
    found = 0
    for flag in flags.replace("q", ""):
        found |= _FLAGS[flag]
    return found
