"""Explain why a figure is or is not the latest of its series.

The rule `queries/rules/05-sort-key.rq` derives the sort keys whose parts are explained here.
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
    """A figure of a series."""

    iri: str
    key: str
    since: str
    begin: str
    until: str
    end: str
    standing: str
    answers: bool
    repeated: str
    """The equally ranked figure with the same value that stands for this one."""


def explain_latest(book: Book, figure: NamedNode, labels: Labels) -> str:
    """Return when a figure is the latest of its series, and which part of the key decides.

    The result is empty if the store has no series for it, such as one without derived triples.
    """
    rows = run_page_query(book, "series", {"thing": figure})
    removed = {value_of(row["by"]) for row in rows if row["by"] is not None}
    if removed:
        names = ", ".join(_name(iri, labels) for iri in sorted(removed))
        return f"never, as {names} withdraws or replaces it"
    members = _members(rows)
    own_member = next((member for member in members if member.iri == figure.value), None)
    if own_member is None:
        return ""
    size = f"its series has {count_noun(len(members), 'figure')}"
    return "; ".join(
        (_explain(own_member, members, labels), *_explain_rank(own_member, members, labels), size)
    )


def decide(key: str, other: str) -> str:
    """Return in words which part makes the first of two sort keys greater."""
    for word, first, two in zip(PARTS, _split(key), _split(other), strict=True):
        if first != two:
            return word
    return "no part of the key tells them apart"


def _explain(own: _Member, members: Iterable[_Member], labels: Labels) -> str:
    """Return the period in which a figure is the latest, and what ends it."""
    if not own.answers:
        return f"never, as its standing is “{labels.of(own.standing)}”"
    if own.repeated:
        same = _name(own.repeated, labels)
        return f"never, as {same} is as good, says the same and answers for it"
    rivals = [member for member in members if member.answers and member.key > own.key]
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
    """Return why a figure ranks before the next one."""
    below = [
        member for member in members if member.answers and own.answers and member.key < own.key
    ]
    if not below:
        return ()
    following = max(below, key=lambda member: (member.key, member.iri))
    return (f"preferred to {_name(following.iri, labels)}: {decide(own.key, following.key)}",)


def _name_best(own: _Member, rivals: list[_Member], labels: Labels) -> str:
    if not rivals:
        return "another figure of the series"
    best = max(rivals, key=lambda member: (member.key, member.iri))
    return f"{_name(best.iri, labels)}: {decide(best.key, own.key)}"


def _name(iri: str, labels: Labels) -> str:
    """Return the text of a figure, or the title of a source."""
    labels.look_up([iri])
    labels.look_up_figures([iri])
    return f"“{labels.of(iri)}”"


def _members(rows: Iterable[Mapping[str, Term | None]]) -> list[_Member]:
    members: dict[str, _Member] = {}
    for row in rows:
        figure = value_of(row["figure"])
        members.setdefault(
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
    return list(members.values())


def _split(key: str) -> tuple[str, ...]:
    first, *rest = key.split(" ")
    return (first[0], first[1], first[2:], *rest)
