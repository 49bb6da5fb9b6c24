"""Answer one reconciliation query: candidates for a name, filtered by class, ranked by properties.

An automatic match needs the same name (unless the query has none) and no equally good second
candidate. If only the legal form differs, nothing may hint at another company: neither another
legal form, nor a longer name that the given one may abbreviate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.query.entities import (
    IDENTICAL,
    SAME,
    fold_words,
    similarity,
    strip_legal_form,
)
from factbook.rdf.terms import XSD, is_iri
from factbook.sparql.bind import bind_rows
from factbook.store.answers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from factbook.query.entities import Entity, EntityIndex
    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine

Json = dict[str, Any]
PropertyValues = dict[tuple[str, str], "list[Term]"]
_DEFAULT_LIMIT, _MAX_LIMIT = 10, 1000
_TYPE_STRICT = ("all", "any", "should")
_NAME_WEIGHT = 0.8
_MIN_COMPARED = 50
_SHORT_FORMS = {"company": "co", "corporation": "corp", "incorporated": "inc", "limited": "ltd"}
_DATES = frozenset(f"{XSD}{name}" for name in ("date", "dateTime", "gYear", "gYearMonth"))
_DATE = re.compile(
    r"(?P<date>-?[0-9]{4,}(?:-[0-9]{2}){0,2})(?:[T ][0-9:.]+)?(?:Z|[+-][0-9:]{4,6})?", re.ASCII
)
_VALUES = "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class ReconciliationQuery:
    """One validated query of a batch."""

    name: str
    types: tuple[str, ...]
    type_strict: str
    limit: int
    properties: tuple[tuple[str, tuple[object, ...]], ...]


@dataclass(frozen=True)
class ScoredEntity:
    """An entity with its scores, each from 0 to 100, or None if the query has no such condition."""

    entity: Entity
    name_score: float | None
    property_score: float | None
    is_of_type: bool

    @property
    def score(self) -> float:
        """The combined score."""
        if self.name_score is None:
            return round(self.property_score or 0.0, 2)
        if self.property_score is None:
            return self.name_score
        return round(_NAME_WEIGHT * self.name_score + (1 - _NAME_WEIGHT) * self.property_score, 2)


def parse_query(query: Any, where: str) -> ReconciliationQuery:  # noqa: ANN401 - any JSON
    """Validate the JSON of a query.

    Args:
        query: The JSON value.
        where: Its place in the request, for messages.

    Raises:
        UsageError: The query is not valid.
    """
    if not isinstance(query, dict):
        raise UsageError(f"{where}: a query must be an object")
    name = query.get("query", "")
    if not isinstance(name, str):
        raise UsageError(f"{where}.query: must be a string")
    limit = query.get("limit", _DEFAULT_LIMIT)
    if not isinstance(limit, int | float) or isinstance(limit, bool) or not limit >= 1:
        raise UsageError(f"{where}.limit: must be a whole number from 1")
    strict = query.get("type_strict", "should")
    if strict not in _TYPE_STRICT:
        raise UsageError(f"{where}.type_strict: must be one of {', '.join(_TYPE_STRICT)}")
    properties = tuple(_parse_property(raw, where) for raw in _as_list(query.get("properties")))
    if not name.strip() and not properties:
        raise UsageError(f"{where}: needs a query or properties")
    types = tuple(_parse_identifier(raw, f"{where}.type") for raw in _as_list(query.get("type")))
    return ReconciliationQuery(
        name.strip(), types, str(strict), int(min(limit, _MAX_LIMIT)), properties
    )


def find_candidates(query: ReconciliationQuery, index: EntityIndex, engine: Engine) -> list[Json]:
    """Return the candidates for a query as JSON, the best first."""
    types = {index.expand(type_) for type_ in query.types}
    named = _score_names(query, index)
    typed = [(entity, score) for entity, score in named if _has_type(entity, types, query)]
    # With `should`, the class is a preference: other candidates are shown if there are none
    selected = typed if typed or query.type_strict != "should" else named
    most = max(_MIN_COMPARED, query.limit)
    if len(selected) > most and query.name:
        selected = sorted(selected, key=lambda pair: (-(pair[1] or 0), pair[0].iri))[:most]
    scored = _score_properties(query, selected, types, index, engine)
    ranked = sorted(scored, key=lambda candidate: (-candidate.score, candidate.entity.iri))
    ranked = [candidate for candidate in ranked if candidate.score > 0]
    return [
        _to_json(candidate, index, is_match=_is_match(query.name, candidate, ranked))
        for candidate in ranked[: query.limit]
    ]


def read_values(engine: Engine, things: Iterable[str], properties: Iterable[str]) -> PropertyValues:
    """Return the values of some properties of some things, sorted."""
    subjects, names = _valid_iris(things), _valid_iris(properties)
    if not subjects or not names:
        return {}
    values: PropertyValues = {}
    query = bind_rows(bind_rows(_VALUES, ("p",), names), ("s",), subjects)
    for subject, name, value in select(engine, query):
        if isinstance(subject, NamedNode) and isinstance(name, NamedNode) and value is not None:
            values.setdefault((subject.value, name.value), []).append(value)
    return {pair: sorted(terms, key=str) for pair, terms in values.items()}


def _score_names(
    query: ReconciliationQuery, index: EntityIndex
) -> list[tuple[Entity, float | None]]:
    if not query.name:
        return [(entity, None) for entity in index.entities.values()]
    identified = index.entities.get(index.expand(query.name))
    if identified is not None:
        return [(identified, IDENTICAL)]
    scored = [
        (entity, max(similarity(query.name, name) for name in entity.names))
        for entity in index.similar_entities(query.name)
    ]
    return [(entity, score) for entity, score in scored if score > 0]


def _score_properties(
    query: ReconciliationQuery,
    selected: list[tuple[Entity, float | None]],
    types: set[str],
    index: EntityIndex,
    engine: Engine,
) -> list[ScoredEntity]:
    iris = {pid: index.expand(pid) for pid, _ in query.properties}
    values = (
        read_values(engine, (entity.iri for entity, _ in selected), iris.values()) if iris else {}
    )
    scored = []
    for entity, name_score in selected:
        agreeing = [
            any(
                _agrees(value, values.get((entity.iri, iris[pid]), ()), index) for value in expected
            )
            for pid, expected in query.properties
        ]
        property_score = 100 * sum(agreeing) / len(agreeing) if agreeing else None
        is_of_type = not types or bool(entity.classes & types)
        scored.append(ScoredEntity(entity, name_score, property_score, is_of_type))
    return scored


def _has_type(entity: Entity, types: set[str], query: ReconciliationQuery) -> bool:
    if not types:
        return True
    if query.type_strict == "all":
        return types <= entity.classes
    return bool(entity.classes & types)


def _is_match(name: str, candidate: ScoredEntity, ranked: list[ScoredEntity]) -> bool:
    """Tell whether a candidate is an automatic match."""
    others = [other for other in ranked if other is not candidate]
    is_same_name = candidate.name_score is None or candidate.name_score >= SAME
    is_best = candidate.score >= SAME and max((o.score for o in others), default=0) < SAME
    if not (candidate.is_of_type and is_same_name and is_best):
        return False
    is_given = candidate.name_score is None or candidate.name_score == IDENTICAL
    return is_given or _is_certain(name, candidate.entity, [other.entity for other in others])


def _is_certain(name: str, entity: Entity, others: Iterable[Entity]) -> bool:
    """Tell whether a name that differs at most by its legal form can only mean this entity."""
    words = fold_words(name)
    core, form = _split_form(words)
    entity_names = [fold_words(name) for name in entity.names]
    if any("".join(known_words) == "".join(words) for known_words in entity_names):
        return True
    split = list(map(_split_form, entity_names))
    forms = [form for stem, form in split if "".join(stem) == "".join(core)]
    if form:
        # Acme GmbH is not Acme Inc., and Acme Corp. may not be Acme if that is Acme Group Corp.
        if any(forms):
            return any(own & form for own in forms)
        return not any(form for stem, form in split if "".join(stem) != "".join(core))
    # Acme may be short for Acme Group instead of Acme Corp.
    stems = (_split_form(fold_words(name))[0] for other in others for name in other.names)
    return not any(stem[: len(core)] == core and stem != core for stem in stems)


def _split_form(words: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words of a name without its legal form, and the words of the form."""
    core = strip_legal_form(words)
    return core, frozenset(_SHORT_FORMS.get(word, word) for word in words[len(core) :])


def _agrees(expected: object, terms: Sequence[Term], index: EntityIndex) -> bool:
    """Tell whether one of the terms equals a value, given as an IRI, CURIE, name or text."""
    alternatives = (
        [expected.get("id"), expected.get("name")] if isinstance(expected, dict) else [expected]
    )
    texts = [str(text).strip() for text in alternatives if text is not None]
    return any(_term_equals(term, text, index) for text in texts for term in terms)


def _term_equals(term: Term, text: str, index: EntityIndex) -> bool:
    if isinstance(term, NamedNode):
        names = {name.casefold() for name in index.names(term.value)}
        return index.expand(text).rstrip("/") == term.value.rstrip("/") or text.casefold() in names
    if isinstance(term, Literal):
        if text.casefold() == term.value.strip().casefold():
            return True
        if term.datatype.value in _DATES:
            return _dates_agree(text, term.value)
        try:
            return Decimal(text) == Decimal(term.value)
        except InvalidOperation:
            return False
    return False


def _dates_agree(expected: str, actual: str) -> bool:
    """Tell whether one of two dates is in the year, month or day of the other.

    The time of a day is ignored: tables often give a date as midnight.
    """
    first, other = _DATE.fullmatch(expected), _DATE.fullmatch(actual)
    if first is None or other is None:
        return False
    shorter, longer = sorted((first["date"], other["date"]), key=len)
    return longer.startswith(shorter)


def _to_json(candidate: ScoredEntity, index: EntityIndex, *, is_match: bool) -> Json:
    entity = candidate.entity
    features = {"name": candidate.name_score, "properties": candidate.property_score}
    document: Json = {
        "id": entity.iri,
        "name": entity.names[0],
        "score": candidate.score,
        "match": is_match,
        "type": [{"id": iri, "name": index.label(iri)} for iri in entity.direct_classes],
        "features": [{"id": n, "value": v} for n, v in features.items() if v is not None],
    }
    if entity.description:
        document["description"] = entity.description
    return document


def _valid_iris(iris: Iterable[str]) -> list[tuple[NamedNode]]:
    """Return the distinct valid IRIs as rows of one term."""
    return [(NamedNode(iri),) for iri in dict.fromkeys(iris) if is_iri(iri)]


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parse_identifier(value: Any, where: str) -> str:  # noqa: ANN401 - any JSON
    identifier = value.get("id") if isinstance(value, dict) else value
    if not isinstance(identifier, str) or not identifier:
        raise UsageError(f"{where}: must be an identifier")
    return identifier


def _parse_property(value: Any, where: str) -> tuple[str, tuple[object, ...]]:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict) or "v" not in value:
        raise UsageError(f"{where}.properties: each needs 'pid' and 'v'")
    identifier = _parse_identifier(value.get("pid"), f"{where}.properties.pid")
    return identifier, tuple(_as_list(value["v"]))
