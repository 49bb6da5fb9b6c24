"""Render a template of the book: a text with $names, some of which may have no value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.errors import InputError
from factbook.front_matter import read_front_matter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NAME = re.compile(r"\$([a-z]+)")


@dataclass(frozen=True)
class Template:
    """The text of a template, and the allowed values of some of its names."""

    text: str
    choices: Mapping[str, tuple[str, ...]]
    unread: frozenset[str] = frozenset()
    """The evidence of a document that its author has not read."""
    about: str = "?"
    """What stands in the examples for a thing that the author did not name."""

    def render(self, values: Mapping[str, str], *, items: Sequence[Mapping[str, str]] = ()) -> str:
        """Return the text with its names replaced.

        A line with a name that has no value is left out. A block (lines up to a blank one) with a
        name that `items` define is repeated for each item.

        Args:
            values: The value of each name.
            items: The values of further names, once for each item.
        """
        item_names = {name for item in items for name in item}
        blocks = []
        for block in self.text.split("\n\n"):
            repeated = items if item_names.intersection(_NAME.findall(block)) else ({},)
            blocks += [_render_block(block, {**values, **item}) for item in repeated]
        return "\n\n".join(filter(None, blocks)) + "\n"


def read_template(path: Path) -> Template:
    """Read a template with its front matter (`#+` lines that hold YAML).

    Raises:
        InputError: The book has no such template, or the template is not valid.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; this book has no template for sources") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    front_matter = read_front_matter("\n".join(lines), path)
    body = [line for line in lines if not line.startswith("#+")]
    try:
        choices = {
            name: tuple(map(str, values)) for name, values in front_matter["choices"].items()
        }
        unread = frozenset(map(str, front_matter.get("unread", ())))
        subject = str(front_matter.get("about", "?"))
    except (AttributeError, KeyError, TypeError):
        raise InputError(f"{path}: the front matter has no valid `choices`") from None
    return Template("\n".join(body).strip("\n"), choices, unread, subject)


def _render_block(block: str, values: Mapping[str, str]) -> str:
    lines_kept = [
        _NAME.sub(lambda match: values[match[1]], line)
        for line in block.split("\n")
        if all(name in values for name in _NAME.findall(line))
    ]
    return "\n".join(lines_kept)
