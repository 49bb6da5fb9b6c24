"""Name the columns of tables, and find out what their values have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.export.context import read_for_writing
from factbook.rdf.terms import XSD, local_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from factbook.rdf.terms import Term

IRI = "@id"
DECIMAL = f"{XSD}decimal"
_INTEGER = f"{XSD}integer"
_USUAL = {
    DECIMAL: re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?", re.ASCII),
    f"{XSD}boolean": re.compile(r"true|false"),
    f"{XSD}date": re.compile(
        r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        r"|(?!0000)[0-9]{4}-(?:0[13-9]|1[0-2])-(?:29|30)"
        r"|(?!0000)[0-9]{4}-(?:0[13578]|1[02])-31",
        re.ASCII,
    ),
}
_SEPARATORS = ("|", ";", "\t", "\n", "\u241f")


@dataclass
class Seen:
    """What is known of the values of one property and kind, within one class."""

    values: int = 0
    many: bool = False
    """Whether something has several."""
    has_empty: bool = False
    fits: bool = True
    """Whether each is spelled as numbers, dates and truth values usually are."""
    digits: int = 0
    scale: int = 0
    left: tuple[str, ...] = _SEPARATORS
    """Separators that no value contains."""

    def add(self, kind: str, texts: Sequence[str]) -> None:
        """Take in the values of one thing."""
        usual = _USUAL.get(kind)
        for text in texts:
            self.has_empty |= not text
            if usual is not None and self.fits:
                self._measure(usual.fullmatch(text))
        if len(texts) > 1:
            self.many = True
        together = "".join(texts)
        self.left = tuple(mark for mark in self.left if mark not in together)
        self.values += len(texts)

    def _measure(self, match: re.Match[str] | None) -> None:
        self.fits = match is not None
        if match is not None and match.groups():
            self.digits = max(self.digits, len(match.group(1)))
            self.scale = max(self.scale, len(match.group(2) or ""))


@dataclass(frozen=True)
class Column:
    """A column: the values of one property that are of one kind."""

    name: str
    predicate: str
    kind: str
    """'@id' for IRIs, '@' and a language, or the IRI of a datatype."""
    seen: Seen = field(compare=False)

    @property
    def separator(self) -> str | None:
        """What stands between several values of one thing."""
        return self.seen.left[0] if self.seen.many and self.seen.left else None


def kind_of(value: Term) -> str | None:
    """Return the kind of a value, integers and decimals being of one; None for blank nodes."""
    if isinstance(value, NamedNode):
        return IRI
    if not isinstance(value, Literal):
        return None
    if value.language:
        return f"@{value.language}"
    datatype = value.datatype.value
    return DECIMAL if datatype == _INTEGER else datatype


def columns_of(
    seen: Mapping[tuple[str, str], Seen], context: Mapping[str, Any]
) -> tuple[Column, ...]:
    """Return the columns of a table, by name, the kind that is most common under the short one."""
    terms = {
        iri: min(definition.name for definition in definitions)
        for iri, definitions in read_for_writing(context).by_iri.items()
    }
    taken: set[str] = {"id"}
    columns = []
    for predicate, kind in sorted(seen, key=lambda key: (key[0], -seen[key].values, key[1])):
        short = _word(terms.get(predicate) or short_name(predicate))
        name = short
        if name in taken:
            name = f"{short}_{_word(short_name(kind).lstrip('@'))}"
        number = 2
        while name in taken:
            name, number = f"{short}_{number}", number + 1
        taken.add(name)
        columns.append(Column(name, predicate, kind, seen[predicate, kind]))
    return tuple(sorted(columns, key=lambda column: column.name))


def short_name(iri: str) -> str:
    """Return the last part of an IRI, of a URN as well."""
    return local_name(iri).rpartition(":")[2]


def _word(text: str) -> str:
    """Return a text as CSV on the Web names columns: what a URI template can take."""
    return re.sub(r"[^A-Za-z0-9_]", "_", text).lstrip("_") or "column"
