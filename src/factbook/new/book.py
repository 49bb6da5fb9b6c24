"""Create a book of one's own: a small example to look at and to replace.

What is of the example stands in `book_template/`. The rules and the qualifiers, which every book
with figures needs, are copied from the bundled book.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from factbook.atomic_write import TEMPORARY_SUFFIX, temporary_path
from factbook.errors import InputError, UsageError
from factbook.layout import Layout, bundled
from factbook.rdf.terms import make_slug

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = Path(__file__).parent / "book_template"
_TEMPLATE_NAMESPACE = "https://example.org/lights/"
# What the rules derive gets IRIs of the new book
_DERIVED = re.compile(r"https://w3id\.org/ai-infra/(?=series/|graph/)")
_QUALIFIERS = (
    "confidences",
    "date-precisions",
    "evidence",
    "precisions",
    "source-kinds",
    "stages",
    "standings",
)
_NAMESPACE = re.compile(r"https?://[A-Za-z0-9.:-]+/([A-Za-z0-9._~-]+/)*")


def create_book(folder: Path, *, namespace: str | None = None) -> str:
    """Write the files of a new book and return the namespace of its IRIs.

    Args:
        folder: The folder, which is created unless it is there and empty.
        namespace: What its IRIs begin with; by default made from the folder's name, below
            `https://example.org/`.

    Raises:
        UsageError: The folder has files, or the namespace is not one.
        InputError: A file cannot be written.
    """
    if namespace is None:
        namespace = f"https://example.org/{make_slug(folder.resolve().name) or 'book'}/"
    if _NAMESPACE.fullmatch(namespace) is None:
        raise UsageError(
            f"--namespace: '{namespace}' is not a namespace such as https://example.org/lights/: "
            "an http or https address that ends in '/'"
        )
    try:
        if folder.exists() and any(entry.name != ".git" for entry in folder.iterdir()):
            raise UsageError(f"{folder}: is not empty; name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(suffix=TEMPORARY_SUFFIX, prefix=".", dir=folder))
        with temporary_path(temporary):
            for path, text in _files(namespace):
                target = temporary / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text.encode())
            for entry in temporary.iterdir():
                entry.rename(folder / entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    return namespace


def _files(namespace: str) -> Iterator[tuple[Path, str]]:
    """Yield the path in the book and the text of each file."""
    template_files = {
        path.relative_to(_TEMPLATE) for path in _TEMPLATE.rglob("*") if path.is_file()
    }
    for path in sorted(template_files):
        text = (_TEMPLATE / path).read_text(encoding="utf-8")
        yield path, text.replace(_TEMPLATE_NAMESPACE, namespace)
    layout = Layout(bundled())
    qualifiers = layout.ontology / "schemes" / "qualifiers"
    for source in (*layout.rules(), *(qualifiers / f"{name}.ttl" for name in _QUALIFIERS)):
        path = source.relative_to(layout.root)
        if path not in template_files:
            yield path, _DERIVED.sub(lambda _: namespace, source.read_text(encoding="utf-8"))
