"""One row of the planning grid, ready to be shown."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.display.tags import Gap
from tiji.apps.targets.models import TargetNode, TargetPlan
from tiji.apps.targets.selectors.grids import PlanGrid, from_units
from tiji.kernel.periods import Period
from tiji.kernel.targets import Cell, Origin

GOOD, FAIR = Decimal(1), Decimal("0.85")
WIDTH, HEIGHT, TOP, GROUND = 58, 22, 2, 19


@dataclass(frozen=True)
class Frame:
    """What all rows of one screen share. `month_share` is how much of the current month's working days passed."""

    plan: TargetPlan
    opened: PlanGrid
    kind: str
    columns: tuple[Period, ...]
    months: tuple[Period, ...]
    today: date
    month_share: Fraction | None
    shown: set[str]
    open_keys: set[str]
    heads: dict[int, str]
    may_type: set[str]
    gaps: dict[str, Gap]
    base: int = 0

    def amount(self, key: str, period: str, kind: str | None = None) -> Decimal | None:
        units = self.opened.grid.amount(key, period, kind or None)
        return None if units is None else from_units(self.plan, units)


@dataclass(frozen=True)
class CellView:
    """One amount: as shown, with every digit, as one would type it."""

    period: str
    text: str
    full: str
    value: str
    typed: bool
    locked: bool
    now: bool
    editable: bool
    bar: str
    done: Decimal


@dataclass(frozen=True)
class Row:
    """A unit or person with its amounts, sum check and cumulative pace."""

    key: str
    label: str
    name: Any
    level: int
    parent: str
    has_children: bool
    opened: bool
    hidden: bool
    head: str
    is_person: bool
    year: CellView
    shares: tuple[dict[str, Any], ...]
    kinds: tuple[str, ...]
    cells: tuple[CellView, ...]
    gap: Decimal | None
    gap_text: str
    gap_full: str
    gap_tone: str
    gap_months: str
    blank: bool
    spark: dict[str, str] | None
    done: Decimal | None
    tone: str
    quarter: tuple[str, str] | None


def row_of(frame: Frame, node: TargetNode, actuals: list[Decimal]) -> Row:
    """The row of a node; `actuals` by month, empty where nothing came about."""
    key, grid, plan = node.key, frame.opened.grid, frame.plan
    children = [child.key for child in grid.setup.children.get(key, [])]
    parent = node.parent.key if node.parent else ""
    year = str(plan.fiscal_year)
    total = frame.amount(key, year, frame.kind)
    below = [frame.amount(child, year, frame.kind) for child in children]
    gap = total - sum((one for one in below if one is not None), Decimal(0)) if children and total is not None else None
    done, spark = _pace(frame, key, actuals)
    return Row(
        key=key,
        label=node.unit.label if node.unit else str(node.person),
        name=node.unit or node.person,
        level=node.depth - frame.base + 1,
        parent=parent if parent in frame.shown else "",
        has_children=any(child in frame.shown for child in children),
        opened=any(child in frame.open_keys for child in children),
        hidden=parent in frame.shown and key not in frame.open_keys,
        head=frame.heads.get(node.unit_id or 0, ""),
        is_person=node.person_id is not None,
        year=_cell(frame, key, year, []),
        shares=_shares(frame, key, year),
        kinds=tuple(amounts.short(plan, frame.amount(key, year, kind)) for kind in grid.setup.kinds),
        cells=tuple(_cell(frame, key, period.key, actuals) for period in frame.columns),
        gap=gap,
        gap_text=("+" if gap < 0 else "") + amounts.short(plan, -gap) if gap is not None else "",
        gap_full=amounts.full(plan, -gap) if gap is not None else "",
        gap_tone=_gap_tone(frame, key, gap),
        gap_months=_gap_months(frame, key, gap),
        blank=total is None,
        spark=spark,
        done=done,
        tone=_tone(done),
        quarter=_quarter(frame, key),
    )


def _gap_tone(frame: Frame, key: str, gap: Decimal | None) -> str:
    """Short is bad; more than the target is a remark beyond what the company allows."""
    known = frame.gaps.get(key)
    if not gap:
        return ""
    if known is None or frame.kind:
        return "bad" if gap > 0 else "warn"
    return known.tone


def _gap_months(frame: Frame, key: str, gap: Decimal | None) -> str:
    """The months that do not add up though the year does: the one, or how many."""
    known = frame.gaps.get(key)
    if gap != 0 or known is None or not known.months:
        return ""
    return month_label(frame.months[known.months[0]].start) if len(known.months) == 1 else str(len(known.months))


def _quarter(frame: Frame, key: str) -> tuple[str, str] | None:
    """The quarter that today lies in, with the row's target in it."""
    number = next((at // 3 + 1 for at, month in enumerate(frame.months) if month.contains(frame.today)), 0)
    if not number:
        return None
    amount = frame.amount(key, f"{frame.plan.fiscal_year}-Q{number}", frame.kind)
    return f"Q{number}", amounts.short(frame.plan, amount)


def _cell(frame: Frame, key: str, period: str, actuals: list[Decimal]) -> CellView:
    plan, grid = frame.plan, frame.opened.grid
    amount = frame.amount(key, period, frame.kind)
    first, after = grid.setup.span(period)
    span = next((one for one in frame.columns if one.key == period), None)
    locked = all(month in grid.setup.closed for month in range(first, after))
    kinds = (frame.kind,) if frame.kind else grid.setup.kinds
    typed = any(grid.origin(Cell(key, period, kind)) is Origin.TYPED for kind in kinds)
    bar, done = "", Decimal(0)
    if span and actuals and amount and span.start <= frame.today:
        done = sum(actuals[first:after], Decimal(0)) / amount
        bar = "p" if span.contains(frame.today) else {"good": "g", "warn": "w", "bad": "b"}[_tone(done)]
    elif span and amount and span.end <= frame.today:
        bar = "b"
    return CellView(
        period,
        amounts.short(plan, amount),
        amounts.full(plan, amount),
        amounts.editable(plan, amount),
        typed,
        locked,
        bool(span and span.contains(frame.today)),
        key in frame.may_type and not locked,
        bar,
        max(min(done, Decimal(1)), Decimal(0)),
    )


def _shares(frame: Frame, key: str, year: str) -> tuple[dict[str, Any], ...]:
    kinds = frame.opened.grid.setup.kinds
    parts = [frame.amount(key, year, kind) or Decimal(0) for kind in kinds]
    total = sum(parts, Decimal(0))
    if len(kinds) < 2 or not total:
        return ()
    return tuple({"share": part / total, "color": f"c{at + 1}"} for at, part in enumerate(parts))


def _tone(done: Decimal | None) -> str:
    if done is None:
        return ""
    return "good" if done >= GOOD else "warn" if done >= FAIR else "bad"


def _pace(frame: Frame, key: str, actuals: list[Decimal]) -> tuple[Decimal | None, dict[str, str] | None]:
    """What came about so far against what should have by now, and both as lines over the year."""
    goals = [frame.amount(key, month.key, frame.kind) for month in frame.months]
    if all(goal is None for goal in goals):
        return None, None
    pace, line, due, so_far, planned = [Decimal(0)], [Decimal(0)], Decimal(0), Decimal(0), Decimal(0)
    for at, month in enumerate(frame.months):
        goal = goals[at] or Decimal(0)
        planned += goal
        pace.append(planned)
        if month.start <= frame.today:
            so_far += actuals[at] if actuals else Decimal(0)
            line.append(so_far)
            share = frame.month_share if month.contains(frame.today) and frame.month_share is not None else Fraction(1)
            due += goal * share.numerator / share.denominator
    most = max(planned, so_far) or Decimal(1)
    spark = {"pace": _path(pace, most), "line": _path(line, most), "area": _area(line, most)} if len(line) > 1 else None
    if spark:
        x, y = _point(len(line) - 1, line[-1], most)
        spark |= {"x": x, "y": y}
    return (so_far / due if due else None), spark


def _point(at: int, value: Decimal, most: Decimal) -> tuple[str, str]:
    x = Decimal(at) * WIDTH / 12
    y = GROUND - max(value, Decimal(0)) / most * (GROUND - TOP)
    return f"{x:.1f}", f"{y:.1f}"


def _path(values: list[Decimal], most: Decimal) -> str:
    return "M" + " L".join(" ".join(_point(at, value, most)) for at, value in enumerate(values))


def _area(values: list[Decimal], most: Decimal) -> str:
    last = _point(len(values) - 1, values[-1], most)[0]
    return f"{_path(values, most)} L{last} {HEIGHT} L0 {HEIGHT}Z"
