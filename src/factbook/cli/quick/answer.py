"""Answer a plain question from what earlier ones have left on disk."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples

from factbook import files
from factbook.cli.background import interruptible
from factbook.prefixes import prefixes_in, read_context
from factbook.query.entries import read_entry
from factbook.query.filling import filled
from factbook.query.literals import literal_for
from factbook.query.names import Names
from factbook.results.names import HUMAN, MACHINE, usual
from factbook.store.reopen import cache_folder, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any

    from pyoxigraph import Literal, Store

    from factbook.cli.quick.line import Line
    from factbook.rdf.terms import Term


def answered(line: Line) -> bool:
    """Answer a question on stdout, and tell whether that was possible; if not, nothing is written.

    Raises:
        Exception: Something went wrong after writing had begun.
    """
    begun = False

    def work() -> bool:
        nonlocal begun
        question = _known(line)
        found = None if question is None else question.answer()
        if question is None or found is None:
            return False
        write = _writing(line, question, found)
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


def _writing(
    line: Line, question: _Question, found: QuerySolutions | QueryTriples
) -> Callable[[IO[bytes]], object] | None:
    """Return what writes an answer in the format that is wanted, or None where it does not fit."""
    if isinstance(found, QueryTriples):
        from factbook.cli.quick.readers import graph_writer

        return graph_writer(found, line.format, question.context)
    form = line.format or usual(terminal=sys.stdout.isatty())
    if form in MACHINE:
        return lambda out: found.serialize(out, MACHINE[form])
    if form in HUMAN:
        from factbook.cli.quick.readers import table_writer

        fields, context = question.entry["fields"], question.context
        return table_writer(found, form, question.store, context, fields, wide=line.wide)
    return None


class _Question:
    """A question whose query and whose snapshot are known."""

    def __init__(self, line: Line, folder: str, entry: dict[str, Any], store: Store) -> None:
        self.line = line
        self.folder = folder
        self.entry = entry
        self.store = store

    def answer(self) -> QuerySolutions | QueryTriples | None:
        """Run the query, or return None where what is given does not fit, or it is an ASK."""
        terms = self._terms()
        if terms is None:
            return None
        found = self.store.query(filled(self.entry["pieces"], terms))
        return None if isinstance(found, QueryBoolean) else found

    @cached_property
    def context(self) -> dict[str, object]:
        """The JSON-LD context of the book."""
        return read_context(os.path.join(self.folder, files.CONTEXT))

    def _terms(self) -> dict[str, NamedNode | Literal] | None:
        names = None
        terms: dict[str, NamedNode | Literal] = {}
        for parameter in self.entry["fields"]["parameters"]:
            name, kind = parameter["name"], parameter["kind"]
            value = self.line.given.get(name, parameter["default"])
            if value is None:
                if parameter["required"]:
                    return None
                continue
            if kind == "iri":
                names = names or Names(self._select, self._ask, prefixes_in(self.context))
                thing = names.meant(value, names.kind(parameter["type_curie"]))
                if thing is None:
                    return None
                terms[parameter["variable"]] = thing
            else:
                terms[parameter["variable"]] = literal_for(name, kind, value)
        return terms

    def _select(self, text: str) -> list[tuple[Term | None, ...]]:
        found = self.store.query(text)
        return [tuple(row) for row in found] if isinstance(found, QuerySolutions) else []

    def _ask(self, text: str) -> bool:
        return bool(self.store.query(text))


def _known(line: Line) -> _Question | None:
    """Return what is known of a question, or None where it has to be found out."""
    folder = files.bundled() if line.book is None else line.book
    if folder == ".":
        folder = ""
    cache = cache_folder()
    entry = read_entry(cache, os.path.join(folder, files.QUERIES), line.name)
    if entry is None or entry["pieces"] is None:
        return None
    fields = entry["fields"]
    if not {parameter["name"] for parameter in fields["parameters"]}.issuperset(line.given):
        return None
    if line.wide and not any(column["detail"] for column in fields["columns"]):
        return None
    paths = [*files.ontology_files(folder), *files.data_files(folder, leads=False), *line.data]
    store = known(cache, paths)
    return None if store is None else _Question(line, folder, entry, store)
