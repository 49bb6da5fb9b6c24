"""`validate` takes data in several forms and needs no other part of Factbook."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest
from pyoxigraph import Store
from tests.shacl.turtle import PREFIXES, found, quads

from factbook.errors import InputError, UsageError
from factbook.shacl import load_data, validate
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
DATA = "ex:a a ex:C . ex:b a ex:C ; ex:p 1 ."
ALLOWED = {"errors", "rdf", "shacl", "sparql", "store"}
ALONE = """
import json, sys
from pyoxigraph import RdfFormat, parse
from factbook.shacl import validate

shapes, data = (list(parse(text, RdfFormat.TURTLE)) for text in sys.argv[1:])
report = validate(shapes, data)
names = [name.split(".")[1] for name in sys.modules if name.startswith("factbook.")]
print(json.dumps([[str(result.focus) for result in report.results], sorted(set(names))]))
"""


def test_shacl_imports_no_other_part() -> None:
    """A program that validates a graph imports neither book nor checks, queries or commands."""
    arguments = [PREFIXES + SHAPES, PREFIXES + DATA]

    done = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], capture_output=True, check=True, text=True
    )

    focus, imported = json.loads(done.stdout)
    assert focus == ["<http://example.org/a>"]
    assert set(imported) <= ALLOWED


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
def test_validate_reads_files(tmp_path: Path, engine: Literal["sparql", "pyshacl"]) -> None:
    """Shapes and data may be files, whichever engine evaluates them."""
    for name, text in (("shapes.ttl", SHAPES), ("data.ttl", DATA)):
        (tmp_path / name).write_text(PREFIXES + text, encoding="utf-8")

    report = validate([tmp_path / "shapes.ttl"], [tmp_path / "data.ttl"], engine=engine)

    assert found(report) == [("a", "")]


def test_validate_takes_a_data_graph_repeatedly() -> None:
    """A data graph that has been loaded can be validated against several shapes graphs."""
    graph = load_data(quads(DATA))

    reports = [validate(quads(text), graph) for text in (SHAPES, SHAPES.replace("1", "0"))]

    assert [report.conforms for report in reports] == [False, True]


def test_validate_names_a_missing_file(tmp_path: Path) -> None:
    """A file that does not exist is an input error with its name."""
    with pytest.raises(InputError, match=r"gone\.ttl"):
        validate([tmp_path / "gone.ttl"], [])


@pytest.mark.parametrize("given", [{"engine": "jena"}, {"inference": "owl"}])
def test_validate_refuses_what_it_does_not_know(given: dict[str, str]) -> None:
    """Nothing is evaluated by another engine, or without the inference, in silence."""
    with pytest.raises(UsageError, match="Known: "):
        validate(quads(""), quads(""), **given)  # type: ignore[arg-type] # one text each


def test_validate_refuses_inference_at_an_endpoint() -> None:
    """An endpoint does what inference it does."""
    with pytest.raises(UsageError, match="not an endpoint"):
        validate(quads(""), EmbeddedEngine(Store()), inference="rdfs")
