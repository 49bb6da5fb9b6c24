"""Read the front matter of a query file: grlc's `#+` lines, which hold YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from factbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def read_front_matter(text: str, path: Path) -> dict[str, Any]:
    """Return the front matter of a query; a query without any has an empty one.

    Args:
        text: The query.
        path: Its file, which errors name.

    Raises:
        InputError: It is not valid YAML, or not a mapping.
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line[2:].removeprefix(" "))
    if not lines:
        return {}
    import yaml

    try:
        header = load_yaml("\n".join(lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InputError(f"{place}: the front matter is not valid YAML") from None
    if not isinstance(header, dict):
        raise InputError(f"{path}:1: the front matter is not a mapping of keys to values")
    return header


def load_yaml(text: str) -> Any:  # noqa: ANN401 - YAML may hold anything
    """Parse a text as YAML.

    Raises:
        YAMLError: It is not valid, or is nested too deeply.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where it is there
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - it is a safe loader
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None
