"""Which commands there are; the module of each is imported only when it runs.

A command module has a click command named `command`. It gets the `Session` with
`@pass_session` and returns an exit code, or nothing for success.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command stands, and the line that the overview gives it."""

    module: str
    summary: str


COMMANDS = {
    "queries": Entry("factbook.cli.queries", "List and search the stored queries."),
    "query": Entry("factbook.cli.query", "Run a stored query by its name."),
    "sparql": Entry("factbook.cli.sparql", "Run a SPARQL query of your own."),
    "check": Entry("factbook.cli.check", "Find what is wrong, where, and what to write instead."),
    "export": Entry("factbook.cli.export", "Write the graph as RDF, as tables or as a network."),
    "show": Entry("factbook.cli.show", "Show one thing, with a source for every fact."),
    "diff": Entry("factbook.cli.diff", "Show what changed between two states of a book."),
    "new": Entry("factbook.cli.new", "Begin the file of a new source."),
    "link": Entry("factbook.cli.link", "Map things and terms to those of other data sets."),
    "push": Entry("factbook.cli.push", "Fill a SPARQL store with the book."),
    "fmt": Entry("factbook.cli.fmt", "Format Turtle files; comments stay."),
    "cache": Entry("factbook.cli.cache", "Show or remove the snapshots on disk."),
    "completion": Entry("factbook.cli.completion", "Print the completion script of a shell."),
}
