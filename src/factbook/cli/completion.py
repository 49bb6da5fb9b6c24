"""Shell completion: the script for a shell, and the completion of things and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from factbook.cli.session import get_session
from factbook.errors import FactbookError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import NamedNode

    from factbook.query.stored_queries import Parameter

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def complete_things(type_curie: str | None = None) -> Complete:
    """Return the completion for things of a class, or of any class."""

    def complete(
        context: click.Context, _: click.Parameter, prefix: str
    ) -> list[CompletionItem[str]]:
        from factbook.query.names import Names

        try:
            choices = Names.of(get_session(context).book).choices(type_curie=type_curie)
        except FactbookError:
            return []
        return _matching(choices, prefix)

    return complete


def complete_values(parameter: Parameter) -> Complete:
    """Return the completion for a parameter of a stored query."""
    if parameter.kind == "iri":
        return complete_things(parameter.type_curie)

    def complete(
        context: click.Context, _: click.Parameter, prefix: str
    ) -> list[CompletionItem[str]]:
        if parameter.values is None:
            return []

        from factbook.store.answers import select

        try:
            rows = select(get_session(context).book.engine, parameter.values)
        except (FactbookError, TypeError):
            return []
        texts = [str(getattr(row[0], "value", row[0])) for row in rows if row]
        return [CompletionItem(text) for text in texts if text.startswith(prefix)]

    return complete


def _matching(choices: list[tuple[NamedNode, str]], prefix: str) -> list[CompletionItem[str]]:
    """Return the things with a local name, or else another name, that begins with a prefix."""
    from factbook.rdf.terms import local_name

    folded = prefix.casefold()
    names: dict[str, list[str]] = {}
    for thing, name in choices:
        names.setdefault(local_name(thing.value), []).append(name)
    matching = [slug for slug in names if slug.casefold().startswith(folded)]
    if not matching:
        matching = [
            slug
            for slug, names_of_thing in names.items()
            if any(name.casefold().startswith(folded) for name in names_of_thing)
        ]
    return [CompletionItem(slug, help=names[slug][0]) for slug in sorted(matching)]


_SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog="""\b
Examples:
  eval "$(factbook completion bash)"      in ~/.bashrc
  eval "$(factbook completion zsh)"       in ~/.zshrc
  factbook completion fish | source       in ~/.config/fish/config.fish"""
)
@click.argument("shell", metavar="bash|zsh|fish")
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, queries, parameters and names of things."""
    completion_class = get_completion_class(shell) if shell in _SHELLS else None
    if completion_class is None:
        raise UsageError(f"no completion for '{shell}'; known shells: {', '.join(_SHELLS)}")
    root = context.find_root()
    name = root.info_name or "factbook"
    variable = f"_{name}_COMPLETE".upper().replace("-", "_")
    completer = completion_class(root.command, {}, name, variable)
    click.echo(completer.source_template % completer.source_vars())
