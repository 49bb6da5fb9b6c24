"""Find what is known of a plain question: its query, its snapshot, and the replies of before.

The engine is not imported here: where there is a reply, it has no part in the answer.
"""

from __future__ import annotations

import json
import os
from functools import cached_property

from factbook import files
from factbook.prefixes import read_context
from factbook.query.entries import read_entry, stamp
from factbook.store.replies import keep_reply, known_reply
from factbook.store.stamps import cache_folder, is_young, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pyoxigraph import Store

    from factbook.cli.quick.line import Line


class Question:
    """A question whose query and whose snapshot are known."""

    def __init__(self, line: Line, folder: str, entry: dict[str, Any], snapshot: str) -> None:
        self.line = line
        self.entry = entry
        self.snapshot = snapshot
        self._context_file = os.path.join(folder, files.CONTEXT)

    def known_reply(self, form: str) -> bytes | None:
        """Return what the engine once wrote for this question in some format, or None."""
        asked = self._asked(form)
        return None if asked is None else known_reply(self.snapshot, asked)

    def keep_reply(self, form: str, reply: bytes | None) -> None:
        """Keep what the engine wrote, if it wrote little, and it would write it again."""
        if reply is not None and (asked := self._asked(form)) is not None:
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
        from factbook.store.reopen import reopen

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
