"""Writes small generated books: hundreds of cases with ties, ends, withdrawals, plans and bounds.

A case is one thing, or one price of a chip at a cloud, with up to seven figures of one measure in
different sources. All cases of a book share its sources, which come in pairs that only their IRI
tells apart. The same seed writes the same book.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = {
    "infra": "https://w3id.org/ai-infra/def#",
    "qudt": "http://qudt.org/schema/qudt/",
    "schema": "https://schema.org/",
    "unit": "http://qudt.org/vocab/unit/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
} | {
    name: f"https://w3id.org/ai-infra/{name}/"
    for name in (
        "company",
        "confidence",
        "date-precision",
        "event",
        "event-kind",
        "evidence",
        "measure",
        "number-format",
        "observation",
        "organization",
        "person",
        "place",
        "power-basis",
        "precision",
        "price-basis",
        "product",
        "purchase-mode",
        "source",
        "sparsity",
        "stage",
        "standing",
        "valuation-basis",
    )
}
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
FIRST_DAY = date(2023, 1, 1)
CONFIDENCES = ("high", "high", "medium", "medium", "low", None)
EVIDENCE = ("read", "read", "read-in-copy", "cited-only")
STANDINGS = ("disclosed", "disclosed", "reported", "reported", "reported", "estimated")
SILENT = ("in-talks", "guidance", "disputed")
NUMBERS = ("8", "8.0", "12", "12.5", "12.50", "20", "0.75")


@dataclass(frozen=True)
class Kind:
    """A kind of case: its measure, the class of its things, and what its figures can be about."""

    measure: str
    of: str
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    periods: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    silent: tuple[str, ...] = SILENT


CURRENCY = ("qudt:hasUnit", ("", "", "unit:CCY_EUR"))
FORMATS = (
    ("infra:numberFormat", ("number-format:fp16", "number-format:bf16", "number-format:int8")),
    ("infra:sparsity", ("sparsity:dense", "sparsity:sparse", "sparsity:not-stated")),
)
BASES = ("power-basis:thermal-design", "power-basis:maximum", "power-basis:not-stated")
PER = ("price-basis:gpu-hour", "price-basis:instance-hour", "price-basis:gpu-second")
RENTED = (
    ("infra:per", PER),
    ("infra:purchaseMode", ("purchase-mode:on-demand", "purchase-mode:spot")),
    ("infra:acceleratorCount", ("8", "8", "4")),
    ("infra:commitment", ("", "", '"P1Y"')),
    CURRENCY,
)
TOKENS = (
    ("infra:per", ("price-basis:million-input-tokens", "price-basis:million-output-tokens")),
    ("infra:servedModel", ("product:model-a", "product:model-b")),
)
PEOPLE = ("infra:valueThing person:a", "infra:valueThing person:b")
NAMES = ('infra:valueText "Acme"', 'infra:valueText "Acme, Inc."')
KINDS = (
    Kind("valuation", "Company", (CURRENCY,)),
    Kind("revenue", "Company", (CURRENCY,), periods=("P1Y", "P3M"), silent=("guidance",)),
    Kind("annualized-revenue", "Company", silent=("guidance",)),
    Kind("employee-count", "Company"),
    Kind("chief-executive", "Company", others=PEOPLE),
    Kind("shareholder", "Company", others=PEOPLE),
    Kind("legal-name", "Company", others=NAMES),
    Kind("core-count", "Chip"),
    Kind("on-chip-memory", "Chip"),
    Kind("off-chip-memory", "Chip", (("infra:memoryConfiguration", ("", "", '"12 GB"')),)),
    Kind("off-chip-memory-bandwidth", "Chip"),
    Kind("peak-performance", "Chip", FORMATS),
    Kind("peak-integer-performance", "Chip", FORMATS),
    Kind("power", "Chip", (("infra:powerBasis", BASES),)),
    Kind("power", "System", (("infra:powerBasis", BASES),)),
    Kind("price", "Chip", RENTED),
    Kind("price", "Chip", RENTED),
    Kind("price", "Service", TOKENS),
    Kind("installed-count", "System", (("infra:region", ("place:a", "place:b")),)),
)


@dataclass
class Source:
    """A source of a generated book and the statements that it is to hold."""

    slug: str
    known: date
    lead: bool
    head: str
    statements: list[str] = field(default_factory=list)

    def is_twin_of(self, other: Source) -> bool:
        """Return whether nothing but their IRIs tells two sources apart."""
        return self.slug[:-1] == other.slug[:-1]

    def text(self) -> str:
        """Return the content of its file."""
        base = f"@base <{PREFIXES['source']}{self.slug}> .\n"
        return "\n".join([base + HEADER, self.head, *self.statements])


@dataclass
class Book:
    """A book in the making."""

    random: Random
    sources: list[Source]
    register: list[str] = field(default_factory=list)

    def write(self, root: Path, repository: Path) -> None:
        """Write the book with the ontology and the queries of a repository."""
        for part in ("ontology", "queries"):
            (root / part).symlink_to(repository / part, target_is_directory=True)
        register = root / "data" / "register" / "things.ttl"
        register.parent.mkdir(parents=True)
        register.write_text("\n".join([HEADER, *self.register]), encoding="utf-8")
        for source in self.sources:
            folder = root / "data" / ("leads" if source.lead else "sources") / "press"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{source.slug}.ttl").write_text(source.text(), encoding="utf-8")


def write_book(root: Path, repository: Path, *, seed: int, cases: int) -> None:
    """Write a generated book below a new folder."""
    random = Random(seed)  # noqa: S311 - no secret hangs on it
    book = Book(random, [source for pair in range(12) for source in _pair(random, pair)])
    for name in ("product:model-a a infra:Model", "product:cloud-a a infra:Service"):
        book.register.append(f'{name} ; schema:name "{name.split()[0]}"@en .\n')
    for letter in "ab":
        book.register.append(f'person:{letter} a schema:Person ; schema:name "{letter}"@en .\n')
        book.register.append(f'place:{letter} a schema:Place ; schema:name "{letter}"@en .\n')
    book.register += [
        'product:model-b a infra:Model ; schema:name "model-b"@en .\n',
        'product:cloud-b a infra:Service ; schema:name "cloud-b"@en .\n',
        'company:maker a infra:Company ; schema:name "maker"@en .\n',
        'unit:CCY_EUR a qudt:Unit ; qudt:symbol "EUR" .\n',
        'organization:press a schema:Organization ; schema:name "press"@en .\n',
    ]
    for number in range(cases):
        _write_case(book, number, random.choice(KINDS))
    book.write(root, repository)


def _pair(random: Random, number: int) -> list[Source]:
    """Return two sources that agree in all that could decide between them."""
    lead = number % 6 == 5
    published = FIRST_DAY + timedelta(days=random.randrange(1100))
    shape = random.choice(("day", "day", "day", "month", "undated"))
    known = published if shape != "month" else _last_of_month(published)
    evidence = random.choice(EVIDENCE)
    when = {
        "day": f'schema:datePublished "{published}"^^xsd:date ;\n'
        "    infra:datePrecision date-precision:day ;",
        "month": f'schema:datePublished "{published.replace(day=1)}"^^xsd:date ;\n'
        "    infra:datePrecision date-precision:month ;",
        "undated": "infra:undated true ;",
    }[shape]
    return [
        Source(
            slug := f"{'lead' if lead else 'report'}-{number}{twin}",
            known,
            lead,
            f"<> a infra:Source{' , infra:Lead' if lead else ''} ;\n"
            f'    schema:name "{slug}"@en ;\n'
            "    schema:publisher organization:press ;\n"
            f"    {when}\n"
            f'    infra:knownSince "{known}"^^xsd:date ;\n'
            f"    infra:evidence evidence:{evidence} .\n",
        )
        for twin in "ab"
    ]


def _write_case(book: Book, number: int, kind: Kind) -> None:
    """Add one thing and its figures, with what ends or withdraws some of them."""
    random = book.random
    space = "company" if kind.of == "Company" else "product"
    thing = f"{space}:case-{number}"
    book.register.append(f'{thing} a infra:{kind.of} ; schema:name "case {number}"@en .\n')
    if space == "product" and random.random() < 0.9:
        source = random.choice(book.sources)
        source.statements.append(f"company:maker infra:develops {thing} .\n")
    # Few variants of the qualifiers, so that several figures meet in one series.
    variants = [_qualifiers(random, kind) for _ in range(random.choice((1, 1, 2, 3)))]
    days = [_date(random, kind, _past(random)) for _ in range(2)]
    rest: list[str] = []
    value = ""
    before: Source | None = None
    for place, source in enumerate(_some_sources(book)):
        # A source often says what the one before it says, with the same value or with another one.
        if before is None or random.random() < (0.3 if source.is_twin_of(before) else 0.6):
            date_lines = random.choice((*days, _date(random, kind, _about(random, source)), ""))
            rest = [*random.choice(variants), date_lines, _ground(random, kind)]
            value = _value(random, kind, rest)
        elif random.random() < 0.4:
            value = _value(random, kind, rest)
        before = source
        slug = f"case-{number}-{place}"
        lines = [
            f"observation:{slug} a schema:Observation",
            f"schema:observationAbout {thing}",
            f"schema:measuredProperty measure:{kind.measure}",
            *rest,
            value,
        ]
        source.statements.append(" ;\n    ".join(filter(None, lines)) + " .\n")
        if random.random() < 0.12:
            _end(book, slug, thing)
        if random.random() < 0.06:
            withdrawal = f"<> infra:withdraws observation:{slug} .\n"
            random.choice(book.sources).statements.append(withdrawal)


def _some_sources(book: Book) -> list[Source]:
    """Return some sources, each once; half of the time the twins of one pair are both there."""
    found = book.random.sample(book.sources, book.random.randint(1, 5))
    if book.random.random() < 0.5:
        place = book.sources.index(found[0]) // 2 * 2
        found = [*book.sources[place : place + 2], *found]
    return list({source.slug: source for source in found}.values())


def _qualifiers(random: Random, kind: Kind) -> list[str]:
    lines = []
    for name, values in kind.choices:
        if value := random.choice(values):
            lines.append(f"{name} {value}")
    if kind.choices == RENTED:
        lines.append(f"infra:offeredBy product:cloud-{random.choice('ab')}")
    if kind.periods:
        lines.append(f'schema:observationPeriod "{random.choice(kind.periods)}"')
    if kind.measure == "valuation" and random.random() < 0.5:
        basis = random.choice(("market-capitalisation", "secondary-sale"))
        lines.append(f"infra:valuationBasis valuation-basis:{basis}")
    return lines


def _past(random: Random) -> date:
    """Return a day before most sources came out."""
    return FIRST_DAY - timedelta(days=random.randrange(600))


def _about(random: Random, source: Source) -> date:
    """Return a day of which a source could tell: the past, its own day, now and then the future."""
    ahead = random.choice((0, 0, 0, -45, -45, -400, -400, 30, 500))
    return source.known + timedelta(days=ahead)


def _date(random: Random, kind: Kind, day: date) -> str:
    """Return the statement of a date, of a precision that its kind can have."""
    if kind.periods:
        day = date(day.year, 12, 31)
        precision = random.choice(("day", "year"))
    else:
        precision = random.choice(("day", "day", "month", "quarter", "year"))
        first = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
        if precision != "day":
            day = date(day.year, first[precision], 1)
    return (
        f'schema:observationDate "{day}"^^xsd:date ; infra:datePrecision date-precision:{precision}'
    )


def _ground(random: Random, kind: Kind) -> str:
    """Return the standing and confidence of a figure: one in five of them does not answer."""
    chance = random.random()
    if chance < 0.2:
        standing = random.choice(kind.silent)
    else:
        standing = "not-stated" if chance < 0.3 else random.choice(STANDINGS)
    confidence = random.choice(CONFIDENCES)
    said = f" ;\n    infra:confidence confidence:{confidence}" if confidence else ""
    return f"infra:standing standing:{standing}{said}"


def _value(random: Random, kind: Kind, said: list[str]) -> str:
    if any("not-stated" in line for line in said if line.startswith("infra:standing")):
        return ""
    if kind.others:
        return random.choice(kind.others)
    number, about = random.choice(NUMBERS), "infra:precision precision:about"
    return random.choice(
        (
            f"schema:value {number} ; infra:precision precision:exactly",
            f"schema:value {number} ; infra:precision precision:exactly",
            f"schema:value {number} ; {about}",
            f"schema:minValue {number} ; infra:precision precision:at-least",
            f"schema:maxValue {number} ; infra:precision precision:at-most",
            f"schema:minValue {number} ; schema:maxValue 30 ; {about}",
            f"schema:value 20 ; schema:minValue {number} ; schema:maxValue 30 ; {about}",
        )
    )


def _end(book: Book, slug: str, thing: str) -> None:
    """Add an event that ends the value of a figure, dated to a day or a month, or undated."""
    random = book.random
    day = FIRST_DAY + timedelta(days=random.randrange(1100))
    precision = random.choice(("day", "month", None))
    first = day.replace(day=1) if precision == "month" else day
    when = f'    schema:startDate "{first}"^^xsd:date ;\n' if precision else ""
    when += f"    infra:datePrecision date-precision:{precision} ;\n" if precision else ""
    held = thing.startswith("company")
    party, kind = ("company", "leadership-change") if held else ("product", "product-end")
    stage = random.choice(("completed", "completed", "completed", "announced"))
    standing = random.choice(("reported", "reported", "reported", "disputed"))
    random.choice(book.sources).statements.append(
        f"event:end-of-{slug} a infra:Event ;\n"
        f'    schema:name "End of {slug}"@en ;\n    infra:kind event-kind:{kind} ;\n'
        f"    infra:stage stage:{stage} ;\n    infra:{party} {thing} ;\n{when}"
        f"    infra:ends observation:{slug} ;\n    infra:standing standing:{standing} .\n"
    )


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
