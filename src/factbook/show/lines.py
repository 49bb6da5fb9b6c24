"""Make lines of statements: a property, its values, and who says each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.render import humanize
from factbook.render.cells import readable
from factbook.render.humanize import printable
from factbook.show.page import Cited, Line, Name
from factbook.show.statements import DATE, DATE_PRECISION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from factbook.show.citations import Desk
    from factbook.show.statements import Names, Statement

_PLAIN_LANGUAGES = {None, "en"}
_NUMBERS = {f"{XSD}integer", f"{XSD}decimal"}


def cited_values(statements: Sequence[Statement], desk: Desk) -> tuple[Cited, ...]:
    """Return each value once, in alphabetical order, with all the sources that give it.

    A statement of how much of a date is known goes into the date of the same source.
    """
    precisions = {
        (each.subject, each.source): desk.names.of(each.text)
        for each in statements
        if each.role == DATE_PRECISION
    }
    said: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for each in statements:
        if each.role != DATE_PRECISION:
            known = precisions.get((each.subject, each.source), "day")
            said[_text_of(each, desk.names, known), _iri_of(each)].append(each.source)
    return _alphabetical(said, desk)


def cited_subjects(statements: Iterable[Statement], desk: Desk) -> tuple[Cited, ...]:
    """Return what statements are about, each thing once, with all the sources that say so."""
    said: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for each in statements:
        said[desk.names.of(each.subject), each.subject].append(each.source)
    return _alphabetical(said, desk)


def lines_of(statements: Iterable[Statement], desk: Desk) -> tuple[Line, ...]:
    """Return statements by property, in the order of the properties' labels."""
    found = list(statements)
    precisions = [each for each in found if each.role == DATE_PRECISION]
    by_label = _by_label((each for each in found if each.role != DATE_PRECISION), desk.names)
    return tuple(
        Line(
            label,
            cited_values(
                [*alike, *(precisions if any(each.role == DATE for each in alike) else ())], desk
            ),
        )
        for label, alike in by_label
    )


def lines_to(statements: Iterable[Statement], desk: Desk) -> tuple[Line, ...]:
    """Return by property the things that point to the one that the page is about."""
    by_label = _by_label(statements, desk.names)
    return tuple(Line(label, cited_subjects(alike, desk)) for label, alike in by_label)


def lines_below(statements: Iterable[Statement], desk: Desk) -> tuple[Line, ...]:
    """Return by narrower concept the things that point to it."""
    found: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for each in statements:
        found[desk.names.of(each.text), each.text].append(each)
    return tuple(Line(name, cited_subjects(found[name, iri], desk)) for name, iri in sorted(found))


def by_subject(
    statements: Iterable[Statement], desk: Desk
) -> tuple[tuple[Name, tuple[Line, ...]], ...]:
    """Return statements by what they are about, in the order of its name."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for each in statements:
        found[each.subject].append(each)
    return tuple(
        (Name(iri, desk.names.of(iri)), lines_of(found[iri], desk))
        for iri in sorted(found, key=lambda iri: (desk.names.of(iri).casefold(), iri))
    )


def _alphabetical(said: dict[tuple[str, str | None], list[str]], desk: Desk) -> tuple[Cited, ...]:
    return tuple(
        Cited(text, desk.citations.cite(said[text, iri]), iri)
        for text, iri in sorted(said, key=lambda key: (key[0].casefold(), key[0], key[1] or ""))
    )


def _by_label(statements: Iterable[Statement], names: Names) -> list[tuple[str, list[Statement]]]:
    found: dict[str, list[Statement]] = defaultdict(list)
    for each in statements:
        found[names.of_property(each.about)].append(each)
    return sorted(found.items(), key=lambda item: (item[0].casefold(), item[0]))


def _text_of(statement: Statement, names: Names, precision: str) -> str:
    value = statement.value
    if isinstance(value, NamedNode):
        return names.of(value.value)
    if not isinstance(value, Literal):
        return printable(str(value))
    if value.datatype.value == f"{XSD}date":
        return humanize.date(value.value, precision if statement.role == DATE else "day")
    if value.datatype.value in _NUMBERS:
        return humanize.number(value.value)
    text = readable(value, {})
    return text if value.language in _PLAIN_LANGUAGES else f"{text} ({value.language})"


def _iri_of(statement: Statement) -> str | None:
    return statement.value.value if isinstance(statement.value, NamedNode) else None
