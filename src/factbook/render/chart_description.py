"""Parse the chart in the front matter of a query: `chart: {type: …, x: …, y: …}`."""

from __future__ import annotations

from dataclasses import dataclass, fields

from factbook.errors import UsageError, did_you_mean

TYPES = ("bar", "line", "range", "scatter", "timeline")


@dataclass(frozen=True)
class Chart:
    """The chart of a query: a type and the columns to draw.

    It draws the values of `y` over the dates, numbers or names in `x`; the texts of several columns
    in `x` are joined. `color` and `shape` tell series apart, `series` also splits lines of the same
    colour, and each value of `facet` gets a small chart of its own. `low` and `high` are the ends
    of a range, unless the column of `y` names them. `source` names the columns with the sources of
    `y`, by default all columns with `cite`.
    """

    type: str
    x: tuple[str, ...]
    y: str
    color: str | None = None
    shape: str | None = None
    facet: str | None = None
    series: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    source: tuple[str, ...] = ()
    log: bool = False
    title: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the chart refers to."""
        single = (self.y, self.color, self.shape, self.facet, self.low, self.high)
        return (*self.x, *(name for name in single if name), *self.series, *self.source)


def read_chart(raw: object) -> Chart:
    """Return the chart that the front matter of a query describes.

    Raises:
        UsageError: The description is not valid.
    """
    if not isinstance(raw, dict):
        raise UsageError("chart: write a mapping such as {type: bar, x: company, y: amount}")
    known = [each.name for each in fields(Chart)]
    for key in raw:
        if key not in known:
            raise UsageError(
                f"chart: there is no key '{key}'.{did_you_mean(str(key), known)} "
                f"Known: {', '.join(known)}"
            )
    if raw.get("type") not in TYPES:
        raise UsageError(f"chart: type '{raw.get('type')}' is not one of {', '.join(TYPES)}")
    for key in ("x", "y"):
        if not raw.get(key):
            raise UsageError(f"chart: name the column for '{key}'")
    first = raw["x"][0] if isinstance(raw["x"], list | tuple) else raw["x"]
    if raw["type"] in {"bar", "range"} and first in {raw.get("color"), raw.get("shape")}:
        raise UsageError(
            f"chart: '{first}' names the bars already; use another column for color and shape"
        )

    def names(key: str) -> tuple[str, ...]:
        value = raw.get(key) or ()
        return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)

    def name(key: str) -> str | None:
        return str(raw[key]) if raw.get(key) else None

    return Chart(
        type=str(raw["type"]),
        x=names("x"),
        y=str(raw["y"]),
        color=name("color"),
        shape=name("shape"),
        facet=name("facet"),
        series=names("series"),
        low=name("low"),
        high=name("high"),
        source=names("source"),
        log=raw.get("log") is True,
        title=str(raw.get("title", "")),
    )
