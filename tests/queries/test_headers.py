"""Each stored query keeps the rules of the house, and answers from the real graph."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from factbook.check.lint import lint_queries
from factbook.cli.query import build_command
from factbook.layout import layout_of
from factbook.prefixes import prefixes_in, read_context
from factbook.query.names import Names
from factbook.query.stored_queries import query_paths, read_query
from factbook.sparql.tokens import uses_service
from factbook.sparql.tree import parse_query
from factbook.store.answers import Table

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf

    from factbook.query.stored_queries import StoredQuery

ROOT = layout_of(None).queries
HERE = Path(__file__).parent

# A value for each class of required parameter, and where that has no answer, for one query
SAMPLES = {
    "infra:Company": "company:cerebras",
    "infra:Family": "product:wse",
    "infra:Model": "product:gpt-oss-120b",
    "infra:Measure": "measure:off-chip-memory-bandwidth",
    "infra:Product": "product:wse-3",
    "infra:Source": "source:ai-infrastructure-chapter",
    "infra:Theme": "theme:speed",
    "schema:Organization": "company:coreweave",
    None: "company:graphcore",
}
SAMPLES_OF_QUERIES = {
    ("rented-by", "product"): "product:h100-sxm",
    ("since", "day"): "2026-06-30",
    ("rental-prices", "chip"): "product:h100-sxm",
    ("common-investors", "company"): "company:cerebras",
}

# Queries over figures or events that do not answer as of a day
TIMELESS = {
    "company-table": "what one source says does not change with the day",
    "coverage": "counts what the graph holds now",
    "gaps": "a hole is a matter of today",
    "leads": "what waits for a reader waits now",
    "stale": "takes a number of months before the last day instead",
    "single-source": "how well a fact is founded is a matter of today",
    "statistics": "counts what the graph holds now",
    "events": "lists every event with its date",
    "observations": "lists every figure with its date",
    "wikidata-compare": "Wikidata answers for today as well",
    "things": "names things and leaves events out",
    "drift": "compares what a company sells with where it is filed",
}

PATHS = query_paths(ROOT)
every_query = pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
own_query = pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name)
        for name, path in PATHS.items()
        if not uses_service(path.read_text(encoding="utf-8"))  # those ask others, far away
    ],
)


def sample_values(query: StoredQuery) -> dict[str, str]:
    """Return a value for each required parameter of a query."""
    return {
        parameter.name: SAMPLES_OF_QUERIES.get((query.name, parameter.name))
        or SAMPLES[parameter.type_curie]
        for parameter in query.parameters
        if parameter.required
    }


def _cases() -> set[str]:
    found = set()
    for path in (HERE / "cases").glob("*.toml"):
        cases = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        found |= {case["query"] for case in cases}
    return found


@every_query
def test_stored_query_passes_lint(path: Path, shelf: Shelf) -> None:
    """The query parses, is ordered and described, and uses only known terms."""
    findings = lint_queries([path], shelf("bundled").book).findings

    assert [f"{finding.rule}: {finding.message}" for finding in findings] == []


@every_query
def test_front_matter_has_summary_and_question(path: Path) -> None:
    """A summary of one line, the question in a reader's words, and a kebab-case name."""
    query = read_query(path)

    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", query.name)
    assert re.fullmatch(r"[A-Z][^\n]{8,90}[^.?!]", query.summary)
    assert query.question.endswith("?")
    assert query.description


@every_query
def test_select_describes_its_columns(path: Path) -> None:
    """A query that gives rows says what is in their columns; lint holds what it says."""
    query = read_query(path)

    assert bool(query.columns) == (query.form == "SELECT")


@every_query
def test_parameters_avoid_reserved_options(path: Path) -> None:
    """No parameter takes the name of an option that every query has."""
    command = build_command(read_query(path))

    with click.Context(command) as context:
        assert command.get_help(context)


@every_query
def test_prefixes_are_sorted(path: Path) -> None:
    """PREFIX lines stand in order, each of the one prefix map."""
    lines = re.findall(r"^PREFIX (\S+): <(\S+)>$", path.read_text(encoding="utf-8"), re.MULTILINE)
    known = prefixes_in(read_context(layout_of(None).context))

    assert lines == sorted(lines)
    assert {name: known.get(name) for name, _ in lines} == dict(lines)


@every_query
def test_parameters_take_things_of_a_class(path: Path, shelf: Shelf) -> None:
    """A parameter for a thing says of which class, unless it takes any, and the class is known."""
    book = shelf("bundled").book
    for parameter in read_query(path).parameters:
        if parameter.type_curie is not None:
            assert Names.of(book).choices(type_curie=parameter.type_curie), parameter.name
        elif parameter.kind == "iri":
            assert parameter.name == "thing"


@every_query
def test_figures_and_events_can_be_asked_as_of_a_day(path: Path) -> None:
    """A query over observations or events takes a day."""
    text = path.read_text(encoding="utf-8")
    dated = re.search(r"schema:(measuredProperty|observationAbout|startDate)|infra:Event\b", text)
    takes = {parameter.name for parameter in read_query(path).parameters}

    assert not dated or "asof" in takes or path.stem in TIMELESS


@own_query
def test_stored_query_answers_from_the_bundled_book(path: Path, shelf: Shelf) -> None:
    """With sample parameters, the query gives rows in an order without ties."""
    query = read_query(path)

    name = "bundled-with-leads" if query.name == "leads" else "bundled"
    if query.path.parent.name == "market":  # about what is imported
        name = "whole"
    answer = shelf(name).ask(query.name, sample_values(query), engine="embedded")

    if not isinstance(answer, Table):
        assert answer is True or list(getattr(answer, "triples", ()))
        return
    rows = list(answer.rows)
    assert rows
    order = parse_query(query.text).order
    if set(order) <= set(answer.variables):
        places = [answer.variables.index(name) for name in order]
        keys = [tuple(row[place] for place in places) for row in rows]
        assert len(set(keys)) == len(keys)


@own_query
def test_stored_query_has_an_expected_answer(path: Path) -> None:
    """A case has the expected answer of the query over a small book."""
    assert path.stem in _cases()


def test_queries_are_short() -> None:
    """A query is a sentence: without front matter at most 60 lines of at most 100 characters.

    Blank lines and comments do not count.
    """
    long = {}
    for path in ROOT.rglob("*.rq"):
        lines = [line.rstrip() for line in path.read_text(encoding="utf-8").splitlines()]
        said = [line for line in lines if line and not line.lstrip().startswith("#")]
        if len(said) > 60 or any(len(line) > 100 for line in said):
            long[path.stem] = (len(said), max(map(len, said)))

    assert long == {}


def test_query_names_are_unique() -> None:
    """No two groups have a query of the same name, because it is asked by that alone."""
    groups = {path.parent for path in query_paths(ROOT).values()}
    names = [path.stem for group in groups for path in group.glob("*.rq")]

    assert sorted(set(names)) == sorted(names)


# Columns with amounts that have no marks
UNMARKED = {
    ("chip-owners", "low"): "an end of the interval of the units, which have the marks",
    ("chip-owners", "high"): "as above",
    ("chips-sold", "low"): "as above",
    ("chips-sold", "high"): "as above",
}


@pytest.mark.parametrize("name", sorted(query_paths(ROOT)))
def test_amount_is_marked_by_its_figures(name: str) -> None:
    """A column of amounts names the columns with the figures whose marks stand behind them."""
    query = read_query(query_paths(ROOT)[name])
    named = {column.name for column in query.columns}
    ends = {end for column in query.columns for end in (column.low, column.high)}

    for column in query.columns:
        assert set(column.marked_by) <= named
        if (column.type == "decimal" or column.unit) and column.name not in ends:
            assert bool(column.marked_by) != ((name, column.name) in UNMARKED), column.name
