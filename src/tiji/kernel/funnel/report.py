"""The funnel's figures, whichever way they were counted. Source: docs/kernel/funnel.md"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

LEFT = -1


@dataclass(frozen=True, slots=True)
class StageEvent:
    """A deal's move. `stage` is the position in the process from 0; -1: lost, dropped. `amount`: the deal's, then.

    `event_no` orders the moves of one day (the ledger's key).
    """

    deal_id: int
    event_no: int
    on: date
    stage: int
    amount: int = 0


@dataclass(frozen=True, slots=True)
class StageFigures:
    """`reached`: deals that were ever in this stage or a later one; `amount`: of those deals, as last known.

    `conversion`: the share of them that reached the next stage, None at the end or if nobody got here;
    `median_days`: in this stage, of the deals that have left it.
    """

    stage: int
    reached: int
    amount: int
    conversion: Fraction | None
    median_days: int | None


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The step from `stage` to the next one with the largest shortfall. `missing_deals`: what the baseline adds."""

    stage: int
    conversion: Fraction
    baseline: Fraction
    shortfall: Fraction
    missing_deals: Fraction


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Counts of a cohort. `cycle_days` from the first move to winning, summed over the won deals."""

    open: int = 0
    won: int = 0
    lost: int = 0
    won_amount: int = 0
    cycle_days: int = 0


@dataclass(frozen=True, slots=True)
class FunnelReport:
    stages: tuple[StageFigures, ...]
    outcomes: Outcomes

    @property
    def win_rate(self) -> Fraction | None:
        """Won ÷ (won + lost); None while nothing is decided."""
        decided = self.outcomes.won + self.outcomes.lost
        return Fraction(self.outcomes.won, decided) if decided else None

    @property
    def average_amount(self) -> Fraction | None:
        """Of the won deals, in minor units."""
        return Fraction(self.outcomes.won_amount, self.outcomes.won) if self.outcomes.won else None

    @property
    def average_cycle_days(self) -> Fraction | None:
        """From the first move to winning; a deal won on its first day counts as one day."""
        return Fraction(self.outcomes.cycle_days, self.outcomes.won) if self.outcomes.won else None

    @property
    def velocity(self) -> Fraction | None:
        """Open deals × win rate × average amount ÷ average cycle days: minor units per day."""
        rate, amount, days = self.win_rate, self.average_amount, self.average_cycle_days
        if rate is None or amount is None or not days:
            return None
        return self.outcomes.open * rate * amount / days

    def conversion_to_end(self, stage: int) -> Fraction | None:
        """The share of the deals which reached the stage that reached the last one."""
        reached = self.stages[stage].reached
        return Fraction(self.stages[-1].reached, reached) if reached else None

    def bottleneck(self, baseline: Mapping[int, Fraction]) -> Bottleneck | None:
        """The step that falls shortest of its baseline conversion (by stage); None if none does. Ties: the earlier."""
        short = [
            Bottleneck(row.stage, row.conversion, usual, usual - row.conversion, (usual - row.conversion) * row.reached)
            for row in self.stages
            if row.conversion is not None and (usual := baseline.get(row.stage)) is not None and row.conversion < usual
        ]
        return max(short, key=lambda found: (found.shortfall, -found.stage), default=None)


def report(
    furthest: Mapping[int, tuple[int, int]], medians: Mapping[int, int], stages: int, outcomes: Outcomes
) -> FunnelReport:
    """From the deals and amounts by the furthest stage they got to, to "ever reached this stage or a later one"."""
    reached = _sums_from_the_end([furthest.get(stage, (0, 0))[0] for stage in range(stages)])
    amounts = _sums_from_the_end([furthest.get(stage, (0, 0))[1] for stage in range(stages)])
    rows = []
    for stage in range(stages):
        passed = reached[stage + 1] if stage + 1 < stages else None
        conversion = None if passed is None or not reached[stage] else Fraction(passed, reached[stage])
        rows.append(StageFigures(stage, reached[stage], amounts[stage], conversion, medians.get(stage)))
    return FunnelReport(tuple(rows), outcomes)


def _sums_from_the_end(values: Sequence[int]) -> list[int]:
    sums, running = [], 0
    for value in reversed(values):
        running += value
        sums.append(running)
    return sums[::-1]
