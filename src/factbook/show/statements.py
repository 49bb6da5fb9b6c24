"""Query the statements of a page, with the stored queries in `queries/pages/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.page_queries import run_page_query
from factbook.rdf.terms import is_iri, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.rdf.terms import Term


class Role(StrEnum):
    """The role of a property on a page; one without a role is shown under its label."""

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
    """The part of a page in which a statement is shown."""

    OWN = "own"
    OTHER = "other"
    BELOW = "below"
    SAID = "said"


@dataclass(frozen=True)
class Statement:
    """A triple with the role of its property and its named graph."""

    subject: str
    role: str
    """A `Role`, or an empty string."""
    about: str
    """The property."""
    value: Term
    source: str
    part: str = ""
    """A `Part`; only the query `statements` returns one."""

    @property
    def text(self) -> str:
        """The lexical form or IRI of the value."""
        return text_of(self.value)

    @property
    def order(self) -> tuple[str, ...]:
        """The sort key, so that a page does not depend on the order of an engine's rows."""
        return (self.subject, self.about, self.text, str(self.value), self.source)


def query_statements(
    book: Book, name: str, thing: NamedNode, asof: Literal | None = None
) -> list[Statement]:
    """Return the rows of a page query about a thing.

    Args:
        book: The book to query.
        name: The name of the query.
        thing: The thing.
        asof: The day after which figures and events are left out.

    Raises:
        UsageError: The query takes no day.
    """
    values: dict[str, NamedNode | Literal] = {"thing": thing}
    if asof is not None:
        values["asof"] = asof
    statements = []
    for row in run_page_query(book, name, values):
        subject = row.get("subject") or row.get("figure") or row.get("event")
        property_term, value, source = row.get("property"), row.get("value"), row.get("source")
        if (
            isinstance(subject, NamedNode)
            and isinstance(property_term, NamedNode)
            and isinstance(source, NamedNode)
            and value is not None
        ):
            statements.append(
                Statement(
                    subject=subject.value,
                    role=value_of(row.get("role")),
                    about=property_term.value,
                    value=value,
                    source=source.value,
                    part=value_of(row.get("part")),
                )
            )
    return sorted(statements, key=lambda statement: statement.order)


def query_sources(book: Book, iris: Iterable[str]) -> dict[str, dict[str, Term]]:
    """Return the descriptions of sources by IRI; a file may have none."""
    descriptions: dict[str, dict[str, Term]] = {}
    for row in run_page_query(book, "sources", only=("source", filter(is_iri, iris))):
        source = row.get("source")
        if isinstance(source, NamedNode):
            description = descriptions.setdefault(source.value, {})
            for name, term in row.items():
                if term is not None and str(term) < str(description.get(name, "\U0010ffff")):
                    description[name] = term
    return descriptions
