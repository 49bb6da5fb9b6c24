"""Make graphs unlike the market's: what is said of a thing is spread over the whole file.

The file has no order by subject: it first names all things, then labels all, then links all, and so
on, so that subjects are far from their uses. It has blank nodes, lists and texts in many languages,
and the violations are spread evenly over the things.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.benchmarks.triples import RDF, SH, XSD, Market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EX = "https://example.org/archive/"
_TYPE = f"<{RDF}type>"
_LANGUAGES = ("en", "de", "fr", "pt-BR", "ja", "sw")
_TRIPLES_OF_A_THING = 23
_KINDS = (
    ("title", "MinCount"),
    ("title", "UniqueLang"),
    ("code", "Pattern"),
    ("code", "MaxCount"),
    ("pages", "Datatype"),
    ("pages", "MaxInclusive"),
    ("state", "In"),
    ("next", "Class"),
    ("next", "NodeKind"),
    ("note", "LanguageIn"),
    ("note", "MaxLength"),
    ("zip", "Pattern"),
    ("steps", "Class"),
    ("opened", "LessThan"),
    ("Record", "Closed"),
    ("holder", "Disjoint"),
)
"""The shapes, and the components that one in many things violates."""
_VIOLATIONS = 133


def make_scattered(path: Path, size: int) -> Market:
    """Write an archive of about so many triples as N-Triples."""
    with path.open("w", encoding="utf-8") as file:
        market = Market(file)
        things = max(len(_KINDS) * 2, size // _TRIPLES_OF_A_THING)
        every = max(2, things // _VIOLATIONS)
        faults = {
            number: _KINDS[number // every % len(_KINDS)]
            for number in range(every // 2, things, every)
        }
        for number, (shape, component) in faults.items():
            violation = (f"{EX}r{number}", f"{EX}{shape}", f"{SH}{component}ConstraintComponent")
            market.planted[violation] += 1
        dice = random.Random(size)  # noqa: S311 - the same graph each time
        for wave in _WAVES:
            order = list(range(things))
            dice.shuffle(order)
            for number in order:
                for triple in wave(number, things, faults.get(number, ("", ""))):
                    file.write(f"{triple} .\n")
                    market.triples += 1
    return market


def _iri(name: str) -> str:
    return f"<{EX}{name}>"


def _name(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    del things, fault
    yield f"{_iri(f'r{number}')} {_TYPE} {_iri('Record')}"
    yield f"{_iri(f'r{number}')} {_TYPE} {_iri('Node')}"
    yield f"{_iri(f's{number}')} {_TYPE} {_iri('Step')}"


def _describe(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    del things
    record = _iri(f"r{number}")
    language = _LANGUAGES[number % len(_LANGUAGES)]
    if fault != ("title", "MinCount"):
        yield f'{record} {_iri("title")} "Record {number}"@{language}'
    if fault == ("title", "UniqueLang"):
        yield f'{record} {_iri("title")} "The record {number}"@{language}'
    if number % 3 or fault == ("title", "MinCount"):
        yield f'{record} {_iri("hidden")} "{number}"'
    else:
        yield f'{record} {_iri("title")} "記録 {number}"@zh'
    code = "?" if fault == ("code", "Pattern") else f"A-{number}"
    yield f'{record} {_iri("code")} "{code}"'
    if fault == ("code", "MaxCount"):
        yield f'{record} {_iri("code")} "B-{number}"'
    text = "x" * 81 if fault == ("note", "MaxLength") else f"on shelf {number % 97}"
    tag = "xx" if fault == ("note", "LanguageIn") else language
    yield f'{record} {_iri("note")} "{text}"@{tag}'


def _measure(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    del things
    record = _iri(f"r{number}")
    pages, datatype = str(number % 900 + 1), "integer"
    if fault == ("pages", "MaxInclusive"):
        pages = "100001"
    elif fault == ("pages", "Datatype"):
        datatype = "decimal"
    yield f'{record} {_iri("pages")} "{pages}"^^<{XSD}{datatype}>'
    yield f'{record} {_iri("weight")} "{number % 50}.50"^^<{XSD}decimal>'
    state = "lost" if fault == ("state", "In") else ("open", "shut")[number % 2]
    yield f"{record} {_iri('state')} {_iri(state)}"
    opened = "2025" if fault == ("opened", "LessThan") else "1999"
    yield f'{record} {_iri("opened")} "{opened}-01-02"^^<{XSD}date>'
    yield f'{record} {_iri("closed")} "2020-01-02"^^<{XSD}date>'


def _link(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    record = _iri(f"r{number}")
    other = _iri(f"r{(number * 7919 + 13) % things}")
    if fault == ("next", "Class"):
        other = _iri("nowhere")
    elif fault == ("next", "NodeKind"):
        other = f"_:n{number}"
        yield f"{other} {_TYPE} {_iri('Node')}"
    yield f"{record} {_iri('next')} {other}"
    holder = _iri(f"h{number % 1000}")
    yield f"{record} {_iri('holder')} {holder}"
    lender = holder if fault == ("holder", "Disjoint") else _iri(f"h{number % 1000 + 1000}")
    yield f"{record} {_iri('lender')} {lender}"
    if fault == ("Record", "Closed"):
        yield f"{record} {_iri('stray')} {holder}"


def _place(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    del things
    code = "none" if fault == ("zip", "Pattern") else f"{number % 90000 + 10000}"
    yield f"{_iri(f'r{number}')} {_iri('address')} _:a{number}"
    yield f'_:a{number} {_iri("zip")} "{code}"'
    yield f'_:a{number} {_iri("street")} "Street {number}"@en'


def _list(number: int, things: int, fault: tuple[str, str]) -> Iterator[str]:
    wrong = fault == ("steps", "Class")
    steps = [_iri("nowhere") if wrong else _iri(f"s{number}"), _iri(f"s{(number + 1) % things}")]
    yield f"{_iri(f'r{number}')} {_iri('steps')} _:l{number}x0"
    for place, step in enumerate(steps):
        rest = f"_:l{number}x{place + 1}" if place + 1 < len(steps) else f"<{RDF}nil>"
        yield f"_:l{number}x{place} <{RDF}first> {step}"
        yield f"_:l{number}x{place} <{RDF}rest> {rest}"


_WAVES: tuple[Callable[[int, int, tuple[str, str]], Iterator[str]], ...] = (
    _list,
    _name,
    _place,
    _describe,
    _link,
    _measure,
)
