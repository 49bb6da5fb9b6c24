"""Recursive shapes: find the cycles, and iterate until the result is stable.

SHACL leaves recursion to the processor (section 3.4.3). Like others, this one takes a node that is
being validated against a shape as conforming to it. Inside a circle, "conforms to the shape" is a
look-up in the set of nodes that are known not to; that set starts empty and is computed again until
it no longer changes. This answers exactly where the data cannot run into the circle, and in all
other cases unless negation makes the sets oscillate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.shacl.data_graph import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from factbook.rdf.terms import Term
    from factbook.shacl.shapes_graph import Node

FUNCTION = "urn:factbook:conforms:"
"""Precedes the name of a function that looks up whether a node conforms to a shape."""
MAX_ROUNDS = 200
_BOOLEAN = NamedNode(f"{XSD}boolean")


def find_circles(edges: Mapping[Node, Iterable[Node]]) -> dict[Node, frozenset[Node]]:
    """Return the nodes that can be reached from themselves, each with all nodes of its cycle."""
    reached: dict[Node, set[Node]] = {}
    for start in edges:
        found: set[Node] = set()
        waiting = list(edges[start])
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += edges.get(node, ())
        reached[start] = found
    circular = {node for node, found in reached.items() if node in found}
    return {
        node: frozenset(each for each in circular & reached[node] if node in reached[each])
        for node in circular
    }


@dataclass
class Conformance:
    """The nodes that are known to violate each shape of a cycle."""

    violating: dict[Node, set[Term]] = field(default_factory=dict)

    def call(self, shape: Node, variable: str) -> str:
        """Return the call that tells whether a variable's value conforms."""
        self.violating.setdefault(shape, set())
        number = list(self.violating).index(shape)
        return f"COALESCE(<{FUNCTION}{number}>({variable}), false)"

    def functions(self) -> dict[str, Callable[..., Term | None]]:
        """Return the functions of the calls, by IRI."""
        return {
            f"{FUNCTION}{number}": _look_up(nodes)
            for number, nodes in enumerate(self.violating.values())
        }

    def settle(self, find: Callable[[Node], set[Term]]) -> bool:
        """Compute the sets until they no longer change; tell whether they settled.

        Args:
            find: Returns the nodes that violate a shape, by what is known so far.
        """
        for _ in range(MAX_ROUNDS):
            is_stable = True
            for shape, nodes in self.violating.items():
                now = find(shape)
                if now != nodes:
                    is_stable = False
                    nodes.clear()
                    nodes.update(now)
            if is_stable:
                return True
        return False


def _look_up(violating: set[Term]) -> Callable[..., Term | None]:
    def conforms(term: Term) -> Term:
        return Literal(str(decode(term) not in violating).lower(), datatype=_BOOLEAN)

    return conforms
