"""The funnel of a list of moves, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from statistics import median_low

from tiji.kernel.funnel.report import LEFT, FunnelReport, Outcomes, StageEvent, report


def funnel(
    events: Iterable[StageEvent], stages: int, *, as_of: date, since: date | None = None, until: date | None = None
) -> FunnelReport:
    """The cohort of deals whose first move is on `since` or later and before `until`, as known at the end of `as_of`.

    Shape: one row per stage 0 … `stages` - 1; the last stage is winning. Later moves do not count.
    Raises: ValueError if a stage is not in the process.
    Source: docs/kernel/funnel.md
    """
    deals: dict[int, list[StageEvent]] = {}
    for event in events:
        if not LEFT <= event.stage < stages:
            raise ValueError(f"deal {event.deal_id} moves to stage {event.stage}, which is not in the process")
        if event.on <= as_of:
            deals.setdefault(event.deal_id, []).append(event)
    furthest: dict[int, tuple[int, int]] = {}
    stays: dict[int, list[int]] = {}
    counts = {"open": 0, "won": 0, "lost": 0, "won_amount": 0, "cycle_days": 0}
    for moves in deals.values():
        moves.sort(key=lambda move: (move.on, move.event_no))
        if (since and moves[0].on < since) or (until and moves[0].on >= until):
            continue
        _count_furthest(moves, furthest)
        _count_stays(moves, stays)
        _count_outcome(moves, stages, counts)
    medians = {stage: median_low(days) for stage, days in stays.items()}
    return report(furthest, medians, stages, Outcomes(**counts))


def _count_furthest(moves: list[StageEvent], furthest: dict[int, tuple[int, int]]) -> None:
    stage = max(move.stage for move in moves)
    deals, amount = furthest.get(stage, (0, 0))
    furthest[stage] = (deals + 1, amount + moves[-1].amount)


def _count_stays(moves: list[StageEvent], stays: dict[int, list[int]]) -> None:
    """Days per stage, summed over the visits that have ended."""
    days: dict[int, int] = {}
    for position, move in enumerate(moves[:-1]):
        if move.stage != LEFT:
            days[move.stage] = days.get(move.stage, 0) + (moves[position + 1].on - move.on).days
    for stage, total in days.items():
        stays.setdefault(stage, []).append(total)


def _count_outcome(moves: list[StageEvent], stages: int, counts: dict[str, int]) -> None:
    last = moves[-1]
    if last.stage == LEFT:
        counts["lost"] += 1
    elif last.stage == stages - 1:
        counts["won"] += 1
        counts["won_amount"] += last.amount
        counts["cycle_days"] += max((last.on - moves[0].on).days, 1)
    else:
        counts["open"] += 1
