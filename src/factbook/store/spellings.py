"""Record how the files spell the literals that the embedded engine normalizes.

The engine holds `1.50` as 1.5, an xsd:int as an xsd:integer, and language tags in lower case. Where
all files spell a value in one way, an answer can have it so. A value that they spell in several
ways cannot be told apart, nor counted twice: that is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pyoxigraph import Literal, NamedNode, Triple

from factbook.errors import log_note
from factbook.rdf.language_tags import LanguageTags
from factbook.sparql.spelled import (
    OWN_DATATYPE,
    OWN_LANG,
    OWN_STR,
    compares_numbers,
    compares_spellings,
    computed_variables,
)
from factbook.store.answers import Graph, Table
from factbook.store.literal_forms import (
    beyond_range,
    is_canonical,
    is_rewritten_kind,
    stored_forms,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyoxigraph import Quad

    from factbook.rdf.parse import RdfFile, RdfStream
    from factbook.rdf.terms import Term
    from factbook.store.answers import Answer, Row

    _File = TypeVar("_File", bound=RdfFile | RdfStream)

_MOST_FORMS = 100_000
_MOST_SEEN = 300_000


@dataclass(frozen=True)
class Spellings:
    """The spellings in the files of literals that the engine normalizes."""

    statements: int = 0
    """The number of statements with such a literal, not counting language tags."""
    example: tuple[str, str] = ("", "")
    """An example: the literal in its file, and its normalized form."""
    forms: Mapping[Term, Literal] = field(default_factory=dict)
    """The spellings of literals that all files spell in one way, by normalized form."""
    mixed: frozenset[Term] = frozenset()
    """The normalized forms of literals with several spellings."""
    is_complete: bool = True
    """Whether all spellings are recorded; if not, there are too many."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The language tags with capitals that all files spell in one way, by normalized form."""
    beyond: tuple[int, str] = (0, "")
    """The count of numbers beyond the engine's range, and an example."""

    @property
    def is_empty(self) -> bool:
        """Whether the engine has every literal as its file spells it."""
        return not self.statements and not self.tags

    def spell(self, term: Term | None) -> Term | None:
        """Return a term as the files spell it, if they agree."""
        return self.forms.get(term, term) if isinstance(term, Literal) else term

    def functions(self) -> dict[str, Callable[[Term], Term | None]]:
        """Return the functions that work on the spelling in the files, by IRI."""

        def read_str(term: Term) -> Term | None:
            own = self.spell(term)
            return Literal(own.value) if isinstance(own, Literal | NamedNode) else None

        def read_datatype(term: Term) -> Term | None:
            own = self.spell(term)
            return own.datatype if isinstance(own, Literal) else None

        def read_lang(term: Term) -> Term | None:
            if not isinstance(term, Literal):
                return None
            tag = term.language or ""
            return Literal(self.tags.get(tag, tag))

        return {OWN_STR: read_str, OWN_DATATYPE: read_datatype, OWN_LANG: read_lang}

    def to_json(self) -> dict[str, Any]:
        """Return a document for `from_json`."""
        return {
            "statements": self.statements,
            "example": self.example,
            "forms": [[*_parts(form), *_parts(own)] for form, own in self.forms.items()],
            "mixed": [_parts(term) for term in self.mixed],
            "complete": self.is_complete,
            "tags": dict(self.tags),
            "beyond": self.beyond,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Spellings:
        """Return what `to_json` was called on."""
        first, second = document["example"]
        number, one = document["beyond"]
        return cls(
            document["statements"],
            (first, second),
            {_literal(*each[:2]): _literal(*each[2:]) for each in document["forms"]},
            frozenset(_literal(*each) for each in document["mixed"]),
            document["complete"],
            document["tags"],
            (number, one),
        )


class SpellingScan:
    """Records the spellings of literals while files are loaded."""

    def __init__(self) -> None:
        self._statements = 0
        self._own: set[Literal] = set()
        self._kept: set[int] | None = set()
        self._tags = LanguageTags()

    def files(self, files: Iterable[_File]) -> Iterator[_File]:
        """Yield the files, and record their literals."""
        from factbook.rdf.parse import RdfFile

        for file in files:
            self._tags.read(file.path)
            if isinstance(file, RdfFile):
                for _ in self._quads(file.quads):
                    pass
                yield file
            else:
                yield replace(file, quads=self._quads(file.quads))

    def found(self) -> Spellings:
        """Return the recorded spellings."""
        tags = self._tags.clear
        stored = stored_forms(self._own)
        beyond = beyond_range(own for own in self._own if stored[own] == own)
        shortest = min(map(_show, beyond), key=len, default="")
        ways: dict[Term, list[Literal]] = {}
        for own in self._own:
            if stored[own] != own:
                ways.setdefault(stored[own], []).append(own)
        if not ways:
            return Spellings(len(beyond), tags=tags, beyond=(len(beyond), shortest))
        kept = {hash(own) for own in self._own if stored[own] == own} | (self._kept or set())
        form, owns = min(ways.items(), key=lambda way: str(way[0]))
        is_complete = self._kept is not None and len(self._own) < _MOST_FORMS
        clear = {
            form: owns[0]
            for form, owns in ways.items()
            if is_complete and len(owns) == 1 and hash(form) not in kept
        }
        return Spellings(
            self._statements,
            (_show(owns[0]), _show(form)),
            clear,
            frozenset(ways.keys() - clear.keys()) if is_complete else frozenset(),
            is_complete,
            tags,
            (len(beyond), shortest),
        )

    def _quads(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        for quad in quads:
            value = quad.object
            if type(value) is Literal and is_rewritten_kind(value.datatype.value):
                self._note(value)
            yield quad

    def _note(self, value: Literal) -> None:
        if not is_canonical(value):
            self._statements += 1
            if len(self._own) < _MOST_FORMS:
                self._own.add(value)
        elif self._kept is not None:
            self._kept.add(hash(value))
            if len(self._kept) > _MOST_SEEN:
                self._kept = None


def _parts(term: Term) -> tuple[str, str]:
    if not isinstance(term, Literal):
        raise TypeError(f"{term} is not a literal")
    return term.value, term.datatype.value


def _literal(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(datatype))


def _show(term: Term) -> str:
    value, datatype = _parts(term)
    return f'"{value}"^^xsd:{datatype.partition("#")[2]}'


def spell_answer(
    answer: Answer, text: str, spellings: Spellings, is_stated: Callable[[Triple], bool]
) -> Answer:
    """Return an answer with literals spelled as in the files; log a note if some are not.

    Args:
        answer: The engine's answer.
        text: The query.
        spellings: How the files spell literals.
        is_stated: Tells whether a triple is in the data.
    """
    computed = computed_variables(text)
    notes = _Notes(spellings, text)
    if isinstance(answer, Table):
        chosen = [name not in computed for name in answer.variables]

        def rows() -> Iterator[Row]:
            for row in answer.rows:
                notes.look_at(row)
                yield tuple(
                    spellings.spell(term) if is_own else term
                    for term, is_own in zip(row, chosen, strict=True)
                )
            notes.log()

        return Table(answer.variables, rows())
    if isinstance(answer, Graph):

        def triples() -> Iterator[Triple]:
            for triple in answer.triples:
                notes.look_at((triple.object,), shows_tags=True)
                value = spellings.spell(triple.object)
                if value is None or value == triple.object or (computed and not is_stated(triple)):
                    yield triple
                else:
                    yield Triple(triple.subject, triple.predicate, value)
            notes.log()

        return Graph(triples())
    notes.log()
    return answer


class _Notes:
    """Logs once which literals of an answer are not spelled as in the files."""

    def __init__(self, spellings: Spellings, text: str) -> None:
        self._spellings = spellings
        is_unclear = not spellings.is_complete or bool(spellings.mixed)
        self._has_forms = is_unclear and compares_spellings(text)
        self._has_beyond = bool(spellings.beyond[0]) and compares_numbers(text)
        self._has_tags = False

    def look_at(self, terms: Iterable[Term | None], *, shows_tags: bool = False) -> None:
        for term in terms:
            if not isinstance(term, Literal):
                continue
            if term.language is not None:
                self._has_tags |= shows_tags and term.language in self._spellings.tags
            elif not self._has_forms:
                self._has_forms = term in self._spellings.mixed or (
                    not self._spellings.is_complete and is_rewritten_kind(term.datatype.value)
                )

    def log(self) -> None:
        if self._has_beyond:
            count, example = self._spellings.beyond
            log_note(
                f"{count} numbers of the data are beyond the engine's range, such as {example}: "
                "it cannot compare, sort or add them"
            )
        if self._has_forms:
            own, kept = self._spellings.example
            log_note(
                f"queries see {self._spellings.statements} literals of the data in the engine's "
                f"form, such as {own} as {kept}; here the files spell a value in several ways, "
                "and the answer has one"
            )
        if self._has_tags:
            tag, own = next(iter(self._spellings.tags.items()))
            log_note(f"language tags are in lower case, such as {tag} for {own}")
