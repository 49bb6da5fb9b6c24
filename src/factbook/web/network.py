"""Draw the connections of a thing: incoming on the left, outgoing on the right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from factbook.rdf.terms import value_of
from factbook.render.humanize import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.render.labels import Labels
    from factbook.store.answers import Row

_WIDTH = 900
_COLUMN = 250  # from the middle to the circles of a side
_ROW, _GAP, _MARGIN = 21, 10, 26
_MOST_OF_RELATION = 12
_LONGEST = 34
_COLORS = 6
_IN = "in"


@dataclass(frozen=True)
class _Line:
    """A line of a side: the heading of a relation, or a thing."""

    text: str
    y: float
    kind: int | None = None
    """The colour of its kind; a heading has none."""


def draw_network(
    about: Mapping[str, Any],
    variables: Sequence[str],
    rows: Sequence[Row],
    labels: Labels,
    center: str,
) -> str:
    """Return a picture of connections as SVG, or an empty string without any.

    Args:
        about: The columns with the other thing (`node`), the relation (`edge`), what kind of thing
            the other is (`kind`), and `direction`, which says 'in' for what points to the thing.
        variables: The columns of the answer.
        rows: Its rows, a connection each.
        labels: Labels of things.
        center: The IRI of the thing whose connections they are.
    """
    places = {name: place for place, name in enumerate(variables)}

    def text(row: Row, key: str) -> str:
        return value_of(row[places[about[key]]]) if about.get(key) in places else ""

    named = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
    labels.look_up({center, *named})
    sides: dict[bool, dict[str, dict[str, str]]] = {
        True: defaultdict(dict),
        False: defaultdict(dict),
    }
    for row in rows:
        node, edge, kind = text(row, "node"), text(row, "edge"), text(row, "kind")
        if node and node != center:
            side = sides[text(row, "direction") == _IN]
            side[labels.of_property(edge)][labels.of(node)] = (
                labels.of_property(kind) if kind else ""
            )
    kinds = {
        kind: None for side in sides.values() for nodes in side.values() for kind in nodes.values()
    }
    legend = sorted(filter(None, kinds))
    if not kinds:
        return ""
    left, right = (list(_lay_out(sides[side], legend)) for side in (True, False))
    return _svg(make_printable(labels.of(center)) if center else "", left, right, legend)


def _lay_out(relations: Mapping[str, Mapping[str, str]], legend: Sequence[str]) -> Iterator[_Line]:
    """Yield the lines of a side: each relation with its things."""
    y = float(_MARGIN)
    for relation in sorted(relations, key=lambda name: (-len(relations[name]), name)):
        yield _Line(relation, y)
        y += _ROW
        nodes = sorted(relations[relation], key=str.casefold)
        for node in nodes[:_MOST_OF_RELATION]:
            kind = relations[relation][node]
            yield _Line(node, y, legend.index(kind) % _COLORS if kind in legend else 0)
            y += _ROW
        if len(nodes) > _MOST_OF_RELATION:
            yield _Line(f"and {len(nodes) - _MOST_OF_RELATION} more", y - 3)
            y += _ROW
        y += _GAP


def _svg(name: str, left: Sequence[_Line], right: Sequence[_Line], legend: Sequence[str]) -> str:
    bottom = max((line.y for line in (*left, *right)), default=0.0)
    top = (bottom + _MARGIN) / 2
    height = bottom + 2 * _MARGIN + 12
    middle = _WIDTH / 2
    curves, texts = [], []
    for lines, sign, anchor in ((left, -1, "end"), (right, 1, "start")):
        shift = top - (lines[-1].y + _MARGIN) / 2 if lines else 0
        x = middle + sign * _COLUMN / 2
        for line in lines:
            y = line.y + shift
            if line.kind is None:
                texts.append(
                    f'<text class="e" x="{x + sign * 2:.0f}" y="{y + 5:.0f}" '
                    f'text-anchor="{anchor}">{escape(_short(line.text))}</text>'
                )
                continue
            bend = middle + sign * _COLUMN / 4
            curves.append(
                f'<path d="M{middle:.0f} {top:.0f}C{bend:.0f} {top:.0f} {bend:.0f} {y:.0f} '
                f'{x:.0f} {y:.0f}"/>'
            )
            texts.append(
                f'<g class="k{line.kind}"><circle cx="{x:.0f}" cy="{y:.0f}" r="4.5"/>'
                f'<text x="{x + sign * 9:.0f}" y="{y + 4:.0f}" text-anchor="{anchor}">'
                f"<title>{escape(line.text)}</title>{escape(_short(line.text))}</text></g>"
            )
    keys, x = [], 8
    for place, kind in enumerate(legend):
        keys.append(
            f'<g class="k{place % _COLORS}"><circle cx="{x}" cy="{height - 10:.0f}" r="4.5"/>'
            f'<text class="e" x="{x + 9}" y="{height - 6:.0f}">{escape(kind)}</text></g>'
        )
        x += 30 + 7 * len(kind)
    count = sum(line.kind is not None for line in (*left, *right))
    said = f"{name} with {count} connections, all of which are in the table below"
    return (
        f'<svg class="network" viewBox="0 0 {_WIDTH} {height:.0f}" role="img">'
        f'<title>{escape(said)}</title><g class="lines">{"".join(curves)}</g>{"".join(texts)}'
        f'<g class="center"><circle cx="{middle:.0f}" cy="{top:.0f}" r="7"/>'
        f'<text x="{middle:.0f}" y="{top - 14:.0f}" text-anchor="middle">{escape(_short(name))}'
        f"</text></g>{''.join(keys)}</svg>"
    )


def _short(text: str) -> str:
    text = make_printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
