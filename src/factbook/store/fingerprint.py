"""Compute the fingerprints of files, which identify the snapshot for them.

A file is read and hashed each time. Only for a large file may a stat cache stand in for the hash:
it holds for the file that was hashed, by path, device, inode, size and times, and is not used for a
file that changed so recently that the clock could hide another change.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from factbook.atomic_write import atomic_write
from factbook.errors import InputError
from factbook.rdf.formats import syntax_of
from factbook.store.cache_folder import decode_checked, encode_checked, is_ours, read_kept

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.rdf.rdf_input import RdfInput

_LARGE_BYTES = 16 << 20
_CLOCK_GRAIN_NS = 2_000_000_000
"""Some file systems store times with a resolution of two seconds."""
_STAT_CACHE = "stat_cache.json"
_MAX_ENTRIES = 256
_GZIP = b"\x1f\x8b"
_SCHEME = rb"[A-Za-z][A-Za-z0-9+.-]*:"
_BASE = re.compile(rb"@base <" + _SCHEME)
_RELATIVE = re.compile(rb"<(?!" + _SCHEME + rb")[^\s<>\"]*>")
_JSON_LD = (".jsonld", ".json", ".jsonld.gz", ".json.gz")


class Fingerprint(NamedTuple):
    """The state of a file."""

    name: str
    """The name of the file, and everything besides its text on which its statements depend."""
    digest: str
    stat: tuple[int, ...]
    """The device, inode, size and times of the file."""


def fingerprint_files(files: Sequence[RdfInput], folder: Path) -> list[Fingerprint] | None:
    """Return the fingerprints of files.

    Args:
        files: The files.
        folder: The cache folder, where the stat cache is.

    Returns:
        The fingerprints, or None where a file cannot be read, is not a regular file, or is JSON-LD
        with a context in another file.
    """
    try:
        found = [_fingerprint(file, folder) for file in files]
    except OSError:
        return None
    return [each for each in found if each] if all(found) else None


def key_for(fingerprints: Sequence[Fingerprint], *, version: str) -> str:
    """Return the key of a snapshot of these files, in their order, made by a version."""
    lines = [version, *(f"{each.digest} {each.name}" for each in fingerprints)]
    return hashlib.sha256(os.fsencode("\n".join(lines))).hexdigest()[:32]


def _fingerprint(given: RdfInput, folder: Path) -> Fingerprint | None:
    path = given.path
    if not stat.S_ISREG(path.stat().st_mode):
        return None  # opening a pipe would consume its content
    with path.open("rb", buffering=0) as file:
        about = _facts(os.fstat(file.fileno()))
        if path.name.endswith(_JSON_LD) and _names_contexts(path):
            return None  # its statements depend on other files
        if about[2] <= _LARGE_BYTES:
            content = file.read()
            depends = not given.in_book or _depends_on_address(path, content)
            name = f"{path.name}\t{given.address if depends else ''}"
            return Fingerprint(name, hashlib.sha256(content).hexdigest(), about)
        is_old = max(about[3:]) < time.time_ns() - _CLOCK_GRAIN_NS
        entry = f"{os.path.realpath(path)}\t{about}"
        digest = _load(folder).get(entry) if is_old else None
        if digest is None:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if is_old and _facts(os.fstat(file.fileno())) == about:
                _remember(folder, entry, digest)
        return Fingerprint(f"{path.name}\t{given.address}", digest, about)


def _depends_on_address(path: Path, content: bytes) -> bool:
    """Tell whether relative IRIs in a file may be resolved against its address."""
    syntax = syntax_of(path)
    if syntax is not None and syntax.name in {"nt", "nquads"}:
        return False
    if syntax is None or syntax.name not in {"turtle", "trig"} or content.startswith(_GZIP):
        return True
    return _BASE.match(content) is None and _RELATIVE.search(content) is not None


def _names_contexts(path: Path) -> bool:
    from factbook.rdf.jsonld import names_contexts
    from factbook.rdf.unpack import read_bytes

    try:
        return names_contexts(read_bytes(path))
    except InputError:
        return True  # reading the file will report the error


def _facts(about: os.stat_result) -> tuple[int, ...]:
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def _load(folder: Path) -> dict[str, str]:
    """Return the stat cache; empty if it is missing, damaged or another user's."""
    path = folder / _STAT_CACHE
    try:
        return (decode_checked(read_kept(path)) or {}) if is_ours(path) else {}
    except OSError:
        return {}


def _remember(folder: Path, entry: str, digest: str) -> None:
    """Add to the stat cache, if it can be written."""
    entries = [*_load(folder).items(), (entry, digest)][-_MAX_ENTRIES:]
    path = folder / _STAT_CACHE
    with contextlib.suppress(InputError, OSError):
        with atomic_write(path) as file:
            file.write(encode_checked(dict(entries)))
        path.chmod(0o600)
