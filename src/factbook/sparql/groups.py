"""Read the groups of a query: their patterns, their filters, and the groups inside them.

SPARQL 1.1, section 19.8, rules 53 to 114, as far as it takes to know what is joined with what. The
query must be valid; of one that is not, something is returned all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factbook.sparql.parts import Element, Group, Pattern, is_variable
from factbook.sparql.tokens import Token, meaningful

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSE = {"{": "}", "(": ")", "[": "]"}
_CONSTANTS = {"iri", "name", "string", "number"}
_LEAST_BINDING = 5  # ( expression AS ?variable )
_LEAST_COALESCE = 3
_NODES = {*_CONSTANTS, "variable"}
_BETWEEN_STEPS = {"|", "/", "^", "!", "("}


def groups(text: str) -> Group:
    """Return the outermost group of a query."""
    reader = _Reader(list(meaningful(text)))
    element = reader.query(Token("word", "", 0))
    return element.groups[0] if element.groups else Group(0, len(text))


@dataclass
class _Reader:
    tokens: list[Token]
    at: int = 0
    unnamed: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    @property
    def token(self) -> Token:
        """The next token; behind the last, an empty one."""
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return Token("end", "", self._end())

    @property
    def word(self) -> str:
        return self.token.text.upper() if self.token.kind == "word" else ""

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def _end(self) -> int:
        if not self.tokens:
            return 0
        last = self.tokens[min(self.at, len(self.tokens)) - 1]
        return last.start + len(last.text)

    def query(self, first: Token) -> Element:
        """Read a query, or a SELECT inside another: up to the brace that closes it."""
        grouped = computed = 0
        columns: list[str] = []
        construct = is_select = False
        while self.token.kind != "end" and self.token.text not in {"{", "}"}:
            is_select = is_select or self.word == "SELECT"
            construct = self.word == "CONSTRUCT" or (construct and self.word != "WHERE")
            if self.token.text == "(":
                inside = self._bracket()
                columns += [token.text for token in inside if token.kind == "variable"][-1:]
                computed += 1
            elif self.take().kind == "variable":
                columns.append(self.tokens[self.at - 1].text)
            if construct and self.token.text == "{" and self.tokens[self.at - 1].text != "WHERE":
                self._bracket()  # the template
        group = self.group()
        while self.token.kind != "end" and self.token.text != "}":
            grouped += self.word == "GROUP"
            if self.token.text in _CLOSE:
                self._bracket()
            else:
                self.take()
        one_row = is_select and bool(columns) and computed == len(columns) and not grouped
        end = self._end()
        given = frozenset(columns)
        return Element("SELECT", first.start, end, (), (group,), given, one_row=one_row)

    def group(self) -> Group:
        start = self.take().start
        elements: list[Element] = []
        while self.token.kind != "end" and self.token.text != "}":
            before = self.at
            if self.word == "SELECT":
                elements.append(self.query(self.token))
            elif self.token.text == ".":
                self.take()
            else:
                elements.append(self._element())
            if self.at == before:
                self.take()
        self.take()
        return Group(start, self._end(), tuple(elements))

    def _element(self) -> Element:
        start, word = self.token.start, self.word
        if word in {"OPTIONAL", "MINUS"}:
            self.take()
            return self._made(word, start, groups=(self.group(),))
        if word in {"GRAPH", "SERVICE"}:
            self.take()
            if self.word == "SILENT":
                self.take()
            name = self.take().text
            given = frozenset({name} if is_variable(name) else ())
            return self._made(word, start, groups=(self.group(),), variables=given)
        if word in {"FILTER", "BIND", "VALUES"}:
            self.take()
            return self._expression(word, start)
        if self.token.text == "{":
            inside = [self.group()]
            while self.word == "UNION":
                self.take()
                inside.append(self.group())
            return self._made("UNION" if inside[1:] else "GROUP", start, groups=tuple(inside))
        patterns: list[Pattern] = []
        self._triples(patterns)
        return self._made("", start, patterns=tuple(patterns))

    def _made(
        self,
        word: str,
        start: int,
        *,
        patterns: tuple[Pattern, ...] = (),
        groups: tuple[Group, ...] = (),
        variables: frozenset[str] = frozenset(),
    ) -> Element:
        return Element(word, start, self._end(), patterns, groups, variables)

    def _expression(self, word: str, start: int) -> Element:
        """Read what a filter, a binding or a list of values consists of."""
        names: set[str] = set()
        inside: list[Group] = []
        begun, depth = self.at, 0
        while self.token.kind != "end":
            text = self.token.text
            if self.word == "EXISTS":
                self.take()
                inside.append(self.group())
                if not depth:
                    break
                continue
            if word != "VALUES" and text == "}":
                break
            depth += (text in _CLOSE) - (text in _CLOSE.values())
            if self.token.kind == "variable":
                names.add(text)
            self.take()
            closing = "}" if word == "VALUES" else ")"
            if not depth and text == closing:
                break
        assigned, unsure = _binding(self.tokens[begun : self.at]) if word == "BIND" else ("", False)
        return Element(
            *(word, start, self._end(), (), tuple(inside), frozenset(names)),
            assigned=assigned,
            unsure=unsure,
        )

    def _bracket(self) -> list[Token]:
        """Pass over a bracket and all in it."""
        begun, depth = self.at, 0
        while self.token.kind != "end":
            text = self.take().text
            depth += (text in _CLOSE) - (text in _CLOSE.values())
            if not depth:
                break
        return self.tokens[begun : self.at]

    def _triples(self, patterns: list[Pattern]) -> None:
        start = self.token.start
        subject = self._node(patterns)
        self._properties(subject, patterns, start)

    def _properties(self, subject: str, patterns: list[Pattern], start: int) -> None:
        """Read what is said of a subject; the first pattern begins where it does."""
        while self._begins_path():
            path = self._path()
            while True:
                node = self._node(patterns)
                patterns.append(Pattern(subject, path, node, start, self._end()))
                if self.token.text != ",":
                    break
                self.take()
                start = self.token.start
            while self.token.text == ";":
                self.take()
            start = self.token.start

    def _begins_path(self) -> bool:
        token = self.token
        if token.kind == "word":
            return token.text == "a"
        return token.kind in {"iri", "name", "variable"} or token.text in {"^", "!", "("}

    def _path(self) -> str:
        if self.token.kind == "variable":
            return self.take().text
        steps: list[str] = []
        depth = 0
        while self.token.kind != "end":
            text = self.token.text
            ended = bool(steps) and not depth and steps[-1] not in _BETWEEN_STEPS
            if ended and text not in {"|", "/", "*", "+", "?"}:
                break
            depth += (text == "(") - (text == ")")
            steps.append(self.take().text)
        return " ".join(steps)

    def _node(self, patterns: list[Pattern]) -> str:
        """Read a term; of what has no name, the patterns in it as well."""
        token = self.take()
        if token.text == "[":
            name = f"[]{next(self.unnamed)}"
            self._properties(name, patterns, token.start)
            self.take()
            return name
        if token.text == "(":
            name = f"[]{next(self.unnamed)}"
            while self.token.kind != "end" and self.token.text != ")":
                item = self._node(patterns)
                patterns.append(Pattern(name, "rdf:rest * / rdf:first", item, token.start, 0))
            self.take()
            return name
        text = token.text
        if text in {"+", "-"}:
            text += self.take().text
        if self.token.text == "^^" and token.kind == "string":
            self.take()
            text += f"^^{self.take().text}"
        elif self.token.kind == "word" and self.token.text.startswith("@"):
            text += self.take().text
        elif text == "_" or token.text.startswith("_:"):
            return f"[]{text}"
        return text


def _binding(tokens: list[Token]) -> tuple[str, bool]:
    """Return the variable of '( expression AS ?variable )', and whether it may have no value.

    It has one where the expression is a constant, a variable, or COALESCE with a constant at its
    end.
    """
    if len(tokens) < _LEAST_BINDING:
        return "", False  # it is not valid
    *expression, _, variable, _ = tokens[1:]
    if len(expression) == 1:
        return variable.text, False
    *_, before, last = expression[:-1] if len(expression) > _LEAST_COALESCE else expression
    rescued = expression[0].text.upper() == "COALESCE" and before.text in {",", "^^"}
    return variable.text, not (rescued and last.kind in _CONSTANTS)
