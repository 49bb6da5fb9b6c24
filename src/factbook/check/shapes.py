"""Shapes as rules: what each says of itself, and the faults that a validation finds under it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.check.faults import Fault
from factbook.check.findings import ERROR, INFO, WARNING, Rule
from factbook.rdf.terms import local_name
from factbook.shacl import INFO as SH_INFO
from factbook.shacl import SH
from factbook.shacl import WARNING as SH_WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.terms import Term
    from factbook.shacl import Report, Result

KIND = "shape"
_SEVERITIES = {str(SH_INFO): INFO, str(SH_WARNING): WARNING}
_COMPONENT = re.compile(r"ConstraintComponent(?:-\w+)?$")
_TEXTS = ("description", "name", "message")


class ShapeRules:
    """The rules that files of shapes state."""

    def __init__(self, files: Iterable[RdfFile]) -> None:
        self._facts: dict[Term, dict[str, list[Term]]] = {}
        self._files: dict[Term, Path] = {}
        self._parents: dict[Term, Term] = {}
        for file in files:
            for quad in file.quads:
                predicate = quad.predicate.value
                if not predicate.startswith(SH):
                    continue
                facts = self._facts.setdefault(quad.subject, {})
                facts.setdefault(predicate.removeprefix(SH), []).append(quad.object)
                self._files.setdefault(quad.subject, file.path)
                if predicate == f"{SH}property":
                    self._parents.setdefault(quad.object, quad.subject)

    def named(self) -> list[Rule]:
        """Return the rules that say what to write instead, by name."""
        found = [shape for shape, facts in self._facts.items() if "message" in facts]
        rules = [self.rule(shape) for shape in found if isinstance(shape, NamedNode)]
        return sorted(rules, key=lambda rule: rule.name)

    def rule(self, shape: NamedNode | BlankNode) -> Rule:
        """Return the rule that a shape is."""
        facts = self._facts.get(shape, {})
        texts = {name: _english(facts.get(name, [])) for name in _TEXTS}
        severity = next(iter(facts.get("severity", [])), None)
        return Rule(
            name=self._name(shape),
            severity=_SEVERITIES.get(str(severity), ERROR),
            summary=texts["description"] or texts["name"],
            cure=texts["message"],
            kind=KIND,
            iri=shape.value if isinstance(shape, NamedNode) else None,
            path=self._files.get(shape),
        )

    def faults(self, report: Report) -> Iterator[Fault]:
        """Yield the faults of a validation."""
        rules: dict[Term, Rule] = {}
        for result in report.results:
            shape = result.source_shape
            if shape not in rules:
                rules[shape] = self.rule(shape)
            yield Fault(
                rule=rules[shape],
                focus=result.focus,
                path=result.path,
                value=result.value,
                message=self._message(result, rules[shape]),
                result=result,
            )

    def _message(self, result: Result, rule: Rule) -> str:
        """Return what a result says that its rule does not say for all of them.

        Engines word their own messages as they like; a shape without any gets one of ours, so that
        findings do not depend on the engine.
        """
        if rule.cure or result.constraint is not None:
            said = _english(result.messages)
            return "" if said == rule.cure else said
        parameter = _COMPONENT.sub("", result.component.value.removeprefix(SH))
        parameter = parameter[:1].lower() + parameter[1:]
        limits = self._facts.get(result.source_shape, {}).get(parameter, [])
        limit = f" {limits[0]}" if len(limits) == 1 and not isinstance(limits[0], BlankNode) else ""
        return f"The shape asks for sh:{parameter}{limit}."

    def _name(self, shape: Term) -> str:
        """Return the last part of a shape's IRI; without one, its parent's and its path's."""
        if isinstance(shape, NamedNode):
            return local_name(shape.value)
        path = next(iter(self._facts.get(shape, {}).get("path", [])), None)
        parent = self._parents.get(shape)
        parts = [self._name(parent)] if parent is not None else []
        parts += [local_name(path.value)] if isinstance(path, NamedNode) else []
        return "/".join(parts) or "unnamed shape"


def _english(texts: Iterable[Term]) -> str:
    """Return the English text, or that without a language, or any."""
    literals = [text for text in texts if isinstance(text, Literal)]
    rank = {"en": 0, None: 1}
    literals.sort(key=lambda text: (rank.get(text.language, 2), text.value))
    return literals[0].value if literals else ""
