"""The form of a query: a field for each parameter, with the things that can be chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from factbook.query.names import Names
from factbook.web.panels import Explorer, today

if TYPE_CHECKING:
    from factbook.query.stored_queries import Parameter, StoredQuery

_MOST_CHOICES = 300
_QUARTER = 91  # days
_DAY = "xsd:date"


def suggest_days(query: StoredQuery) -> dict[str, str]:
    """Return days for the parameters that need one: a quarter ago."""
    day = (date.fromisoformat(today()) - timedelta(days=_QUARTER)).isoformat()
    return {each.name: day for each in query.parameters if each.required and each.kind == _DAY}


def fields_of(explorer: Explorer, query: StoredQuery) -> list[dict[str, Any]]:
    """Return the fields of a query's form, with the things that can be chosen."""
    return [
        {
            "parameter": parameter,
            "choices": _choices(explorer, parameter),
            "type": {"xsd:date": "date", "xsd:integer": "number", "xsd:decimal": "number"}.get(
                parameter.kind, "text"
            ),
        }
        for parameter in query.parameters
    ]


def _choices(explorer: Explorer, parameter: Parameter) -> list[tuple[str, str]]:
    """Return the CURIEs and names of the things that a parameter can take, if they are few."""
    if parameter.kind != "iri" or parameter.type_curie is None:
        return []
    names = Names.of(explorer.book)
    things = {thing.value for thing, _ in names.choices(type_curie=parameter.type_curie)}
    if len(things) > _MOST_CHOICES:
        return []
    labels = explorer.labels
    labels.look_up(things)
    return sorted(
        ((labels.short(iri), labels.of(iri)) for iri in things), key=lambda pair: pair[1].casefold()
    )
