"""`factbook completion`: the script that teaches a shell to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from factbook.errors import UsageError

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
    found = get_completion_class(shell) if shell in _SHELLS else None
    if found is None:
        raise UsageError(f"no completion for '{shell}'; there is one for {', '.join(_SHELLS)}")
    root = context.find_root()
    name = root.info_name or "factbook"
    variable = f"_{name}_COMPLETE".upper().replace("-", "_")
    completer = found(root.command, {}, name, variable)
    click.echo(completer.source_template % completer.source_vars())
