"""Prepare JSON-LD for the parser, and report what it would silently drop.

Contexts in files beside the document are put into it, because the parser fetches nothing. Type
maps (JSON-LD 1.1, section 4.6.4), which the parser refuses, are rewritten as lists of nodes with
a type. Values that are no IRIs, which JSON-LD drops, are reported.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from factbook.errors import InputError, log_note
from factbook.rdf.jsonld_losses import describe_losses
from factbook.rdf.syntax_error import RdfSyntaxError

_CONTEXT = "@context"
_TYPE = "@type"
_JSON = "@json"
_NONE = "@none"
_NAMED_CONTEXT = re.compile(rb'"@(?:context|import)"\s*:\s*["\[]')
_NEEDS_REWRITING = re.compile(
    rb'"@(?:context|import)"\s*:\s*["\[]|"@container"\s*:\s*(?:\[[^\]]*)?"@type"'
)
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""A pair of surrogates, a lone one, or another escape."""
_MENTIONED = re.compile(r"protected term (\S+)|@([a-zA-Z]+)|\b(reverse) properties")
_SECOND = re.compile(r"Overriding|twice")
_MOST_LOOKED_AT = 16 << 20
"""The maximum size of documents that are searched for losses."""
_MOST_INSERTED = 16 << 20
"""The maximum size of contexts from other files; repeated references multiply it."""


def prepare(content: bytes, path: Path, address: str) -> bytes:
    """Return a document that the parser can read.

    Args:
        content: The document.
        path: Its file, beside which contexts are looked for.
        address: What its relative IRIs are resolved against.

    Raises:
        InputError: A context is not in a file beside the document, or a text is not Unicode.
    """
    needs_rewriting = _NEEDS_REWRITING.search(content) is not None
    if not needs_rewriting and len(content) > _MOST_LOOKED_AT:
        return content
    lone = next((match for match in _ESCAPE.finditer(content) if match[1]), None)
    if lone is not None:
        said = f"{lone[1].decode()} is half of a character, which no text can have"
        line = content.count(b"\n", 0, lone.start()) + 1
        column = lone.start() - content.rfind(b"\n", 0, lone.start())
        raise RdfSyntaxError(f"{path}:{line}:{column}: {said}", line=line, column=column)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content  # the parser says what is wrong, and where
    if not needs_rewriting:
        _note_losses(document, content, path)
        return content
    folder = path.absolute().parent
    contexts = _Contexts(path, content, folder)
    base = address if address.startswith("file:") else (folder / path.name).as_uri()
    document = contexts.insert(document, base)
    _note_losses(document, content, path)
    if contexts.type_maps:
        unclear = sorted(contexts.type_maps & contexts.others)
        if unclear:
            raise InputError(f"{path}: '{unclear[0]}' is a map by type in a way that is not read")
        document = _rewrite_type_maps(document, contexts)
    return json.dumps(document, ensure_ascii=False).encode()


def _note_losses(document: Any, content: bytes, path: Path) -> None:  # noqa: ANN401
    for line in describe_losses(document, content):
        log_note(f"{path}: {line}")


def names_contexts(content: bytes) -> bool:
    """Tell whether a document may name contexts in other files."""
    return _NAMED_CONTEXT.search(content) is not None


def find_line(content: bytes, message: str) -> int | None:
    """Return the line that a message is about, or None if that is not clear."""
    mentioned = _MENTIONED.search(message)
    if mentioned is None:
        return None
    name = re.escape((mentioned[1] or f"@{mentioned[2] or mentioned[3]}").encode())
    # A value of another kind than the parser wants; or else the only mention, or the second of two
    patterns = [rb'"%s"\s*:\s*(?=[^"\s])' % name] if "must be a string" in message else []
    mentions = 2 if _SECOND.search(message) else 1
    for pattern in [*patterns, rb'"%s"' % name]:
        found = list(re.finditer(pattern, content))
        if len(found) == mentions:
            return content.count(b"\n", 0, found[-1].end()) + 1
    return None


class _Contexts:
    """Inserts the contexts of other files into a document."""

    def __init__(self, path: Path, content: bytes, folder: Path) -> None:
        self._path = path
        self._content = content
        self._folder = folder.resolve()
        self._loaded: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
        self._inserted = 0
        self._literals: set[str] = set()
        """The terms whose values are literals of JSON."""
        self.type_maps: set[str] = set()
        """The terms whose values are indexed by type."""
        self.others: set[str] = set()
        """Those that are defined otherwise, or whose texts are not addresses."""
        self.nones = {_NONE}
        """The names for no type at all."""

    def insert(self, node: Any, base: str) -> Any:  # noqa: ANN401 - any value of JSON
        """Return a value with all its contexts as objects."""
        if isinstance(node, list):
            return [self.insert(each, base) for each in node]
        if not isinstance(node, dict):
            return node
        if node.get(_TYPE) == _JSON:
            return node
        found = dict(node)
        if _CONTEXT in node:
            found[_CONTEXT] = self._resolve(node[_CONTEXT], base, ())
        for name, value in node.items():
            if name != _CONTEXT and name not in self._literals:
                found[name] = self.insert(value, base)
        return found

    def _resolve(self, context: Any, base: str, within: tuple[str, ...]) -> Any:  # noqa: ANN401
        if isinstance(context, list):
            found = []
            for each in context:
                resolved = self._resolve(each, base, within)
                found += resolved if isinstance(resolved, list) else [resolved]
            return found
        if isinstance(context, str):
            return self._load(urljoin(base, context), context, within)
        if not isinstance(context, dict):
            return context
        imported = context.get("@import")
        own = {name: value for name, value in context.items() if name != "@import"}
        if isinstance(imported, str):
            other = self._load(urljoin(base, imported), imported, within)
            if not isinstance(other, dict):
                raise self._error(imported, f"'{imported}' is not one context: @import takes one")
            own = {**other, **own}
        self._resolve_terms(own, base, within)
        return own

    def _resolve_terms(self, own: dict[str, Any], base: str, within: tuple[str, ...]) -> None:
        """Note the type maps of a context, and resolve the contexts inside it."""
        for term, definition in own.items():
            if definition == _NONE:
                self.nones.add(term)
            if not isinstance(definition, dict):
                self.others.add(term)
                continue
            if definition.get(_TYPE) == _JSON:
                self._literals.add(term)
            container = definition.get("@container")
            found = dict(definition)
            containers = container if isinstance(container, list) else [container]
            if _TYPE in containers:
                self.type_maps.add(term)
                if definition.get(_TYPE) == "@vocab":
                    self.others.add(term)
                found["@container"] = [each for each in containers if each != _TYPE]
                if not found["@container"]:
                    del found["@container"]
            else:
                self.others.add(term)
            if _CONTEXT in definition:
                found[_CONTEXT] = self._resolve(definition[_CONTEXT], base, within)
            own[term] = found

    def _load(self, iri: str, written: str, within: tuple[str, ...]) -> Any:  # noqa: ANN401
        """Return the context in the file of an IRI.

        Raises:
            InputError: The file is not beside the document, or has no context.
        """
        if iri in within:
            return {}  # its terms are defined already
        if iri not in self._loaded:
            place = urlsplit(iri)
            file = Path(unquote(place.path)).resolve()
            if place.scheme != "file" or not file.is_relative_to(self._folder):
                raise self._error(
                    written,
                    f"the context '{written}' is not fetched: save it beside the file and name it "
                    "there by its file name, or put it into the file",
                )
            try:
                loaded = json.loads(file.read_bytes())
            except (OSError, ValueError, RecursionError) as error:
                reason = getattr(error, "strerror", None) or error
                message = f"the context '{written}' cannot be read: {reason}"
                raise self._error(written, message) from None
            if not isinstance(loaded, dict) or _CONTEXT not in loaded:
                raise self._error(written, f"the context '{written}' has no '@context'")
            context = self._resolve(loaded[_CONTEXT], iri, (*within, iri))
            if isinstance(context, dict):  # a base counts only in the document itself
                context = {name: value for name, value in context.items() if name != "@base"}
            self._loaded[iri] = context
            self._sizes[iri] = len(json.dumps(context))
        self._inserted += self._sizes[iri]
        if self._inserted > _MOST_INSERTED:
            raise self._error(written, f"'{written}' names more contexts than fit into memory")
        return self._loaded[iri]

    def _error(self, written: str, message: str) -> InputError:
        at = self._content.find(json.dumps(written).encode())
        line = f":{self._content.count(bytes([10]), 0, at) + 1}" if at >= 0 else ""
        return InputError(f"{self._path}{line}: {message}")


def _rewrite_type_maps(node: Any, contexts: _Contexts) -> Any:  # noqa: ANN401 - any value of JSON
    """Return a value in which each type map is a list of nodes, each with its type."""
    if isinstance(node, list):
        return [_rewrite_type_maps(each, contexts) for each in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for name, value in node.items():
        if name == _CONTEXT:
            found[name] = value
        elif name in contexts.type_maps and isinstance(value, dict) and not name.startswith("@"):
            found[name] = [
                _rewrite_type_maps(
                    each if type_ in contexts.nones else _with_type(each, type_), contexts
                )
                for type_, nodes in value.items()
                for each in (nodes if isinstance(nodes, list) else [nodes])
            ]
        else:
            found[name] = _rewrite_type_maps(value, contexts)
    return found


def _with_type(node: Any, type_: str) -> Any:  # noqa: ANN401 - any value of JSON
    if isinstance(node, str):
        node = {"@id": node}
    if not isinstance(node, dict):
        return node
    own = node.get(_TYPE, [])
    context = {_CONTEXT: node[_CONTEXT]} if _CONTEXT in node else {}
    rest = {name: value for name, value in node.items() if name not in {_TYPE, _CONTEXT}}
    return {**context, _TYPE: [type_, *(own if isinstance(own, list) else [own])], **rest}
