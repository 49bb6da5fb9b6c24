"""The book of an assistant, whose queries have limits."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from factbook.store.worker import Source, WorkerEngine, Workers

if TYPE_CHECKING:
    from factbook.api import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.store.query_limits import Limits, Outcome

_MOST_WORKERS = 4


class LimitedBooks:
    """A book, and the same with leads, whose queries run in processes that can be ended.

    An endpoint runs its queries itself.

    Args:
        book: The book; its files are read here.
        limits: What each query may use.
    """

    def __init__(self, book: Book, limits: Limits) -> None:
        self._opened = book
        self._limits = limits
        self._pools: dict[bool, Workers] = {}
        self._with_leads: Book | None = None
        self._lock = threading.Lock()
        self._local = threading.local()
        self.asked = self._limit(book, limits)
        """The book for the assistant's queries, whose answers may be cut."""
        self.book = self._limit(book, replace(limits, rows=None, size=None))
        """The book for names, labels and pages, whose answers are never cut."""

    def asked_by(self, query: StoredQuery) -> Book:
        """Return the book that a stored query is about: with leads if it is about them."""
        book = self._opened
        if not query.asks_leads or book.leads or book.endpoint is not None:
            return self.asked
        with self._lock:
            if self._with_leads is None:
                self._with_leads = self._limit(book.with_leads(), self._limits)
        return self._with_leads

    def take_cut(self) -> Outcome | None:
        """Return which limit cut an answer in this thread since the last call, if any."""
        outcome: Outcome | None = getattr(self._local, "cut", None)
        self._local.cut = None
        return outcome

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools.values():
            pool.close()

    def _limit(self, book: Book, limits: Limits) -> Book:
        if book.endpoint is not None:
            return book
        plain = None
        if book.leads:
            plain = self._engine(book.with_sources(leads=False, known_by=book.known_by), limits)
        return book.with_engine(self._engine(book, limits), plain)

    def _engine(self, book: Book, limits: Limits) -> WorkerEngine:
        pool = self._pools.get(book.leads)
        if pool is None:
            source = Source.of(book.engine, book.inputs(), book.layout.rules())
            pool = Workers(source, most=_MOST_WORKERS, limits=limits, prefixes=book.prefixes)
            self._pools[book.leads] = pool
        return WorkerEngine(pool, self._note_cut, limits)

    def _note_cut(self, outcome: Outcome) -> None:
        self._local.cut = outcome
