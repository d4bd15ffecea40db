"""What a step from one stage to another is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Move(StrEnum):
    """The kinds of step between two open stages of one process."""

    STAYED = "stayed"
    MOVED = "moved"
    SKIPPED = "skipped"
    RETURNED = "returned"


def move_between(positions: Sequence[int], start: int, end: int) -> Move:
    """Whether a step goes on by one stage, over some, back, or nowhere.

    Shape: `positions` are the positions of the process's stages in use, in any order; `start` and `end` two of them.
    Raises: ValueError if one of the two is not among them.
    Source: docs/kernel/stage-moves.md, "Kinds of step"
    """
    if start == end:
        _index(positions, start)
        return Move.STAYED
    if end < start:
        _index(positions, end)
        return Move.RETURNED
    return Move.SKIPPED if steps_skipped(positions, start, end) else Move.MOVED


def steps_skipped(positions: Sequence[int], start: int, end: int) -> int:
    """How many stages lie between the two; 0 for a step back.

    Raises: ValueError if one of the two is not among the positions.
    Source: docs/kernel/stage-moves.md, "Kinds of step"
    """
    return max(0, _index(positions, end) - _index(positions, start) - 1)


def _index(positions: Sequence[int], position: int) -> int:
    try:
        return sorted(positions).index(position)
    except ValueError:
        raise ValueError(f"{position} is not a stage position of this process: {sorted(positions)}") from None
