"""The rules of a deal's way: what a move is, when a deal stalls, what it weighs."""

from tiji.kernel.pipeline.clock import days_between, days_over, is_put_off, stalls_on
from tiji.kernel.pipeline.moves import Move, move_between, steps_skipped
from tiji.kernel.pipeline.weight import forecast_category, weighted

__all__ = [
    "Move",
    "days_between",
    "days_over",
    "forecast_category",
    "is_put_off",
    "move_between",
    "stalls_on",
    "steps_skipped",
    "weighted",
]
