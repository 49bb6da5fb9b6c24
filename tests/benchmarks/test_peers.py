"""Other programs are asked with what they need."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.peers import Files, peers


def test_an_endpoint_is_asked_at_its_address() -> None:
    """The address of a server is no path: nothing in it changes."""
    address = "http://localhost:8890/sparql?default-graph-uri=urn%3Aa"
    file = Path("file")

    (peer,) = [peer for peer in peers(sys.executable, address) if peer.name == "Virtuoso"]

    assert address in peer.commands(Files(file, file, file, file, file))[0]
