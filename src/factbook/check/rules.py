"""All rules of a book, and the documentation page of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from factbook.check.lint import LINT_RULES
from factbook.check.queries import query_rule
from factbook.check.shapes import ShapeRules
from factbook.check.text_rules import FILE_RULES, LITERAL_RULES
from factbook.errors import UsageError, did_you_mean
from factbook.query.stored_queries import check_queries
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.book import Book
    from factbook.check.findings import Rule
    from factbook.layout import Layout
    from factbook.query.stored_queries import StoredQuery
    from factbook.rdf.parse import RdfFile

BOOK_RULES = (*FILE_RULES, *LITERAL_RULES)
"""The built-in rules for a book."""
BUILT_IN_EXAMPLES = Path(__file__).parent / "examples"
BAD = "bad"
GOOD = "good"
_LANGUAGES = {".ttl": "turtle", ".rq": "sparql"}


def index_rules(
    shapes: Iterable[Rule], checks: Iterable[StoredQuery], built_in: Iterable[Rule] = ()
) -> dict[str, Rule]:
    """Return rules of shapes, of check queries and built-in ones, sorted and keyed by name."""
    rules = [*shapes, *map(query_rule, checks), *built_in]
    return {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.name)}


def select_shape_files(layout: Layout, files: Iterable[RdfFile]) -> list[RdfFile]:
    """Return the files of a book that contain its shapes."""
    return [file for file in files if file.path.is_relative_to(layout.shapes)]


def book_rules(book: Book) -> dict[str, Rule]:
    """Return the rules for a book, by name.

    Raises:
        InputError: A file of shapes or a check query cannot be read.
    """
    folder = book.layout.shapes
    paths = [path for path in book.layout.ontology_files() if path.is_relative_to(folder)]
    files = map(read_rdf, paths)
    checks = check_queries(book.layout.queries)
    return index_rules(ShapeRules(files).list_rules(), checks, BOOK_RULES)


def all_rules(book: Book, shape_files: Iterable[RdfFile] = ()) -> dict[str, Rule]:
    """Return all rules by name: those of a book, for stored queries, and of further shapes.

    Raises:
        InputError: A file of shapes or a check query cannot be read.
    """
    others = ShapeRules(shape_files).list_rules()
    rules = book_rules(book) | {rule.name: rule for rule in (*LINT_RULES, *others)}
    return dict(sorted(rules.items()))


def require_known_rules(names: Iterable[str], rules: Iterable[str]) -> None:
    """Check that rules exist.

    Raises:
        UsageError: A name is unknown.
    """
    known = set(rules)
    for name in sorted(names):
        if name not in known:
            raise UsageError(
                f"No rule '{name}'.{did_you_mean(name, known)} See: factbook check --rules"
            )


def find_example(rule: str, which: str, folders: Iterable[Path]) -> Path | None:
    """Return the file of a rule's bad or good example, or None."""
    for folder in (*folders, BUILT_IN_EXAMPLES):
        for path in sorted((folder / rule).glob(f"{which}.*")):
            if path.suffix in _LANGUAGES:
                return path
    return None


def example_files(rule: str, which: str, folders: Iterable[Path]) -> dict[str, Path]:
    """Return the files of a rule's bad or good example by name.

    The example of a rule for graphs or queries is one file, with the name ''. The example of a
    rule for files is a folder in the layout of a book.
    """
    single = find_example(rule, which, folders)
    if single is not None:
        return {"": single}
    root = BUILT_IN_EXAMPLES / rule / which
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.ttl"))}


def rule_page(rule: Rule, folders: Iterable[Path]) -> str:
    """Return the documentation of a rule in Markdown.

    Args:
        rule: The rule.
        folders: Folders of examples, each with one folder for a rule.
    """
    from factbook.check.formats import file_text

    places = list(folders)
    parts = [
        f"# {rule.name}\n",
        f"{rule.summary.rstrip('.')}. ({rule.severity}, {rule.kind})\n",
    ]
    if rule.problem:
        parts.append(f"{rule.problem}\n")
    parts += ["## How to fix\n", f"{rule.fix}\n"]
    for which, heading in ((BAD, "Breaks the rule"), (GOOD, "Keeps the rule")):
        files = example_files(rule.name, which, places)
        if files:
            parts.append(f"## {heading}\n")
        for name, path in files.items():
            text = path.read_text(encoding="utf-8").strip()
            caption = f"{name}:\n\n" if name else ""
            parts.append(f"{caption}```{_LANGUAGES[path.suffix]}\n{text}\n```\n")
    if rule.path is not None:
        parts.append(f"Defined in {file_text(rule.path)}.\n")
    return "\n".join(parts)


def rule_list(rules: Iterable[Rule]) -> str:
    """Return one line for each rule: its name, its severity and its summary."""
    listed = list(rules)
    width = max((len(rule.name) for rule in listed), default=0)
    return "".join(f"{rule.name:{width}}  {rule.severity:7}  {rule.summary}\n" for rule in listed)
