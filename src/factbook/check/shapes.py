"""Rules that are SHACL shapes: their texts, their validation, and the findings under them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook import shacl
from factbook.check.findings import ERROR, INFO, WARNING, RawFinding, Rule, term_text
from factbook.rdf.terms import XSD, local_name
from factbook.render.humanize import count_noun
from factbook.shacl import NO_INFERENCE, SH, SPARQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.terms import Term
    from factbook.shacl import Alternative, DataGraph, Report, Result
    from factbook.store.answers import Engine

KIND = "shape"

_SEVERITIES = {str(shacl.INFO): INFO, str(shacl.WARNING): WARNING}
_COMPONENT = re.compile(r"ConstraintComponent(?:-\w+)?$")
_PLAIN = {f"{XSD}{name}" for name in ("boolean", "decimal", "integer")}
_XONE, _NODE, _AND = (f"{SH}{name}ConstraintComponent" for name in ("Xone", "Node", "And"))
_QUALIFIED = tuple(f"{SH}Qualified{name}CountConstraintComponent" for name in ("Min", "Max"))
_MISSING = ("sh:minCount", " 1")
_FIRST, _REST = (f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}" for name in ("first", "rest"))
_CELL = {_FIRST, _REST}
_MOST_MEMBERS = 5
_MOST_ALTERNATIVES = 4
_MOST_REASONS = 3
_TEXTS = ("description", "name", "message")


class ShapeRules:
    """The rules that are defined by files of shapes."""

    def __init__(self, files: Iterable[RdfFile]) -> None:
        self._facts: dict[Term, dict[str, list[Term]]] = {}
        self._files: dict[Term, Path] = {}
        self._parents: dict[Term, Term] = {}
        self._demand = cache(self._find_demand)
        self._cells: dict[Term, dict[str, Term]] = {}
        self._prefixes: dict[str, str] = {"sh": SH}
        for file in files:
            self._prefixes |= file.prefixes
            for quad in file.quads:
                predicate = quad.predicate.value
                if predicate in _CELL:
                    self._cells.setdefault(quad.subject, {})[predicate] = quad.object
                if not predicate.startswith(SH):
                    continue
                facts = self._facts.setdefault(quad.subject, {})
                facts.setdefault(predicate.removeprefix(SH), []).append(quad.object)
                self._files.setdefault(quad.subject, file.path)
                if predicate == f"{SH}property":
                    self._parents.setdefault(quad.object, quad.subject)

    def list_rules(self) -> list[Rule]:
        """Return the rules that have an IRI and a message, by name."""
        found = [shape for shape, facts in self._facts.items() if "message" in facts]
        rules = [self.find_rule(shape) for shape in found if isinstance(shape, NamedNode)]
        return sorted(rules, key=lambda rule: rule.name)

    def find_rule(self, shape: NamedNode | BlankNode) -> Rule:
        """Return the rule that a shape defines."""
        facts = self._facts.get(shape, {})
        texts = {name: _english(facts.get(name, [])) for name in _TEXTS}
        severity = next(iter(facts.get("severity", [])), None)
        return Rule(
            name=self._name(shape),
            severity=_SEVERITIES.get(str(severity), ERROR),
            summary=texts["description"] or texts["name"],
            fix=texts["message"],
            kind=KIND,
            iri=shape.value if isinstance(shape, NamedNode) else None,
            path=self._files.get(shape),
        )

    def raw_findings(self, report: Report) -> Iterator[RawFinding]:
        """Yield a finding for each result of a validation."""
        rules: dict[Term, Rule] = {}
        for result in report.results:
            shape = result.source_shape
            if shape not in rules:
                rules[shape] = self.find_rule(shape)
            yield RawFinding(
                rule=rules[shape],
                focus=result.focus,
                path=result.path,
                value=result.value,
                message=self._message(result, rules[shape]),
                result=result,
            )

    def _message(self, result: Result, rule: Rule) -> str:
        """Return the message of a result where it differs from the fix of its rule.

        Messages of engines differ. A shape without a message gets the same text from all of them.
        """
        if rule.fix or result.constraint is not None:
            message = _english(result.messages)
            if not message and not rule.fix:
                return "A query of the shape finds it."
            if result.alternatives:
                return f"{message or rule.fix} ({self._explain(result)})"
            return "" if message == rule.fix else message
        if result.alternatives:
            text = self._explain(result)
            return f"{text[:1].upper()}{text[1:]}."
        parameter, limit = self._demand(result.source_shape, result.component)
        of = self._facts.get(result.source_shape, {}).get("qualifiedValueShape", [])
        if result.component.value in _QUALIFIED and of and isinstance(of[0], NamedNode):
            limit += f" of {local_name(of[0].value)}"
        return f"The shape asks for {parameter}{limit}."

    def _find_demand(self, shape: Term, component: NamedNode) -> tuple[str, str]:
        """Return the parameter that a result is about, and its value with a space before it."""
        if not component.value.startswith(SH):
            return term_text(component, self._prefixes), ""
        name = _COMPONENT.sub("", component.value.removeprefix(SH))
        name = name[:1].lower() + name[1:]
        limits = self._facts.get(shape, {}).get(name, [])
        return f"sh:{name}", self._limit(limits[0]) if len(limits) == 1 else ""

    def _explain(self, result: Result) -> str:
        """Return briefly why a value conforms to none of some shapes, or to too many."""
        failing = [each for each in result.alternatives if each.results]
        component = result.component.value
        if component in _QUALIFIED:
            return self._explain_count(result)
        if component == _XONE and len(failing) < len(result.alternatives):
            fitting = [
                number
                for number, each in enumerate(result.alternatives, start=1)
                if not each.results
            ]
            return f"alternatives {' and '.join(map(str, fitting))} fit, but only one may"
        if component in {_NODE, _AND}:
            names = ", ".join(self._name(each.shape) for each in failing)
            reasons = "; ".join(self._reasons(each) for each in failing[:_MOST_ALTERNATIVES])
            return f"does not conform to {names}: {reasons}" if failing else "does not conform"
        parts = [
            f"({number}) {self._reasons(each)}"
            for number, each in enumerate(result.alternatives[:_MOST_ALTERNATIVES], start=1)
        ]
        more = len(result.alternatives) - len(parts)
        parts += [f"{more} more"] if more else []
        return f"none of the alternatives fits: {'; '.join(parts)}"

    def _explain_count(self, result: Result) -> str:
        """Return how many values fit the shape of a qualified count, and why the others do not."""
        facts = self._facts.get(result.source_shape, {})
        wanted = next(iter(facts.get("qualifiedValueShape", [])), None)
        fitting = [e for e in result.alternatives if not e.results and e.shape == wanted]
        others = [each for each in result.alternatives if each not in fitting]
        is_least = result.component.value == _QUALIFIED[0]
        parameter = "qualifiedMinCount" if is_least else "qualifiedMaxCount"
        number = next((x.value for x in facts.get(parameter, []) if isinstance(x, Literal)), "")
        verb = "fits" if len(fitting) == 1 else "fit"
        name = f" {local_name(wanted.value)}" if isinstance(wanted, NamedNode) else ""
        limit = f"at least {number} must" if is_least else f"at most {number} may"
        count = count_noun(len(result.alternatives), "value")
        head = f"{len(fitting)} of {count} {verb}{name}, {limit}"
        shown = others if is_least else fitting
        parts = [self._explain_value(each, wanted) for each in shown[:_MOST_ALTERNATIVES]]
        parts += [f"{len(shown) - len(parts)} more"] if len(shown) > len(parts) else []
        return f"{head}: {'; '.join(parts)}" if parts else head

    def _explain_value(self, each: Alternative, wanted: Term | None) -> str:
        value = self._text(each.value)
        if each.results:
            return f"{value} ({self._reasons(each)})"
        return value if each.shape == wanted else f"{value} (counts for {self._name(each.shape)})"

    def _reasons(self, alternative: Alternative) -> str:
        """Return why a value does not conform to one shape."""
        reasons = [self._reason(each) for each in alternative.results[:_MOST_REASONS]]
        more = len(alternative.results) - len(reasons)
        reasons += [f"{more} more"] if more else []
        return ", ".join(reasons) or "a reason deeper inside"

    def _reason(self, result: Result) -> str:
        if result.alternatives:
            text = self._explain(result)
        elif message := _english(result.messages):
            text = message
        else:
            parameter, limit = self._demand(result.source_shape, result.component)
            text = "missing" if (parameter, limit) == _MISSING else f"not {parameter}{limit}"
        path = f"{term_text(result.path, self._prefixes)}: " if result.path is not None else ""
        is_new = result.value is not None and result.value != result.focus
        value = f" (found: {self._text(result.value)})" if is_new else ""
        return f"{path}{text}{value}"

    def _limit(self, term: Term) -> str:
        """Return a value as text, or the first members of a list, if they have names."""
        if not isinstance(term, BlankNode):
            return f" {self._text(term)}"
        members: list[Term] = []
        while len(members) <= _MOST_MEMBERS and _FIRST in (cell := self._cells.get(term, {})):
            members.append(cell[_FIRST])
            term = cell.get(_REST, term)
        if not members or any(isinstance(member, BlankNode) for member in members):
            return ""
        shown = [self._text(member) for member in members[:_MOST_MEMBERS]]
        return f" ({' '.join(shown + ['…'] * (len(members) > _MOST_MEMBERS))})"

    def _text(self, term: Term | None) -> str:
        if isinstance(term, Literal) and term.datatype.value in _PLAIN:
            return term.value
        return term_text(term, self._prefixes)

    def _name(self, shape: Term) -> str:
        """Return the last part of a shape's IRI; without an IRI, its parent's name and its path."""
        if isinstance(shape, NamedNode):
            return local_name(shape.value)
        path = next(iter(self._facts.get(shape, {}).get("path", [])), None)
        parent = self._parents.get(shape)
        parts = [self._name(parent)] if parent is not None else []
        parts += [local_name(path.value)] if isinstance(path, NamedNode) else []
        return "/".join(parts) or "unnamed shape"


def validate(
    shapes: Iterable[Quad],
    data: DataGraph | Engine,
    *,
    engine: str = SPARQL,
    inference: str = NO_INFERENCE,
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Validate data against shapes with a chosen engine.

    Args:
        shapes: The shapes graph.
        data: The data, or an endpoint that holds it.
        engine: What evaluates the shapes.
        inference: The inference that is done on the data first.
        announce: Called with the progress as text, and at the end with ''.

    Raises:
        InputError: The shapes cannot be used.
        UsageError: There is no such engine or inference.
        EndpointError: The endpoint failed.
    """

    def progress(done: int, of: int) -> None:
        announce(f"Checking the shapes: {done} of {of}")

    announce(f"Checking the shapes with {engine}")
    try:
        return shacl.validate(
            shapes, data, engine=engine, inference=inference, keep_going=True, progress=progress
        )
    finally:
        announce("")


def _english(texts: Iterable[Term]) -> str:
    """Return the English text, or one without a language, or any."""
    literals = [text for text in texts if isinstance(text, Literal)]
    rank = {"en": 0, None: 1}
    literals.sort(key=lambda text: (rank.get(text.language, 2), text.value))
    return literals[0].value if literals else ""
