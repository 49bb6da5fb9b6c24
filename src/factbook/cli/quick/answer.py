"""Answer a plain question from what earlier ones have left on disk."""

from __future__ import annotations

import sys

from factbook.cli.background import interruptible
from factbook.cli.quick.afresh import start_afresh
from factbook.cli.quick.question import known_question
from factbook.render.formats import HUMAN, MACHINE, usual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from factbook.cli.quick.line import Line
    from factbook.cli.quick.question import Question


def answered(line: Line) -> bool:
    """Answer a question on stdout, and tell whether that was possible; if not, nothing is written.

    Raises:
        Exception: Something went wrong after writing had begun.
    """
    begun = False

    def work() -> bool:
        nonlocal begun
        question = known_question(line)
        write = None if question is None else _writing(question)
        if write is None:
            return False
        begun = True
        write(sys.stdout.buffer)
        sys.stdout.flush()
        return True

    try:
        return interruptible(work)
    except Exception:
        if begun:
            raise
        return False  # whatever it is, the command line meets it again, and says what is wrong


def _writing(question: Question) -> Callable[[IO[bytes]], object] | None:
    """Return what writes an answer in the format that is wanted, or None where it does not fit."""
    line = question.line
    if question.entry["fields"]["form"] != "SELECT":
        reply = _reply(question, "nt")
        from factbook.cli.quick.readers import graph_writer

        return graph_writer(question, line.format, reply)
    form = line.format or usual(terminal=sys.stdout.isatty())
    if form in MACHINE:
        return _machine_writer(question, form)
    if form in HUMAN:
        reply = _reply(question, "json")
        from factbook.cli.quick.readers import table_writer

        return table_writer(question, form, reply, wide=line.wide)
    return None


def _machine_writer(question: Question, form: str) -> Callable[[IO[bytes]], object] | None:
    """Return what writes an answer as the engine does."""
    reply = _reply(question, form)
    if reply is not None:
        return lambda out: out.write(reply)
    from factbook.cli.quick.asking import native_writer

    return native_writer(question, form)


def _reply(question: Question, form: str) -> bytes | None:
    """Return what the engine once wrote; where it did not, it is about to be asked."""
    reply = question.known_reply(form)
    if reply is None:
        start_afresh(question.snapshot)
    return reply
