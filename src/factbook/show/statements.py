"""Ask a book for the statements of a page, with the stored queries in `queries/pages/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError, UsageError
from factbook.layout import bundled
from factbook.query.stored_queries import PAGES
from factbook.rdf.terms import is_iri, value_of
from factbook.sparql.bind import bind, bind_rows
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.rdf.terms import Term


_ASOF = "__asof_xsd_date"


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
    text = _read(book, name)
    values: dict[str, NamedNode | Literal] = {"_thing_iri": thing}
    if asof is not None:
        if f"?{_ASOF}" not in text:
            raise UsageError(f"queries/pages/{name}.rq of this book takes no --asof")
        values[_ASOF] = asof
    found = []
    for row in _select(book, bind(text, values)):
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


def ask_page(
    book: Book,
    name: str,
    *,
    thing: NamedNode | None = None,
    sources: Iterable[str] | None = None,
) -> list[dict[str, Term | None]]:
    """Return the rows of one of the queries in `queries/pages/`.

    Args:
        book: Where to ask.
        name: The name of the query.
        thing: The thing that it is asked about, if it takes one.
        sources: The sources that it is asked about, if it takes some.
    """
    text = _read(book, name)
    if thing is not None:
        text = bind(text, {"_thing_iri": thing})
    if sources is not None:
        text = bind_rows(text, ("source",), [(NamedNode(iri),) for iri in sources])
    return _select(book, text)


def ask_sources(book: Book, iris: Iterable[str]) -> dict[str, dict[str, Term]]:
    """Return the description of each source that has one; a file may have none."""
    wanted = sorted(iri for iri in set(iris) if is_iri(iri))
    if not wanted:
        return {}
    found: dict[str, dict[str, Term]] = {}
    rows = [(NamedNode(iri),) for iri in wanted]
    for row in _select(book, bind_rows(_read(book, "sources"), ("source",), rows)):
        source = row.get("source")
        if isinstance(source, NamedNode):
            description = found.setdefault(source.value, {})
            for name, term in row.items():
                if term is not None and str(term) < str(description.get(name, "\U0010ffff")):
                    description[name] = term
    return found


def _select(book: Book, query: str) -> list[dict[str, Term | None]]:
    answer = book.engine.query(query)
    if not isinstance(answer, Table):
        raise InputError("a query in queries/pages/ is not a SELECT")
    return [dict(zip(answer.variables, row, strict=True)) for row in answer.rows]


def _read(book: Book, name: str) -> str:
    """Return the text of a query: the book's own, or that of the bundled book."""
    path = book.layout.queries / PAGES / f"{name}.rq"
    if not path.is_file():
        path = bundled() / "queries" / PAGES / f"{name}.rq"
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
