"""Values from outside mean nothing in Markdown."""

from __future__ import annotations

import io

import pytest

from factbook.render.cells import Cells
from factbook.render.markup import escape_markdown, write_markdown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Wafer 3", "Wafer 3"),
        ("*a* _b_ ~c~ `d` $e$ #1", r"\*a\* \_b\_ \~c\~ \`d\` \$e\$ \#1"),
        ("[a](http://e/)", r"\[a\](http://e/)"),
        ("<b>a</b> &lt; &#42;", r"\<b\>a\</b\> &amp;lt; &amp;\#42;"),
        ("a|b \\", r"a\|b \\"),
    ],
)
def test_text_loses_its_markdown_meaning(text: str, written: str) -> None:
    """A text is shown as it is, whatever Markdown would make of it."""
    assert escape_markdown(text) == written


def test_cell_cannot_become_a_link_or_end() -> None:
    """A cell of a table cannot become a link, nor end the cell."""
    out = io.BytesIO()

    write_markdown(Cells(("name",), [("[a](javascript:b)|c",)], (False,)), out)

    assert out.getvalue().decode().splitlines()[-1] == r"| \[a\](javascript:b)\|c |"
