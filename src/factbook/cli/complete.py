"""Shell completion of values: things by the end of their IRI or by name, and listed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.cli.session import session_of
from factbook.errors import FactbookError

if TYPE_CHECKING:
    from collections.abc import Callable

    import click
    from click.shell_completion import CompletionItem
    from pyoxigraph import NamedNode

    from factbook.query.header import Parameter

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def things(type_curie: str | None = None) -> Complete:
    """Return the completion for a thing of a class, or for any."""

    def complete(
        context: click.Context, _: click.Parameter, prefix: str
    ) -> list[CompletionItem[str]]:
        from factbook.query.names import Names

        try:
            choices = Names.of(session_of(context).book).choices(type_curie=type_curie)
        except FactbookError:
            return []
        return _matching(choices, prefix)

    return complete


complete_thing = things()


def values_of(parameter: Parameter) -> Complete:
    """Return the completion for a parameter of a stored query."""
    if parameter.kind == "iri":
        return things(parameter.type_curie)

    def complete(
        context: click.Context, _: click.Parameter, prefix: str
    ) -> list[CompletionItem[str]]:
        if parameter.values is None:
            return []
        from click.shell_completion import CompletionItem

        from factbook.store.answers import select

        try:
            rows = select(session_of(context).book.engine, parameter.values)
        except (FactbookError, TypeError):
            return []
        texts = [str(getattr(row[0], "value", row[0])) for row in rows if row]
        return [CompletionItem(text) for text in texts if text.startswith(prefix)]

    return complete


def _matching(choices: list[tuple[NamedNode, str]], prefix: str) -> list[CompletionItem[str]]:
    """Return the things whose short name, or else one of whose names, begins with a prefix."""
    from click.shell_completion import CompletionItem

    from factbook.rdf.terms import local_name

    folded = prefix.casefold()
    names: dict[str, list[str]] = {}
    for thing, name in choices:
        names.setdefault(local_name(thing.value), []).append(name)
    found = [slug for slug in names if slug.casefold().startswith(folded)]
    if not found:
        found = [
            slug
            for slug, known in names.items()
            if any(name.casefold().startswith(folded) for name in known)
        ]
    return [CompletionItem(slug, help=names[slug][0]) for slug in sorted(found)]
