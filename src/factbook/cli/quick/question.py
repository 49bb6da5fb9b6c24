"""Find what is known of a plain question: its query, its snapshot, and the replies of before."""

from __future__ import annotations

import json
import os
from functools import cached_property

from pyoxigraph import QueryBoolean, QuerySolutions

from factbook import files
from factbook.prefixes import prefixes_in, read_context
from factbook.query.entries import read_entry, stamp
from factbook.query.filling import filled
from factbook.query.literals import literal_for
from factbook.query.names import Names
from factbook.store.reopen import cache_folder, known, reopen
from factbook.store.replies import keep_reply, known_reply
from factbook.store.stamps import is_young

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pyoxigraph import Literal, NamedNode, QueryTriples, Store

    from factbook.cli.quick.line import Line
    from factbook.rdf.terms import Term


class Question:
    """A question whose query and whose snapshot are known."""

    def __init__(self, line: Line, folder: str, entry: dict[str, Any], snapshot: str) -> None:
        self.line = line
        self.folder = folder
        self.entry = entry
        self.snapshot = snapshot
        self._context_file = os.path.join(folder, files.CONTEXT)

    def answer(self) -> QuerySolutions | QueryTriples | None:
        """Run the query, or return None where what is given does not fit, or it is an ASK."""
        store = self.store
        terms = None if store is None else self._terms(store)
        if store is None or terms is None:
            return None
        found = store.query(filled(self.entry["pieces"], terms))
        return None if isinstance(found, QueryBoolean) else found

    def known_reply(self, form: str) -> bytes | None:
        """Return what the engine once wrote for this question in some format, or None."""
        asked = self._asked(form)
        return None if asked is None else known_reply(self.snapshot, asked)

    def keep_reply(self, form: str, reply: bytes | None) -> None:
        """Keep what the engine wrote, if it wrote little, and it would write it again."""
        asked = None if reply is None else self._asked(form)
        if reply is not None and asked is not None:
            keep_reply(self.snapshot, asked, reply)

    def _asked(self, form: str) -> str | None:
        """Return all that a reply depends on but the snapshot, or None where there is more."""
        context = self._context_stamp
        if not self.entry["lasts"] or is_young(context[1:]):
            return None
        query = self.entry["for"], self.entry["path"], self.entry["stamp"]
        return json.dumps([query, context, sorted(self.line.given.items()), form])

    @cached_property
    def store(self) -> Store | None:
        """The snapshot, open; None where it cannot be trusted."""
        return reopen(self.snapshot)

    @cached_property
    def _context_stamp(self) -> list[int]:
        try:
            return stamp(self._context_file)
        except OSError:
            return []  # a book need not have one

    @cached_property
    def context(self) -> dict[str, object]:
        """The JSON-LD context of the book."""
        return read_context(self._context_file)

    def _terms(self, store: Store) -> dict[str, NamedNode | Literal] | None:
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
                names = names or Names(
                    lambda text: _rows(store.query(text)),
                    lambda text: bool(store.query(text)),
                    prefixes_in(self.context),
                )
                thing = names.meant(value, names.kind(parameter["type_curie"]))
                if thing is None:
                    return None
                terms[parameter["variable"]] = thing
            else:
                terms[parameter["variable"]] = literal_for(name, kind, value)
        return terms


def _rows(found: QuerySolutions | QueryTriples | QueryBoolean) -> list[tuple[Term | None, ...]]:
    return [tuple(row) for row in found] if isinstance(found, QuerySolutions) else []


def known_question(line: Line) -> Question | None:
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
    snapshot = known(cache, paths)
    return None if snapshot is None else Question(line, folder, entry, snapshot)
