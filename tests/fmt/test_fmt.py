"""`factbook fmt` settles the form of Turtle and never what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from factbook.cli.root import root
from factbook.errors import FactbookError, InputError
from factbook.fmt.files import Formatted, unformatted, write
from factbook.fmt.order import in_order
from factbook.fmt.proof import prove, same_quads
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
    """Return a file that is not in the house form."""
    path = tmp_path / "survey.ttl"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_a_file_is_brought_into_the_house_form(untidy: Path) -> None:
    """Spaces, prefixes and subjects are settled; comments and spellings stay."""
    result = run(untidy)

    assert untidy.read_text(encoding="utf-8") == TIDY
    assert (result.exit_code, result.stdout) == (0, f"{untidy}\n")
    assert result.stderr == "1 of 1 files changed\n"


def test_a_second_run_changes_nothing(untidy: Path) -> None:
    """The form is its own form."""
    run(untidy)

    result = run(untidy)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "0 of 1 files changed\n"


def test_check_names_the_file_and_leaves_it(untidy: Path) -> None:
    """--check exits 1 and writes nothing."""
    result = run("--check", untidy)

    assert (result.exit_code, result.stdout) == (1, f"{untidy}\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_check_of_tidy_files_is_silent(untidy: Path) -> None:
    """--check exits 0 when nothing would change."""
    run(untidy)

    assert run("--check", untidy.parent).exit_code == 0


def test_diff_shows_what_would_change(untidy: Path) -> None:
    """--diff prints a unified diff, writes nothing and exits 1."""
    result = run("--diff", untidy)

    assert result.exit_code == 1
    assert "-@prefix unused: <https://example.org/unused/> .\n" in result.stdout
    assert '+    ex:name "Rhine" , "Rhein"@de-CH .\n' in result.stdout
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_a_broken_file_is_one_line_with_its_place(untidy: Path) -> None:
    """Broken Turtle exits 3 with line and column, and no other file is touched."""
    broken = untidy.with_name("broken.ttl")
    broken.write_text(f"{PREFIX}ex:a ex:b ex:c\nex:d ex:e ex:f .\n", encoding="utf-8")

    result = run(untidy, broken)

    assert result.exit_code == 3
    assert result.stderr == (f"error: {broken}:4:1: A dot is expected at the end of statements\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_a_form_that_the_formatter_does_not_know_is_said(untidy: Path) -> None:
    """RDF 1.2 is valid here and unknown to the formatter: the file is named and left."""
    newer = untidy.with_name("newer.ttl")
    newer.write_text(f"{PREFIX}ex:a ex:b <<( ex:c ex:d ex:e )>> .\n", encoding="utf-8")

    result = run(untidy, newer)

    assert result.exit_code == 3
    assert f"{newer}: valid Turtle, but the formatter does not know a form in it" in result.stderr
    assert untidy.read_text(encoding="utf-8") == UNTIDY


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("rows.csv", 2, "only Turtle can be formatted (.ttl)"),
        ("rows.nt", 2, "only Turtle can be formatted (.ttl)"),
        ("absent.ttl", 3, "no such file"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, code: int, said: str) -> None:
    """What is no Turtle file is refused in words."""
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
def test_odd_turtle_keeps_its_quads(tmp_path: Path, text: str) -> None:
    """Whatever the spelling, the parsed quads and literals stay."""
    path = tmp_path / "odd.ttl"
    path.write_bytes(text.encode())
    before = read_rdf(path)

    result = run(path)

    assert result.exit_code == 0, result.stderr
    assert same_quads(before, read_rdf(path))
    assert run("--check", path).exit_code == 0


def test_order_stays_within_sections_and_directives() -> None:
    """A lone comment, a directive and a blank node are borders that no block crosses."""
    text = (
        f"{PREFIX}ex:b ex:p 1 .\n\nex:a ex:p 1 .\n\n# next\n\nex:d ex:p 1 .\n\n"
        "[ ex:p 2 ] ex:p 3 .\n\nex:c ex:p 1 .\n"
    )

    assert in_order(text) == text.replace(
        "ex:b ex:p 1 .\n\nex:a ex:p 1 .", "ex:a ex:p 1 .\n\nex:b ex:p 1 ."
    )


@pytest.mark.parametrize("whole", ["skos:ConceptScheme", "owl:Ontology"])
def test_what_opens_a_file_stays_first(whole: str) -> None:
    """A scheme or an ontology stands before its members whatever its IRI."""
    text = (
        "@prefix ex: <https://example.org/> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        f"ex:z a {whole} .\n\nex:a ex:p 1 .\n"
    )

    assert in_order(text) == text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("ex:a ex:b 1.5 . # why\n", "change what it states"),
        ("ex:a ex:b 1.50 .\n", "lose a comment"),
        ("@base <https://b.org/> .\nex:a ex:b 1.50 . # why\n", "change its @base"),
        ("ex:a ex:b 1.50 # why\n", "break it"),
    ],
)
def test_proof_refuses_what_is_not_the_same(tmp_path: Path, changed: str, said: str) -> None:
    """A form that says something else is never written: the proof names the difference."""
    old = f"{PREFIX}ex:a ex:b 1.50 . # why\n"
    path = tmp_path / "a.ttl"
    path.write_text(old, encoding="utf-8")

    with pytest.raises(FactbookError, match=said):
        prove(path, read_rdf(path), old=old, new=PREFIX + changed)


def test_a_file_changed_meanwhile_is_not_overwritten(untidy: Path) -> None:
    """What somebody saves while the formatter runs is not lost."""
    (found,) = unformatted([untidy])
    untidy.write_text(f"{UNTIDY}ex:new ex:p 1 .\n", encoding="utf-8")

    with pytest.raises(InputError, match="changed by somebody else"):
        write(found)

    assert untidy.read_text(encoding="utf-8").endswith("ex:new ex:p 1 .\n")


def test_diff_says_where_the_last_line_is_not_ended(tmp_path: Path) -> None:
    """A file without a last line feed shows so, as in every diff."""
    found = Formatted(tmp_path / "a.ttl", "ex:a ex:b 1 .", "ex:a ex:b 1 .\n")

    assert "\\ No newline at end of file\n" in "".join(found.diff())


def test_prefixes_of_the_book_are_declared_for_a_file(tmp_path: Path) -> None:
    """An author need not write the prefixes that the book knows."""
    path = tmp_path / "short.ttl"
    path.write_text('@base <https://e.org/s> .\n<> schema:name "S" .\n', encoding="utf-8")

    result = run(path)

    assert result.exit_code == 0
    assert path.read_text(encoding="utf-8") == (
        "@base <https://e.org/s> .\n"
        "@prefix schema: <https://schema.org/> .\n\n"
        '<> schema:name "S" .\n'
    )


def test_an_unknown_prefix_keeps_its_place(tmp_path: Path) -> None:
    """A prefix that nobody knows is reported where it stands in the file."""
    path = tmp_path / "odd.ttl"
    path.write_text("schema:a schema:b nope:c .\n", encoding="utf-8")

    result = run(path)

    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {path}:1:19: The prefix nope: has not been declared")
