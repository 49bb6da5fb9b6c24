"""Answers of stored queries: cache them, split them by thing, and write them."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pyoxigraph import NamedNode

from factbook.query.program_tables import prepare_table
from factbook.sparql.bind import bind_rows
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Triple

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.sparql.column_filter import ColumnFilter
    from factbook.store.answers import Answer, Row

T = TypeVar("T")
_ABOUT = "CONSTRUCT { ?thing ?property ?value } WHERE { ?thing ?property ?value }"
_BATCH = 500


class Recent(Generic[T]):
    """A cache of the most recently used results."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[object, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """Return the value of a key, or compute it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        self.put(key, made)
        return made

    def put(self, key: object, made: T) -> None:
        """Store a value under a key."""
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def find(self, key: object) -> T | None:
        """Return the value of a key, if there is one."""
        with self._lock:
            return self._kept.get(key)

    def forget(self, key: object) -> None:
        """Remove the value of a key."""
        with self._lock:
            self._kept.pop(key, None)


@dataclass(frozen=True)
class Answered:
    """The complete answer of a query."""

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    triples: tuple[Triple, ...] = ()
    truth: bool | None = None

    @property
    def answer(self) -> Answer:
        """The answer as a table, for the writers of formats."""
        if self.truth is not None:
            return self.truth
        if self.triples:
            return Graph(self.triples)
        return Table(self.variables, iter(self.rows), length=len(self.rows))


def describe_rows(book: Book, rows: Iterable[Row]) -> Iterator[Triple]:
    """Yield the statements about each thing in some rows."""
    named = sorted({term.value for row in rows for term in row if isinstance(term, NamedNode)})
    for start in range(0, len(named), _BATCH):
        things = [(NamedNode(iri),) for iri in named[start : start + _BATCH]]
        found = book.engine.query(bind_rows(_ABOUT, ("thing",), things))
        if isinstance(found, Graph):
            yield from found.triples


def write_answer(  # noqa: PLR0913 - as `prepare_table`
    book: Book,
    answer: Answer,
    form: str,
    *,
    query: StoredQuery | None = None,
    labels: bool = False,
    asof: str | None = None,
) -> bytes:
    """Return an answer in a machine format; the arguments are those of `prepare_table`."""
    from factbook.export.rdf_writer import write_rdf
    from factbook.render.result_formats import write_boolean, write_table

    out = io.BytesIO()
    if isinstance(answer, Graph):
        write_rdf(answer.triples, form, out, prefixes=book.prefixes, context=book.context)
    elif isinstance(answer, bool):
        write_boolean(answer, form, out)
    else:
        table, notes = prepare_table(book, answer, form, query=query, labels=labels, asof=asof)
        columns = query.columns if query else ()
        write_table(table, form, out, columns=columns, notes=notes)
    return out.getvalue()


class Parts:
    """The answer for all things, grouped by thing.

    Args:
        whole: The answer.
        by: The columns that say which thing it is.
    """

    def __init__(self, whole: Answered, by: ColumnFilter) -> None:
        self._whole = whole
        self._places: dict[str, list[int]] = defaultdict(list)
        self._of_all: list[int] = []
        columns = [whole.variables.index(name) for name in by.columns]
        for place, row in enumerate(whole.rows):
            term = next((row[column] for column in columns if row[column] is not None), None)
            if isinstance(term, NamedNode):
                self._places[term.value].append(place)
            elif term is None and by.keeps_unbound:
                self._of_all.append(place)

    def count(self, iri: str) -> int:
        """Return the number of rows about a thing."""
        return len(self._places.get(iri, ())) + len(self._of_all)

    def of(self, iri: str) -> Answered:
        """Return the rows about a thing, in their order."""
        places = sorted((*self._places.get(iri, ()), *self._of_all))
        return Answered(self._whole.variables, tuple(self._whole.rows[each] for each in places))
