"""Ask a book for the statements of a page, with the stored queries in `queries/pages/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.page_queries import run_page_query
from factbook.rdf.terms import is_iri, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.rdf.terms import Term


class Role(StrEnum):
    """What a property is for on a page; one without a role is shown under its label."""

    NAME = "name"
    ALIAS = "alias"
    TYPE = "type"
    TEXT = "text"
    NOTE = "note"
    LINK = "link"
    IDENTIFIER = "identifier"
    HIDDEN = "hidden"
    WORD = "word"
    DATE = "date"
    DATE_PRECISION = "date precision"
    PERIOD = "period"
    UNTIL = "until"
    ABOUT = "about"
    MEASURE = "measure"
    VALUE = "value"
    LEAST = "least"
    MOST = "most"
    UNIT = "unit"
    PER = "per"
    PRECISION = "precision"
    STANDING = "standing"
    GRADE = "grade"
    LOW_PERCENTILE = "low percentile"
    HIGH_PERCENTILE = "high percentile"
    CONDITION = "condition"
    KIND = "kind"
    WHOM = "whom"


class Part(StrEnum):
    """Where a statement stands on a page."""

    OWN = "own"
    OTHER = "other"
    BELOW = "below"
    SAID = "said"


@dataclass(frozen=True)
class Statement:
    """A triple with the role of its property and the graph that it stands in."""

    subject: str
    role: str
    """A `Role`, or nothing."""
    about: str
    """The property."""
    value: Term
    source: str
    part: str = ""
    """A `Part`; only the query of statements gives one."""

    @property
    def text(self) -> str:
        """The value as it stands in the graph."""
        return self.value.value if isinstance(self.value, Literal | NamedNode) else str(self.value)

    @property
    def order(self) -> tuple[str, ...]:
        """The key to sort by, so that a page does not depend on an engine's order."""
        return (self.subject, self.about, self.text, str(self.value), self.source)


def ask_statements(
    book: Book, name: str, thing: NamedNode, asof: Literal | None = None
) -> list[Statement]:
    """Return the rows of one of the page's queries about a thing.

    Args:
        book: Where to ask.
        name: The name of the query.
        thing: The thing.
        asof: Leave out what came after this day.

    Raises:
        UsageError: The query takes no day.
    """
    values: dict[str, NamedNode | Literal] = {"thing": thing}
    if asof is not None:
        values["asof"] = asof
    found = []
    for row in run_page_query(book, name, values):
        subject = row.get("subject") or row.get("figure") or row.get("event")
        about, value, source = row.get("property"), row.get("value"), row.get("source")
        if (
            isinstance(subject, NamedNode)
            and isinstance(about, NamedNode)
            and isinstance(source, NamedNode)
            and value is not None
        ):
            found.append(
                Statement(
                    subject=subject.value,
                    role=value_of(row.get("role")),
                    about=about.value,
                    value=value,
                    source=source.value,
                    part=value_of(row.get("part")),
                )
            )
    return sorted(found, key=lambda statement: statement.order)


def ask_sources(book: Book, iris: Iterable[str]) -> dict[str, dict[str, Term]]:
    """Return the description of each source that has one; a file may have none."""
    found: dict[str, dict[str, Term]] = {}
    for row in run_page_query(book, "sources", only=("source", filter(is_iri, iris))):
        source = row.get("source")
        if isinstance(source, NamedNode):
            description = found.setdefault(source.value, {})
            for name, term in row.items():
                if term is not None and str(term) < str(description.get(name, "\U0010ffff")):
                    description[name] = term
    return found
