"""SPARQL results as XML are well-formed, and are read back as they were."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pyoxigraph import Literal, NamedNode, Quad, Store

from factbook.render.result_formats import write_table
from factbook.store.answers import Table
from factbook.store.embedded import EmbeddedEngine

if TYPE_CHECKING:
    import pytest


def test_line_ends_and_control_characters_survive_as_xml(caplog: pytest.LogCaptureFixture) -> None:
    """A carriage return is written as a reference, and U+FFFD for what XML has no form for."""
    store = Store()
    value = Literal("one\r\ntwo\rthree\x01\uffff")
    store.add(Quad(NamedNode("http://e.org/a"), NamedNode("http://e.org/p"), value))
    table = EmbeddedEngine(store).query("SELECT ?o { ?s ?p ?o }")
    out = io.BytesIO()

    assert isinstance(table, Table)
    write_table(table, "xml", out)

    literal = ET.fromstring(out.getvalue()).find(".//{*}literal")  # noqa: S314 - our own text
    assert literal is not None
    assert literal.text == "one\r\ntwo\rthree\ufffd\ufffd"
    assert "which XML cannot express: 2" in caplog.text
