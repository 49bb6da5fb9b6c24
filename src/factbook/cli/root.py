"""The top of the command line: global options, the table of commands, exit codes."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from factbook import __version__
from factbook.cli.execution import run_for_exit_code
from factbook.cli.interrupts import expect_interrupts
from factbook.cli.session import PATH, Session
from factbook.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


class Entry(NamedTuple):
    """The module of a command, and its line in the overview."""

    module: str
    summary: str


COMMANDS = {
    "search": Entry("factbook.cli.search", "Find things, terms and queries by any words."),
    "queries": Entry("factbook.cli.queries", "List and search the stored queries."),
    "query": Entry("factbook.cli.query", "Run a stored query by name."),
    "sparql": Entry("factbook.cli.sparql", "Run a SPARQL query of your own."),
    "check": Entry("factbook.cli.check", "Find errors in the data, with file, line and fix."),
    "export": Entry("factbook.cli.export", "Write the graph as RDF, as tables or as a network."),
    "show": Entry("factbook.cli.show", "Show one thing, with a source for every fact."),
    "compare": Entry("factbook.cli.compare", "Compare things side by side."),
    "cite": Entry("factbook.cli.cite", "Cite a thing, a source or a figure."),
    "diff": Entry("factbook.cli.diff", "Show what changed between two states of a book."),
    "init": Entry("factbook.cli.init", "Create a book of your own."),
    "new": Entry("factbook.cli.new", "Create the file of a new source."),
    "import": Entry("factbook.cli.import_", "Turn a table into a source file."),
    "link": Entry("factbook.cli.link", "Map things and terms to those of other data sets."),
    "push": Entry("factbook.cli.push", "Load the book into a SPARQL store."),
    "serve": Entry("factbook.cli.serve", "Open the book in a browser: pages, data and endpoint."),
    "site": Entry("factbook.cli.site", "Write the pages as files for any host."),
    "mcp": Entry("factbook.cli.mcp", "Serve the book to an AI assistant."),
    "fmt": Entry("factbook.cli.fmt", "Format Turtle files and keep their comments."),
    "cache": Entry("factbook.cli.cache", "Show or remove the snapshots on disk."),
    "completion": Entry("factbook.cli.completion", "Print the completion script of a shell."),
}

_SUPERVISED = "factbook.supervised"
_UNSUPERVISED = {"completion", "mcp", "serve"}
"""Commands that compute nothing, or that supervise their own processes."""

_EPILOG = """\b
Examples:
  factbook search WORDS
  factbook queries
  factbook query companies
  factbook query companies --help
  factbook query companies -f csv -o companies.csv
  factbook --data mine.ttl query companies

Answers go to stdout, messages to stderr. An answer is a table on a terminal and TSV with a header
on a pipe; -f or the suffix of -o chooses another format.

Exit codes: 0 done; 1 findings or differences; 2 wrong usage; 3 an input cannot be read;
4 a remote endpoint failed; 70 a bug in factbook; 130 interrupted."""


class Root(click.Group):
    """A group that imports a command's module when the command runs."""

    def main(  # type: ignore[override]  # it never returns, in any mode
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,  # noqa: ANN401 - click passes it on to its context
    ) -> NoReturn:
        """Run the command line and exit with its exit code."""
        name = prog_name or "factbook"
        arguments = sys.argv[1:] if args is None else list(args)
        supervised = extra.pop("supervised", False) and "--debug" not in arguments
        for unused in ("standalone_mode", "windows_expand_args"):
            extra.pop(unused, None)

        def action() -> object:
            self._main_shell_completion(extra, name, complete_var)
            with self.make_context(name, arguments, **extra) as context:
                context.meta[_SUPERVISED] = arguments if supervised else None
                return self.invoke(context)

        sys.exit(run_for_exit_code(action, debug="--debug" in arguments))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name].module).command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or fail with the names of similar ones."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"No command '{name}'.{did_you_mean(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=Root, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--book",
    type=PATH,
    metavar="DIR",
    help="A folder with ontology/, data/ and queries/. [default: the book around the working "
    "folder, or else the bundled one]",
)
@click.option(
    "--data",
    type=PATH,
    metavar="FILE",
    multiple=True,
    help="Add an RDF file (also .gz; - is stdin) to the graph; may be repeated.",
)
@click.option(
    "--base",
    metavar="IRI",
    help="Resolve relative IRIs in --data files against this IRI instead of the file's address.",
)
@click.option("--no-book", is_flag=True, help="Load only the --data files, without a book.")
@click.option(
    "--endpoint", metavar="URL", help="Query this SPARQL 1.1 endpoint instead of the files."
)
@click.option("--leads", is_flag=True, help="Include leads (weakly sourced claims) and mark them.")
@click.option("--known-by", metavar="DAY", help="Load only sources published by this day.")
@click.option("--no-cache", is_flag=True, help="Do not read or write the snapshot cache.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - of a type each
    """Query, check, cite and export a knowledge graph."""
    words, command = context.meta.get(_SUPERVISED), context.invoked_subcommand
    if words is not None and command not in _UNSUPERVISED:
        from factbook.cli.supervise import supervise

        remote = options["endpoint"] is not None or _asks_endpoint(command, words)
        supervise(remote=remote, words=words)
    expect_interrupts()
    context.obj = Session.of_options(options)


def _asks_endpoint(command: str | None, words: Sequence[str]) -> bool:
    """Tell whether a command waits for an endpoint even without --endpoint."""
    is_targeted = any(word == "suggest" or word.startswith("--target") for word in words)
    return command == "push" or (command == "link" and is_targeted)
