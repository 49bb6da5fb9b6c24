"""Answer one query of a batch: candidates for a name, sharpened by class and by properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from factbook.errors import UsageError
from factbook.link.reconcile.facts import Json, agrees, values_of
from factbook.link.reconcile.names import SAME, similarity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.link.reconcile.index import Entity, Index
    from factbook.store.answers import Engine

_LIMIT, _MOST = 10, 1000
_STRICT = {"any", "all", "should"}
_NAME_WEIGHT = 0.8
_MANY = 50


@dataclass(frozen=True)
class Question:
    """One query, read and found to be one."""

    name: str
    types: tuple[str, ...]
    strict: str
    limit: int
    properties: tuple[tuple[str, tuple[object, ...]], ...]


@dataclass(frozen=True)
class Candidate:
    """A thing that may be meant, and what speaks for it, each from 0 to 100."""

    entity: Entity
    by_name: float | None
    by_properties: float | None
    of_type: bool

    @property
    def score(self) -> float:
        """All that speaks for it together."""
        if self.by_name is None:
            return round(self.by_properties or 0.0, 2)
        if self.by_properties is None:
            return self.by_name
        both = _NAME_WEIGHT * self.by_name + (1 - _NAME_WEIGHT) * self.by_properties
        return round(both, 2)


def question_of(query: Any, where: str) -> Question:  # noqa: ANN401 - whatever JSON holds
    """Read a query.

    Raises:
        UsageError: It is not one; the message says what it lacks.
    """
    if not isinstance(query, dict):
        raise UsageError(f"{where}: a query must be an object")
    name = query.get("query", "")
    if not isinstance(name, str):
        raise UsageError(f"{where}.query: must be a text")
    limit = query.get("limit", _LIMIT)
    if not isinstance(limit, int | float) or isinstance(limit, bool) or not limit >= 1:
        raise UsageError(f"{where}.limit: must be a whole number from 1")
    strict = query.get("type_strict", "should")
    if strict not in _STRICT:
        raise UsageError(f"{where}.type_strict: must be one of {', '.join(sorted(_STRICT))}")
    properties = tuple(_property(each, where) for each in _listed(query.get("properties")))
    if not name.strip() and not properties:
        raise UsageError(f"{where}: needs a query or properties")
    types = tuple(_identifier(each, f"{where}.type") for each in _listed(query.get("type")))
    return Question(name.strip(), types, str(strict), int(min(limit, _MOST)), properties)


def answer(question: Question, index: Index, engine: Engine) -> list[Json]:
    """Return the candidates for a question, the best first."""
    wanted = {index.iri_of(each) for each in question.types}
    if question.name:
        given = index.iri_of(question.name)
        found = [
            (entity, max(similarity(question.name, name) for name in entity.names))
            for entity in index.candidates(question.name)
        ]
        if given in index.entities:  # somebody wrote the identifier itself
            found = [(index.entities[given], 100.0)]
        scored: list[tuple[Entity, float | None]] = [pair for pair in found if pair[1] > 0]
    else:
        scored = [(entity, None) for entity in index.entities.values()]
    typed = [pair for pair in scored if not wanted or _is_of(pair[0], wanted, question.strict)]
    # With `should`, a class is a preference: others are shown where nothing fits
    kept = typed if typed or question.strict != "should" else scored
    most = max(_MANY, question.limit)
    if len(kept) > most and question.name:
        kept = sorted(kept, key=lambda pair: (-(pair[1] or 0), pair[0].iri))[:most]
    candidates = _weighed(question, kept, wanted, index, engine)
    ranked = sorted(candidates, key=lambda each: (-each.score, each.entity.iri))
    ranked = [each for each in ranked if each.score > 0][: question.limit]
    return [_json(each, index, match=_is_match(each, ranked)) for each in ranked]


def _weighed(
    question: Question,
    kept: list[tuple[Entity, float | None]],
    wanted: set[str],
    index: Index,
    engine: Engine,
) -> list[Candidate]:
    pids = {pid: index.iri_of(pid) for pid, _ in question.properties}
    values: Mapping[tuple[str, str], Any] = {}
    if pids:
        values = values_of(engine, (entity.iri for entity, _ in kept), pids.values())
    found = []
    for entity, by_name in kept:
        held = [
            any(agrees(value, values.get((entity.iri, pids[pid]), ()), index) for value in asked)
            for pid, asked in question.properties
        ]
        share = 100 * sum(held) / len(held) if held else None
        of_type = not wanted or bool(entity.classes & wanted)
        found.append(Candidate(entity, by_name, share, of_type))
    return found


def _is_of(entity: Entity, wanted: set[str], strict: str) -> bool:
    return wanted <= entity.classes if strict == "all" else bool(entity.classes & wanted)


def _is_match(each: Candidate, ranked: list[Candidate]) -> bool:
    """Tell whether a candidate is sure: the name is the same, and no other comes near."""
    others = [other.score for other in ranked if other is not each]
    sure = each.of_type and (each.by_name is None or each.by_name >= SAME)
    return sure and each.score >= SAME and max(others, default=0) < SAME


def _json(each: Candidate, index: Index, *, match: bool) -> Json:
    entity = each.entity
    features = {"name": each.by_name, "properties": each.by_properties}
    found: Json = {
        "id": entity.iri,
        "name": entity.names[0],
        "score": each.score,
        "match": match,
        "type": [{"id": iri, "name": index.label(iri)} for iri in entity.direct],
        "features": [{"id": n, "value": v} for n, v in features.items() if v is not None],
    }
    if entity.description:
        found["description"] = entity.description
    return found


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _identifier(value: Any, where: str) -> str:  # noqa: ANN401 - whatever JSON holds
    found = value.get("id") if isinstance(value, dict) else value
    if not isinstance(found, str) or not found:
        raise UsageError(f"{where}: must be an identifier")
    return found


def _property(value: Any, where: str) -> tuple[str, tuple[object, ...]]:  # noqa: ANN401 - JSON
    if not isinstance(value, dict) or "v" not in value:
        raise UsageError(f"{where}.properties: each needs 'pid' and 'v'")
    return _identifier(value.get("pid"), f"{where}.properties.pid"), tuple(_listed(value["v"]))
