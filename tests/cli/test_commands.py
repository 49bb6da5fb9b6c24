"""What holds for all commands, and the small commands one by one."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from factbook import __version__
from factbook.cli.root import COMMANDS, root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]


def _all_commands() -> Iterator[tuple[str, ...]]:
    for name, entry in COMMANDS.items():
        yield (name,)
        command = import_module(entry.module).command
        if type(command) is click.Group:
            yield from ((name, inner) for inner in command.commands)


@pytest.mark.parametrize("words", list(_all_commands()), ids=" ".join)
def test_command_help_has_an_example(run: Run, words: tuple[str, ...]) -> None:
    """The help of each command says what it does and shows a call that can be typed."""
    result = run(*words, "--help")

    assert result.exit_code == 0
    assert f"Usage: factbook {' '.join(words)}" in result.stdout
    assert "Example" in result.stdout
    assert f"  factbook {words[0]}" in result.stdout.replace('"$(', "  ")


@pytest.mark.parametrize("name", COMMANDS)
def test_overview_agrees_with_command_help(run: Run, name: str) -> None:
    """The line in the overview is there although the command was not imported."""
    assert COMMANDS[name].summary in " ".join(run("--help").stdout.split())


def test_program_without_arguments_prints_help() -> None:
    """Without a command one sees the help, and that is no failure."""
    result = CliRunner().invoke(root, [])

    assert result.exit_code == 0
    assert "Commands:" in result.stdout


def test_version_option_prints_package_version(run: Run) -> None:
    """The version is that of the package."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert run("--version").stdout == f"factbook {__version__}\n"
    assert pyproject["project"]["version"] == __version__


def test_queries_lists_queries_by_group(run: Run) -> None:
    """All queries are listed, with what they take."""
    result = run("queries", "-f", "csv")

    assert result.stdout.splitlines() == [
        "group,query,summary,parameters",
        "rivers,joined,Whether two rivers share a country,--one --other",
        "rivers,lengths,How long rivers are,[--since]",
        "rivers,river,One river and what it flows through,--river",
        "rivers,river-graph,Everything said of a river,--river",
        "rivers,rivers,Rivers and the countries that they flow through,[--country]",
    ]


def test_queries_finds_queries_by_words(run: Run) -> None:
    """Words are looked for in names, summaries and tags, whatever their case."""
    result = run("queries", "LONG", "geography", "-f", "csv")

    assert [line.split(",")[1] for line in result.stdout.splitlines()[1:]] == ["lengths"]


@pytest.mark.parametrize("way", ["text", "file", "stdin"])
def test_sparql_reads_query_from_text_file_or_stdin(run: Run, tmp_path: Path, way: str) -> None:
    """A query is given as text, in a file or on stdin; the book's prefixes need no declaring."""
    text = "SELECT ?name { ?r a def:River ; schema:name ?name } ORDER BY ?name"
    path = tmp_path / "q.rq"
    path.write_text(f"\ufeff{text}", encoding="utf-8")
    arguments = {"text": [text], "file": ["--file", str(path)], "stdin": ["-"]}[way]

    result = run("sparql", *arguments, "-f", "csv", stdin=text if way == "stdin" else None)

    assert result.stdout.split() == ["name", "Danube", "Inn", "Rhine"]


def test_sparql_declares_prefixes_for_endpoint(run: Run, endpoint: str) -> None:
    """The book's prefixes need no declaring at an endpoint either."""
    result = run("--endpoint", endpoint, "sparql", "ASK { river:inn a def:River }")

    assert result.stdout == "true\n"


def test_data_option_adds_files_of_every_format(run: Run, tmp_path: Path) -> None:
    """Files of your own join the graph, in all formats, packed too."""
    import gzip

    said = "<https://example.org/river/inn> <https://example.org/def#flowsThrough> "
    austria, germany = (f"<https://example.org/country/{name}>" for name in ("austria", "germany"))
    (tmp_path / "a.ttl").write_text(f"{said}{austria} .", encoding="utf-8")
    (tmp_path / "b.nt.gz").write_bytes(gzip.compress(f"{said}{germany} .\n".encode()))

    data = ["--data", str(tmp_path / "a.ttl"), "--data", str(tmp_path / "b.nt.gz")]
    result = run(*data, "query", "river", "--river", "Inn", "-f", "csv")

    assert result.stdout.count("example.org") == 2


def test_no_cache_option_writes_nothing(run: Run, tmp_path: Path, cache: Path) -> None:
    """With --no-cache the answer is the same and the cache folder does not change."""
    data = tmp_path / "more.ttl"
    data.write_text("<https://example.org/a> a <https://example.org/b> .", encoding="utf-8")
    before = sorted(cache.rglob("*"))

    result = run("--no-cache", "--data", str(data), "query", "lengths", "-f", "csv")

    assert result.stdout.count("\n") == 3
    assert sorted(cache.rglob("*")) == before


def test_cache_shows_and_clears_snapshots(run: Run, cache: Path) -> None:
    """The command lists the snapshots and removes them."""
    run("query", "lengths")

    info = run("cache", "info").stdout
    cleared = run("cache", "clear").stdout

    assert f"folder\t{cache}\n" in info
    assert "quads" in info
    assert cleared.startswith("removed ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_script_of_shell(run: Run, shell: str) -> None:
    """The script for each shell calls the program back."""
    assert "_FACTBOOK_COMPLETE" in run("completion", shell).stdout
