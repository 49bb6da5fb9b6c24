"""A chart shows the rows of an answer, and says which of them it does not show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.errors import UsageError
from factbook.rdf.terms import XSD, Term
from factbook.render.cells import Column
from factbook.render.chart_description import read_chart
from factbook.render.charts import PALETTE, Picture, build_picture
from factbook.render.labels import Labels
from factbook.render.pictures import draw_png, draw_svg, draw_text
from factbook.render.vega_lite import GREY, vega_lite
from factbook.store.embedded import EmbeddedEngine

DOLLAR, EURO = (NamedNode(f"http://qudt.org/vocab/unit/CCY_{code}") for code in ("USD", "EUR"))
NAMES = ("river", "country", "day", "toll", "most", "unit", "source")
COLUMNS = (
    Column("day", "date"),
    Column("toll", "decimal", unit="unit", high="most", title="toll a boat"),
    Column("source", cite=True),
)


def row(river: str, toll: str | None, **others: Term) -> dict[str, Term]:
    """Return a row with a river and a toll in dollars."""
    given: dict[str, Term] = {"river": Literal(river), "unit": DOLLAR, **others}
    if toll is not None:
        given["toll"] = Literal(toll, datatype=NamedNode(f"{XSD}decimal"))
    return given


def day(text: str) -> Literal:
    """Return a date."""
    return Literal(text, datatype=NamedNode(f"{XSD}date"))


def picture(*rows: dict[str, Term], **chart: object) -> Picture:
    """Return the chart of some rows."""
    return build_picture(
        read_chart({"type": "bar", "x": "river", "y": "toll", **chart}),
        NAMES,
        [tuple(each.get(name) for name in NAMES) for each in rows],
        labels=Labels({}, EmbeddedEngine(Store())),
        columns=COLUMNS,
        title="Tolls",
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"type": "pie", "x": "a", "y": "b"}, "type 'pie' is not one of bar"),
        ({"type": "bar", "x": "a"}, "name the column for 'y'"),
        ({"type": "bar", "x": "a", "y": "b", "colour": "c"}, "Did you mean 'color'"),
        ("bar", "write a mapping"),
    ],
)
def test_chart_rejects_unknown_words(raw: object, words: str) -> None:
    """The front matter of a chart has a small vocabulary."""
    with pytest.raises(UsageError, match=words):
        read_chart(raw)


def test_chart_rejects_missing_column() -> None:
    """A chart needs its columns."""
    with pytest.raises(UsageError, match="needs the column 'lock'"):
        picture(row("Inn", "5"), color="lock")


def test_chart_says_what_it_leaves_out() -> None:
    """Rows without a value and values in another unit are not drawn, and a note says so."""
    drawn = picture(row("Inn", "5"), row("Elbe", "7"), row("Oder", None), row("Po", "3", unit=EURO))

    assert [point["river"] for point in drawn.points] == ["Inn", "Elbe"]
    assert len(drawn.notes) == 2
    assert drawn.notes[0].startswith("1 value in another unit left out")
    assert drawn.notes[1] == "1 row without toll a boat left out"


def test_chart_notes_bars_without_length() -> None:
    """A bar of zero is counted in a note; where all are zero, they stay."""
    drawn = picture(row("Inn", "5"), row("Elbe", "0"), row("Po", "0"))

    assert [point["river"] for point in drawn.points] == ["Inn"]
    assert drawn.notes == ("2 rows with 0 toll a boat left out",)
    assert len(picture(row("Elbe", "0"), row("Po", "0")).points) == 2


def test_axis_of_small_counts_has_no_fractions() -> None:
    """An axis up to two has the texts 0, 1 and 2, and not 0.2 or 1.5."""
    drawn = draw_svg(picture(row("Inn", "2"), row("Elbe", "1")), cite=False)

    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert {"$0", "$1", "$2"} <= set(texts)
    assert not [text for text in texts if "." in text]


def test_bars_of_one_name_stay_apart() -> None:
    """Two rows of one name are two bars, and not one that is as long as both."""
    drawn = picture(row("Inn", "5"), row("Inn", "7"))

    assert [point["river"] for point in drawn.points] == ["Inn", "Inn (2)"]


def test_joined_names_hold_what_differs() -> None:
    """Of several columns in x, those are written that tell the bars apart."""
    here = {"country": Literal("Austria")}
    there = {"country": Literal("Germany")}

    assert [
        point["river"]
        for point in picture(
            row("Inn", "5", **here), row("Inn", "6", **there), x=["river", "country"]
        ).points
    ] == ["Inn, Austria", "Inn, Germany"]
    assert [
        point["river"]
        for point in picture(
            row("Inn", "5", **here), row("Elbe", "6", **here), x=["river", "country"]
        ).points
    ] == ["Inn", "Elbe"]


def test_series_beyond_the_palette_are_grey() -> None:
    """Only as many colours are used as can be distinguished."""
    rows = [row(f"River {number}", "5", day=day("2024-01-01")) for number in range(12)]
    drawn = picture(*rows, type="scatter", x="day", color="river")
    spec = vega_lite(drawn)

    assert {point["river"] for point in drawn.points} == {
        *(f"River {number}" for number in range(len(PALETTE))),
        "others",
    }
    assert GREY in str(spec)


def test_grey_lines_are_not_joined() -> None:
    """Each series beyond the palette keeps a line of its own."""
    rows = [row(f"River {number}", str(number + 1), day=day("2024-01-01")) for number in range(9)]
    spec = vega_lite(picture(*rows, type="line", x="day", color="river"))

    assert "{'field': 'riverLabel', 'type': 'nominal'}" in str(spec)


@pytest.mark.parametrize("x", ["river", ["river", "day"]])
def test_chart_refuses_to_colour_bars_by_their_names(x: object) -> None:
    """The names of bars join several columns, which would then be the colours."""
    with pytest.raises(UsageError, match="names the bars already"):
        read_chart({"type": "range", "x": x, "y": "toll", "color": "river"})


def test_headings_of_small_charts_are_wrapped() -> None:
    """The heading of a small chart is not wider than the chart, and does not run into the next."""
    long = "Discharge at the mouth of the river, the mean of all years"
    days = [day(f"2024-01-0{number}") for number in (1, 2, 3)]
    rows = [row(name, "5", day=each) for name in (long, "Inn") for each in days]

    spec = vega_lite(picture(*rows, type="scatter", x="day", facet="river"), cite=False)

    headings = [view["title"]["text"] for view in spec["concat"]]
    assert headings[0] == ["Discharge at the mouth of the river,", "the mean of all years"]


def test_range_is_drawn_as_a_line() -> None:
    """A value that is a range has a line from end to end."""
    most = Literal("9", datatype=NamedNode(f"{XSD}decimal"))
    drawn = picture(row("Inn", "5", most=most), type="range")

    assert drawn.points[0]["toll"] == 5
    assert "'most'" in str(vega_lite(drawn))
    assert "'most'" not in str(vega_lite(picture(row("Inn", "5"), type="range")))


def test_range_on_a_terminal_has_its_ends() -> None:
    """A line goes from end to end with the value on or beside it, far from zero without zero."""
    drawn = picture(
        row("Inn", "1000", most=Literal("1100", datatype=NamedNode(f"{XSD}decimal"))),
        row("Elbe", "1050"),
        type="range",
    )

    lines = [line for line in draw_text(drawn, width=30).splitlines() if "●" in line]
    assert lines == ["Inn   ●────── $1,000 to $1,100", "Elbe     ●    $1,050"]


def test_chart_of_computed_amounts_names_the_sources_of_their_figures() -> None:
    """Where no column cites a source, those of the figures behind the amounts are named."""
    store = Store()
    names = {"a": "Almanac", "b": "Gazette"}
    for figure, name in names.items():
        source = NamedNode(f"urn:x:{name}")
        stated = NamedNode("http://purl.org/dc/terms/source")
        store.add(Quad(NamedNode(f"urn:x:{figure}"), stated, source))
        store.add(Quad(source, NamedNode("https://schema.org/name"), Literal(name)))
    drawn = build_picture(
        read_chart({"type": "bar", "x": "river", "y": "toll"}),
        ("river", "toll", "figures"),
        [(Literal("Inn"), row("Inn", "5")["toll"], Literal("urn:x:b urn:x:a"))],
        labels=Labels({}, EmbeddedEngine(store)),
        columns=(Column("toll", "decimal", computed=("figures",)),),
        title="Tolls",
    )

    assert drawn.sources == ("Almanac", "Gazette")


def test_chart_names_its_sources() -> None:
    """The sources of the rows that are drawn are named under the picture."""
    drawn = picture(row("Inn", "5", source=Literal("Gauge book")))

    assert "Sources: Gauge book" in draw_svg(drawn)
    assert "Sources: Gauge book" in draw_text(drawn)
    assert "Gauge book" not in draw_svg(drawn, cite=False)


def test_svg_follows_the_page_and_has_text_for_screen_readers() -> None:
    """Texts have the colour of the page around; a title and a description are in words."""
    svg = draw_svg(picture(row("Inn", "1500000")))

    assert 'role="img"' in svg
    assert "<title>Tolls</title>" in svg
    assert "<desc>Tolls: toll a boat by river, 1 point, the first Inn $1.50M.</desc>" in svg
    assert 'fill="currentColor"' in svg
    assert "black" not in svg


def test_png_is_a_picture() -> None:
    """A PNG begins with its signature."""
    assert draw_png(picture(row("Inn", "5"))).startswith(b"\x89PNG")


def test_bars_are_drawn_with_characters() -> None:
    """Bars fit the width, with the name before and the value behind."""
    assert draw_text(picture(row("Inn", "5"), row("Elbe", "10")), width=30) == (
        "Tolls\n\nInn   ██████████ $5\nElbe  ████████████████████ $10\n\n"
    )


def test_points_are_drawn_with_characters() -> None:
    """Points have a scale beside and the ends of the axis below."""
    text = draw_text(
        picture(
            row("Inn", "5", day=day("2024-01-01")),
            row("Elbe", "10", day=day("2025-01-01")),
            type="line",
            x="day",
            color="river",
        ),
        width=40,
    )

    lines = text.splitlines()
    assert lines[2].startswith("  $10 │")
    assert lines[2].endswith("x")
    assert "2024-01-01" in text
    assert "● Inn   x Elbe" in text


@pytest.mark.parametrize("color", [*PALETTE, GREY])
@pytest.mark.parametrize("page", ["#FFFFFF", "#1A1A1A"])
def test_colors_stand_out_on_light_and_dark(color: str, page: str) -> None:
    """Each colour has the contrast of 3 that WCAG 2.2 asks of graphics (1.4.11)."""
    one, other = sorted((_luminance(color), _luminance(page)))

    assert (other + 0.05) / (one + 0.05) >= 3


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear: list[Any] = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    ]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def test_empty_chart_is_refused_as_a_picture() -> None:
    """An answer without a value has no picture, and a terminal shows the title and the note."""
    empty = picture(row("Inn", None))

    for draw in (draw_svg, draw_png):
        with pytest.raises(UsageError, match="no row of the answer can be drawn"):
            draw(empty)
    assert draw_text(empty).splitlines()[:2] == ["Tolls", "1 row without toll a boat left out"]
