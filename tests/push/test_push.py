"""A pushed book arrives whole, replaces the one before, and answers like the local book."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode
from tests.core_book import core_book
from tests.push.conftest import MERGE, RIVERS, read, sizes

import factbook
from factbook.api import Book
from factbook.check.run import check_endpoint
from factbook.push.target import find_target
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from tests.push.conftest import Place

SOURCE = "https://example.org/source/gauges"
TANGLED = """\
@base <https://example.org/source/tangled> .
@prefix ex: <https://example.org/> .
<> ex:says ( 1 2 3 4 5 6 ) , [ ex:of [ ex:of ex:deep ] ] .
_:a ex:next _:b . _:b ex:next _:c . _:c ex:next _:a .
ex:x ex:note "one\\ntwo \\"quoted\\" \\\\u0022 é 名"@en , "</script>" , "" .
"""


def push(run: Callable[..., Result], book: Path, store: Place, *more: str) -> Result:
    """Push a book."""
    return run("--book", str(book), "push", "--endpoint", store.endpoint, *more)


@pytest.fixture(scope="module")
def bundled() -> Book:
    """Give the bundled book without its imports."""
    return Book(core_book(), cache=False)


@pytest.mark.parametrize("again", [False, True], ids=["first", "second time"])
def test_push_sends_the_complete_bundled_book(
    run: Callable[..., Result], store: Place, bundled: Book, again: object
) -> None:
    """Every graph and the merge have their sizes, and a second push changes nothing."""
    del again

    result = push(run, bundled.layout.root, store, "--prune")

    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{store.endpoint} now holds " in result.stderr
    derived = {bundled.rules.graph.value: len(list(bundled.derived()))}
    assert store.counts() == sizes(bundled.engine) | derived


def test_pushed_book_answers_show_and_query_like_the_local_book(
    run: Callable[..., Result], store: Place, bundled: Book, request: pytest.FixtureRequest
) -> None:
    """A page and a query give the same text from the store and from the files."""
    if store.product == "virtuoso":
        reason = "Virtuoso 7.2 loses rows while it is busy, see docs/endpoints.md"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=False))
    assert run("push", "--endpoint", store.endpoint, "--prune").exit_code == 0
    company = bundled.query("companies")[0]["company"]

    for words in (("show", str(company)), ("query", "valuations", "-f", "csv")):
        there = run("--endpoint", store.endpoint, *words)
        assert there.exit_code == 0, there.stderr
        assert there.stdout == run(*words).stdout


def test_pushed_book_passes_the_checks(run: Callable[..., Result], store: Place) -> None:
    """The checks over the store have no findings."""
    assert run("push", "--endpoint", store.endpoint, "--prune").exit_code == 0

    outcome = check_endpoint(factbook.open(endpoint=store.endpoint))

    assert outcome.findings == ()


def test_second_push_replaces_the_first(
    run: Callable[..., Result], store: Place, book: Path
) -> None:
    """A statement that a file no longer has is gone, from its graph and from the merge."""
    assert push(run, book, store).exit_code == 0
    before = store.counts()
    source = book / "data" / "sources" / "survey" / "gauges.ttl"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("river:rhine def:flowsThrough country:germany .", ""), "utf-8")

    assert push(run, book, store).exit_code == 0

    fewer = {name for name, size in store.counts().items() if before[name] == size + 1}
    assert fewer == {SOURCE, MERGE}
    asked = "ASK { <https://example.org/river/rhine> <https://example.org/def#flowsThrough> ?x }"
    assert Book(book, endpoint=store.endpoint).engine.query(asked) is False


def test_push_reports_orphaned_graphs_and_prunes_them(
    run: Callable[..., Result], store: Place, book: Path
) -> None:
    """A graph that no file has any more is named, and --prune drops it."""
    extra = book / "data" / "sources" / "survey" / "old.ttl"
    extra.write_text(TANGLED.replace("tangled", "old"), encoding="utf-8")
    assert push(run, book, store).exit_code == 0
    extra.unlink()

    kept = push(run, book, store)
    dropped = push(run, book, store, "--prune")

    name = "https://example.org/source/old"
    assert f"not in the book; --prune drops them: <{name}>" in kept.stderr
    assert f"dropped: <{name}>" in dropped.stderr
    assert name not in store.counts()
    assert "graphs in the namespaces" not in push(run, book, store).stderr


@pytest.mark.parametrize("way", ["--graph-store", "--update"])
@pytest.mark.parametrize("batch", ["1", "5", "1000"])
def test_push_keeps_blank_nodes_connected(
    run: Callable[..., Result], store: Place, book: Path, way: str, batch: str
) -> None:
    """Lists, nested nodes, cycles and odd texts arrive the same, however small the batches."""
    file = book / "data" / "sources" / "survey" / "tangled.ttl"
    file.write_text(TANGLED, encoding="utf-8")
    address = store.server.graph_store if way == "--graph-store" else store.server.update

    result = push(run, book, store, way, address, "--batch", batch)

    assert result.exit_code == 0, result.stderr
    assert store.holds("https://example.org/source/tangled") == read(file)


def test_push_after_an_interruption_completes_the_store(
    run: Callable[..., Result], store: Place, book: Path, tmp_path: Path
) -> None:
    """A push that was interrupted half-way leaves nothing behind once it is run again."""
    nodes = 40_000  # in batches of five: far from done when the first of them arrive
    many = "".join(
        f"<https://example.org/n/{n}> a <https://example.org/N> .\n" for n in range(nodes)
    )
    big = book / "data" / "sources" / "survey" / "big.ttl"
    big.write_text(f"@base <https://example.org/source/big> .\n{many}", encoding="utf-8")
    words = ["--book", str(book), "push", "--endpoint", store.endpoint, "--batch", "5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "factbook", *words], env=dict(os.environ), cwd=tmp_path
    )
    deadline = time.monotonic() + 60
    while "https://example.org/source/big" not in store.counts():
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert 0 < store.counts()["https://example.org/source/big"] < nodes

    assert push(run, book, store).exit_code == 0

    assert store.counts()["https://example.org/source/big"] == nodes
    assert store.holds("https://example.org/source/big") == read(big)


def test_push_reports_spellings_that_the_store_merges(
    run: Callable[..., Result], store: Place, book: Path
) -> None:
    """If fewer statements arrive than were sent, push says so and exits with 1."""
    file = book / "data" / "sources" / "survey" / "spelt.ttl"
    file.write_text(
        "@base <https://example.org/source/spelt> .\n"
        "<https://example.org/a> <https://example.org/p> 1.0 , 1.00 , 2.0 .\n",
        encoding="utf-8",
    )

    result = push(run, book, store)

    assert result.exit_code == 1
    assert "graph <https://example.org/source/spelt> holds 2 of 3 statements" in result.stderr


def test_push_includes_files_given_with_data(
    run: Callable[..., Result], store: Place, tmp_path: Path
) -> None:
    """The graph of a `--data` file arrives with the book."""
    own = tmp_path / "own.trig"
    own.write_text("<https://example.org/g> { <https://e.org/a> a <https://e.org/B> }", "utf-8")

    result = run("--book", str(RIVERS), "--data", str(own), "push", "--endpoint", store.endpoint)

    assert result.exit_code == 0, result.stderr
    assert store.counts()["https://example.org/g"] == 1


def test_push_refuses_leads(run: Callable[..., Result], store: Place) -> None:
    """An endpoint cannot mark rows that need a lead, so push refuses `--leads`."""
    result = run("--book", str(RIVERS), "--leads", "push", "--endpoint", store.endpoint)

    assert result.exit_code == 2
    assert "--leads" in result.stderr


def test_merge_is_not_a_named_graph(run: Callable[..., Result], store: Place, book: Path) -> None:
    """A graph variable matches sources and never the merge."""
    assert push(run, book, store).exit_code == 0
    engine = find_target(store.endpoint).engine
    text = (
        "SELECT ?g WHERE { GRAPH ?g { <https://example.org/river/rhine> "
        "<https://example.org/def#flowsThrough> ?x } } ORDER BY ?g"
    )
    named = (
        f"SELECT ?x WHERE {{ GRAPH <{SOURCE}> {{ <https://example.org/river/rhine> "
        "<https://example.org/def#flowsThrough> ?x } } ORDER BY ?x"
    )

    assert select(engine, text) == [(NamedNode(SOURCE),)]
    assert len(select(engine, named)) == 1
