"""Ask a book for the statements of a page, with the stored queries in `queries/pages/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.layout import bundled
from factbook.query.catalog import PAGES
from factbook.rdf.terms import curie, is_iri
from factbook.render import humanize
from factbook.render.humanize import printable
from factbook.render.labels import find_labels
from factbook.sparql.bind import bind
from factbook.sparql.tokens import meaningful
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.book import Book
    from factbook.rdf.terms import Term

# Roles that a query may give to a property; a property without one is shown under its label.
NAME, ALIAS, TYPE, TEXT, NOTE = "name", "alias", "type", "text", "note"
LINK, IDENTIFIER, HIDDEN, WORD = "link", "identifier", "hidden", "word"
DATE, DATE_PRECISION, PERIOD = "date", "date precision", "period"
ABOUT, MEASURE, VALUE, LEAST, MOST = "about", "measure", "value", "least", "most"
UNIT, PER, PRECISION = "unit", "per", "precision"
STANDING, GRADE, CONDITION = "standing", "grade", "condition"
KIND, WHOM = "kind", "whom"
OWN, OTHER, BELOW, SAID = "own", "other", "below", "said"


class Statement(NamedTuple):
    """A triple with what its property is for and the graph that it stands in."""

    subject: str
    role: str
    about: str
    """The property."""
    value: Term
    source: str
    part: str = ""

    @property
    def text(self) -> str:
        """The value as it stands in the graph."""
        return self.value.value if isinstance(self.value, Literal | NamedNode) else str(self.value)

    @property
    def order(self) -> tuple[str, ...]:
        """Where it stands among its like: pages do not lean on an engine's order."""
        return (self.subject, self.about, self.text, str(self.value), self.source)


class Names:
    """What to call the IRIs of a page."""

    def __init__(self, found: Mapping[str, str], prefixes: Mapping[str, str]) -> None:
        self._found = found
        self._prefixes = prefixes

    def knows(self, iri: str) -> bool:
        """Tell whether the graph has a name for it."""
        return self._found.get(iri, iri) not in {iri, curie(iri, self._prefixes)}

    def of(self, iri: str) -> str:
        """Return its name, or else its CURIE or the IRI."""
        return printable(self._found.get(iri) or curie(iri, self._prefixes) or iri)

    def of_property(self, iri: str) -> str:
        """Return the name of a property or class, made from its IRI where the graph has none."""
        if self.knows(iri):
            return self.of(iri)
        return printable(humanize.local_words(iri)) or self.of(iri)


def ask(book: Book, name: str, thing: NamedNode) -> list[Statement]:
    """Return the rows of one of the page's queries about a thing."""
    query = bind(_without_order(_text(book, name)), {"_thing_iri": thing})
    found = []
    for row in _rows(book, query):
        node = row.get("subject") or row.get("figure") or row.get("event")
        about, value, source = row.get("property"), row.get("value"), row.get("source")
        if (
            isinstance(node, NamedNode)
            and isinstance(about, NamedNode)
            and isinstance(source, NamedNode)
            and value is not None
        ):
            found.append(
                Statement(
                    subject=node.value,
                    role=_plain(row.get("role")),
                    about=about.value,
                    value=value,
                    source=source.value,
                    part=_plain(row.get("part")),
                )
            )
    return sorted(found, key=lambda statement: statement.order)


def ask_sources(book: Book, iris: Iterable[str]) -> dict[str, dict[str, Term]]:
    """Return what the graph says of each of some sources; a file without a description has none."""
    wanted = sorted(iri for iri in set(iris) if is_iri(iri))
    if not wanted:
        return {}
    found: dict[str, dict[str, Term]] = {}
    query = _without_order(_narrowed(_text(book, "sources"), "source", wanted))
    for row in _rows(book, query):
        source = row.get("source")
        if isinstance(source, NamedNode):
            facts = found.setdefault(source.value, {})
            for name, term in row.items():
                if term is not None and (name not in facts or str(term) < str(facts[name])):
                    facts[name] = term
    return found


def ask_names(book: Book, iris: Iterable[str]) -> Names:
    """Return the names of all the IRIs that a page mentions."""
    return Names(find_labels(book.engine, iris, book.prefixes), book.prefixes)


def _rows(book: Book, query: str) -> list[dict[str, Term | None]]:
    answer = book.engine.query(query)
    if not isinstance(answer, Table):
        raise InputError("a query of queries/pages/ is no SELECT: mend it")
    return [dict(zip(answer.variables, row, strict=True)) for row in answer.rows]


def _plain(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""


def _text(book: Book, name: str) -> str:
    """Return the text of a query: the book's own, or that of the bundled book."""
    path = book.layout.queries / PAGES / f"{name}.rq"
    if not path.is_file():
        path = bundled() / "queries" / PAGES / f"{name}.rq"
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _without_order(text: str) -> str:
    """Return a query without its last ORDER BY, which may take longer than all the rest of it."""
    depth, cut = 0, len(text)
    for token in meaningful(text):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.kind == "word" and token.text.upper() == "ORDER":
            cut = token.start
    return text[:cut]


def _narrowed(text: str, variable: str, iris: Iterable[str]) -> str:
    """Return a query that is asked only for some values of a variable."""
    start = next(token.start for token in meaningful(text) if token.text == "{") + 1
    values = " ".join(f"<{iri}>" for iri in iris)
    return f"{text[:start]} VALUES ?{variable} {{ {values} }}{text[start:]}"
