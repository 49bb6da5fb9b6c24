"""Every failure is one clear line on stderr with the right exit code, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import BOOK

from factbook.cli.execution import run_for_exit_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run

USAGE, UNREADABLE, ENDPOINT, INTERNAL = 2, 3, 4, 70

WRONG = {
    "command": (["qery"], "No command 'qery'. Did you mean 'query'"),
    "global option": (["--boook", "x", "queries"], "No such option '--boook'"),
    "option": (["query", "lengths", "--sinc", "2020-01-01"], "No such option '--sinc'"),
    "option of another place": (
        ["query", "lengths", "--endpoint", "http://x"],
        "--endpoint goes before the command: factbook --endpoint … lengths",
    ),
    "query name": (["query", "lenghts"], "No query 'lenghts'. Did you mean 'lengths'?"),
    "far query name": (["query", "xyz"], "No query 'xyz'. See: factbook queries"),
    "label": (
        ["query", "river", "--river", "Danub"],
        "--river: no river is called 'Danub'; nearest: 'Danube'",
    ),
    "class": (
        ["query", "river", "--river", "country:austria"],
        "--river: 'Austria' is a country, not a river",
    ),
    "unknown IRI": (["query", "river", "--river", "https://example.org/x"], "no river"),
    "missing parameter": (["query", "river"], "Query 'river' needs --river: Which one"),
    "date": (
        ["query", "lengths", "--since", "2021-02-30"],
        "--since: '2021-02-30' is not an xsd:date; write it like 2025-03-31",
    ),
    "format": (["query", "lengths", "-f", "jsn"], "-f jsn: no such format. Did you mean 'json'"),
    "format of triples": (
        ["query", "lengths", "-f", "turtle"],
        "-f turtle: this query returns a table; choose from table, md, html, csv, tsv, json, xml",
    ),
    "format of rows": (
        ["query", "river-graph", "--river", "Inn", "-f", "csv"],
        "-f csv: this query returns triples",
    ),
    "ending": (["query", "lengths", "-o", "out.docx"], "-o out.docx: cannot tell from '.docx'"),
    "search": (["queries", "cheapest"], "No query about 'cheapest'. See: factbook queries"),
    "sparql": (
        ["sparql", "SELECT * { ?s ?p"],
        "the query is not valid SPARQL: line 1, column 10: the '{' is not closed",
    ),
    "no sparql": (["sparql", "hello"], "the query has no SELECT, ASK, CONSTRUCT or DESCRIBE"),
    "file as text": (["sparql", "q.rq"], "DESCRIBE in it; for a file: --file q.rq"),
    "update": (["sparql", "DROP ALL"], "the query has no SELECT, ASK, CONSTRUCT or DESCRIBE"),
    "nothing to run": (["sparql"], "give the query as TEXT"),
    "stdin for two": (["--data", "-", "sparql", "-"], "cannot both come from stdin"),
    "service": (
        ["sparql", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"],
        "the query uses <http://127.0.0.1:1/>, which is not a registered endpoint",
    ),
    "export format": (["export", "-f", "turtel"], "No format 'turtel'. Did you mean 'turtle'"),
    "export ending": (["export", "-o", "out.txt"], "out.txt: cannot tell the RDF format"),
    "export thing": (["export", "--thing", "Danub"], "--thing: no thing is called 'Danub'"),
    "export source": (["export", "--source", "Danube"], "--source: 'Danube' is not a source"),
    "export rows": (
        ["export", "--query", "lengths"],
        "Query 'lengths' returns a table, not triples",
    ),
    "export param": (["export", "--param", "x=1"], "--param needs --query"),
    "export param form": (
        ["export", "--query", "q", "--param", "x"],
        "--param takes NAME=VALUE",
    ),
    "export mixture": (
        ["export", "--query", "q", "--thing", "x"],
        "--query cannot be combined with --thing",
    ),
    "endpoint address": (["--endpoint", "nowhere", "query", "lengths"], "is not an http or https"),
    "endpoint and data": (
        ["--endpoint", "http://127.0.0.1:1/", "--data", "x.ttl", "query", "lengths"],
        "--endpoint cannot be combined with --data, --leads or --known-by",
    ),
    "shell": (["completion", "tcsh"], "no completion for 'tcsh'; known shells: bash, zsh, fish"),
    "not Unicode": (["query", "river", "--river", "\udcff"], "--river: '\\udcff' is not valid"),
    "no Unicode query": (["sparql", "ASK { \udcff }"], "' is not valid Unicode text"),
    "no Unicode words": (["search", "\udcff"], "'\\udcff' is not valid Unicode text"),
    "no Unicode words of queries": (["queries", "\udcff"], "'\\udcff' is not valid Unicode text"),
}


def _one_line(stderr: str) -> str:
    assert stderr.startswith("error: ")
    assert stderr.count("\n") == 1
    return stderr


@pytest.mark.parametrize("case", WRONG)
def test_usage_error_says_what_is_wrong(run: Run, case: str) -> None:
    """An error says what is wrong and offers similar names."""
    arguments, message = WRONG[case]

    result = run(*arguments)

    assert message in _one_line(result.stderr)
    assert result.exit_code == USAGE
    assert result.stdout == ""


BAD_FILES: dict[str, tuple[str, str]] = {
    "broken.ttl": ("@prefix e: <http://e/> .\ne:a e:p e:b ;;\n  e:q [ .\n", "broken.ttl:3:9: "),
    "prefix.ttl": ("a:b a:c a:d .\n", "prefix.ttl:1:"),
    "relative.nt": ("<a> <b> <c> .\n", "relative IRI"),
    "broken.nt": ("<http://e/a> <http://e/b> .\n", "broken.nt:1:"),
    "broken.nq": ('<http://e/a> <http://e/b> "x" <g> .\n', "broken.nq:1:"),
    "broken.trig": ("<http://e/g> { <http://e/a> }\n", "broken.trig:1:"),
    "broken.jsonld": ('{"@id": ', "broken.jsonld"),
    "remote.jsonld": ('{"@context": "http://127.0.0.1:1/c", "@id": "http://e/a"}', "remote.jsonld"),
    "broken.rdf": ("<rdf:RDF", "broken.rdf"),
    "packed.ttl.gz": ("\x1f\x8b not packed", "packed.ttl.gz: cannot be read"),
    "page.ttl": ("\n<!DOCTYPE html>\n<html>", "page.ttl:2:1: "),
    "html.rdf": ("<html><body/></html>", "(it is an HTML page)"),
    "conflict.nt": ("# ours\n<<<<<<< HEAD\n", "conflict.nt:2:"),
    "conflict.jsonld": ("[\n=======\n]", "(a merge conflict that is not resolved)"),
    "utf16.ttl": ("\xff\xfe<\0a\0>\0", "(it is UTF-16: save it as UTF-8)"),
    "table.csv": ("a,b\n", "table.csv: cannot tell the RDF format from the name"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_broken_file_is_reported_with_its_place(run: Run, tmp_path: Path, name: str) -> None:
    """A broken file is named, with line and column where its format has lines."""
    content, message = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))

    result = run("--data", str(path), "query", "lengths")

    assert message in _one_line(result.stderr)
    assert str(path) in result.stderr
    assert result.exit_code == UNREADABLE
    assert result.stdout == ""


def _missing(folder: Path) -> list[str]:
    return ["--data", str(folder / "none.ttl"), "query", "lengths"]


def _folder(folder: Path) -> list[str]:
    (folder / "dir.ttl").mkdir()
    return ["--data", str(folder / "dir.ttl"), "query", "lengths"]


def _no_query_file(folder: Path) -> list[str]:
    return ["sparql", "--file", str(folder / "none.rq")]


def _binary_query_file(folder: Path) -> list[str]:
    (folder / "bad.rq").write_bytes(b"\xff\xfe")
    return ["sparql", "--file", str(folder / "bad.rq")]


def _no_folder_for_output(folder: Path) -> list[str]:
    return ["query", "lengths", "-o", str(folder / "none" / "out.csv")]


def _folder_as_output(folder: Path) -> list[str]:
    (folder / "dir.csv").mkdir()
    return ["query", "lengths", "-o", str(folder / "dir.csv")]


def _full_device(folder: Path) -> list[str]:
    del folder
    return ["export", "-f", "nt", "-o", "/dev/full"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (_missing, "none.ttl: no such file"),
        (_folder, "dir.ttl: is a folder, not a file"),
        (_no_query_file, "none.rq: cannot be read: No such file or directory"),
        (_binary_query_file, "bad.rq: is not UTF-8 text"),
        (_no_folder_for_output, "out.csv: cannot be written: No such file or directory"),
        (_folder_as_output, "dir.csv: cannot be written: "),
        (_full_device, "/dev/full: cannot be written: No space left on device"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_unusable_path_is_reported_with_the_reason(
    run: Run, tmp_path: Path, arguments: Callable[[Path], list[str]], message: str
) -> None:
    """A path that cannot be read or written is named with the reason."""
    given = arguments(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    result = run(*given)

    assert message in _one_line(result.stderr)
    assert result.exit_code == UNREADABLE
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "markdown"])
def test_file_name_may_be_no_utf8(run: Run, tmp_path: Path, form: str) -> None:
    """A file name that is no UTF-8 is read, kept, and named in every report."""
    name = os.fsdecode(b"caf\xe9.ttl")
    try:
        (tmp_path / name).write_text(
            '<http://a> <http://b> "x"^^<http://www.w3.org/2001/XMLSchema#date> .'
        )
    except OSError:
        pytest.skip("this file system takes only names that are text")
    file = str(tmp_path / name)

    asked = run("--data", file, "query", "lengths")
    checked = run("--data", file, "check", "-f", form)

    assert (asked.exit_code, asked.stderr) == (0, "")
    assert checked.exit_code == 1
    assert "caf" in checked.stdout


def test_folder_without_book_is_an_input_error(run: Run, tmp_path: Path) -> None:
    """A folder that holds no book is reported, with exit code 3."""
    result = run("queries", book=tmp_path)

    assert "not a book" in _one_line(result.stderr)
    assert result.exit_code == UNREADABLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the query has no SELECT, ASK, CONSTRUCT or DESCRIBE in it"),
        ("SELECT ?s {\n ?s ?p }", "the query is not valid SPARQL: line 2"),
    ],
)
def test_fault_of_a_query_file_names_the_file(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    """Whoever keeps queries in files wants to know which one it is."""
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")

    done = run("sparql", "--file", str(path))

    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {path}: {said}")


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("SELECT ?s {\n ?s ?p }", (), "the query is not valid SPARQL: line 4"),
        (f"SELECT ?s {'{' * 200}{'}' * 200}", ("--top", "2"), "the query has more than 150 groups"),
    ],
)
def test_fault_of_a_stored_query_names_the_file(
    run: Run, tmp_path: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    """Whoever asks by name need not know which file that is."""
    shutil.copytree(BOOK, tmp_path / "book")
    path = tmp_path / "book" / "queries" / "rivers" / "bad.rq"
    path.write_text(f"#+ summary: Bad\n#+ columns: {{s: A thing}}\n{text}", encoding="utf-8")

    done = run("query", "bad", *options, book=tmp_path / "book")

    assert done.exit_code == 2
    assert f"error: {path}: {said}" in done.stderr


def test_error_of_any_length_is_a_line_to_read(run: Run) -> None:
    """What was typed comes back in an error, but not all of 100,000 letters."""
    line = _one_line(run("query", "x" * 100_000).stderr)

    assert len(line) < 5_000
    assert line.startswith("error: No query 'xxx")
    assert line.endswith("See: factbook queries\n")


def test_top_may_be_any_number(run: Run) -> None:
    """More rows than an engine can count are all rows."""
    done = run("query", "lengths", "--top", "9" * 30)

    assert (done.exit_code, done.stdout) == (0, run("query", "lengths").stdout)


def test_failed_query_leaves_the_old_file(run: Run, tmp_path: Path) -> None:
    """When a query fails, the file that stood there before still stands, whole."""
    target = tmp_path / "out.csv"
    target.write_text("old\n", encoding="utf-8")

    result = run("query", "river", "--river", "Nile", "-o", str(target))

    assert result.exit_code == USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text(encoding="utf-8") == "old\n"


def test_missing_endpoint_has_exit_code_4(run: Run) -> None:
    """An endpoint where nobody listens is named, with exit code 4."""
    result = run("--endpoint", "http://127.0.0.1:9/sparql", "query", "lengths")

    assert "endpoint http://127.0.0.1:9/sparql cannot be reached" in _one_line(result.stderr)
    assert result.exit_code == ENDPOINT


def _fault() -> None:
    raise RuntimeError("the unforeseen\nof two lines")


def test_unexpected_error_has_exit_code_70(capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected error is one line that asks for a report, with exit code 70."""
    code = run_for_exit_code(_fault, debug=False)

    assert code == INTERNAL
    assert capsys.readouterr().err == (
        "error: RuntimeError: the unforeseen of two lines "
        "(this is a bug in factbook; please report it with the output of --debug)\n"
    )


def test_debug_option_raises_unexpected_error() -> None:
    """With --debug the error is raised with its traceback."""
    with pytest.raises(RuntimeError, match="unforeseen"):
        run_for_exit_code(_fault, debug=True)
