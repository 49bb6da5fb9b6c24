"""What a constraint is to the compiler: a test of a value node, or of all of them together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from factbook.shacl.names import sh

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from factbook.shacl.lowering import Lowering
    from factbook.shacl.report import Path
    from factbook.shacl.search import Search


@dataclass(frozen=True)
class Constraint(ABC):
    """A constraint of one shape."""

    name: ClassVar[str]

    @property
    def component(self) -> NamedNode:
        """The constraint component, as reports name it."""
        return sh(f"{self.name}ConstraintComponent")


@dataclass(frozen=True)
class ValueConstraint(Constraint):
    """A constraint that each value node meets or breaks by itself."""

    @abstractmethod
    def holds(self, value: str, focus: str, low: Lowering) -> str:
        """Return the test that a value node meets the constraint; it is never an error."""

    def passing(self, value: str, low: Lowering) -> str | None:  # noqa: ARG002 - for those that can
        """Return a pattern for all nodes that meet the constraint, where that is a set to name."""
        return None


@dataclass(frozen=True)
class FocusConstraint(Constraint):
    """A constraint on all value nodes of a focus node together; `path` is None in a node shape."""

    @abstractmethod
    def holds_of(self, focus: str, path: Path | None, low: Lowering) -> str:
        """Return the test that a focus node meets the constraint; it is never an error."""

    @abstractmethod
    def searches(self, path: Path | None, low: Lowering) -> tuple[Search, ...]:
        """Return what finds the violations, with `?this` as the focus node."""
