"""Whatever a text holds, our parsers return a result or raise an error for people.

FACTBOOK_TEST_EXAMPLES sets the number of texts for each parser; the default is small.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Dataset

from factbook.errors import FactbookError
from factbook.fmt.format_files import format_files
from factbook.front_matter import read_front_matter
from factbook.query.stored_queries import parse_stored_query
from factbook.rdf.canonical import canonicalize
from factbook.rdf.parse import read_rdf
from factbook.rdf.positions import places_of
from factbook.rdf.sssom import parse_mapping_set, serialize_mapping_set
from factbook.rdf.turtle_scanner import tokenize
from factbook.sparql.tokens import query_form, respell, sums, tokens, uses_service, variables
from factbook.sparql.tree import parse_query, walk

EXAMPLES = int(os.environ.get("FACTBOOK_TEST_EXAMPLES", "60"))
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def texts(words: str, *others: str, joint: str = " ") -> st.SearchStrategy[str]:
    """Return texts that are made of some words, other pieces, and anything at all."""
    pieces = st.sampled_from([*words.split(), *others])
    return st.lists(st.one_of(pieces, st.text(max_size=4)), max_size=40).map(joint.join)


TURTLE = texts(
    "@prefix @base PREFIX ex: : a . ; , [ ] ( ) <> <#a> <http://e.org/a> ex:b _:c 1 1.50 1e3 true "
    """ "x" "x"@en "1"^^ex:d 'y' """
    '"""z""" # { } << >> \\u0041 %41 é =>',
    "\n",
    "\t",
    "\u202e",
    "\x00",
    "# note\n",
    "@prefix ex: <http://e.org/> .\n",
)
KEYS = (
    "summary tags params columns defaults chart pivot a b type doc class values unit computed "
    "priority cite x y rows cells by bar line iri text 2025"
)
WORDS = st.sampled_from(KEYS.split())
HEADERS = st.dictionaries(
    WORDS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    ),
    max_size=5,
)
SPARQL = texts(
    "SELECT ASK CONSTRUCT DESCRIBE WHERE FILTER OPTIONAL UNION MINUS BIND VALUES GRAPH SERVICE SUM "
    "AVG COUNT AS ORDER BY LIMIT GROUP HAVING EXISTS NOT IN PREFIX BASE FROM { } ( ) . ; , * + / | "
    "^ ! = < > ?s $p ?_x_iri ?__y_xsd_date a ex: ex:b.c <http://e.org/> 'x' \"y\" 1 1.0 true # "
    "\\u0053ERVICE << >> é",
    "\n",
    "\x00",
    "#+ summary: x\n",
    "#+ params: {x: {class: a}}\n",
)
YAML = texts("a: b - { } [ ] ? | > & * ! % @ ' \" : , # 1 null ~", "\n")
SSSOM = texts(
    "subject_id predicate_id object_id mapping_justification confidence # #curie_map: #  ex: "
    "http://e.org/ skos:exactMatch ex:a Not 0.5 semapv:ManualMappingCuration",
    "\n",
    "\t",
    '"',
    "\r\n",
    joint="",
)


@given(TURTLE)
@fuzz
def test_reader_of_turtle_answers_or_refuses(tmp_path: Path, text: str) -> None:
    """A readable text keeps its statements through positions and canonical form."""
    path = tmp_path / "t.ttl"
    path.write_text(text, encoding="utf-8", newline="")
    list(tokenize(text))
    with suppress(FactbookError):
        file = read_rdf(path)
        places_of(file)
        canonicalize(Dataset(file.quads))


@given(TURTLE)
@example("@base @prefix")
@fuzz
def test_formatter_is_stable_or_refuses(tmp_path: Path, text: str) -> None:
    """What it wrote once it does not change again."""
    path = tmp_path / "t.ttl"
    path.write_text(text, encoding="utf-8", newline="")
    with suppress(FactbookError):
        for changed in format_files([path]):
            changed.write()
        assert format_files([path]) == []


@pytest.mark.parametrize("name", ["d.jsonld", "d.rdf", "d.nt", "d.nq", "d.trig", "d.ttl.gz"])
@given(content=st.one_of(TURTLE.map(str.encode), st.binary(max_size=80)))
@fuzz
def test_reader_of_any_syntax_answers_or_refuses(tmp_path: Path, name: str, content: bytes) -> None:
    """A file may hold anything, whatever its name says."""
    path = tmp_path / name
    path.write_bytes(content)
    with suppress(FactbookError):
        read_rdf(path)


@given(SPARQL)
@fuzz
def test_reader_of_queries_answers_or_refuses(text: str) -> None:
    """The tokens make up the text again."""
    assert "".join(token.text for token in tokens(text)) == text
    for function in (query_form, uses_service, variables, sums):
        function(text)
    respell(text, {"ex": "http://e.org/"})
    with suppress(FactbookError):
        list(walk(parse_query(text)))


@given(SPARQL)
@fuzz
def test_reader_of_stored_queries_answers_or_refuses(text: str) -> None:
    """A fault names the file."""
    try:
        parse_stored_query(text, path=Path("q.rq"))
    except FactbookError as error:
        assert str(error).startswith("q.rq")  # noqa: PT017 - most texts raise nothing else


@given(HEADERS)
@fuzz
def test_front_matter_has_the_right_form_or_is_refused(header: dict[str, object]) -> None:
    """A list where names belong is a fault of the file, not of ours."""
    text = f"#+ {json.dumps(header)}\nSELECT ?a {{ ?a ?_b_iri ?__a_xsd_date }}"
    try:
        parse_stored_query(text, path=Path("q.rq"))
    except FactbookError as error:
        assert str(error).startswith("q.rq")  # noqa: PT017 - most headers raise nothing else


@given(YAML)
@fuzz
def test_reader_of_front_matter_answers_or_refuses(text: str) -> None:
    """It is YAML that anybody may have written."""
    lines = "\n".join(f"#+ {line}" for line in text.splitlines())
    with suppress(FactbookError):
        read_front_matter(lines, Path("q.rq"))


@given(SSSOM)
@fuzz
def test_reader_of_mappings_reports_all_faults(tmp_path: Path, text: str) -> None:
    """What it can read it can write, and read again alike."""
    path = tmp_path / "m.sssom.tsv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        found = parse_mapping_set(path)
    except FactbookError:
        return
    if not found.problems:
        path.write_text(serialize_mapping_set(found), encoding="utf-8", newline="")
        assert [row.pair for row in parse_mapping_set(path).rows] == [
            row.pair for row in found.rows
        ]
