"""Turn raw findings into the outcome of a check: select, locate and describe them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.check.findings import Finding, Outcome, order_findings, sort_findings, term_text
from factbook.check.limits import EVERY_FINDING, Kind, Limits, identity_of
from factbook.check.remarks import Completeness, shorten
from factbook.check.rules import require_known_rules
from factbook.errors import InputError, UsageError
from factbook.query.names import Names
from factbook.rdf.language_tags import LanguageTags
from factbook.render.humanize import count_noun
from factbook.render.labels import Labels

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from factbook.check.findings import RawFinding, Rule, Validation
    from factbook.check.locate import Located, Location
    from factbook.rdf.positions import SearchedFile
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine


@dataclass(frozen=True)
class Selection:
    """The findings to report; by default all."""

    rules: frozenset[str] = frozenset()
    paths: frozenset[pathlib.Path] | None = None
    """Absolute paths of files."""
    sources: tuple[str, ...] = ()
    """Sources by IRI, CURIE or name; only findings in their files are reported."""
    limits: Limits = field(default=EVERY_FINDING, compare=False)
    """The limits on the number of findings."""

    def has_rule(self, name: str) -> bool:
        """Tell whether findings of a rule are selected."""
        return not self.rules or name in self.rules

    def has_file(self, path: pathlib.Path | None) -> bool:
        """Tell whether `paths` selects a file."""
        return self.paths is None or (path is not None and path.resolve() in self.paths)


EVERYTHING = Selection()
EVERYTHING_DONE = Completeness()


@dataclass(frozen=True)
class CheckContext:
    """What was checked, and against which rules."""

    rules: Mapping[str, Rule]
    engine: Engine
    """Answers queries for the labels of things."""
    prefixes: Mapping[str, str]
    files_mentioning: Callable[[Sequence[RawFinding]], Sequence[SearchedFile]] = lambda _: ()
    """Returns the files that mention the nodes of some findings."""
    anchor: Callable[[Sequence[RawFinding]], Sequence[RawFinding]] = lambda findings: findings
    """Returns findings as findings about nodes that can be found in a file."""
    graphs: Mapping[str, pathlib.Path] | None = None
    """The files by the names of their graphs; None if nothing was checked in files."""
    files: int = 0
    triples: int = 0

    @cached_property
    def _tags(self) -> Mapping[str, str]:
        found = LanguageTags()
        for path in (self.graphs or {}).values():
            found.read(path)
        return found.clear

    def value_text(self, value: Term | None) -> str:
        """Return a value as Turtle writes it, its language tag as the files spell it."""
        has_language = isinstance(value, Literal) and value.language is not None
        return term_text(value, self.prefixes, self._tags if has_language else {})


def build_outcome(  # noqa: PLR0913 - all that an outcome is made of
    context: CheckContext,
    raw_findings: Iterable[RawFinding],
    validation: Validation,
    *,
    selection: Selection = EVERYTHING,
    file_findings: Iterable[Finding] = (),
    notes: Iterable[str] = (),
    completeness: Completeness = EVERYTHING_DONE,
) -> Outcome:
    """Return the selected findings with their places and labels.

    Args:
        context: What was checked.
        raw_findings: The findings in terms of the graph.
        validation: The whole validation report.
        selection: The findings to report.
        file_findings: Findings about files rather than their statements.
        notes: Remarks on how the check was done, one line each.
        completeness: What was left out of the validation.

    Raises:
        InputError: A file can no longer be read, or no part of the shapes can be used.
        UsageError: A selected rule or source does not exist.
    """
    if completeness.faults and not validation.report.evaluated:
        raise InputError(f"the shapes cannot be used: {'; '.join(completeness.faults)}")
    require_known_rules(selection.rules, context.rules)
    is_selected = _file_filter(context, selection)
    wanted = [each for each in raw_findings if selection.has_rule(each.rule.name)]
    limits = selection.limits
    new = limits.drop_known(wanted, lambda each: _identity(each, context))
    accepted = len(wanted) - len(new)
    wanted = new
    results = [each.result for each in wanted if each.result is not None]
    by_file = bool(selection.sources) or selection.paths is not None
    hidden: Counter[Kind] = Counter()
    if not by_file:  # else it is known only later which ones are in the files
        text_of = cache(partial(term_text, prefixes=context.prefixes))
        wanted, hidden = limits.keep_first(
            wanted, lambda each: (each.rule.name, each.rule.severity, text_of(each.path))
        )
    located: list[Located] = [(each, None) for each in wanted]
    if context.graphs and wanted and (limits.places or by_file):
        from factbook.check.locate import Locator

        places = context.anchor(wanted)
        locator = Locator(context.files_mentioning(places), places)
        located = [(each, locator.locate(at)) for each, at in zip(wanted, places, strict=True)]
    findings = describe(located, context)
    others = [finding for finding in file_findings if selection.has_rule(finding.rule)]
    new_others = limits.drop_known(others, identity_of)
    findings += new_others
    accepted += len(others) - len(new_others)
    if selection != EVERYTHING:
        findings = [finding for finding in findings if is_selected(finding.path)]
        if by_file:
            results = [
                each.result
                for each, location in located
                if each.result is not None and is_selected(location.file.path if location else None)
            ]
        report = replace(validation.report, results=tuple(results))
        validation = replace(validation, report=report)
    return Outcome(
        order_findings(findings),
        context.rules,
        files=context.files,
        triples=context.triples,
        notes=(
            *(shorten(note, context.prefixes) for note in validation.report.notes),
            *notes,
            *([f"Accepted by the baseline: {count_noun(accepted, 'finding')}"] if accepted else []),
        ),
        validation=validation,
        completeness=completeness,
        hidden=hidden,
        prefixes=context.prefixes,
    )


def _identity(raw: RawFinding, context: CheckContext) -> str:
    """Return what `limits.identity_of` returns for the finding."""
    focus = raw.focus.value if isinstance(raw.focus, NamedNode) else ""
    focus = focus or context.value_text(raw.focus)
    path = term_text(raw.path, context.prefixes)
    return f"{raw.rule.name} {focus} {path} {context.value_text(raw.value)}"


def _file_filter(
    context: CheckContext, selection: Selection
) -> Callable[[pathlib.Path | None], bool]:
    if not selection.sources:
        return selection.has_file
    graphs = context.graphs or {}
    names = Names(context.engine, context.prefixes)
    files = set()
    for name in selection.sources:
        graph = names.lookup_one(name, option="--source").value
        if graph not in graphs:
            raise UsageError(f"--source: '{name}' is not a source: no file has it as its base")
        files.add(graphs[graph])
    return lambda path: path in files and selection.has_file(path)


def describe(located: Sequence[Located], context: CheckContext) -> list[Finding]:
    """Return findings in words.

    Each result of a shape is a finding. Of the other findings, one whose value is not found in any
    file is dropped if another of the same rule and focus node has an exact place, and of each rule
    there is one at each place.
    """
    if not located:
        return []
    iris = {each.focus.value for each, _ in located if isinstance(each.focus, NamedNode)}
    labels = Labels(context.prefixes, context.engine)
    labels.look_up(iris)
    paths = {each.path for each, _ in located}
    path_texts = {path: term_text(path, context.prefixes) for path in paths}
    exact = {
        (each.rule.name, each.focus)
        for each, location in located
        if location is not None and location.is_exact
    }
    found: list[Finding] = []
    others: list[Finding] = []
    for each, location in located:
        finding = _describe_one(each, location, labels, context, path_texts[each.path])
        if each.result is not None:
            found.append(finding)
        elif (
            (location is not None and location.is_exact)
            or each.value is None
            or (each.rule.name, each.focus) not in exact
        ):
            others.append(finding)
    return [*found, *sort_findings(others)]


def _describe_one(
    raw: RawFinding,
    location: Location | None,
    labels: Labels,
    context: CheckContext,
    path: str,
) -> Finding:
    place = location.place if location is not None else None
    iri = raw.focus.value if isinstance(raw.focus, NamedNode) else ""
    return Finding(
        rule=raw.rule.name,
        severity=raw.rule.severity,
        message=raw.message or raw.rule.fix,
        path=location.file.path if location is not None else None,
        line=place.line if place is not None else None,
        column=place.column if place is not None else None,
        focus=iri or context.value_text(raw.focus),
        label=labels.of(iri) if iri else context.value_text(raw.focus),
        property=path,
        value=context.value_text(raw.value),
    )
