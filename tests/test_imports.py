"""Imports between the modules run one way: from the faces down to the ground, without rings."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(__file__).parents[1] / "src"
VERBS = (
    "check",
    "diff",
    "export",
    "fmt",
    "imports",
    "link",
    "new",
    "push",
    "search",
    "show",
    "verify",
)
GROUND = ("atomic_write", "errors", "front_matter", "git", "layout", "prefixes")
# From the top down. Parts on the same line do not import one another, but for those of the ground.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("mcp", "web"),
    ("api",),
    VERBS,
    ("query",),
    ("render",),
    ("book",),
    ("shacl",),
    ("store",),
    ("sparql",),
    ("rdf",),
    GROUND,
)
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path
    for path in SRC.rglob("*.py")
}
PACKAGE = "factbook"  # its own module gives the public names, and the version to everybody


def part_of(module: str) -> str:
    """Return the part of the house that a module belongs to."""
    return module.split(".")[1]


def imports_of(module: str) -> Iterator[str]:
    """Yield the modules of the house that a module imports, inside functions as well."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield full if full in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


GRAPH = {
    module: sorted({name for name in imports_of(module) if name in MODULES} - {PACKAGE})
    for module in MODULES
    if module != PACKAGE
}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_module_imports_only_from_below(module: str) -> None:
    """A module imports from its own part and from the layers below it."""
    part = part_of(module)
    wrong = [
        name
        for name in GRAPH[module]
        if (other := part_of(name)) != part
        and RANK[other] <= RANK[part]
        and not {part, other} <= set(GROUND)
    ]

    assert wrong == []


def test_modules_form_no_ring() -> None:
    """No module imports itself by way of others, for types neither."""
    try:
        list(TopologicalSorter(GRAPH).static_order())
    except CycleError as ring:
        pytest.fail(" -> ".join(ring.args[1]))


def test_no_file_name_is_used_three_times() -> None:
    """A file name says where a behaviour is: at most two modules share one."""
    names = Counter(module.split(".")[-1] for module in MODULES if module.count(".") > 1)
    parts = {part for layer in LAYERS for part in layer}

    assert [name for name, count in names.items() if count > 2 and name not in parts] == []
