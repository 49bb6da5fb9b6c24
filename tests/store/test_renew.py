"""A snapshot made from another is the one that reading everything again would have made."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Store

from factbook.store.build import build, in_memory
from factbook.store.parts import part_of
from factbook.store.renew import renewed
from factbook.store.reopen import reopen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES = ("a.ttl", "b.ttl", "c.nt", "d.ttl", "e.trig")
# Few things to say, so that files often say the same; spellings that the store makes equal
SAID = (
    '<http://e/s> <http://e/p> "x" .',
    '<http://e/s> <http://e/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    '<http://e/s> <http://e/p> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    "<http://e/t> <http://e/p> <http://e/s> .",
    "<http://e/t> <http://e/q> _:n .",
    '_:n <http://e/q> "y"@en .',
)
BASES = ("", "@base <http://e/one> .\n", "@base <http://e/two> .\n")
GRAPHS = ("", "<http://e/one>", "<http://e/three>", "<urn:factbook:file:b.ttl>")


@st.composite
def contents(draw: st.DrawFn) -> dict[str, str]:
    """Give some files; two may have the same base, and one puts things into graphs by name."""
    files = {}
    for name in NAMES:
        said = draw(st.lists(st.sampled_from(SAID), max_size=4))
        if name.endswith(".trig"):
            graph = draw(st.sampled_from(GRAPHS))
            files[name] = "".join(f"{graph} {{ {each} }}\n" for each in said)
        else:
            base = draw(st.sampled_from(BASES)) if name.endswith(".ttl") else ""
            files[name] = base + "\n".join(said)
    left_out = draw(st.sets(st.sampled_from(NAMES), max_size=2))
    return {name: text for name, text in files.items() if name not in left_out}


@st.composite
def edits(draw: st.DrawFn) -> list[dict[str, str]]:
    """Give states of a folder one after the other, most files staying as they are."""
    states = [draw(contents())]
    for _ in range(draw(st.integers(1, 4))):
        wanted = draw(contents())
        changed = draw(st.sets(st.sampled_from(NAMES), min_size=1, max_size=2))
        state = {name: text for name, text in states[-1].items() if name not in changed}
        state |= {name: wanted[name] for name in changed if name in wanted}
        states.append(state)
    return states


def written(folder: Path, files: Mapping[str, str], *, padding: str) -> list[Path]:
    """Write files, and one big one that never changes."""
    paths = []
    for name, text in {"0.nt": padding, **files}.items():
        path = folder / name
        path.write_text(text)
        paths.append(path)
    return paths


def content(store: Store) -> tuple[set[str], set[str]]:
    """Return the quads of a store, blank nodes by what they stand for, and its graphs."""
    data = Dataset(store)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in data}, {graph.value for graph in store.named_graphs()}


def keep(folder: Path, paths: Sequence[Path], number: int) -> tuple[Path, bool]:
    """Put the snapshot of files into a folder; say whether it was made from another."""
    parts = [part_of(path) for path in paths]
    made = renewed(folder, paths, parts)
    temporary = made or build(folder, paths, parts, announce=lambda _: None)
    return temporary.rename(folder / f"s{number}"), made is not None


PADDING = "".join(f'<http://e/{n}> <http://e/p> "x" .\n' for n in range(200))


@settings(max_examples=30, deadline=None)
@given(edits())
def test_the_same_as_reading_everything(states: list[dict[str, str]]) -> None:
    """After any edits the quads and the graphs are those of a store made anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshots = folder / "snapshots"
        snapshots.mkdir()
        for number, state in enumerate(states):
            paths = written(folder, state, padding=PADDING)

            place, _ = keep(snapshots, paths, number)

            store = reopen(place)
            assert store is not None
            assert content(store) == content(in_memory(paths))


@pytest.fixture
def book(tmp_path: Path) -> dict[str, str]:
    """Give files of which two say the same."""
    (tmp_path / "snapshots").mkdir()
    return {"a.ttl": f"@base <http://e/one> .\n{SAID[0]}", "b.ttl": SAID[0], "c.nt": SAID[3]}


def after(tmp_path: Path, book: dict[str, str], changes: dict[str, str]) -> bool:
    """Change files; say whether the snapshot is made from the one before, which it must equal."""
    keep(tmp_path / "snapshots", written(tmp_path, book, padding=PADDING), 0)
    paths = written(tmp_path, book | changes, padding=PADDING)
    place, reused = keep(tmp_path / "snapshots", paths, 1)
    store = reopen(place)
    assert store is not None
    assert content(store) == content(in_memory(paths))
    return reused


@pytest.mark.parametrize(
    "changes", [{"a.ttl": ""}, {"c.nt": SAID[1]}, {"d.ttl": SAID[2]}, {"e.trig": "{}"}]
)
def test_small_changes(tmp_path: Path, book: dict[str, str], changes: dict[str, str]) -> None:
    """What a changed or a new file says is put into a snapshot that there is."""
    assert after(tmp_path, book, changes)


def test_two_files_of_one_graph(tmp_path: Path, book: dict[str, str]) -> None:
    """A file that shares its graph with a changed one is read again, and the others are not."""
    book["d.ttl"] = f"@base <http://e/one> .\n{SAID[3]}"

    assert after(tmp_path, book, {"a.ttl": ""})


def test_a_graph_that_is_named(tmp_path: Path, book: dict[str, str]) -> None:
    """Where a file names the graph of one that is gone, everything is read again."""
    book["e.trig"] = f"<http://e/one> {{ {SAID[0]} }}"

    assert not after(tmp_path, book, {"a.ttl": ""})


def test_much_changed(tmp_path: Path, book: dict[str, str]) -> None:
    """Where most has changed, everything is read again."""
    assert not after(tmp_path, book, {"0.nt": PADDING.replace('"x"', '"y"')})


def test_a_snapshot_of_another_version(
    tmp_path: Path, book: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version has kept is left alone."""
    monkeypatch.setattr("factbook.store.parts.VERSIONS", "3 0.4.0")
    keep(tmp_path / "snapshots", written(tmp_path, book, padding=PADDING), 0)
    monkeypatch.undo()

    paths = written(tmp_path, book | {"c.nt": ""}, padding=PADDING)

    assert not keep(tmp_path / "snapshots", paths, 1)[1]


def test_links_and_not_copies(tmp_path: Path, book: dict[str, str]) -> None:
    """A snapshot made from another shares its tables, and both stay whole."""
    after(tmp_path, book, {"c.nt": SAID[1]})

    first, second = (tmp_path / "snapshots" / name / "store" for name in ("s0", "s1"))
    assert {path.stat().st_ino for path in first.glob("*.sst")} & {
        path.stat().st_ino for path in second.glob("*.sst")
    }
    assert reopen(first.parent) is not None
