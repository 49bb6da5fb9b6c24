"""Pages and comparisons that print as text and that notebooks show as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, fields

from factbook.show.compare import Comparison
from factbook.show.compare_text import comparison_as_markdown, comparison_as_text
from factbook.show.markdown import as_markdown
from factbook.show.page import Page
from factbook.show.text import as_text


@dataclass(frozen=True)
class ReadablePage(Page):
    """Everything in the graph about one thing; `print` it, or read its attributes."""

    def __str__(self) -> str:
        """Return the page as text."""
        return as_text(self)

    def _repr_markdown_(self) -> str:
        return as_markdown(self)


def make_readable(page: Page) -> ReadablePage:
    """Return a page that prints as text."""
    return ReadablePage(**{field.name: getattr(page, field.name) for field in fields(page)})


@dataclass(frozen=True)
class ReadableComparison(Comparison):
    """Several things side by side; `print` it, or read its attributes."""

    def __str__(self) -> str:
        """Return the comparison as text."""
        return comparison_as_text(self)

    def _repr_markdown_(self) -> str:
        return comparison_as_markdown(self)


def make_readable_comparison(comparison: Comparison) -> ReadableComparison:
    """Return a comparison that prints as text."""
    values = {field.name: getattr(comparison, field.name) for field in fields(comparison)}
    return ReadableComparison(**values)
