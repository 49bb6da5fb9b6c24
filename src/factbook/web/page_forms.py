"""The form of a query: a field for each parameter, with its choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from factbook.errors import FactbookError
from factbook.query.names import Names
from factbook.sparql.tokens import uses_service
from factbook.web.panels import Explorer, select_values, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.query.stored_queries import Parameter, StoredQuery

_MOST_CHOICES: Final = 300
_MOST_EXAMPLES: Final = 8
_QUARTER: Final = 91  # days
_DAY: Final = "xsd:date"
_TYPES: Final = {_DAY: "date", "xsd:integer": "number", "xsd:decimal": "number"}


@dataclass(frozen=True)
class Choice:
    """A choice in a field."""

    iri: str
    short: str
    name: str
    rows: int | None = None
    """The number of rows with this choice, if counted."""


@dataclass(frozen=True)
class Field:
    """A field of a form."""

    parameter: Parameter
    type: str
    choices: tuple[Choice, ...]

    @property
    def is_counted(self) -> bool:
        """Whether the rows of each choice were counted."""
        return any(each.rows is not None for each in self.choices)


def suggest_days(query: StoredQuery) -> dict[str, str]:
    """Return default days for required parameters: a quarter ago."""
    day = (date.fromisoformat(today()) - timedelta(days=_QUARTER)).isoformat()
    return {each.name: day for each in query.parameters if each.required and each.kind == _DAY}


def fields_of(
    explorer: Explorer, query: StoredQuery, given: Mapping[str, str] | None = None
) -> list[Field]:
    """Return the fields of a query's form, with their choices.

    Args:
        explorer: The book.
        query: The query.
        given: The values of the page: with them, each choice has the number of its rows, and those
            without any are left out.
    """
    fields = []
    for each in query.parameters:
        choices = _choices(explorer, each)
        if given is not None and choices and not each.required:
            choices = _count(explorer, query, each, choices, given)
        fields.append(Field(each, _TYPES.get(each.kind, "text"), tuple(choices)))
    return fields


def _choices(explorer: Explorer, parameter: Parameter) -> list[Choice]:
    """Return the possible values of a parameter, if they are few."""
    if parameter.kind != "iri" or parameter.type_curie is None:
        return []
    names = Names.of(explorer.book)
    things = {thing.value for thing, _ in names.choices(type_curie=parameter.type_curie)}
    if len(things) > _MOST_CHOICES:
        return []
    labels = explorer.labels
    labels.look_up(things)
    found = [Choice(iri, labels.short(iri), labels.of(iri)) for iri in things]
    return sorted(found, key=lambda each: (each.name.casefold(), each.iri))


def _count(
    explorer: Explorer,
    query: StoredQuery,
    parameter: Parameter,
    choices: list[Choice],
    given: Mapping[str, str],
) -> list[Choice]:
    """Return the choices with their numbers of rows, or unchanged if counting failed."""
    others = select_values(query, {k: v for k, v in given.items() if k != parameter.name})
    try:
        rows = explorer.count_rows(query, parameter, others, [each.iri for each in choices])
    except FactbookError:  # the panel reports it
        return choices
    if rows is None:
        return choices
    chosen = given.get(parameter.name)
    return [
        Choice(each.iri, each.short, each.name, rows[each.iri])
        for each in choices
        if rows[each.iri] or each.short == chosen
    ]


def find_examples(explorer: Explorer, query: StoredQuery) -> list[tuple[Parameter, Choice]]:
    """Return some things that a query can be asked about, with the one parameter that it needs."""
    needed = [each for each in query.parameters if each.required]
    if len(needed) != 1 or uses_service(query.text):  # which only the command line allows
        return []
    return [(needed[0], thing) for thing in _find_best_known(explorer, needed[0])]


def _find_best_known(explorer: Explorer, parameter: Parameter) -> list[Choice]:
    """Return example values of a parameter: the things with the most statements."""
    if parameter.kind != "iri" or parameter.type_curie is None:
        return []
    wanted = Names.of(explorer.book).class_iri(parameter.type_curie)
    found = explorer.best_known(wanted.value if wanted else "", _MOST_EXAMPLES)
    labels = explorer.labels
    labels.look_up(found)
    return [Choice(iri, labels.short(iri), labels.of(iri)) for iri in found]
