"""Which findings somebody wants: by rule, by file, by source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.query.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from factbook.check.findings import Rule
    from factbook.store.answers import Engine


@dataclass(frozen=True)
class Selection:
    """Which findings are wanted; by default all."""

    rules: frozenset[str] = frozenset()
    paths: frozenset[Path] | None = None
    """Files, by their absolute names."""
    sources: tuple[str, ...] = ()
    """Sources by IRI, CURIE or name: only what their files hold."""

    def has_rule(self, name: str) -> bool:
        """Tell whether findings of a rule are wanted."""
        return not self.rules or name in self.rules

    def has_file(self, path: Path | None) -> bool:
        """Tell whether findings in a file are wanted, its source aside."""
        return self.paths is None or (path is not None and path.resolve() in self.paths)


EVERYTHING = Selection()


def must_know(names: Iterable[str], rules: Mapping[str, Rule]) -> None:
    """Refuse the name of a rule that there is not.

    Raises:
        UsageError: A name is unknown.
    """
    for name in sorted(names):
        if name not in rules:
            raise UsageError(
                f"No rule '{name}'.{did_you_mean(name, rules)} See: factbook check --rules"
            )


def files_of(
    sources: Iterable[str], engine: Engine, prefixes: Mapping[str, str], graphs: Mapping[str, Path]
) -> frozenset[Path]:
    """Return the files of some sources.

    Args:
        sources: Their IRIs, CURIEs or names.
        engine: Where their names are looked up.
        prefixes: The prefixes of CURIEs.
        graphs: The files by the names of their graphs.

    Raises:
        UsageError: One of them is no source, or has no file.
    """
    resolver = Names(engine, prefixes)
    found = set()
    for name in sources:
        graph = resolver.lookup_one(name, option="--source").value
        if graph not in graphs:
            raise UsageError(f"--source: '{name}' is not a source: no file bears its name")
        found.add(graphs[graph])
    return frozenset(found)
