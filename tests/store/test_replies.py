"""A reply is given again for the same question, whole, or not at all."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from factbook.store.replies import REPLIES, Copying, keep_reply, known_reply

if TYPE_CHECKING:
    from pathlib import Path


def only(snapshot: Path) -> Path:
    """Return the one file that is kept."""
    (file,) = (snapshot / REPLIES).iterdir()
    return file


@pytest.mark.parametrize("reply", [b"", b"a\nb\n", bytes(range(256))])
@pytest.mark.parametrize("question", ["", "a\nb", '["é", "\udcff"]'])
def test_the_same_question(tmp_path: Path, question: str, reply: bytes) -> None:
    """Any bytes are given again for any question, and the last ones count."""
    assert known_reply(str(tmp_path), question) is None
    keep_reply(str(tmp_path), question, b"before")

    keep_reply(str(tmp_path), question, reply)

    assert known_reply(str(tmp_path), question) == reply
    assert known_reply(str(tmp_path), f"{question}?") is None


@pytest.mark.parametrize("left", [b"", b"[]", b"null\nx", b"\xff", b"[1"])
def test_damage(tmp_path: Path, left: bytes) -> None:
    """A reply that is not what was written does not count, and can be kept anew."""
    keep_reply(str(tmp_path), "question", b"reply")
    file = only(tmp_path)
    whole = file.read_bytes()
    for damaged in (left, whole[:-1], whole + b"x", whole.replace(b"reply", b"Reply")):
        file.write_bytes(damaged)

        assert known_reply(str(tmp_path), "question") is None

    keep_reply(str(tmp_path), "question", b"reply")

    assert known_reply(str(tmp_path), "question") == b"reply"


def test_questions_that_share_a_name(tmp_path: Path) -> None:
    """Where two questions have one file, the reply to the other is not taken for one's own."""
    keep_reply(str(tmp_path), "question", b"reply")
    file = only(tmp_path)
    head, _, reply = file.read_bytes().partition(b"\n")
    other = json.dumps(["another", *json.loads(head)[1:]]).encode()

    file.write_bytes(other + b"\n" + reply)

    assert known_reply(str(tmp_path), "question") is None


def test_all_together_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for one more, those that are there go."""
    monkeypatch.setattr("factbook.store.replies._MOST_TOGETHER", 200)

    for number in range(9):
        keep_reply(str(tmp_path), f"question {number}", b"x" * 40)

        assert known_reply(str(tmp_path), f"question {number}") is not None
        assert sum(file.stat().st_size for file in (tmp_path / REPLIES).iterdir()) <= 300


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A reply that cannot be kept is no fault."""
    (tmp_path / REPLIES).write_text("in the way")

    keep_reply(str(tmp_path), "question", b"reply")

    assert known_reply(str(tmp_path), "question") is None


@pytest.mark.parametrize(("most", "copied"), [(5, None), (6, b"abcdef")])
def test_a_copy_of_what_goes_by(
    most: int, copied: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is written on; a copy is there unless it became too much, and not a part of it."""
    monkeypatch.setattr("factbook.store.replies.MOST_BYTES", most)
    out = io.BytesIO()
    copying = Copying(out)

    for part in (b"ab", b"cdef", b""):
        copying.write(part)

    assert (out.getvalue(), copying.copy()) == (b"abcdef", copied)
