"""The validators that the benchmark compares: each a program that prints what it found as JSON.

A program gets the names of the shapes file and of the data file. It prints a list of
`[focus node, source shape, constraint component]`; a validator that does not tell one of them says
null. Ours is the command itself, which also finds the line of each result.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """One validator."""

    name: str
    package: str
    """What has to be importable."""
    program: str
    environment: tuple[tuple[str, str], ...] = ()


_FACTBOOK = """
import json, os, sys, tempfile
from collections import defaultdict
from pyoxigraph import RdfFormat, parse
from factbook.cli.root import root

shapes, data = sys.argv[1:]
with tempfile.NamedTemporaryFile(suffix=".nt") as report:
    try:
        root.main(["--no-cache", "check", data, "--shapes", shapes, "-o", report.name])
    except SystemExit as ended:
        if ended.code not in (0, 1):
            raise
    with open(report.name, "rb") as file:
        quads = list(parse(file.read(), RdfFormat.N_TRIPLES))
results = defaultdict(dict)
for quad in quads:
    name = quad.predicate.value.rpartition("#")[2]
    results[quad.subject][name] = getattr(quad.object, "value", str(quad.object))
print(json.dumps([
    [result[name] for name in ("focusNode", "sourceShape", "sourceConstraintComponent")]
    for result in results.values() if "focusNode" in result
]))
"""
_PYSHACL = """
import json, logging, sys
import pyshacl, rdflib

logging.disable(logging.CRITICAL)
rdflib.NORMALIZE_LITERALS = False
data = rdflib.Graph().parse(sys.argv[2], format="nt")
shapes = rdflib.Graph().parse(sys.argv[1], format="turtle")
_, graph, _ = pyshacl.validate(data, shacl_graph=shapes)
SH = rdflib.SH
print(json.dumps([
    [str(graph.value(node, name)) for name in
     (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent)]
    for node in graph.objects(None, SH.result)
]))
"""
_SHACL_RUST = """
import json, sys
import shacl_rust

report = shacl_rust.validate_file(sys.argv[2], sys.argv[1], experimental_index=True)
print(json.dumps([
    [(result.get(name) or "").strip("<>") for name in
     ("focusNode", "sourceShape", "sourceConstraintComponent")]
    for result in report["results"]
]))
"""
_PYRUDOF = """
import json, sys
from pyrudof import RDFFormat, Rudof, RudofConfig

rudof = Rudof(RudofConfig())
rudof.read_data(sys.argv[2], format=RDFFormat.NTriples)
rudof.read_shacl(sys.argv[1])
report = rudof.validate_shacl()
print(json.dumps([
    [str(getattr(entry, name)).strip("<>") for name in
     ("focus_node", "source_shape", "constraint_component")]
    for entry in report
]))
"""
_PYSHIFTY = """
import json, sys
import shifty

report = shifty.validate_algebra(sys.argv[2], sys.argv[1])
print(json.dumps([
    [violation.focus_node.strip("<>"), violation.shape_name, None]
    for violation in report.violations for _ in violation.reasons
]))
"""

OURS = Engine("factbook", "factbook", _FACTBOOK)
OTHERS = (
    Engine("shacl-rust", "shacl_rust", _SHACL_RUST),
    Engine("pyshifty", "shifty", _PYSHIFTY),
    Engine("pyrudof", "pyrudof", _PYRUDOF),
    Engine("pySHACL", "pyshacl", _PYSHACL),
)
