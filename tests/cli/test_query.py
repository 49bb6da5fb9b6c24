"""`factbook query` runs stored queries and explains them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from factbook.cli.root import root

BOOK = Path(__file__).parent / "book"


def test_rows_come_as_tsv_on_a_pipe() -> None:
    """Without a format an answer on a pipe is TSV with a header."""
    result = CliRunner().invoke(root, ["--book", str(BOOK), "query", "river", "--river", "Danube"])

    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout
        == "?country\n<https://example.org/country/austria>\n<https://example.org/country/germany>\n"
    )
