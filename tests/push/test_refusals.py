"""A push that fails says why in one line and shows no password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import free_port
from tests.push.conftest import RIVERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from tests.push.conftest import Place


def one_line(result: Result) -> str:
    """Return the one line of an error."""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert result.stdout == ""
    return str(line)


def pushing(run: Callable[..., Result], *words: str) -> Result:
    """Push the small book."""
    return run("--book", str(RIVERS), "push", *words)


@pytest.mark.parametrize("store", ["virtuoso"], indirect=True)
def test_push_reports_a_wrong_password(
    run: Callable[..., Result], store: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused login exits with 4 before anything is changed."""
    assert pushing(run, "--endpoint", store.endpoint).exit_code == 0
    before = store.counts()
    monkeypatch.setenv("FACTBOOK_PASSWORD", "not-it")

    result = pushing(run, "--endpoint", store.endpoint)

    assert result.exit_code == 4
    assert "HTTP 401" in one_line(result)
    assert "not-it" not in result.stderr
    assert store.counts() == before


@pytest.mark.parametrize("store", ["virtuoso"], indirect=True)
def test_push_without_a_login_says_where_to_set_one(
    run: Callable[..., Result], store: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the environment variables and the netrc file."""
    monkeypatch.delenv("FACTBOOK_USER")

    result = pushing(run, "--endpoint", store.endpoint)

    assert result.exit_code == 4
    assert "set FACTBOOK_USER and FACTBOOK_PASSWORD, or use a netrc file" in one_line(result)


@pytest.mark.parametrize("store", ["virtuoso"], indirect=True)
def test_push_takes_the_login_from_netrc(
    run: Callable[..., Result], store: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login in the user's netrc file is enough."""
    monkeypatch.delenv("FACTBOOK_USER")
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login dba password dba\n", encoding="utf-8")
    netrc.chmod(0o600)

    result = pushing(run, "--endpoint", store.endpoint)

    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("store", ["oxigraph"], indirect=True)
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "give the store to load the book into: --endpoint URL"),
        (["--endpoint", "ftp://example.org/"], 2, "is not an http or https address"),
        (["--endpoint", "http://u:secret@127.0.0.1/q"], 2, "must not contain a password"),
        (["--endpoint", "{closed}"], 4, "cannot be reached: Connection refused"),
        (
            ["--endpoint", "{open}", "--graph-store", "http://a/", "--update", "http://a/"],
            2,
            "combined",
        ),
        (["--endpoint", "{open}", "--update", "{closed}"], 4, "cannot be reached"),
        (["--endpoint", "{open}", "--graph-store", "{open}"], 4, "refuses GET"),
        (["--endpoint", "{open}", "--update", "{open}"], 4, "refuses the update"),
    ],
)
def test_push_refuses_wrong_addresses(
    run: Callable[..., Result], store: Place, words: list[str], code: int, said: str
) -> None:
    """Each wrong address has its exit code and its line."""
    places = {"closed": f"http://127.0.0.1:{free_port()}/", "open": store.endpoint}

    result = pushing(run, *(word.format(**places) for word in words))

    assert result.exit_code == code
    assert said in one_line(result)
    assert "secret" not in result.stderr.replace("u:secret@127.0.0.1", "")


@pytest.mark.parametrize("store", ["virtuoso"], indirect=True)
def test_push_needs_a_merge_graph_without_a_default_graph(
    run: Callable[..., Result], store: Place
) -> None:
    """For Virtuoso, the error has the whole address with a graph for the merge."""
    result = pushing(run, "--endpoint", store.server.query)

    assert result.exit_code == 2
    assert f"--endpoint '{store.server.query}?default-graph-uri=" in one_line(result)


@pytest.mark.parametrize("store", ["oxigraph"], indirect=True)
def test_push_reports_a_broken_file(run: Callable[..., Result], store: Place, book: Path) -> None:
    """A file that cannot be parsed exits with 3 and its line."""
    (book / "data" / "register" / "rivers.ttl").write_text("nonsense", encoding="utf-8")

    result = run("--book", str(book), "push", "--endpoint", store.endpoint)

    assert result.exit_code == 3
    assert "rivers.ttl:1:1" in one_line(result)


@pytest.mark.parametrize("store", ["virtuoso"], indirect=True)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?a WHERE { ?a <https://example.org/p>* ?b } ORDER BY ?a",
        "SELECT ?a WHERE { ?a <https://example.org/p>+ ?a } ORDER BY ?a",
    ],
)
def test_endpoint_reports_a_query_that_the_store_cannot_run(
    run: Callable[..., Result], store: Place, query: str
) -> None:
    """When Virtuoso gives up on a query, there is one line and no answer."""
    result = run("--book", str(RIVERS), "--endpoint", store.endpoint, "sparql", query)

    assert result.exit_code == 4
    assert "answers HTTP 500: 'Virtuoso " in one_line(result)
