"""Which files make up a book, as texts: what every command begins with.

Texts and not paths, and no os.walk: pathlib takes longer to import than all files to be found.
"""

from __future__ import annotations

import os

from factbook.errors import InputError

CONTEXT = os.path.join("ontology", "context.jsonld")
EXAMPLES = os.path.join("ontology", "shapes", "examples")
QUERIES = "queries"


def bundled() -> str:
    """Return the book inside the installed package, or else the checkout around the source.

    Raises:
        InputError: Neither is there.
    """
    package = os.path.dirname(os.path.realpath(__file__))
    inside = os.path.join(package, "_resources")
    if os.path.isdir(inside):
        return inside
    checkout = os.path.dirname(os.path.dirname(package))
    if os.path.isdir(os.path.join(checkout, "ontology")):
        return checkout
    missing = os.path.join(checkout, "ontology")
    raise InputError(f"no book found: neither {inside} nor {missing} is a folder")


def ontology_files(root: str) -> list[str]:
    """Return the Turtle files that say what terms mean, shapes included, in order."""
    return _turtle_below(os.path.join(root, "ontology"), without=os.path.join(root, EXAMPLES))


def data_files(root: str, *, leads: bool) -> list[str]:
    """Return the Turtle files of the register and the sources, with the leads on request."""
    parts = ["register", "sources", *(["leads"] if leads else [])]
    return [file for part in parts for file in _turtle_below(os.path.join(root, "data", part))]


def _turtle_below(folder: str, *, without: str = "") -> list[str]:
    """Return the Turtle files below a folder in a stable order, hidden ones left out."""
    found = []
    pending = [folder] if os.path.isdir(folder) else []
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.name.endswith(".ttl"):
                    found.append(entry.path)
                elif entry.is_dir(follow_symlinks=False) and entry.path != without:
                    pending.append(entry.path)
    return sorted(found)
