"""Tables for terminals: aligned, wrapped, or as records where there is no room."""

from __future__ import annotations

from factbook.render.cells import Cells
from factbook.render.terminal import display_width, draw_table, wrap

CELLS = Cells(
    ("name", "amount", "note"),
    [("Danube", "2,850", "a long river through many a country"), ("Inn", "518", "")],
    (False, True, False),
)


def test_table_without_a_width_is_not_wrapped() -> None:
    """Numbers stand to the right, texts to the left, and no line ends in white space."""
    assert draw_table(CELLS) == (
        "name    amount  note\n"
        "──────  ──────  ───────────────────────────────────\n"
        "Danube   2,850  a long river through many a country\n"
        "Inn        518\n"
    )


def test_table_is_wrapped_to_the_terminal() -> None:
    """The widest text wraps between words so that the table fits."""
    assert draw_table(CELLS, width=35) == (
        "name    amount  note\n"
        "──────  ──────  ───────────────────\n"
        "Danube   2,850  a long river\n"
        "                through many a\n"
        "                country\n"
        "Inn        518\n"
    )


def test_rows_become_records_in_a_narrow_terminal() -> None:
    """Where the columns do not fit, each row is a block of lines."""
    assert draw_table(CELLS, width=24) == (
        "name    Danube\n"
        "amount  2,850\n"
        "note    a long river\n"
        "        through many a\n"
        "        country\n"
        "\n"
        "name    Inn\n"
        "amount  518\n"
        "note\n"
    )


def test_empty_table_shows_its_headings() -> None:
    """A table without rows still says what its columns are."""
    assert draw_table(Cells(("a", "b"), [], (False, False))) == "a  b\n─  ─\n"


def test_width_counts_wide_and_combining_characters() -> None:
    """Widths are those of a terminal: two columns for wide characters, none for accents."""
    assert display_width("東京") == 4
    assert display_width("e\u0301") == 1


def test_long_word_is_broken() -> None:
    """A word that does not fit is broken."""
    assert wrap("see https://example.org/x", 10) == ["see", "https://ex", "ample.org/", "x"]


def test_bold_headings_stay_aligned() -> None:
    """On a terminal with styles the headings are bold, and still aligned."""
    first = draw_table(CELLS, bold=True).splitlines()[0]

    assert first == "\x1b[1mname\x1b[0m    \x1b[1mamount\x1b[0m  \x1b[1mnote\x1b[0m"


SOURCED = Cells(
    ("river", "toll", "lock", "source"),
    [
        ("Danube", "$5†", "Kachlet", "Register of the locks and tolls of all navigable rivers*"),
        ("Inn", "$12", "Jochenstein on the border", "Gauge book"),
        ("Elbe", "", "", ""),
    ],
    (False, True, False, False),
    cited=frozenset({3}),
    priorities=(2, 1, 3, 1),
    notes=("† old; * not read",),
)


def test_sources_become_numbers_where_there_is_no_room() -> None:
    """The sources are listed under the table, and marks keep their place."""
    assert draw_table(SOURCED, width=50) == (
        "river   toll  lock                       source\n"
        "──────  ────  ─────────────────────────  ──────\n"
        "Danube   $5†  Kachlet                    [1]*\n"
        "Inn     $12   Jochenstein on the border  [2]\n"
        "Elbe\n"
        "\n"
        "[1] Register of the locks and tolls of all\n"
        "    navigable rivers\n"
        "[2] Gauge book\n"
        "† old; * not read\n"
    )


def test_table_with_room_names_its_sources() -> None:
    """Where there is room, nothing is shortened."""
    assert "Register of the locks and tolls of all navigable rivers*" in draw_table(SOURCED)


def test_columns_that_matter_least_are_left_out() -> None:
    """What is left out is named, and no word is broken."""
    drawn = draw_table(SOURCED, width=24)

    assert drawn.splitlines()[:2] == ["river   toll  source", "──────  ────  ──────"]
    assert "No room for: lock" in drawn


def test_cell_is_cut_after_three_lines() -> None:
    """A very long text ends in an ellipsis."""
    long = " ".join(["word"] * 60)
    cells = Cells(("a", "b"), [("x", long)], (False, False), priorities=(1, 1))
    lines = draw_table(cells, width=40).splitlines()

    assert len(lines) == 5
    assert lines[-1].endswith("…")
    assert max(map(len, lines)) <= 40


def test_long_word_is_cut() -> None:
    """A word that is longer than its column ends in an ellipsis."""
    cells = Cells(
        ("a", "b"), [("x", "https://example.org/" + "x" * 60)], (False, False), priorities=(1, 1)
    )

    assert draw_table(cells, width=40).splitlines()[2].endswith("…")
