"""Each stored query gives its expected answer, the same from every engine.

To add a case, write into `cases/<book>.toml`, where the name of the file is the book's:

    [[case]]
    query = "valuations"
    name = "valuations-of-clouds"                     # by default the query's name
    params = { category = "cloud-ai-infrastructure" } # by default none
    engines = ["embedded", "rdflib", "endpoint", "virtuoso"] # by default all four

then run `WRITE_EXPECTED=1 pytest tests/queries/test_answers.py -k valuations-of-clouds`, and read
what it wrote to `expected/<book>/<name>.csv` (or `.nt` for triples) before you believe it.
"""

from __future__ import annotations

import io
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal
from tests.queries.conftest import ask_patiently, mark_virtuoso

from factbook.rdf.terms import XSD
from factbook.render.result_formats import write_table
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.queries.conftest import Shelf

    from factbook.rdf.terms import Term
    from factbook.store.answers import Answer

HERE = Path(__file__).parent
ENGINES = ("embedded", "rdflib", "endpoint", "virtuoso")
_NUMBERS = {XSD + "integer", XSD + "decimal"}


@dataclass(frozen=True)
class Case:
    """One question to one book, and where its answer stands."""

    book: str
    query: str
    name: str
    params: Mapping[str, str]
    engines: tuple[str, ...]

    def expected(self, ending: str) -> Path:
        """Return the file of the answer."""
        return HERE / "expected" / self.book / f"{self.name}.{ending}"


def _cases() -> list[Case]:
    return [
        Case(
            book=path.stem,
            query=entry["query"],
            name=entry.get("name", entry["query"]),
            params=entry.get("params", {}),
            engines=tuple(entry.get("engines", ENGINES)),
        )
        for path in sorted((HERE / "cases").glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


CASES = _cases()


@pytest.mark.parametrize(
    ("case", "engine"),
    [
        pytest.param(
            case,
            engine,
            id=f"{case.book}-{case.name}-{engine}",
            marks=mark_virtuoso(case.query, engine),
        )
        for case in CASES
        for engine in case.engines
    ],
)
def test_query_gives_the_expected_answer(case: Case, engine: str, shelf: Shelf) -> None:
    """A query gives the rows or triples that its file expects, in their order."""

    def ask() -> tuple[str, str]:
        return _written(shelf(case.book).ask(case.query, case.params, engine=engine))

    given, ending = ask()
    expected = case.expected(ending)
    if "WRITE_EXPECTED" in os.environ and engine == "embedded":
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(given, encoding="utf-8")
    right = expected.read_text(encoding="utf-8")
    if given != right:
        given, _ = ask_patiently(ask, (right, ending), engine)
    assert given == right


def test_cases_have_names_of_their_own() -> None:
    """No two cases of a book share a file of answers."""
    files = [(case.book, case.name) for case in CASES]

    assert sorted(set(files)) == sorted(files)


def test_every_answer_has_a_case() -> None:
    """No file of answers is left behind by a case that has gone."""
    wanted = {(case.book, case.name) for case in CASES}

    assert {(path.parent.name, path.stem) for path in (HERE / "expected").glob("*/*.*")} <= wanted


def _written(answer: Answer) -> tuple[str, str]:
    """Return an answer as text, and the ending of a file of its kind."""
    if isinstance(answer, Table):
        out = io.BytesIO()
        rows = [tuple(None if term is None else level(term) for term in row) for row in answer.rows]
        write_table(Table(answer.variables, rows), "csv", out)
        return out.getvalue().decode().replace("\r\n", "\n"), "csv"
    if isinstance(answer, Graph):
        lines = {f"{t.subject} {t.predicate} {level(t.object)} ." for t in answer.triples}
        return _lines(lines), "nt"
    return f"{str(answer).lower()}\n", "csv"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in sorted(lines))


def level(term: Term) -> Term:
    """Return a number in one spelling: the store writes 1.50 as 1.5, rdflib leaves it."""
    if isinstance(term, Literal) and term.datatype.value in _NUMBERS and "." in term.value:
        return Literal(term.value.rstrip("0").rstrip("."), datatype=term.datatype)
    return term
