"""Check the files of a book once, in the background, while its pages are served."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Future
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from factbook.errors import FactbookError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from factbook.api import Book
    from factbook.check.findings import Finding

_LESS_URGENT = 5  # the niceness of the check, so that it does not delay pages


class Checked(NamedTuple):
    """The findings of a check, or why it failed."""

    fault: str
    findings: tuple[dict[str, str], ...]


class Checking:
    """The check of a book, which starts when its result is first requested.

    Args:
        book: The book.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._began = 0.0
        self._answer: Future[Checked] = Future()

    @property
    def seconds(self) -> int:
        """How long it has been running."""
        return int(time.monotonic() - self._began) if self._process else 0

    def ask(self, seconds: float | None) -> Checked | None:
        """Return the findings, or None if the check has not finished after some seconds."""
        with self._lock:
            if self._process is None:
                self._start()
        try:
            return self._answer.result(seconds)
        except TimeoutError:
            return None

    def _start(self) -> None:
        context = get_context("spawn")
        receiving, sending = context.Pipe(duplex=False)
        # An unopened copy, which can be sent to another process
        book = self._book.with_sources(leads=self._book.leads, known_by=self._book.known_by)
        self._process = context.Process(target=_check, args=(book, sending), daemon=True)
        self._began = time.monotonic()
        self._process.start()
        sending.close()
        threading.Thread(target=self._wait, args=(receiving,), daemon=True).start()

    def _wait(self, receiving: Connection) -> None:
        try:
            self._answer.set_result(receiving.recv())
        except EOFError:
            self._answer.set_result(Checked("The check has ended without an answer.", ()))

    def close(self) -> None:
        """End the check if it is running."""
        if self._process is not None:
            self._process.kill()


def _check(book: Book, sending: Connection) -> None:
    if hasattr(os, "nice"):
        os.nice(_LESS_URGENT)
    root = book.layout.root.resolve()
    try:
        sending.send(Checked("", tuple(_describe(each, root) for each in book.check())))
    except FactbookError as error:
        sending.send(Checked(str(error), ()))


def _describe(finding: Finding, root: Path) -> dict[str, str]:
    return {
        "where": _describe_place(finding, root),
        "severity": finding.severity,
        "rule": finding.rule,
        "message": finding.message,
    }


def _describe_place(finding: Finding, root: Path) -> str:
    if finding.path is None:
        return finding.label or finding.focus
    path = finding.path.resolve()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return f"{name}:{finding.line}" if finding.line else name
