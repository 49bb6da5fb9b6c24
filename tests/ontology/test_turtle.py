"""Every Turtle file of the book follows the style rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from pyoxigraph import BlankNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.rdf.parse import RdfFile

    Parsed: TypeAlias = Callable[[Path], RdfFile]

ROOT = Path(__file__).parents[2]
ONTOLOGY = sorted((ROOT / "ontology").rglob("*.ttl"))
DATA = sorted((ROOT / "data").rglob("*.ttl"))
CONTEXT = json.loads((ROOT / "ontology" / "context.jsonld").read_bytes())["@context"]
PREFIXES = {
    name: value
    for name, value in CONTEXT.items()
    if isinstance(value, str) and value.endswith(("/", "#"))
}

_LONG_STRING = r'"""(?:[^"\\]|\\.|"(?!""))*"""'
_QUIET = re.compile(  # strings and IRIs, in which a colon or a # means nothing, and comments
    rf'{_LONG_STRING}|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*', re.DOTALL
)
_CURIE = re.compile(r"(?<![\w.-])([A-Za-z][\w-]*):")


def name_of(path: Path) -> str:
    """Return the path of a file from the root of the book."""
    return path.relative_to(ROOT).as_posix()


def sections_of(path: Path, prefixes: dict[str, str]) -> list[list[str]]:
    """Return the subjects of each section of a file; a comment block starts a section."""
    text = re.sub(_LONG_STRING, '""', path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found: list[list[str]] = [[]]
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("#") and not following:
            found.append([])
        elif line and line[0] not in "@# \t":
            token = line.split()[0]
            prefix, _, local = token.partition(":")
            found[-1].append(token[1:-1] if token[0] == "<" else prefixes[prefix] + local)
    return [section for section in found if section]


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_file_parses(path: Path, parsed: Parsed) -> None:
    """Every file is valid Turtle and not empty."""
    assert parsed(path).quads


def test_files_are_formatted() -> None:
    """The formatter changes no file."""
    program = Path(sys.executable).with_name("turtlefmt")
    command = [str(program), "--check", *map(str, [*ONTOLOGY, *DATA])]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    wrong = re.findall(r"The format of (\S+) is not correct", result.stdout + result.stderr)
    assert (wrong, result.returncode) == ([], 0), result.stderr


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_prefixes_agree_with_the_prefix_map(path: Path, parsed: Parsed) -> None:
    """A prefix has the same IRI in every file, and every declared prefix is used."""
    prefixes = parsed(path).prefixes
    text = path.read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@"))

    spoken = set(_CURIE.findall(_QUIET.sub(" ", body)))

    assert prefixes == {name: PREFIXES.get(name) for name in prefixes}
    assert set(prefixes) == spoken


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_subjects_are_sorted(path: Path, parsed: Parsed) -> None:
    """Within a section, subjects are sorted by IRI, after the subject that opens the file."""
    sections = sections_of(path, parsed(path).prefixes)
    if path in ONTOLOGY or sections[0][0] == "":  # the whole, or the source that is the file
        del sections[0][0]

    assert sections == [sorted(section) for section in sections]


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_subject_has_one_block(path: Path, parsed: Parsed) -> None:
    """All statements of a file about a thing are in one block."""
    subjects = [one for section in sections_of(path, parsed(path).prefixes) for one in section]

    assert sorted(subjects) == sorted(set(subjects))


@pytest.mark.parametrize("path", DATA, ids=name_of)
def test_data_has_no_blank_nodes(path: Path, parsed: Parsed) -> None:
    """Every thing in the data has an IRI that can be cited."""
    nodes = {node for quad in parsed(path).quads for node in (quad.subject, quad.object)}

    assert not [node for node in nodes if isinstance(node, BlankNode)]
