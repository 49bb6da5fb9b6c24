"""The command line: a thin skin over the book."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code."""
    from factbook.cli.root import root

    root.main(prog_name="factbook")
