"""A plain question that was asked before has its answer ready, as long as nothing has changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.cli.test_quick import FORMATS, ask_quickly

from factbook.cli.root import root
from factbook.store.places import places
from factbook.store.replies import REPLIES, keep_reply

BOOK = Path(__file__).parent / "book"
LENGTHS = "queries/rivers/lengths.rq"


class Asked:
    """A book of one's own, asked the quick way."""

    def __init__(self, folder: Path) -> None:
        self.book = folder / "book"
        self.cache = folder / "cache"
        shutil.copytree(BOOK, self.book)

    def __call__(self, *words: str) -> str | None:
        """Return what the quick way answers, or None."""
        said = ask_quickly("--book", str(self.book), "query", *words)
        return None if said is None else said.decode()

    def slowly(self, *words: str) -> str:
        """Return what the command line answers; it makes the index where there is none."""
        words = ("--book", str(self.book), "query", *words)
        done = CliRunner().invoke(root, words, prog_name="factbook")
        assert done.exit_code == 0, done.output
        return done.stdout_bytes.decode()

    def replies(self) -> list[Path]:
        """Return what is kept."""
        return [file for place in places(self.cache) for file in (place.path / REPLIES).glob("*")]

    def forge(self, old: bytes, new: bytes) -> None:
        """Put something else into what is kept, as if the engine had written it."""
        for file in self.replies():
            head, _, reply = file.read_bytes().partition(b"\n")
            keep_reply(str(file.parents[1]), json.loads(head)[0], reply.replace(old, new))

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the book."""
        path = self.book / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Return a book of one's own, whose files count as old and which has been asked once."""
    monkeypatch.setenv("FACTBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("factbook.store.stamps._YOUNG_NS", 0)
    asked = Asked(tmp_path)
    asked.slowly("lengths")
    return asked


@pytest.mark.parametrize("form", [*FORMATS, "usual"])
def test_nothing_is_computed_again(asked: Asked, form: str) -> None:
    """What the engine made of a question is what its next answer is made of, in each format."""
    words = ["lengths"] if form == "usual" else ["lengths", "-f", form]
    first = asked(*words)

    asked.forge(b"518.5", b"777.7")

    assert first == asked.slowly(*words)
    assert asked(*words) == first.replace("518.5", "777.7") != first


def test_no_triple_is_computed_again(asked: Asked) -> None:
    """Triples are kept as well, and written in whatever syntax is asked for."""
    words = ["river-graph", "--river", "danube"]
    first = asked(*words, "-f", "nt")

    asked.forge(b"germany", b"hungary")

    assert first == asked.slowly(*words, "-f", "nt")
    for form in ("nt", "turtle", "jsonld"):
        again = asked(*words, "-f", form)
        assert again is not None
        assert ("hungary" in again, "germany" in again) == (True, False)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/sources/survey/gauges.ttl", "518.50", "999.50"),
        (LENGTHS, "DESC(?length)", "?length"),
        ("ontology/rivers.ttl", "River", "Stream"),
        ("ontology/context.jsonld", "https://example.org/river/", "https://example.org/stream/"),
    ],
)
def test_after_a_change_it_is_computed(asked: Asked, name: str, old: str, new: str) -> None:
    """A change of data, of the query or of the context makes a new question of it."""
    asked("lengths")
    asked.forge(b"518.5", b"777.7")
    assert "777.7" in str(asked("lengths"))

    asked.edit(name, old, new)
    computed = asked.slowly("lengths")

    assert "777.7" not in computed
    assert asked("lengths") == computed


def test_another_question(asked: Asked) -> None:
    """A reply serves for the values that it was computed with, and not for others."""
    words = (["lengths"], ["lengths", "--since", "2021-01-01"], ["river", "--river", "inn"])
    for _ in range(2):
        found = [asked(*each) for each in (*words, ["river", "--river", "danube"])]

    assert len(set(found)) == len(found) == len(asked.replies())


@pytest.mark.parametrize("call", ["now()", "STR(RAND())", "UUID ()", "BNODE()"])
def test_what_does_not_last_is_not_kept(asked: Asked, call: str) -> None:
    """A query that may answer something else each time is asked each time."""
    asked.edit(LENGTHS, "?river ?unit ?date", f"?river ?unit ?date ({call})")
    asked.slowly("lengths")

    assert asked("lengths") == asked.slowly("lengths")
    assert asked.replies() == []


def test_a_large_answer_is_not_kept(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much to be kept is written all the same."""
    monkeypatch.setattr("factbook.store.replies.MOST_BYTES", 20)

    for _ in range(2):
        assert asked("lengths") == asked.slowly("lengths")
        assert asked("lengths", "-f", "md") == asked.slowly("lengths", "-f", "md")
    assert asked.replies() == []


@pytest.mark.parametrize(
    ("limit", "form"),
    [("cli.quick.readers._MOST_TRIPLES", "turtle"), ("store.replies.MOST_BYTES", "nt")],
)
def test_many_triples_are_not_kept(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, limit: str, form: str
) -> None:
    """Too many triples to be kept are written all the same, by the engine and by us."""
    words = ["river-graph", "--river", "danube", "-f", form]
    monkeypatch.setattr(f"factbook.{limit}", 2)

    assert asked(*words) == asked.slowly(*words)
    assert asked.replies() == []


@pytest.mark.parametrize("form", ["nt", "nq", "turtle", "jsonld"])
def test_one_reply_serves_every_syntax(asked: Asked, form: str) -> None:
    """What is kept of triples in one syntax is given again in another, as it would be written."""
    words = ["river-graph", "--river", "danube", "-f"]
    asked(*words, form)
    assert len(asked.replies()) == 1

    for other in ("nt", "nq", "turtle", "jsonld"):
        assert asked(*words, other) == asked.slowly(*words, other)
    assert len(asked.replies()) == 1


def test_a_young_context_is_not_trusted(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a change could escape the time of a file, nothing is kept that leans on it."""
    monkeypatch.setattr("factbook.store.stamps._YOUNG_NS", 3600 * 10**9)

    assert asked("lengths") == asked.slowly("lengths")
    assert asked.replies() == []


def test_replies_count(asked: Asked) -> None:
    """What is kept counts in the size of its snapshot."""
    before = places(asked.cache)[0].size

    asked("lengths")

    kept = sum(file.stat().st_size for file in asked.replies())
    assert kept > 0
    assert places(asked.cache)[0].size == before + kept


def test_eight_ask_while_the_book_is_edited(asked: Asked) -> None:
    """Each answer is that of one state of the book, and the last one that of its last state."""
    code = (
        "import factbook.store.stamps as stamps; stamps._YOUNG_NS = 0\n"
        "from factbook.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "--book", str(asked.book), "query", "lengths"]

    def ask(*_number: int) -> list[tuple[str, str, int]]:
        found = []
        for _ in range(6):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            found.append((done.stdout, done.stderr, done.returncode))
        return found

    gauges = asked.book / "data/sources/survey/gauges.ttl"
    before, text = asked.slowly("lengths"), gauges.read_text(encoding="utf-8")
    states = [before]
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(8)]
        for number in range(10):
            time.sleep(0.1)
            new = gauges.with_suffix(".new")
            new.write_text(text.replace("518.50", f"518.{number}1"), encoding="utf-8")
            new.replace(gauges)
            states.append(before.replace("518.5", f"518.{number}1"))
        found = [each for future in asking for each in future.result()]

    assert {(error, code) for _, error, code in found} == {("", 0)}
    assert {answer for answer, _, _ in found} <= set(states)
    assert [answer for answer, _, _ in [*ask(), *ask()]] == [states[-1]] * 12
    assert asked.replies()
