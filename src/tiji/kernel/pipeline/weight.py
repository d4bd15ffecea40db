"""What a deal counts for while it is open."""

from __future__ import annotations

from fractions import Fraction

from tiji.kernel.money import Money


def weighted(amount: Money, percent: int) -> Money:
    """The amount times the stage's percent, rounded once to the minor unit.

    Raises: ValueError if `percent` is not within 0 and 100.
    Source: docs/kernel/stage-moves.md, "Weight"
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percent lies between 0 and 100, not {percent}")
    return amount.times(Fraction(percent, 100))


def forecast_category(status: str, chosen: str, of_stage: str) -> str:
    """The category a deal is counted in: closed when won, omitted when lost or paused, else as chosen or as its stage.

    Shape: `status` is open, won, lost or paused; `chosen` is empty when nobody chose.
    Source: docs/kernel/stage-moves.md, "Forecast category"
    """
    if status == "won":
        return "closed"
    if status != "open":
        return "omitted"
    return chosen or of_stage
