"""Labels are looked up many at once, and an earlier engine wins."""

from __future__ import annotations

from pyoxigraph import Literal, RdfFormat, Store

from factbook.render.labels import Labels, best_label
from factbook.store.embedded import EmbeddedEngine

EX = "https://example.org/"
NEWER = """
@prefix ex: <https://example.org/> .
@prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
ex:rhine schema:name "Rhin"@fr , "Rhine"@en ; rdfs:label "a river" .
ex:km rdfs:label "kilometre"@en ; qudt:symbol "km" .
ex:evil rdfs:label "a\\u001Bb" .
"""
OLDER = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/rhine> rdfs:label "Rhenus" .
<https://example.org/elbe> rdfs:label "Elbe" .
"""


def engine(turtle: str) -> EmbeddedEngine:
    """Return an engine over some Turtle."""
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    return EmbeddedEngine(store)


def labels(*names: str) -> Labels:
    """Return the labels of some things of both engines."""
    found = Labels({"ex": EX}, engine(NEWER), engine(OLDER))
    found.look_up(EX + name for name in names)
    return found


def test_best_label_is_the_english_name() -> None:
    """A name comes before a label, English before other languages, a symbol before all."""
    found = labels("rhine", "km")

    assert found.of(f"{EX}rhine") == "Rhine"
    assert found.of(f"{EX}km") == "km"


def test_labels_fall_back_to_the_older_engine() -> None:
    """A thing that only the second engine has gets its label from there."""
    found = labels("rhine", "elbe")

    assert (found.of(f"{EX}rhine"), found.of(f"{EX}elbe")) == ("Rhine", "Elbe")


def test_thing_without_a_label_goes_by_its_curie() -> None:
    """A property goes by the words in its IRI, and what has no prefix by the IRI itself."""
    found = labels("flowsInto")

    assert not found.has(f"{EX}flowsInto")
    assert found.of(f"{EX}flowsInto") == "ex:flowsInto"
    assert found.of_property(f"{EX}flowsInto") == "flows into"
    assert found.of("https://other.example/a/b") == "https://other.example/a/b"


def test_label_cannot_steer_the_terminal() -> None:
    """Control characters are replaced."""
    assert labels("evil").of(f"{EX}evil") == "a\ufffdb"


def test_term_shows_its_language_unless_english() -> None:
    """A literal of another language is marked with it."""
    found = labels()

    assert found.of_term(Literal("Rhin", language="fr")) == "Rhin (fr)"
    assert found.of_term(Literal("Rhine", language="en")) == "Rhine"
    assert found.of_term(Literal(1230)) == "1,230"


def test_best_label_is_chosen_among_pairs() -> None:
    """Labels can be chosen without an engine, and other properties are passed over."""
    name, comment = "https://schema.org/name", "http://www.w3.org/2000/01/rdf-schema#comment"
    pairs = [(comment, Literal("A")), (name, Literal("Rhin", language="fr"))]

    assert best_label([*pairs, (name, Literal("Rhine"))]) == "Rhine"
    assert best_label(pairs) == "Rhin"
    assert best_label(pairs[:1]) is None


def test_figure_is_named_by_what_is_known_of_its_date() -> None:
    """A figure of a year has no day in its name."""
    figures = """
@prefix ex: <https://example.org/> .
@prefix infra: <https://w3id.org/ai-infra/def#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:level schema:measuredProperty ex:water-level ; schema:observationAbout ex:rhine ;
    schema:observationDate "2019-01-01"^^xsd:date ;
    infra:datePrecision <https://w3id.org/ai-infra/date-precision/year> .
"""
    found = Labels({"ex": EX}, engine(figures), engine(NEWER))

    found.look_up_figures([f"{EX}level"])

    assert found.of(f"{EX}level") == "ex:water-level of Rhine, 2019"
