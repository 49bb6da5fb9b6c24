"""Answer a plain question from what earlier ones have left on disk."""

from __future__ import annotations

import os
import sys

from pyoxigraph import NamedNode, QuerySolutions

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
    from typing import Any

    from pyoxigraph import Literal, Store

    from factbook.cli.quick.line import Line
    from factbook.rdf.terms import Term


def answered(line: Line) -> bool:
    """Answer a question on stdout, and tell whether that was possible; if not, nothing is written.

    Raises:
        Exception: Something went wrong after writing had begun.
    """
    form = line.format or usual(terminal=sys.stdout.isatty())
    if form not in MACHINE and form not in HUMAN:
        return False
    begun = False

    def work() -> bool:
        nonlocal begun
        question = _known(line)
        solutions = None if question is None else question.solutions()
        if question is None or solutions is None:
            return False
        if form in MACHINE:
            begun = True
            solutions.serialize(sys.stdout.buffer, MACHINE[form])
        else:
            from factbook.cli.quick.table import write

            fields, prefixes = question.entry["fields"], question.prefixes()
            text = write(solutions, form, question.store, prefixes, fields, wide=line.wide)
            begun = True
            sys.stdout.buffer.write(text)
        sys.stdout.flush()
        return True

    try:
        return interruptible(work)
    except Exception:
        if begun:
            raise
        return False  # whatever it is, the command line meets it again, and says what is wrong


class _Question:
    """A question whose query and whose snapshot are known."""

    def __init__(self, line: Line, root: str, entry: dict[str, Any], store: Store) -> None:
        self.line = line
        self.root = root
        self.entry = entry
        self.store = store

    def solutions(self) -> QuerySolutions | None:
        """Run the query, or return None where what is given does not fit."""
        terms = self._terms()
        if terms is None:
            return None
        found = self.store.query(filled(self.entry["pieces"], terms))
        return found if isinstance(found, QuerySolutions) else None

    def prefixes(self) -> dict[str, str]:
        """Return the prefixes of the book."""
        return prefixes_in(read_context(_below(self.root, files.CONTEXT)))

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
                names = names or Names(self._select, self._ask, self.prefixes())
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
    root = files.bundled() if line.book is None else line.book
    cache = cache_folder()
    entry = read_entry(cache, _below(root, files.QUERIES), line.name)
    if entry is None or entry["pieces"] is None:
        return None
    fields = entry["fields"]
    if not {parameter["name"] for parameter in fields["parameters"]}.issuperset(line.given):
        return None
    if line.wide and not any(column["detail"] for column in fields["columns"]):
        return None
    folder = "" if root == "." else root
    paths = [*files.ontology_files(folder), *files.data_files(folder, leads=False), *line.data]
    store = known(cache, paths)
    return None if store is None else _Question(line, root, entry, store)


def _below(folder: str, name: str) -> str:
    return os.path.join("" if folder == "." else folder, name)
