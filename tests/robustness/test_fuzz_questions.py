"""Whatever a user or a client types, a question is answered or refused in words.

FACTBOOK_TEST_EXAMPLES sets the number of texts for each reader; the default is small.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core_book import core_book
from tests.robustness.test_fuzz import EXAMPLES, fuzz, texts

from factbook.book import Book
from factbook.errors import FactbookError, UsageError
from factbook.imports.mapping import read_mapping
from factbook.query.names import Names
from factbook.query.parameters import parse_literal
from factbook.query.refine import Refinement, refine_text
from factbook.query.stored_queries import find_query
from factbook.search.search_book import search
from factbook.sparql.tree import parse_query
from factbook.verify.verify_text import Verifier

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

fuzz_slowly = settings(fuzz, max_examples=max(12, EXAMPLES // 5))
"""For what searches the whole book with each text."""
CONDITION = texts(
    "value amount company unit date >= <= != = < > ~ $1B 1.9bn 2025 2025-Q2 2025-13 true NVIDIA "
    "company:nvidia £ € -0 1e999 NaN .5 ,,, ' \" ?x } {",
    "\n",
    "\x00",
    "\ud800",
    joint="",
)
NAME = texts(
    "company: nvidia NVIDIA <http://e.org/> http://e.org/a a:b : :: / # % é \u202e \x00 \ud800 "
    "İ ß \ufb01 ( [ * \\ ' \"",
    joint="",
)
PROSE = texts(
    "NVIDIA CoreWeave H100 revenue valuation was $1.9 billion 5.131bn one million 40% 1-2 "
    "1,000,000 1e9 2025 Q3 May 12 GW TB/s € -3 \u2013 . , ; half twice"
)
MAPPING = texts(
    "#+ tables: m: format: csv columns: A: text integer date %Y key: [A] skip: - where: why: "
    "split: source: title: published: 2025-01-01 things: none: reshape: CONSTRUCT { } WHERE ?A a",
    "\n",
    "\n#+ ",
    "\n#+   ",
    ": ",
)
PARAMETER = texts(
    "a= where= sort= top= columns= since= until= asof= known-by= labels= v= company= query= q= "
    "queries= value:desc 1 -1 2025-13-01 nvidia & = % %00 %ff %ud800 + ; ? # { } [ ] \" ' "
    "SELECT ?x { ?x ?y ?z }",
    joint="",
)
PATHS = (
    "/",
    "/api/query/valuations",
    "/api/query/valuations.csv",
    "/compare",
    "/id/company/",
    "/queries/valuations",
    "/reconcile",
    "/reconcile/suggest/entity",
    "/search",
    "/sparql",
)


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the book without imports."""
    return Book(core_book())


@pytest.fixture(scope="module")
def verifier(book: Book) -> Verifier:
    """Return a verifier of the book without imports."""
    return Verifier(book)


@given(where=CONDITION, sort=CONDITION, since=CONDITION)
@fuzz
def test_condition_is_understood_or_refused(book: Book, where: str, sort: str, since: str) -> None:
    """What it makes of the query is a query, with nothing of the text but terms."""
    query = find_query(book.layout.queries, "valuations")
    for wanted in (
        Refinement(where=(where,)),
        Refinement(where=(f"value >= {where}", f"company ~ {where}"), top=3),
        Refinement(sort=sort, columns=(where,)),
        Refinement(since=since, until=where),
    ):
        with suppress(UsageError):
            parse_query(refine_text(query.text, query, wanted, book))


@given(NAME)
@fuzz_slowly
def test_name_is_found_or_refused(book: Book, text: str) -> None:
    """A name, an IRI, a CURIE or words of a search: the engine gets a term or nothing."""
    names = Names.of(book)
    for kind in (None, "infra:Company"):
        with suppress(UsageError):
            names.lookup_one(text, type_curie=kind)
    with suppress(FactbookError):
        search(book, text)


@given(PROSE | NAME)
@fuzz
def test_every_number_of_a_text_is_judged(verifier: Verifier, text: str) -> None:
    """Each number is where the verifier says it is."""
    for found in verifier.verify(text):
        assert text[found.number.start : found.number.end].strip() == found.number.text


@given(
    kind=st.sampled_from(["text", "lang:en", *(f"xsd:{name}" for name in ("date", "integer"))]),
    value=CONDITION,
)
@fuzz
def test_value_of_a_parameter_fits_or_is_refused(kind: str, value: str) -> None:
    """A literal has the form of its datatype."""
    with suppress(UsageError):
        parse_literal("p", kind, value)


@given(MAPPING)
@fuzz
def test_reader_of_table_mappings_answers_or_refuses(tmp_path: Path, text: str) -> None:
    """A fault names the file."""
    path = tmp_path / "m.rq"
    path.write_text(f"#+ {text}", encoding="utf-8", newline="")
    try:
        read_mapping(path)
    except FactbookError as error:
        assert str(error).startswith(str(path))  # noqa: PT017 - most texts raise nothing else


@pytest.fixture(scope="module")
def client(book: Book) -> FlaskClient:
    """Return a client of the application over the book."""
    pytest.importorskip("flask")
    from factbook.api import Book as WholeBook
    from factbook.web.app import create_app

    return create_app(WholeBook(book.layout.root)).test_client()


@given(path=st.sampled_from(PATHS), more=NAME, arguments=PARAMETER)
@fuzz
def test_request_is_answered_or_refused(
    client: FlaskClient, path: str, more: str, arguments: str
) -> None:
    """No request is a fault of the server, whatever its path and its parameters hold."""
    asked = (path + more if path.endswith("/") else path).encode("utf-8", "surrogatepass")
    environ = {"PATH_INFO": asked.decode("latin-1")}  # in an address, // would begin a host
    query = quote(arguments.encode("utf-8", "surrogatepass"), safe="=&+%;/?:@")
    with client.get("/", query_string=query, environ_overrides=environ, buffered=True) as response:
        assert response.status_code < 500, (path, more, arguments)
