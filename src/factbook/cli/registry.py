"""The commands; the module of each is imported only when it runs.

A command module has a click command named `command`. It gets the `Session` with
`@pass_session` and returns an exit code, or nothing for success.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """The module of a command, and its line in the overview."""

    module: str
    summary: str


COMMANDS = {
    "queries": Entry("factbook.cli.queries", "List and search the stored queries."),
    "query": Entry("factbook.cli.query", "Run a stored query by name."),
    "sparql": Entry("factbook.cli.sparql", "Run a SPARQL query of your own."),
    "check": Entry("factbook.cli.check", "Find errors in the data, with file, line and fix."),
    "export": Entry("factbook.cli.export", "Write the graph as RDF, as tables or as a network."),
    "show": Entry("factbook.cli.show", "Show one thing, with a source for every fact."),
    "diff": Entry("factbook.cli.diff", "Show what changed between two states of a book."),
    "new": Entry("factbook.cli.new", "Create the file of a new source."),
    "link": Entry("factbook.cli.link", "Map things and terms to those of other data sets."),
    "push": Entry("factbook.cli.push", "Load the book into a SPARQL store."),
    "fmt": Entry("factbook.cli.fmt", "Format Turtle files and keep their comments."),
    "cache": Entry("factbook.cli.cache", "Show or remove the snapshots on disk."),
    "completion": Entry("factbook.cli.completion", "Print the completion script of a shell."),
}
