"""Say why a figure is or is not the latest of its series, and what decided.

The parts of a sort key are those of the rule that makes it, `queries/rules/05-sort-key.rq`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.query.page_queries import run_page_query
from factbook.rdf.terms import value_of
from factbook.render.humanize import count_noun, format_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import NamedNode

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.render.labels import Labels

PARTS = (
    "a source comes before a lead",
    "a value comes before none",
    "it has the higher confidence",
    "it has the newer date",
    "it has the better standing",
    "its source has the better evidence",
    "its source came out later",
)
_ALWAYS, _NEVER = "0001-01-01", "9999-12-31"


@dataclass(frozen=True)
class _Member:
    """A figure of the series."""

    iri: str
    key: str
    since: str
    begin: str
    until: str
    end: str
    standing: str
    answers: bool
    repeated: str
    """The figure as good that says the same and answers for it."""


def explain_latest(book: Book, figure: NamedNode, labels: Labels) -> str:
    """Return when a figure is the latest of its series and which part of the key decided.

    Nothing is said where the store holds no series of it, as it may not hold what is derived.
    """
    rows = run_page_query(book, "series", {"thing": figure})
    removed = {value_of(row["by"]) for row in rows if row["by"] is not None}
    if removed:
        names = ", ".join(_name(each, labels) for each in sorted(removed))
        return f"never, as {names} withdraws or replaces it"
    members = _members(rows)
    own = next((each for each in members if each.iri == figure.value), None)
    if own is None:
        return ""
    size = f"its series has {count_noun(len(members), 'figure')}"
    return "; ".join((_explain(own, members, labels), *_explain_rank(own, members, labels), size))


def decide(key: str, other: str) -> str:
    """Return in words which part makes the first of two sort keys the greater one."""
    for word, one, two in zip(PARTS, _split(key), _split(other), strict=True):
        if one != two:
            return word
    return "no part of the key tells them apart"


def _explain(own: _Member, members: Iterable[_Member], labels: Labels) -> str:
    """Return from when until when a figure is the latest, and what ends that."""
    if not own.answers:
        return f"never, as its standing is “{labels.of(own.standing)}”"
    if own.repeated:
        same = _name(own.repeated, labels)
        return f"never, as {same} is as good, says the same and answers for it"
    rivals = [each for each in members if each.answers and each.key > own.key]
    if not own.begin:
        if own.end and own.end <= own.since:
            return f"never, as its value ended on {format_date(own.end)}"
        best = _name_best(own, [r for r in rivals if r.since <= own.since], labels)
        return f"never; first is {best}"
    begin = "on all days" if own.begin == _ALWAYS else f"from {format_date(own.begin)}"
    return begin + _explain_end(own, rivals, labels)


def _explain_end(own: _Member, rivals: list[_Member], labels: Labels) -> str:
    if own.until == _NEVER:
        return ""
    until = f" until {format_date(own.until)}"
    if own.until == own.end:
        return f"{until}, when its value ended"
    return f"{until}, then {_name_best(own, [r for r in rivals if r.since == own.until], labels)}"


def _explain_rank(own: _Member, members: Iterable[_Member], labels: Labels) -> tuple[str, ...]:
    """Return what puts a figure before the next best one."""
    below = [each for each in members if each.answers and own.answers and each.key < own.key]
    if not below:
        return ()
    following = max(below, key=lambda each: (each.key, each.iri))
    return (f"preferred to {_name(following.iri, labels)}: {decide(own.key, following.key)}",)


def _name_best(own: _Member, rivals: list[_Member], labels: Labels) -> str:
    if not rivals:
        return "another figure of the series"
    best = max(rivals, key=lambda each: (each.key, each.iri))
    return f"{_name(best.iri, labels)}: {decide(best.key, own.key)}"


def _name(iri: str, labels: Labels) -> str:
    """Return what a figure says, or the title of a source."""
    labels.look_up([iri])
    labels.look_up_figures([iri])
    return f"“{labels.of(iri)}”"


def _members(rows: Iterable[Mapping[str, Term | None]]) -> list[_Member]:
    found: dict[str, _Member] = {}
    for row in rows:
        figure = value_of(row["figure"])
        found.setdefault(
            figure,
            _Member(
                figure,
                value_of(row["key"]),
                value_of(row["since"]),
                value_of(row["from"]),
                value_of(row["until"]),
                value_of(row["end"]),
                value_of(row["standing"]),
                value_of(row["answers"]) in {"true", "1"},
                value_of(row["first"]),
            ),
        )
    return list(found.values())


def _split(key: str) -> tuple[str, ...]:
    first, *others = key.split(" ")
    return (first[0], first[1], first[2:], *others)
