"""The command says what it did not evaluate, and its exit code tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

from tests.check.test_command import run

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <http://example.org/> .\n"
DATA = f"{PREFIXES}ex:oak a ex:Tree ; ex:age 7 .\n"
GOOD = "ex:Good sh:targetClass ex:Tree ; sh:property [ sh:path ex:age ; sh:minCount 1 ] .\n"
MISSPELT = "ex:S sh:targetClass ex:Tree ;\n  sh:nodekind sh:Literal .\n"
FORBIDDEN = "ex:S sh:targetClass ex:Tree ;\n  sh:minCount 5 .\n"
UNMATCHED = "ex:S sh:targetClass ex:Bush ; sh:nodeKind sh:IRI .\n"


def checked(folder: Path, shapes: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the tree against shapes."""
    (folder / "data.ttl").write_text(DATA, encoding="utf-8")
    (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    return run("check", folder / "data.ttl", "--shapes", folder / "shapes.ttl", *options)


@pytest.mark.parametrize(
    ("shapes", "options", "code"),
    [
        (GOOD, (), 0),
        (GOOD, ("--strict",), 0),
        (GOOD + MISSPELT, (), 1),
        (GOOD + MISSPELT, ("--allow-unevaluated",), 0),
        (GOOD + FORBIDDEN, (), 3),
        (GOOD + FORBIDDEN, ("--allow-unevaluated",), 0),
        (GOOD + UNMATCHED, (), 0),
        (GOOD + UNMATCHED, ("--strict",), 1),
    ],
)
def test_exit_code_reports_unevaluated_parts(
    tmp_path: Path, shapes: str, options: tuple[str, ...], code: int
) -> None:
    """1 for what was not evaluated, 3 for what is forbidden, and 1 for unmatched if strict."""
    done = checked(tmp_path, shapes, *options)

    assert done.returncode == code, done.stderr


@pytest.mark.parametrize(
    ("shapes", "place", "said"),
    [
        (GOOD + MISSPELT, "shapes.ttl:5:3: ", "ex:S: not evaluated: sh:nodekind is not a term"),
        (GOOD + FORBIDDEN, "shapes.ttl:5:3: ", "ex:S has sh:minCount, which node shapes cannot"),
        (GOOD + UNMATCHED, "shapes.ttl:4:21: ", "ex:Bush has no instance in the data"),
        (
            GOOD + "ex:T sh:targetClass ex:Tree ;\n  sh:property [ sh:minCount 1 ] .",
            "shapes.ttl:5:15: ",
            "a shape without a name is a value of sh:property but has no sh:path",
        ),
    ],
)
def test_what_was_left_out_has_a_place(tmp_path: Path, shapes: str, place: str, said: str) -> None:
    """Each line on stderr begins with the file, line and column of the shape."""
    done = checked(tmp_path, shapes)

    assert f"{place}{said}" in done.stderr.replace(f"{tmp_path}/", "")


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "nt"])
def test_each_result_is_a_finding(tmp_path: Path, name: str) -> None:
    """Anonymous shapes with one path, and several limits on one value, are counted one by one."""
    shapes = """
        ex:S sh:targetClass ex:Tree ;
            sh:property [ sh:path ex:age ; sh:minCount 2 ] , [ sh:path ex:age ; sh:minCount 3 ] ,
                [ sh:path ex:age ; sh:minInclusive 8 ; sh:maxInclusive 6 ; sh:in ( 1 2 ) ] .
    """
    marks = {
        "text": " error ",
        "json": '"rule": ',
        "sarif": '"ruleId": ',
        "github": "::error ",
        "nt": "#ValidationResult>",
    }

    done = checked(tmp_path, shapes, "-f", name)

    assert done.stdout.count(marks[name]) == 5


def test_inference_and_ontology_add_to_the_data(tmp_path: Path) -> None:
    """The classes of --ont and what RDFS infers decide what is checked."""
    shapes = "ex:S sh:targetClass ex:Plant ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .\n"
    ontology = tmp_path / "ontology.ttl"
    ontology.write_text(
        f"{PREFIXES}@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "ex:age rdfs:domain ex:Plant .\n",
        encoding="utf-8",
    )

    added = ("--ont", str(ontology))
    codes = [
        checked(tmp_path, shapes, *options).returncode
        for options in ((), added, (*added, "--inference", "rdfs"))
    ]

    assert codes == [0, 0, 1]


def test_base_holds_for_files_of_ont(tmp_path: Path) -> None:
    """Relative IRIs of the data and of --ont are resolved against one base."""
    ontology = tmp_path / "more.ttl"
    ontology.write_text("<ash> a <http://example.org/Tree> .", encoding="utf-8")
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(PREFIXES + GOOD, encoding="utf-8")
    (tmp_path / "data.ttl").write_text(DATA, encoding="utf-8")
    words = ("check", tmp_path / "data.ttl", "--shapes", shapes, "--ont", ontology)

    assert "http://b.org/ash: " in run("--base", "http://b.org/", *words).stdout


@pytest.mark.parametrize(
    "text",
    [
        "\n<http://example.org/ash> a <http://example.org/Tree> .",
        '{"@id": "http://example.org/ash",\n"@type": "http://example.org/Tree"}',
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
            '<e:Tree xmlns:e="http://example.org/" rdf:about="http://example.org/ash"/></rdf:RDF>'
        ),
    ],
)
def test_standard_input_is_checked(tmp_path: Path, text: str) -> None:
    """Its syntax is detected from its text, and it is read only once."""
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(PREFIXES + GOOD, encoding="utf-8")

    done = run("check", "-", "--shapes", shapes, stdin=text)

    assert done.returncode == 1
    assert done.stdout.startswith("-:2:1: error Good/age: " if text[0] == "\n" else "-: error")


def test_file_that_is_given_twice_is_checked_once(tmp_path: Path) -> None:
    """Blank nodes of a second copy would double the findings."""
    checked(tmp_path, GOOD)
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(f"{PREFIXES}[] a ex:Tree .", encoding="utf-8")

    done = run("check", data, data, "--shapes", shapes, "--shapes", shapes)

    assert done.stdout.count("error") == 1


def test_empty_files_are_named(tmp_path: Path) -> None:
    """Of several files, one without triples or shapes is named, and so is a broken link."""
    for name, text in (
        ("data.ttl", DATA),
        ("nothing.ttl", "# all of it is commented out\n"),
        ("shapes.ttl", PREFIXES + GOOD),
        ("terms.ttl", DATA),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [tmp_path / "data.ttl", tmp_path / "nothing.ttl"]
    shapes = ("--shapes", tmp_path / "shapes.ttl", "--shapes", tmp_path / "terms.ttl")

    done = run("check", *files, *shapes)

    assert done.returncode == 0
    assert "nothing.ttl: no triples in it" in done.stderr
    assert "terms.ttl: no shapes in it" in done.stderr
    assert run("check", *files, *shapes, "--strict").returncode == 1

    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "gone.ttl").symlink_to(tmp_path / "nowhere.ttl")
    done = run("check", folder, *shapes)
    assert done.returncode == 3
    assert "gone.ttl: no such file" in done.stderr
