"""`factbook fmt` changes the layout of Turtle files and not what they state."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from factbook.cli.root import root
from factbook.errors import FactbookError, InputError
from factbook.fmt.format_files import FormattedFile, format_files, have_same_quads, verify_same
from factbook.fmt.turtle_layout import sort_subjects
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from pathlib import Path

UNTIDY = """\
# Rivers of the survey
@prefix ex: <https://example.org/> .
@prefix unused: <https://example.org/unused/> .
@prefix day: <https://example.org/day/> . # kept: it has a comment
@base <https://example.org/source/survey> .
<> a ex:Source ; # the survey itself
   ex:on day:monday .

# Long ones

ex:rhine ex:length 1230, 1230.0 , 1.23E3 ;; ex:name 'Rhine', "Rhein"@de-CH .
# measured twice
ex:elbe ex:length 1094 ; ex:flow [ ex:amount 870 ; ex:at ( ex:mouth ex:source ) ] .

# Short ones

ex:aller ex:note \"\"\"two
# not a comment
lines\"\"\" .
"""
TIDY = """\
# Rivers of the survey
@prefix day: <https://example.org/day/> . # kept: it has a comment
@prefix ex: <https://example.org/> .
@base <https://example.org/source/survey> .

<> a ex:Source ; # the survey itself
    ex:on day:monday .

# Long ones

# measured twice
ex:elbe ex:length 1094 ;
    ex:flow [ ex:amount 870 ; ex:at ( ex:mouth ex:source ) ] .

ex:rhine ex:length 1230 , 1230.0 , 1.23E3 ;
    ex:name "Rhine" , "Rhein"@de-CH .

# Short ones

ex:aller ex:note \"\"\"two
# not a comment
lines\"\"\" .
"""
PREFIX = "@prefix ex: <https://example.org/> .\n\n"


def run(*arguments: str | Path) -> Result:
    """Run `factbook fmt`."""
    return CliRunner().invoke(root, ["fmt", *map(str, arguments)])


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    """Return a file that is not formatted."""
    path = tmp_path / "survey.ttl"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_fmt_formats_a_file(untidy: Path) -> None:
    """Spaces, prefixes and subjects are formatted; comments and spellings are kept."""
    result = run(untidy)

    assert untidy.read_text(encoding="utf-8") == TIDY
    assert (result.exit_code, result.stdout) == (0, f"{untidy}\n")
    assert result.stderr == "1 of 1 files changed\n"


def test_fmt_is_idempotent(untidy: Path) -> None:
    """A second run changes nothing."""
    run(untidy)

    result = run(untidy)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "0 of 1 files changed\n"


def test_fmt_check_lists_files_and_writes_nothing(untidy: Path) -> None:
    """--check exits 1 and writes nothing."""
    result = run("--check", untidy)

    assert (result.exit_code, result.stdout) == (1, f"{untidy}\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_fmt_check_passes_formatted_files(untidy: Path) -> None:
    """--check exits 0 if all files are formatted."""
    run(untidy)

    assert run("--check", untidy.parent).exit_code == 0


def test_fmt_diff_prints_a_unified_diff(untidy: Path) -> None:
    """--diff prints a unified diff, writes nothing and exits 1."""
    result = run("--diff", untidy)

    assert result.exit_code == 1
    assert "-@prefix unused: <https://example.org/unused/> .\n" in result.stdout
    assert '+    ex:name "Rhine" , "Rhein"@de-CH .\n' in result.stdout
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_fmt_reports_syntax_errors_with_their_place(untidy: Path) -> None:
    """Invalid Turtle exits 3 with line and column, and no file is changed."""
    broken = untidy.with_name("broken.ttl")
    broken.write_text(f"{PREFIX}ex:a ex:b ex:c\nex:d ex:e ex:f .\n", encoding="utf-8")

    result = run(untidy, broken)

    assert result.exit_code == 3
    assert result.stderr == (f"error: {broken}:4:1: A dot is expected at the end of statements\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_fmt_reports_unsupported_syntax(untidy: Path) -> None:
    """A file in RDF 1.2 syntax, which turtlefmt does not support, is named and not changed."""
    newer = untidy.with_name("newer.ttl")
    newer.write_text(f"{PREFIX}ex:a ex:b <<( ex:c ex:d ex:e )>> .\n", encoding="utf-8")

    result = run(untidy, newer)

    assert result.exit_code == 3
    assert f"{newer}: valid Turtle, but turtlefmt does not support its syntax" in result.stderr
    assert untidy.read_text(encoding="utf-8") == UNTIDY


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("rows.csv", 2, "only Turtle can be formatted (.ttl)"),
        ("rows.nt", 2, "only Turtle can be formatted (.ttl)"),
        ("absent.ttl", 3, "no such file"),
    ],
)
def test_fmt_rejects_other_files(tmp_path: Path, name: str, code: int, said: str) -> None:
    """A missing file or one that is not Turtle is an error."""
    path = tmp_path / name
    if "absent" not in name:
        path.write_text("", encoding="utf-8")

    result = run(path)

    assert (result.exit_code, result.stderr) == (code, f"error: {path}: {said}\n")


ODD = {
    "escapes": f'{PREFIX}ex:a ex:b "x\\u00e9\\n" , <https://e.org/\\u00e9> .\n',
    "carriage return in data": f'{PREFIX}ex:a ex:b """one\r\ntwo""" .\r\n',
    "byte order mark": f"\ufeff{PREFIX}ex:a ex:b 1 .\r\n",
    "blank nodes": f"{PREFIX}_:x ex:b _:y . _:y ex:b [ ] , [ ] .\n",
    "words of SPARQL": "PREFIX ex: <https://example.org/>\nBASE <https://b.org/>\n<a> ex:b <c>.",
    "lexical forms": f'{PREFIX}ex:a ex:b +1.50 , 007 , "1"^^ex:c , true .\n',
    "comment at the end": f'{PREFIX}ex:a ex:b "#" . # ex:c ex:d ex:e .\n',
    "nothing": "",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_fmt_keeps_quads(tmp_path: Path, text: str) -> None:
    """The parsed quads stay the same, however unusual the spelling."""
    path = tmp_path / "odd.ttl"
    path.write_bytes(text.encode())
    before = read_rdf(path)

    result = run(path)

    assert result.exit_code == 0, result.stderr
    assert have_same_quads(before, read_rdf(path))
    assert run("--check", path).exit_code == 0


def test_fmt_sorts_subjects_within_sections() -> None:
    """No statement moves across a lone comment, a directive or a blank node."""
    text = (
        f"{PREFIX}ex:b ex:p 1 .\n\nex:a ex:p 1 .\n\n# next\n\nex:d ex:p 1 .\n\n"
        "[ ex:p 2 ] ex:p 3 .\n\nex:c ex:p 1 .\n"
    )

    assert sort_subjects(text) == text.replace(
        "ex:b ex:p 1 .\n\nex:a ex:p 1 .", "ex:a ex:p 1 .\n\nex:b ex:p 1 ."
    )


@pytest.mark.parametrize("whole", ["skos:ConceptScheme", "owl:Ontology"])
def test_fmt_keeps_scheme_and_ontology_first(whole: str) -> None:
    """A concept scheme or an ontology stays before its members."""
    text = (
        "@prefix ex: <https://example.org/> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        f"ex:z a {whole} .\n\nex:a ex:p 1 .\n"
    )

    assert sort_subjects(text) == text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("ex:a ex:b 1.5 . # why\n", "change what it states"),
        ("ex:a ex:b 1.50 .\n", "lose a comment"),
        ("@base <https://b.org/> .\nex:a ex:b 1.50 . # why\n", "change its @base"),
        ("ex:a ex:b 1.50 # why\n", "break it"),
    ],
)
def test_verification_rejects_changed_content(tmp_path: Path, changed: str, said: str) -> None:
    """A text with other quads, base or comments is rejected with the difference."""
    old = f"{PREFIX}ex:a ex:b 1.50 . # why\n"
    path = tmp_path / "a.ttl"
    path.write_text(old, encoding="utf-8")

    with pytest.raises(FactbookError, match=said):
        verify_same(path, read_rdf(path), old=old, new=PREFIX + changed)


def test_fmt_does_not_overwrite_a_file_changed_meanwhile(untidy: Path) -> None:
    """Changes that are saved while fmt runs are not lost."""
    (found,) = format_files([untidy])
    untidy.write_text(f"{UNTIDY}ex:new ex:p 1 .\n", encoding="utf-8")

    with pytest.raises(InputError, match="changed by another program"):
        found.write()

    assert untidy.read_text(encoding="utf-8").endswith("ex:new ex:p 1 .\n")


def test_diff_marks_a_missing_final_newline(tmp_path: Path) -> None:
    """The diff of a file without a final newline says so."""
    found = FormattedFile(tmp_path / "a.ttl", "ex:a ex:b 1 .", "ex:a ex:b 1 .\n")

    assert "\\ No newline at end of file\n" in "".join(found.diff())


def test_fmt_declares_prefixes_of_the_book(tmp_path: Path) -> None:
    """Missing declarations of the book's prefixes are added."""
    path = tmp_path / "short.ttl"
    path.write_text('@base <https://e.org/s> .\n<> schema:name "S" .\n', encoding="utf-8")

    result = run(path)

    assert result.exit_code == 0
    assert path.read_text(encoding="utf-8") == (
        "@base <https://e.org/s> .\n"
        "@prefix schema: <https://schema.org/> .\n\n"
        '<> schema:name "S" .\n'
    )


def test_fmt_reports_the_place_of_an_unknown_prefix(tmp_path: Path) -> None:
    """An unknown prefix is reported with its place in the file as written."""
    path = tmp_path / "odd.ttl"
    path.write_text("schema:a schema:b nope:c .\n", encoding="utf-8")

    result = run(path)

    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {path}:1:19: The prefix nope: has not been declared")


@pytest.mark.parametrize(
    "text",
    [
        "ex:a # first\n  ex:b 1 , # second\n  2 ; # third\n  ex:c ( 3 # fourth\n 4 ) . # fifth\n",
        "ex:a ex:b 1 . ex:c\n  # first\n  ex:d 2 ; # second\n  ex:e 3 .\n",
        "ex:a ex:b [ # first\n  ex:c 1 ; # second\n  # third\n ] . # fourth\n# fifth\n",
        "@prefix # first\n  no: # second\n  <https://no.org/> .\nex:a ex:b 1 .\n",
    ],
)
def test_fmt_keeps_comments_inside_statements(tmp_path: Path, text: str) -> None:
    """Comments that the formatter would join are moved in front of their statement."""
    path = tmp_path / "a.ttl"
    path.write_text(PREFIX + text, encoding="utf-8")

    (found,) = format_files([path])
    found.write()

    assert format_files([path]) == []
    for comment in ("first", "second", "third", "fourth", "fifth"):
        assert found.new.count(f"# {comment}\n") == text.count(f"# {comment}\n")


def test_fmt_is_stable_when_it_removes_a_prefix(tmp_path: Path) -> None:
    """One run does what a second run would do."""
    path = tmp_path / "a.ttl"
    text = "@prefix ex: <https://e.org/> .\n@prefix no: <https://no.org/> .\n# Rivers\n"
    path.write_text(text + "ex:rhine a ex:R .\nex:elbe ex:joins ex:rhine .\n", encoding="utf-8")

    (found,) = format_files([path])
    found.write()

    assert format_files([path]) == []


def test_fmt_takes_no_longer_for_nested_lists(tmp_path: Path) -> None:
    """Hundreds of lists inside each other are verified in linear time."""
    path = tmp_path / "a.ttl"
    path.write_text(f"{PREFIX}ex:a ex:b {'(' * 800}1{')' * 800} .\n", encoding="utf-8")

    started = time.process_time()
    (found,) = format_files([path])

    assert time.process_time() - started < 2
    assert found.new.count("( ") == 800


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("ex:a ex:b [ ex:c 1 ] , [ ex:c 1 ] .", "ex:a ex:b [ ex:c 1 ] .", False),
        ("ex:a ex:b [ ex:c [ ex:d 1 ] ] .", "ex:a ex:b [ ex:c [ ex:d 2 ] ] .", False),
        ("[] ex:c 1 . [] ex:c 2 .", "[] ex:c 2 . [] ex:c 1 .", True),
        ("_:x ex:c _:y . _:y ex:c _:x .", "_:y ex:c _:x . _:x ex:c _:y .", True),
        ("_:x ex:c _:y . _:y ex:c _:x .", "_:x ex:c _:x . _:y ex:c _:y .", False),
        ("ex:a ex:b _:x , _:y . _:x ex:d _:y .", "ex:a ex:b _:y , _:x . _:y ex:d _:x .", True),
    ],
)
def test_quads_are_compared_up_to_labels(
    tmp_path: Path, left: str, right: str, *, same: bool
) -> None:
    """Blank nodes are compared by what they state, in trees and in circles."""
    files = []
    for name, text in (("l.ttl", left), ("r.ttl", right)):
        (tmp_path / name).write_text(PREFIX + text, encoding="utf-8")
        files.append(read_rdf(tmp_path / name))

    assert have_same_quads(*files) is same


def test_fmt_accepts_relative_iris(tmp_path: Path) -> None:
    """Layout needs no absolute IRIs."""
    path = tmp_path / "a.ttl"
    path.write_text("@prefix : <#> .\n\n:b :p <c> .\n", encoding="utf-8")

    assert format_files([path]) == []
