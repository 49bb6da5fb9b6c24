"""The bundled book without what is imported from data sets, in a folder of its own.

Answers that are written down and comparisons of engines use it, so that another import changes
none of them and makes none of them slower. What is imported stands in folders named `imports`.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from factbook.layout import layout_of

IMPORTS = "imports"


@cache
def core_book() -> Path:
    """Return the folder of the book, made on first use and removed when the tests end."""
    root = Path(tempfile.mkdtemp(prefix="factbook-core-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    checkout = layout_of(None).root
    for name in ("ontology", "queries"):
        (root / name).symlink_to(checkout / name)
    for path in sorted((checkout / "data").rglob("*")):
        part = path.relative_to(checkout)
        if IMPORTS in part.parts or path.is_dir():
            continue
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, root / part)
    return root
