"""Every Turtle file of the book keeps the house form."""

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
    """Name a file below the root of the book."""
    return path.relative_to(ROOT).as_posix()


def sections_of(path: Path, prefixes: dict[str, str]) -> list[list[str]]:
    """Return the subjects of a file in its sections, which comments that stand alone begin."""
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
def test_a_file_parses(path: Path, parsed: Parsed) -> None:
    """Every file is valid Turtle and says something."""
    assert parsed(path).quads


def test_every_file_is_formatted() -> None:
    """The formatter finds nothing to change."""
    program = Path(sys.executable).with_name("turtlefmt")
    command = [str(program), "--check", *map(str, [*ONTOLOGY, *DATA])]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    wrong = re.findall(r"The format of (\S+) is not correct", result.stdout + result.stderr)
    assert (wrong, result.returncode) == ([], 0), result.stderr


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_prefixes_are_those_of_the_one_map(path: Path, parsed: Parsed) -> None:
    """A prefix means the same IRI in every file, and none is declared in vain."""
    prefixes = parsed(path).prefixes
    text = path.read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@"))

    spoken = set(_CURIE.findall(_QUIET.sub(" ", body)))

    assert prefixes == {name: PREFIXES.get(name) for name in prefixes}
    assert set(prefixes) == spoken


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_subjects_stand_in_order(path: Path, parsed: Parsed) -> None:
    """Within a section subjects stand in the order of their IRIs, after what opens the file."""
    sections = sections_of(path, parsed(path).prefixes)
    if path in ONTOLOGY or sections[0][0] == "":  # the whole, or the source that is the file
        del sections[0][0]

    assert sections == [sorted(section) for section in sections]


@pytest.mark.parametrize("path", [*ONTOLOGY, *DATA], ids=name_of)
def test_a_subject_has_one_block(path: Path, parsed: Parsed) -> None:
    """What a file says of a thing stands in one place."""
    subjects = [one for section in sections_of(path, parsed(path).prefixes) for one in section]

    assert sorted(subjects) == sorted(set(subjects))


@pytest.mark.parametrize("path", DATA, ids=name_of)
def test_data_have_no_blank_node(path: Path, parsed: Parsed) -> None:
    """Every thing in the data has an IRI that can be cited."""
    nodes = {node for quad in parsed(path).quads for node in (quad.subject, quad.object)}

    assert not [node for node in nodes if isinstance(node, BlankNode)]
