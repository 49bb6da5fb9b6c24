"""Let the tests of this folder share modules, under the names that mypy knows them by."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
