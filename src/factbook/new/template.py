"""Fill in a template of the book: a text with $names, some of which may have no value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NAME = re.compile(r"\$([a-z]+)")


@dataclass(frozen=True)
class Template:
    """The text of a template, and what may be chosen from for some of its names."""

    text: str
    choices: Mapping[str, tuple[str, ...]]

    def filled(self, values: Mapping[str, str], *, each: Sequence[Mapping[str, str]] = ()) -> str:
        """Return the text with its names replaced.

        A line that names something without a value is left out. A block of lines (up to a blank
        one) that names something of `each` stands once for each of them.

        Args:
            values: What stands for each name.
            each: For several things of one sort: what stands for the names of each.
        """
        several = {name for one in each for name in one}
        blocks = []
        for block in self.text.split("\n\n"):
            repeated = each if several.intersection(_NAME.findall(block)) else ({},)
            blocks += [_replaced(block, {**values, **one}) for one in repeated]
        return "\n\n".join(filter(None, blocks)) + "\n"


def read_template(path: Path) -> Template:
    """Read a template with its front matter (`#+` lines that hold YAML).

    Raises:
        InputError: The book has no such template, or it cannot be understood.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; this book has no template for that") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    header = [line[2:].removeprefix(" ") for line in lines if line.startswith("#+")]
    body = [line for line in lines if not line.startswith("#+")]
    import yaml

    try:
        found = yaml.safe_load("\n".join(header)) or {}
        choices = {name: tuple(map(str, known)) for name, known in found["choices"].items()}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        raise InputError(f"{path}: the front matter does not say `choices`") from None
    return Template("\n".join(body).strip("\n"), choices)


def _replaced(block: str, values: Mapping[str, str]) -> str:
    kept = [
        _NAME.sub(lambda match: values[match[1]], line)
        for line in block.split("\n")
        if all(name in values for name in _NAME.findall(line))
    ]
    return "\n".join(kept)
