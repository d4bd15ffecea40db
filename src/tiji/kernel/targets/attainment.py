"""Attainment: an actual against its target and against the working days that have passed.

Amounts are Decimals of one unit throughout (one currency's main unit, or a count). Source: docs/kernel/attainment.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tiji.kernel.money import Rate, round_half_away
from tiji.kernel.periods import TimeProgress

WARN_FROM = Fraction(-10, 100)


class Status(StrEnum):
    """How completion stands against the time that has passed."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Attainment:
    """What a cockpit shows of one target.

    Units: `completion`, `time_share` and `pace_gap` are exact shares of 1; `days_ahead` working days with one decimal,
    negative when behind; `daily_so_far` and `needed_per_day` amounts per working day. None means it cannot be said:
    no target, no day elapsed, no day left.
    """

    actual: Decimal
    target: Decimal | None
    time_share: Fraction
    completion: Fraction | None
    pace_gap: Fraction | None
    status: Status | None
    days_ahead: Decimal | None
    gap: Decimal | None
    daily_so_far: Decimal | None
    needed_per_day: Decimal | None


def attainment(
    actual: Decimal, target: Decimal | None, progress: TimeProgress, *, places: int = 2, warn_from: Rate = WARN_FROM
) -> Attainment:
    """Everything one target says on a day.

    Shape: all figures that need a target are None without one; a target of 0 has a gap and no completion.
    Units: `places` decimals for the daily amounts; the day itself counts as elapsed.
    Source: docs/kernel/attainment.md
    """
    done = completion(actual, target)
    ahead = None if done is None else done * progress.total - progress.elapsed
    gap = None if target is None else target - actual
    return Attainment(
        actual=actual,
        target=target,
        time_share=progress.share,
        completion=done,
        pace_gap=pace_gap(done, progress),
        status=pace_status(pace_gap(done, progress), warn_from),
        days_ahead=None if ahead is None else round_half_away(ahead, 1),
        gap=gap,
        daily_so_far=_per_day(actual, progress.elapsed, places),
        needed_per_day=None if gap is None else _per_day(max(gap, Decimal(0)), progress.left, places),
    )


def completion(actual: Decimal, target: Decimal | None) -> Fraction | None:
    """actual / target, exact; None without a target or with a target that is not above 0."""
    if target is None or target <= 0:
        return None
    return Fraction(actual) / Fraction(target)


def pace_gap(done: Fraction | None, progress: TimeProgress) -> Fraction | None:
    """Completion less time progress: 0.05 is five points ahead."""
    return None if done is None else done - progress.share


def pace_status(gap: Fraction | None, warn_from: Rate = WARN_FROM) -> Status | None:
    """Good from 0 up, warn above `warn_from` (ten points behind), bad from there down."""
    if gap is None:
        return None
    if gap >= 0:
        return Status.GOOD
    return Status.WARN if gap > Fraction(warn_from) else Status.BAD


def rolling_target(target: Decimal | None, past: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal | None:
    """This period's target plus what the periods before it fell short by, taken together (滚动目标).

    Shape: `past` are (target, actual) of the earlier periods of the year; periods without a target do not count. A
    surplus pays for shortfalls of other periods, and does not lower this period's own target.
    """
    if target is None:
        return None
    short = sum((goal - actual for goal, actual in past if goal is not None), Decimal(0))
    return target + max(short, Decimal(0))


def coverage(open_pipeline: Decimal, gap: Decimal | None) -> Fraction | None:
    """Open pipeline / gap, exact; None where there is no target or nothing is missing any more."""
    if gap is None or gap <= 0:
        return None
    return Fraction(open_pipeline) / Fraction(gap)


def required_pipeline(
    gap: Decimal | None, win_rate: Rate | None, *, factor: Rate = 1, places: int = 2
) -> Decimal | None:
    """How much open pipeline the gap needs: gap / win rate × factor, 0 once it is closed.

    Units: `win_rate` a share of 1; `factor` the company's own margin (1 = none).
    Raises: ValueError if the win rate is above 1 or negative. None without a target or with a win rate of 0 or unknown.
    """
    if win_rate is not None and not 0 <= win_rate <= 1:
        raise ValueError(f"a win rate lies between 0 and 1, not {win_rate}")
    if gap is None:
        return None
    if gap <= 0:
        return round_half_away(Decimal(0), places)
    return round_half_away(Fraction(gap) / Fraction(win_rate) * Fraction(factor), places) if win_rate else None


def _per_day(amount: Decimal, days: int, places: int) -> Decimal | None:
    return round_half_away(Fraction(amount) / days, places) if days > 0 else None
