"""Run the formatter `turtlefmt` on texts: it settles spaces and lines, and keeps comments."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "turtlefmt"
_AT_ONCE = 500
_SECONDS = 300


def laid_out(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Return each text as the formatter lays it out; all of them must be valid Turtle.

    Raises:
        InputError: The formatter is missing, or does not know a form that a text uses.
    """
    program = _program()
    found: dict[Path, str] = {}
    paths = list(texts)
    for start in range(0, len(paths), _AT_ONCE):
        batch = {path: texts[path] for path in paths[start : start + _AT_ONCE]}
        done = _run(program, batch)
        if isinstance(done, str):  # it stops at the first text that it refuses: find which
            for path, text in batch.items():
                said = _run(program, {path: text})
                if isinstance(said, str):
                    raise InputError(
                        f"{path}: valid Turtle, but the formatter does not know a form in it: "
                        f"{said}"
                    )
            raise InputError(f"{program}: failed: {done}")
        found |= done
    return found


def _run(program: str, texts: Mapping[Path, str]) -> dict[Path, str] | str:
    """Return the texts laid out, or what the formatter says when it refuses one."""
    with tempfile.TemporaryDirectory(prefix="factbook-fmt-") as folder:
        copies = {path: Path(folder, f"{number}.ttl") for number, path in enumerate(texts)}
        for path, copy in copies.items():
            copy.write_bytes(texts[path].encode())
        try:
            ended = subprocess.run(
                [program, *(copy.name for copy in copies.values())],
                cwd=folder,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(f"{program}: cannot be run: {error}") from None
        if ended.returncode != 0:
            said = ended.stderr.decode(errors="replace").splitlines() or [f"{ended.returncode}"]
            return said[0].removeprefix("Error: ")
        return {path: copy.read_bytes().decode() for path, copy in copies.items()}


def _program() -> str:
    """Return the formatter that was installed with this package, or else the one on the path."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        found = shutil.which(_NAME, path=str(folder))
        if found is not None:
            return found
    found = shutil.which(_NAME)
    if found is None:
        raise InputError(f"{_NAME}: no such program; install it: pip install {_NAME}")
    return found
