"""Find and escape texts that a spreadsheet would run as formulas when it opens CSV or TSV."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from factbook.rdf.terms import XSD
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.rdf.terms import Term
    from factbook.store.answers import Row

SPREADSHEET_TEXTS = frozenset({"csv", "tsv"})
"""The formats in which a spreadsheet may run a text as a formula."""
# What begins a formula, or is skipped before one; the wide signs come from East Asian keyboards
_BEGINNING = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - these signs are intended
_TEXTS = {f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def is_formula(term: Term | None) -> bool:
    """Tell whether a spreadsheet would run a term as a formula; a number is not a formula."""
    if not isinstance(term, Literal) or not _BEGINNING.match(term.value):
        return False
    return term.datatype.value in _TEXTS or not _NUMBER.fullmatch(term.value)


def defuse_formulas(table: Table) -> Table:
    """Return a table with an apostrophe, which marks text, before each formula."""
    return Table(table.variables, (tuple(map(_defuse, row)) for row in table.rows))


def _defuse(term: Term | None) -> Term | None:
    if not isinstance(term, Literal) or not is_formula(term):
        return term
    return Literal(f"'{term.value}", language=term.language)


@dataclass
class FormulaCount:
    """Counts the formulas in a table as its rows are read."""

    count: int = 0

    def watch(self, table: Table) -> Table:
        """Return a table whose formulas are counted as its rows are read."""
        return Table(table.variables, self._pass_on(table))

    def _pass_on(self, table: Table) -> Iterator[Row]:
        for row in table.rows:
            self.count += sum(map(is_formula, row))
            yield row
