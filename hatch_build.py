"""Add the SPARQL editor for browsers to the wheel, where npm can fetch it by its name.

`browser.lock` names the package, its version, its hash and the files that are taken from it.
Where npm or its registry is not there, the wheel has no editor, and the page is a plain form.

For a checkout: `python hatch_build.py src/factbook/web/static/editor`.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

try:
    from hatchling.builders.hooks.plugin.interface import (  # type: ignore[import-not-found]  # only there while a wheel is built
        BuildHookInterface,
    )
except ImportError:
    BuildHookInterface = object

LOCK: Final = Path(__file__).with_name("browser.lock")
INSIDE: Final = "factbook/web/static/editor"
_SECONDS: Final = 40
_MOST_BYTES: Final = 16 << 20


class EditorError(Exception):
    """The editor cannot be had; the message says why."""


class EditorHook(BuildHookInterface):  # type: ignore[misc]  # of a type that mypy cannot see
    """Puts the files of the editor into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files before the wheel is written."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="factbook-editor-")
        folder = Path(self._folder.name)
        try:
            names = fetch_editor(folder)
        except EditorError as error:
            self.app.display_warning(f"the wheel is built without the SPARQL editor: {error}")
            return
        for name in names:
            build_data["force_include"][str(folder / name)] = f"{INSIDE}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the files that were fetched."""
        del version, build_data, artifact_path
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def fetch_editor(folder: Path) -> list[str]:
    """Write the files of the editor into a folder and return their names.

    Raises:
        EditorError: npm is missing, or the package cannot be fetched or is not the one of the lock.
    """
    locked = json.loads(LOCK.read_text(encoding="utf-8"))
    npm = shutil.which("npm")
    if npm is None:
        raise EditorError("npm is not there")
    with tempfile.TemporaryDirectory(prefix="factbook-npm-") as place:
        words = ["pack", f"{locked['name']}@{locked['version']}", "--silent", "--ignore-scripts"]
        limits = ["--fetch-retries=0", f"--fetch-timeout={_SECONDS * 500}"]
        try:
            subprocess.run(
                [npm, *words, *limits],
                cwd=place,
                capture_output=True,
                timeout=_SECONDS,
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            raise EditorError(f"npm could not fetch {locked['name']}") from None
        packed = next(Path(place).glob("*.tgz"), None)
        if packed is None:
            raise EditorError(f"npm could not fetch {locked['name']}")
        return unpack(packed.read_bytes(), locked, folder)


def unpack(packed: bytes, locked: dict[str, Any], folder: Path) -> list[str]:
    """Write the files of a lock from a packed package into a folder and return their names.

    Raises:
        EditorError: The package is not the one of the lock.
    """
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
    if f"sha512-{digest}" != locked["integrity"]:
        raise EditorError(f"what npm gave for {locked['name']} has another hash than the lock")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for name, member in locked["files"].items():
            opened = archive.extractfile(member)
            if opened is None:
                raise EditorError(f"{locked['name']} has no file {member}")
            (folder / name).write_bytes(opened.read(_MOST_BYTES))
    return list(locked["files"])


if __name__ == "__main__":
    try:
        fetch_editor(Path(sys.argv[1]))
    except EditorError as error:
        sys.exit(str(error))
