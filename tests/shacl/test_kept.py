"""An index that is kept on disk gives what the files give, or is not used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.shacl.graphs import typed

from factbook.errors import InputError
from factbook.rdf.parse import read_rdf
from factbook.shacl.kept import keep, open_kept
from factbook.shacl.run import validate
from factbook.store.holding import STORE
from factbook.store.places import places

if TYPE_CHECKING:
    from pyoxigraph import Quad

HERE = Path(__file__).parent
SHAPES = HERE / "library-shapes.ttl"
EXTRA = """
    PREFIX ex: <http://example.org/>
    ex:bad ex:price 7.50 , 0.10 .
"""


@pytest.fixture
def data(tmp_path: Path) -> list[Path]:
    """Give two files, one with literals that the store would rewrite."""
    extra = tmp_path / "extra.ttl"
    extra.write_text(EXTRA, encoding="utf-8")
    return [HERE / "library-data.ttl", extra]


def quads_of(*paths: Path) -> list[Quad]:
    """Return what files say."""
    return [quad for path in paths for quad in read_rdf(path).quads]


def test_same_findings(data: list[Path], tmp_path: Path) -> None:
    """The results are equal, spelling included."""
    quads, shapes = quads_of(*data), quads_of(SHAPES)
    cold = validate(shapes, quads)

    keep(data, quads, tmp_path / "cache")
    index = open_kept(data, tmp_path / "cache")

    assert index is not None
    assert validate(shapes, index=index) == cold
    assert typed("0.10", "decimal") in [result.value for result in cold.results]


def test_another_content(data: list[Path], tmp_path: Path) -> None:
    """When a file has changed the index is not the one."""
    keep(data, quads_of(*data), tmp_path / "cache")

    data[1].write_text(EXTRA + "ex:bad ex:price 0.20 .", encoding="utf-8")

    assert open_kept(data, tmp_path / "cache") is None


def test_damage(data: list[Path], tmp_path: Path) -> None:
    """An index whose files have been cut is not used, and a new one takes its place."""
    keep(data, quads_of(*data), tmp_path / "cache")
    (place,) = places(tmp_path / "cache")
    for manifest in (place.path / STORE).glob("MANIFEST*"):
        manifest.write_bytes(manifest.read_bytes()[:10])

    assert open_kept(data, tmp_path / "cache") is None
    assert keep(data, quads_of(*data), tmp_path / "cache").respelled


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(InputError, match=r"gone\.ttl"):
        open_kept([tmp_path / "gone.ttl"], tmp_path)
