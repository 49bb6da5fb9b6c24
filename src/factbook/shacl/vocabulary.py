"""The terms of SHACL: which are evaluated, and remarks on those that are not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from factbook.errors import did_you_mean
from factbook.shacl.shapes_graph import (
    FALSE,
    IMPORTS,
    SH,
    TYPE,
    Remark,
    ShapesError,
    sh,
    shape_name,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.rdf.terms import Term
    from factbook.shacl.shapes_graph import ShapesGraph

CORE_PARAMETERS = frozenset(
    {
        *("and", "class", "closed", "datatype", "disjoint", "equals", "hasValue", "in"),
        *("languageIn", "lessThan", "lessThanOrEquals", "maxCount", "maxExclusive"),
        *("maxInclusive", "maxLength", "minCount", "minExclusive", "minInclusive", "minLength"),
        *("node", "nodeKind", "not", "or", "pattern", "property", "qualifiedMaxCount"),
        *("qualifiedMinCount", "sparql", "uniqueLang", "xone"),
    }
)
"""The parameters of SHACL Core, and sh:sparql: a node that has one is a shape."""
DRAFT_PARAMETERS = frozenset(
    {
        *("maxListLength", "memberShape", "minListLength", "rootClass", "singleLine"),
        *("someValue", "subsetOf", "uniqueMembers"),
    }
)
"""The parameters of the SHACL 1.2 draft that are evaluated."""
_OTHERS = frozenset(
    {
        # Shapes, targets, paths
        *("deactivated", "flags", "ignoredProperties", "message", "path", "severity"),
        *("qualifiedValueShape", "qualifiedValueShapesDisjoint", "entailment"),
        *("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "targetWhere"),
        *("alternativePath", "inversePath", "oneOrMorePath", "zeroOrMorePath", "zeroOrOnePath"),
        # Queries in shapes
        *("ask", "construct", "declare", "labelTemplate", "namespace", "nodeValidator", "optional"),
        *("parameter", "prefix", "prefixes", "propertyValidator", "returnType", "select"),
        *("resultAnnotation", "annotationProperty", "annotationValue", "annotationVarName"),
        *("update", "validator"),
        # What is not for validation
        *("agentInstruction", "codeIdentifier", "defaultValue", "description", "group", "intent"),
        *("name", "order", "shapesGraph", "shapesGraphWellFormed", "suggestedShapesGraph"),
        # Reports
        *("conforms", "detail", "focusNode", "result", "resultMessage", "resultPath"),
        *("resultSeverity", "sourceConstraint", "sourceConstraintComponent", "sourceShape"),
        "value",
        # Inside rules, node expressions and libraries, which are remarked on where shapes use them
        *("condition", "object", "predicate", "subject", "filterShape", "intersection", "nodes"),
        *("union", "jsFunctionName", "jsLibrary", "jsLibraryURL"),
    }
)
_ADVANCED = {
    "target": "a target of SHACL's advanced features",
    "expression": "a node expression",
}
"""What pySHACL evaluates, and the compiler to SPARQL does not."""
_NEVER = {"js": "a constraint in JavaScript"}
_DRAFT_ONLY = frozenset(
    {
        *("conformanceDisallows", "deepUniqueMembers", "nodeByExpression", "reificationRequired"),
        *("reifierShape", "shape", "uniqueValuesFor"),
    }
)
"""Terms of the SHACL 1.2 draft that are not evaluated."""
_INFERENCE = ("rule", "values")
"""What adds statements to the data (SHACL Advanced Features)."""
_KNOWN = frozenset(
    {*CORE_PARAMETERS, *DRAFT_PARAMETERS, *_OTHERS, *_ADVANCED, *_NEVER, *_DRAFT_ONLY, *_INFERENCE}
)
_ALMOST_SHACL = re.compile(r"https?://(?:www\.)?w3\.org/ns/shacl(?![\w-])", re.IGNORECASE)
_DASH = "http://datashapes.org/dash#"
_DASH_PARAMETERS = frozenset(
    {
        *("closedByTypes", "coExistsWith", "hasValueIn", "hasValueWithClass", "nonRecursive"),
        *("reifiableBy", "rootClass", "singleLine", "stem", "subSetOf", "symmetric"),
        *("uniqueValueForClass", "uniqueValuesForClass"),
    }
)
"""The constraints that the file dash.ttl defines."""
_SEVERITIES = frozenset({"Violation", "Warning", "Info", "Debug", "Trace"})
_CLASSES = frozenset(
    {
        *("NodeShape", "PropertyShape", "Shape", "ShapeClass", "PropertyGroup", "Severity"),
        *("ConstraintComponent", "Parameter", "Parameterizable", "PrefixDeclaration"),
        *("SPARQLAskValidator", "SPARQLSelectValidator", "SPARQLConstraint", "SPARQLFunction"),
        *("SPARQLAskExecutable", "SPARQLSelectExecutable", "SPARQLConstructExecutable"),
        *("SPARQLExecutable", "SPARQLUpdateExecutable", "SPARQLRule", "SPARQLTarget"),
        *("SPARQLTargetType", "Target", "TargetType", "TripleRule", "Rule", "Rules", "Validator"),
        *("Function", "NodeKind", "AbstractResult", "ValidationReport", "ValidationResult"),
        *("ResultAnnotation", "Constraint", "JSConstraint", "JSExecutable", "JSFunction"),
        *("JSLibrary", "JSRule", "JSTarget", "JSTargetType", "JSValidator", "NodeExpression"),
        *("NamedParameterExpression", "ListParameterExpression", "PropertyGroups"),
    }
)
_ENTAILMENTS = {
    "rdfs": {"http://www.w3.org/ns/entailment/RDFS"},
    "owlrl": {"http://www.w3.org/ns/entailment/RDFS", "http://www.w3.org/ns/entailment/OWL-RL"},
}
_VOCABULARIES = frozenset({SH, SH.removesuffix("#")})


def find_unevaluated(graph: ShapesGraph, *, by_pyshacl: bool) -> Iterator[Remark]:
    """Yield a remark on each part of the shapes that is not evaluated.

    Args:
        graph: The shapes.
        by_pyshacl: Whether pySHACL evaluates them.
    """
    for predicate, nodes in graph.terms():
        if predicate == IMPORTS:
            yield from _find_imports(graph)
        if not predicate.value.startswith(SH):
            yield from _find_foreign(graph, predicate, nodes)
            continue
        name = predicate.value.removeprefix(SH)
        for node in nodes:
            if not graph.has_flag(node, sh("deactivated")):
                yield from _describe(graph, node, predicate, name, by_pyshacl=by_pyshacl)
    yield from _unknown_values(graph, TYPE, _CLASSES, "class")
    yield from _unknown_values(graph, sh("severity"), _SEVERITIES, "severity")


def require_entailment(graph: ShapesGraph, inference: str) -> None:
    """Check that the inference that the shapes ask for is done.

    Raises:
        ShapesError: It is not (SHACL, section 3.2: a failure must be signalled).
    """
    done = _ENTAILMENTS.get(inference, set())
    for node in graph.subjects(sh("entailment")):
        for regime in graph.objects(node, sh("entailment")):
            if not isinstance(regime, NamedNode) or regime.value not in done:
                text = (
                    f"{shape_name(node)} asks for the entailment {regime}, which is not done; "
                    "RDFS is with --inference rdfs"
                )
                raise ShapesError([Remark(text, node, sh("entailment"), regime)])


def find_notes(graph: ShapesGraph) -> Iterator[str]:
    """Yield notes on what the shapes have besides constraints that are evaluated."""
    for name in _INFERENCE:
        for node in graph.subjects(sh(name)):
            yield f"{shape_name(node)} has sh:{name}, which is for inference and was not run"
    skipped = [node for node in graph.subjects(sh("parameter")) if _has_both_kinds(graph, node)]
    if skipped:
        count = "1 constraint component" if len(skipped) == 1 else f"{len(skipped)} components"
        yield f"Validators in JavaScript were skipped, beside SPARQL: {count}"


def _has_both_kinds(graph: ShapesGraph, node: Term) -> bool:
    """Tell whether a component has a validator in JavaScript, and another in SPARQL."""
    names = ("validator", "nodeValidator", "propertyValidator")
    validators = [each for name in names for each in graph.objects(node, sh(name))]
    has_script = any(graph.objects(each, sh("jsFunctionName")) for each in validators)
    queries = (graph.objects(each, sh(kind)) for each in validators for kind in ("ask", "select"))
    return has_script and any(queries)


def _describe(
    graph: ShapesGraph, node: Term, predicate: NamedNode, name: str, *, by_pyshacl: bool
) -> Iterator[Remark]:
    where = f"{shape_name(node)}: not evaluated"
    if name in _NEVER:
        yield Remark(f"{where}: {_NEVER[name]} (sh:{name})", node, predicate)
    elif name in _ADVANCED and not by_pyshacl:
        if name == "target" and all(
            is_query_target(graph, t) for t in graph.objects(node, predicate)
        ):
            return
        text = f"{where}: {_ADVANCED[name]} (sh:{name}); try --engine pyshacl"
        yield Remark(text, node, predicate)
    elif name in _DRAFT_ONLY or (by_pyshacl and name in {*DRAFT_PARAMETERS, "targetWhere"}):
        yield Remark(f"{where}: sh:{name} of the SHACL 1.2 draft", node, predicate)
    elif name not in _KNOWN:
        hint = _hint(name, _KNOWN)
        yield Remark(f"{where}: sh:{name} is not a term of SHACL.{hint}", node, predicate)


def is_query_target(graph: ShapesGraph, target: Term) -> bool:
    """Tell whether a target is a SELECT (SHACL Advanced Features, section 3.1)."""
    return isinstance(target, NamedNode | BlankNode) and bool(graph.objects(target, sh("select")))


def _find_imports(graph: ShapesGraph) -> Iterator[Remark]:
    for node in graph.subjects(IMPORTS):
        for imported in graph.objects(node, IMPORTS):
            is_known = graph.describes(imported) or (
                isinstance(imported, NamedNode) and imported.value in _VOCABULARIES
            )
            if not is_known:
                text = f"{imported} was not read, which {node} imports: add its file to --shapes"
                yield Remark(text, node, IMPORTS, imported)


def _find_foreign(
    graph: ShapesGraph, predicate: NamedNode, nodes: Iterable[Term]
) -> Iterator[Remark]:
    """Yield a remark on a property that its author took for one that is evaluated."""
    name = predicate.value.removeprefix(_DASH)
    if _ALMOST_SHACL.match(predicate.value):
        reason = f"{predicate} is not in the namespace of SHACL, which is <{SH}>"
    elif name in _DASH_PARAMETERS and not defines_parameter(graph, predicate):
        reason = f"{predicate}, as no file defines it: add dash.ttl to --shapes"
    else:
        return
    for node in nodes:
        if graph.objects(node, predicate) != [FALSE]:
            yield Remark(f"{shape_name(node)}: not evaluated: {reason}", node, predicate)


def defines_parameter(graph: ShapesGraph, predicate: NamedNode) -> bool:
    """Tell whether a constraint component has a property as its parameter."""
    return any(
        predicate in graph.objects(parameter, sh("path"))
        for component in graph.subjects(sh("parameter"))
        for parameter in graph.objects(component, sh("parameter"))
    )


def _unknown_values(
    graph: ShapesGraph, predicate: NamedNode, known: frozenset[str], what: str
) -> Iterator[Remark]:
    """Yield a remark on each value in the namespace of SHACL that is not there."""
    for node in graph.subjects(predicate):
        for value in graph.objects(node, predicate):
            if not isinstance(value, NamedNode) or not value.value.startswith(SH):
                continue
            name = value.value.removeprefix(SH)
            if name not in known:
                text = f"{short(value)} is no {what} of SHACL.{_hint(name, known)}"
                yield Remark(f"{shape_name(node)}: {text}", node, predicate, value)


def _hint(name: str, known: frozenset[str]) -> str:
    found = did_you_mean(name, known, most=1)
    return found.replace("'", "sh:", 1).replace("'", "")
