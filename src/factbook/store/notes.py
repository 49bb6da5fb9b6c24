"""Write the small files that stand beside the snapshots, each whole or not at all.

Where that cannot be, nothing is kept: all of them can be made anew.
"""

from __future__ import annotations

import json
import os


def write_note(path: str, document: object) -> None:
    """Write a document as JSON."""
    write_whole(path, json.dumps(document).encode())


def write_whole(path: str, content: bytes) -> None:
    """Write a file under another name first, in a folder that is made where it is missing."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        pass
