r"""Translate XPath regular expressions, as in SPARQL and SHACL, for the engines.

The embedded engine matches in linear time. It has another syntax for class subtraction, and lacks
`\i` and `\c` (XML Schema 2, appendix G) and back-references (XPath functions, section 5.6.1). What
it does not support becomes a function that matches with Python's `re`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, QueryBoolean, Store

from factbook.rdf.terms import XSD, to_sparql

if TYPE_CHECKING:
    from collections.abc import Callable

    from factbook.rdf.terms import Term

_BOOLEAN = NamedNode(f"{XSD}boolean")
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": 0, "q": 0}
"""Python's flags; `x` and `q` are handled here, because Python would read `#` as a comment."""
_WHITE = "\t\n\r "
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
_REPLACED = re.compile(r"\\(?P<escaped>[$\\])|\$(?P<digits>[0-9]+)|[$\\]")


class PatternError(Exception):
    """An expression that cannot be matched; the text says why."""


@dataclass
class _Translator:
    """Translates an expression for the embedded engine or for Python."""

    text: str
    for_python: bool
    flags: str = ""
    at: int = 0
    groups: int = 0

    def translate(self) -> str:
        parts_written = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "[":
                parts_written.append(self._class())
            elif character == "\\":
                parts_written.append(self._escape(inside=False))
            else:
                self.groups += _GROUP.match(self.text, self.at) is not None
                is_end = character == "$" and self.for_python and "m" not in self.flags
                if "x" not in self.flags or character not in _WHITE:
                    parts_written.append(r"\Z" if is_end else character)
                self.at += 1
        return "".join(parts_written)

    def _class(self) -> str:
        """Return the character class that starts here."""
        self.at += 1
        is_negated = self.text.startswith("^", self.at)
        self.at += is_negated
        parts_written: list[str] = []
        subtracted = ""
        while True:
            if self.at >= len(self.text):
                raise PatternError("a class in square brackets does not end")
            character = self.text[self.at]
            if character == "]" and parts_written:
                self.at += 1
                break
            if self.text.startswith("-[", self.at) and parts_written:
                self.at += 1
                subtracted = self._class()
                if not self.text.startswith("]", self.at):
                    raise PatternError("a subtraction is not at the end of its class")
                self.at += 1
                break
            if character == "\\":
                parts_written.append(self._escape(inside=True))
                continue
            # These are literal characters in XPath, but not in all engines
            parts_written.append(f"\\{character}" if character in "[&~|" else character)
            self.at += 1
        body = f"[{'^' if is_negated else ''}{''.join(parts_written)}"
        if not subtracted:
            return f"{body}]"
        return f"(?:(?!{subtracted}){body}])" if self.for_python else f"[{body}]--{subtracted}]"

    def _escape(self, *, inside: bool) -> str:
        match = _ESCAPE.match(self.text, self.at)
        if match is None:
            raise PatternError("it ends with a backslash")
        self.at = match.end()
        escape = match["one"]
        if match["property"] is not None:
            return self._property(match.group(), match["property"], inside=inside)
        if match["digits"] and not inside:
            return self._back_reference(match["digits"])
        if escape in _NAME_CLASSES:
            is_negated, body = _NAME_CLASSES[escape]
            return self._set(_characters(body), is_negated=is_negated, inside=inside)
        return match.group()

    def _back_reference(self, digits: str) -> str:
        """Return a reference to a group, with the longest number of an existing group."""
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
    unescaped = re.sub(r"\\u([0-9A-F]{4})|\\U([0-9A-F]{8})", _character, body)
    return unescaped.replace("\x00", r"\x00")


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> re.Pattern[str]:
    """Return an expression that matches with Python's `re`.

    Raises:
        PatternError: It is not valid, or Python cannot read it.
    """
    options = 0
    try:
        for flag in flags:
            options |= _FLAGS[flag]
        if "q" in flags:  # the characters stand for themselves (XPath functions, 5.6.2)
            return re.compile(re.escape(pattern), options)
        return re.compile(_Translator(pattern, for_python=True, flags=flags).translate(), options)
    except KeyError as error:
        raise PatternError(f"{error} is not a flag; the flags are i, m, q, s and x") from None
    except re.error as error:
        raise PatternError(str(error)) from None
    except RecursionError:
        raise PatternError("its groups are nested too deeply") from None


def count_groups(pattern: str, flags: str) -> int:
    """Return how many groups of an expression a replacement can name.

    Raises:
        PatternError: It is not valid.
    """
    if "q" in flags:
        return 0
    reader = _Translator(pattern, for_python=False, flags=flags)
    reader.translate()
    return reader.groups


def match_terms(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """Return what SPARQL's REGEX does, or None for an error."""
    compiled = _compile_terms(text, pattern, flags)
    return None if compiled is None else _truth(compiled[0].search(compiled[1]))


def replace_terms(
    text: Term, pattern: Term, replacement: Term, flags: Term | None = None
) -> Literal | None:
    """Return what SPARQL's REPLACE does, or None for an error."""
    compiled = _compile_terms(text, pattern, flags)
    if compiled is None or not isinstance(text, Literal) or not isinstance(replacement, Literal):
        return None
    expression, value = compiled
    try:
        flag_text = flags.value if isinstance(flags, Literal) else ""
        pieces = parse_replacement(replacement.value, flags=flag_text, groups=expression.groups)
    except PatternError:
        return None

    def replaced(match: re.Match[str]) -> str:
        return "".join(
            piece if isinstance(piece, str) else (match[piece] or "") for piece in pieces
        )

    result = expression.sub(replaced, value)
    return Literal(result, language=text.language) if text.language else Literal(result)


def parse_replacement(text: str, *, flags: str, groups: int) -> list[str | int]:
    r"""Return the texts of a replacement, and the numbers of the groups that stand in it.

    XPath functions, section 5.6.4: `$2` is the text of a group, of the longest number that there
    is; `\$` and `\\` are a dollar and a backslash.

    Raises:
        PatternError: A dollar or a backslash stands by itself.
    """
    if "q" in flags:
        return [text]
    pieces: list[str | int] = []
    end = 0
    for match in _REPLACED.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        if match["escaped"]:
            pieces.append(match["escaped"])
        elif match["digits"]:
            count = len(match["digits"])
            while count > 1 and int(match["digits"][:count]) > groups:
                count -= 1
            number = int(match["digits"][:count])
            pieces += [number if number <= groups else "", match["digits"][count:]]
        else:
            raise PatternError(
                f"{match.group()} in the replacement stands by itself: write \\{match.group()}"
            )
    return [piece for piece in [*pieces, text[end:]] if piece != ""]


def _compile_terms(
    text: Term, pattern: Term, flags: Term | None
) -> tuple[re.Pattern[str], str] | None:
    terms = [text, pattern, *([] if flags is None else [flags])]
    values = [term.value for term in terms if isinstance(term, Literal)]
    if len(values) < len(terms):
        return None
    try:
        return compile_pattern(values[1], values[2] if flags is not None else ""), values[0]
    except PatternError:
        return None


def _truth(match: re.Match[str] | None) -> Literal:
    return Literal("true" if match is not None else "false", datatype=_BOOLEAN)


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
        elif "x" in flags:
            candidates = []
        else:
            try:
                candidates = [_Translator(pattern, for_python=False).translate()]
            except PatternError:
                candidates = []
        return next(
            (candidate for candidate in candidates if self._is_readable(candidate, flags)), None
        )

    def _is_readable(self, pattern: str, flags: str) -> bool:
        arguments = ", ".join(to_sparql(Literal(argument)) for argument in ("", pattern, flags))
        answer = self._store.query(
            f"ASK {{ FILTER(BOUND(?x) || isLITERAL(STR(REGEX({arguments})))) }}"
        )
        return isinstance(answer, QueryBoolean) and bool(answer)

    def define(self, pattern: str, flags: str) -> str:
        """Return the IRI of a function that matches an expression.

        Raises:
            PatternError: Python cannot read the expression either.
        """
        cached = self._calls.get((pattern, flags))
        if cached is not None:
            return cached
        expression = compile_pattern(pattern, flags)

        def matches(term: Term) -> Term | None:
            return _truth(expression.search(term.value)) if isinstance(term, Literal) else None

        name = f"urn:factbook:pattern:{len(self._calls)}"
        self.functions[name] = matches
        self._calls[pattern, flags] = f"<{name}>"
        return f"<{name}>"
