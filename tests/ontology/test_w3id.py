"""The redirect rules for w3id.org, read as Apache reads them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = ROOT / "ontology" / "w3id" / ".htaccess"
CONTEXT = ROOT / "ontology" / "context.jsonld"
NAMESPACE = "https://w3id.org/ai-infra/"
BASE = "https://factbook.invalid"

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TURTLE = "text/turtle"
JSON_LD = "application/ld+json"


@dataclass(frozen=True)
class Rule:
    """One RewriteRule with the RewriteConds before it."""

    accept: tuple[str, ...]
    pattern: str
    target: str
    flags: tuple[str, ...]


def rules() -> list[Rule]:
    """Read the rewrite rules; any other condition than one on Accept is an error."""
    found: list[Rule] = []
    accept: list[str] = []
    for line in RULES.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["RewriteCond"]:
            _, variable, pattern = words
            assert variable == "%{HTTP_ACCEPT}"
            accept.append(pattern)
        elif words[:1] == ["RewriteRule"]:
            _, pattern, target, flags = words
            found.append(Rule(tuple(accept), pattern, target, tuple(flags[1:-1].split(","))))
            accept = []
    return found


def redirect(path: str, accept: str) -> tuple[int, str] | None:
    """Return status and address to which a path below the namespace leads, or None."""
    environment: dict[str, str] = {}
    for rule in rules():
        match = re.search(rule.pattern, path)
        if match is None or not all(re.search(wanted, accept) for wanted in rule.accept):
            continue
        for flag in rule.flags:
            if flag.startswith("E="):
                name, _, value = flag[2:].partition(":")
                environment[name] = value
        if rule.target == "-":
            continue
        target = re.sub(r"%\{ENV:(\w+)\}", lambda found: environment[found[1]], rule.target)
        target = match.expand(re.sub(r"\$(\d)", r"\\\1", target))
        assert "L" in rule.flags
        return next(int(flag[2:]) for flag in rule.flags if flag.startswith("R=")), target
    return None


def namespaces() -> list[str]:
    """Return the first path segments of the things that the prefix map knows."""
    context = json.loads(CONTEXT.read_bytes())["@context"]
    values = [value for value in context.values() if isinstance(value, str)]
    return sorted(
        value.removeprefix(NAMESPACE).rstrip("/")
        for value in values
        if value.startswith(NAMESPACE) and value.endswith("/")
    )


@pytest.mark.parametrize(
    ("path", "accept", "target"),
    [
        ("", HTML, "/"),
        ("def", HTML, "/def.html"),
        ("def", TURTLE, "/def.ttl"),
        ("def", JSON_LD, "/def.jsonld"),
        ("def/0.1.0", TURTLE, "/def.ttl"),
        ("def.ttl", HTML, "/def.ttl"),
        ("catalog", TURTLE, "/catalog.ttl"),
        ("catalog", HTML, "/catalog.ttl"),
        ("dataset", JSON_LD, "/catalog.jsonld"),
        ("context.jsonld", "*/*", "/context.jsonld"),
        ("company/cerebras", HTML, "/company/cerebras.html"),
        ("company/cerebras", "*/*", "/company/cerebras.html"),
        ("company/cerebras", "", "/company/cerebras.html"),
        ("company/cerebras", f"{TURTLE};q=0.9, application/rdf+xml", "/company/cerebras.ttl"),
        ("company/cerebras", f"{JSON_LD}, */*;q=0.1", "/company/cerebras.jsonld"),
        ("company/cerebras.jsonld", HTML, "/company/cerebras.jsonld"),
        ("event-kind/funding-round", TURTLE, "/event-kind/funding-round.ttl"),
        ("source/ai-infrastructure-chapter", TURTLE, "/source/ai-infrastructure-chapter.ttl"),
    ],
)
def test_redirect_follows_content_negotiation(path: str, accept: str, target: str) -> None:
    """Terms, things and files redirect to a page, or to data if the client prefers data."""
    assert redirect(path, accept) == (303, BASE + target)


@pytest.mark.parametrize(
    "path",
    [
        "company",
        "company/",
        "company/a/b",
        "nothing/here",
        "define",
        "def/new",
        "xdef",
        "dataset/a",
    ],
)
def test_unknown_path_has_no_redirect(path: str) -> None:
    """A path that is neither a term nor a thing has no rule."""
    assert redirect(path, HTML) is None


@pytest.mark.parametrize("namespace", namespaces())
@pytest.mark.parametrize(
    ("accept", "ending"), [(HTML, "html"), (TURTLE, "ttl"), (JSON_LD, "jsonld")]
)
def test_redirects_cover_every_namespace_of_the_prefix_map(
    namespace: str, accept: str, ending: str
) -> None:
    """Every namespace of the prefix map has a rule."""
    assert redirect(f"{namespace}/x-1", accept) == (303, f"{BASE}/{namespace}/x-1.{ending}")
    assert redirect(f"{namespace}/x-1.{ending}", HTML) == (303, f"{BASE}/{namespace}/x-1.{ending}")


def test_redirect_rules_state_that_they_are_not_registered() -> None:
    """The file says so until the addresses work."""
    assert "NOT REGISTERED YET" in RULES.read_text(encoding="utf-8")
