"""Turn what somebody gives for the parameters of a stored query into RDF terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.query.literals import literal_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyoxigraph import Literal, NamedNode

    from factbook.query.header import Parameter, StoredQuery
    from factbook.query.resolve import Resolver


def terms_for(
    query: StoredQuery, values: Mapping[str, str], resolver: Callable[[], Resolver]
) -> dict[str, NamedNode | Literal]:
    """Return the terms that stand for a query's variables.

    Args:
        query: The query.
        values: What was given, by the parameters' names.
        resolver: Gives what finds things by name; called only where a name has to be found.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
    """
    known = {parameter.name for parameter in query.parameters}
    for name in values:
        if name not in known:
            takes = f"it takes --{', --'.join(sorted(known))}" if known else "it takes none"
            raise UsageError(
                f"Query '{query.name}' has no parameter --{name}; {takes}."
                f"{did_you_mean(name, known)}"
            )
    terms: dict[str, NamedNode | Literal] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            if parameter.required:
                raise UsageError(
                    f"Query '{query.name}' needs --{parameter.name}: "
                    f"{parameter.doc or parameter.kind}"
                )
        else:
            terms[parameter.variable] = term_for(parameter, value, resolver)
    return terms


def term_for(
    parameter: Parameter, value: str, resolver: Callable[[], Resolver]
) -> NamedNode | Literal:
    """Return the term of a parameter's kind for a value as somebody typed it.

    Raises:
        UsageError: The value does not fit.
    """
    if parameter.kind != "iri":
        return literal_for(parameter.name, parameter.kind, value)
    return resolver().resolve(value, type_curie=parameter.type_curie, option=f"--{parameter.name}")
