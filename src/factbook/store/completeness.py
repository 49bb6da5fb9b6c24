"""Find out whether an endpoint has left out rows without a word.

Endpoints cut long answers at a round number. Where an answer has a round number of rows, the
endpoint is asked how many there are.
"""

from __future__ import annotations

_ROUND = 100
_LEAST_POWER = 64


def is_suspect(rows: int) -> bool:
    """Tell whether a number of rows may be a limit rather than a result."""
    power = rows >= _LEAST_POWER and rows & (rows - 1) == 0
    return power or (rows > 0 and rows % _ROUND == 0)
