r"""Regular expressions: XPath's dialect, which SHACL uses, written for the engines at hand.

The embedded engine matches in linear time. It writes the subtraction of classes differently, has
no `\i` and `\c` (XML Schema 2, appendix G) and no back-references (XPath functions, section 5.6.1);
what it cannot read becomes a function that matches with Python's `re`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

from factbook.rdf.terms import XSD, to_sparql

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.rdf.terms import Term

_BOOLEAN = NamedNode(f"{XSD}boolean")
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_START = (
    r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = _START + r"\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"
_NAME_CLASSES = {"i": (False, _START), "I": (True, _START), "c": (False, _NAME), "C": (True, _NAME)}
_BLOCKS = {
    "IsBasicLatin": r"\u0000-\u007F",
    "IsLatin-1Supplement": r"\u0080-\u00FF",
    "IsLatinExtended-A": r"\u0100-\u017F",
    "IsLatinExtended-B": r"\u0180-\u024F",
    "IsGreek": r"\u0370-\u03FF",
    "IsCyrillic": r"\u0400-\u04FF",
    "IsHebrew": r"\u0590-\u05FF",
    "IsArabic": r"\u0600-\u06FF",
    "IsHiragana": r"\u3040-\u309F",
    "IsKatakana": r"\u30A0-\u30FF",
    "IsCJKUnifiedIdeographs": r"\u4E00-\u9FFF",
}
_ESCAPE = re.compile(
    r"\\(?:[pP]\{(?P<property>[^}]*)\}|(?P<digits>[1-9][0-9]*)|(?P<one>.))", re.DOTALL
)
_GROUP = re.compile(r"\((?!\?)")


class PatternError(Exception):
    """An expression that cannot be matched; the text says why."""


@dataclass
class _Translator:
    """Writes an expression for the embedded engine, or for Python."""

    text: str
    for_python: bool
    at: int = 0
    groups: int = 0

    def translate(self) -> str:
        written = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "[":
                written.append(self._class())
            elif character == "\\":
                written.append(self._escape(inside=False))
            else:
                self.groups += _GROUP.match(self.text, self.at) is not None
                is_end = character == "$" and self.for_python
                written.append(r"\Z" if is_end else character)
                self.at += 1
        return "".join(written)

    def _class(self) -> str:
        """Return the character class that starts here."""
        self.at += 1
        is_negated = self.text.startswith("^", self.at)
        self.at += is_negated
        written: list[str] = []
        subtracted = ""
        while True:
            if self.at >= len(self.text):
                raise PatternError("a class in square brackets does not end")
            character = self.text[self.at]
            if character == "]" and written:
                self.at += 1
                break
            if self.text.startswith("-[", self.at) and written:
                self.at += 1
                subtracted = self._class()
                if not self.text.startswith("]", self.at):
                    raise PatternError("a subtraction is not at the end of its class")
                self.at += 1
                break
            if character == "\\":
                written.append(self._escape(inside=True))
                continue
            # These stand for themselves in XPath, but not in all engines
            written.append(f"\\{character}" if character in "[&~|" else character)
            self.at += 1
        body = f"[{'^' if is_negated else ''}{''.join(written)}"
        if not subtracted:
            return f"{body}]"
        return f"(?:(?!{subtracted}){body}])" if self.for_python else f"[{body}]--{subtracted}]"

    def _escape(self, *, inside: bool) -> str:
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            raise PatternError("it ends with a backslash")
        self.at = match.end()
        found = match["one"]
        if match["property"] is not None:
            return self._property(match.group(), match["property"], inside=inside)
        if match["digits"] and not inside:
            return self._back_reference(match["digits"])
        if found in _NAME_CLASSES:
            is_negated, body = _NAME_CLASSES[found]
            return self._set(_characters(body), is_negated=is_negated, inside=inside)
        return match.group()

    def _back_reference(self, digits: str) -> str:
        """Return a reference to a group: the longest number of a group that there is."""
        count = len(digits)
        while count > 1 and int(digits[:count]) > self.groups:
            count -= 1
        return f"(?:\\{digits[:count]}){digits[count:]}"

    def _property(self, text: str, name: str, *, inside: bool) -> str:
        is_negated = text.startswith("\\P")
        if name in _BLOCKS:
            return self._set(_characters(_BLOCKS[name]), is_negated=is_negated, inside=inside)
        if name.startswith("Is"):
            raise PatternError(f"the block {name} is not known")
        if self.for_python:
            raise PatternError(f"{text} cannot be matched together with back-references")
        return text

    def _set(self, body: str, *, is_negated: bool, inside: bool) -> str:
        if not inside:
            return f"[{'^' if is_negated else ''}{body}]"
        if not is_negated:
            return body
        if self.for_python:
            raise PatternError("a negated class inside a class cannot be matched here")
        return f"[^{body}]"


def _characters(body: str) -> str:
    r"""Return a class with the characters themselves: `\u` is not written the same everywhere."""
    found = re.sub(r"\\u([0-9A-F]{4})|\\U([0-9A-F]{8})", _character, body)
    return found.replace("\x00", r"\x00")


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code)


class RegexFunctions:
    """How the embedded engine matches each expression: by itself, or with a function."""

    def __init__(self) -> None:
        self.functions: dict[str, Callable[[Term], Term | None]] = {}
        self._calls: dict[tuple[str, str], str] = {}
        self._readable: dict[tuple[str, str], str | None] = {}
        self._store = Store()

    def for_engine(self, pattern: str, flags: str) -> str | None:
        """Return an expression as the engine reads it, or None if it cannot."""
        key = pattern, flags
        if key not in self._readable:
            self._readable[key] = self._find_readable(pattern, flags)
        return self._readable[key]

    def _find_readable(self, pattern: str, flags: str) -> str | None:
        if "q" in flags:  # the characters stand for themselves (XPath functions, 5.6.2)
            pattern = re.escape(pattern)
            flags = flags.replace("q", "")
            candidates = [pattern]
        else:
            try:
                candidates = [_Translator(pattern, for_python=False).translate()]
            except PatternError:
                candidates = []
        return next((each for each in candidates if self._is_readable(each, flags)), None)

    def _is_readable(self, pattern: str, flags: str) -> bool:
        arguments = ", ".join(to_sparql(Literal(each)) for each in ("", pattern, flags))
        answer = self._store.query(
            f"ASK {{ FILTER(BOUND(?x) || isLITERAL(STR(REGEX({arguments})))) }}"
        )
        return isinstance(answer, QueryBoolean) and bool(answer)

    def define(self, pattern: str, flags: str) -> str:
        """Return the IRI of a function that matches an expression.

        Raises:
            PatternError: Python cannot read the expression either.
        """
        known = self._calls.get((pattern, flags))
        if known is not None:
            return known
        options = 0
        try:
            text = _Translator(pattern, for_python=True).translate()
            for flag in flags.replace("q", ""):
                options |= _FLAGS[flag]
            expression = re.compile(re.escape(pattern) if "q" in flags else text, options)
        except (re.error, KeyError) as error:
            raise PatternError(str(error)) from None

        def matches(term: Term) -> Term | None:
            if not isinstance(term, Literal):
                return None
            is_match = expression.search(term.value) is not None
            return Literal("true" if is_match else "false", datatype=_BOOLEAN)

        name = f"urn:factbook:pattern:{len(self._calls)}"
        self.functions[name] = matches
        self._calls[pattern, flags] = f"<{name}>"
        return f"<{name}>"
