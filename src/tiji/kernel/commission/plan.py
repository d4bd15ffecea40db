"""A commission plan as data. Every choice on which pay systems differ is a field, not a habit of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tiji.kernel.commission.kinds import FieldKind, Interval
from tiji.kernel.commission.sheet_plan import Sheet
from tiji.kernel.engine.formulas import Table
from tiji.kernel.money import minor_units

Mode = Literal["flat", "marginal", "retroactive", "formula"]
Unit = Literal["amount", "attainment"]
Tie = Literal["lower", "upper"]
Gap = Literal["refuse", "zero"]
Rounding = Literal["payout", "line"]
Sharing = Literal["split", "each"]
Hierarchy = Literal["event", "period_end", "current"]
Basis = Literal["credit", "fixed"]

NO_SHEET = Sheet()
MONTHS_IN: dict[Interval, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class CreditRule:
    """Which events give credit, and how much of their amount.

    `events` are the kinds of event; `when` is a condition over an event's fields, `value` a formula for what is
    credited of it (empty: its amount). `share` is the part of that which is shared out; `role` says whose shares count
    (owner, overlay …); `business` keeps only events of these kinds of business (new, existing), empty keeps all; only
    events on `valid_from` and before `valid_until` count. `over_assignment` allows shares of more than 1 together.

    `sharing`: split shares one amount out among those who hold it; each gives every holder his share for himself, as a
    roll-up does. `levels` and `hierarchy` are for whoever makes the shares of a roll-up: how many levels above the
    owner (None: all), and on which day's hierarchy (of the event, of the last day of its pay interval, of the run).
    """

    events: tuple[str, ...]
    share: Decimal = Decimal(1)
    role: str = "owner"
    business: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    over_assignment: bool = False
    when: str = ""
    value: str = ""
    sharing: Sharing = "split"
    levels: int | None = None
    hierarchy: Hierarchy = "event"


@dataclass(frozen=True, slots=True)
class Measure:
    """The running total of a payee's credits, from nothing at the start of each interval."""

    interval: Interval = "quarter"


@dataclass(frozen=True, slots=True)
class QuotaSource:
    """The quota table's code whose amount, one per payee and interval of the measure, makes attainment."""

    code: str


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a rate table, from `from_` to `to` (None: no end). `rate` for basis credit, `amount` for fixed."""

    from_: Decimal
    to: Decimal | None
    rate: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RateTable:
    """Which rate at which running total.

    `mode`: flat (one rate), marginal (each slice at its own step), retroactive (the step of the total for all of it);
    formula: no table, the component's `pays` says what a credit pays.
    `unit`: step limits are amounts, or shares of the quota. `tie`: to which step exactly its limit belongs.
    `gap`: whether limits may leave ranges that pay nothing.
    """

    mode: Mode
    steps: tuple[Step, ...]
    unit: Unit = "amount"
    tie: Tie = "lower"
    gap: Gap = "refuse"


@dataclass(frozen=True, slots=True)
class Pay:
    """`basis`: the rate of the credit, or a fixed amount for the step reached. Earned lines are paid per `interval`."""

    basis: Basis = "credit"
    interval: Interval = "month"


@dataclass(frozen=True, slots=True)
class Cap:
    """The most a payee earns from the component in one interval of the measure; what is above is forfeited."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Component:
    """One way to earn. `rounding`: payout rounds the running earning, so lines are its exact steps and add up to one
    rounding of the whole; line rounds each line by itself.

    `pays` is a formula for what a credit pays, in place of a rate table; `factor` multiplies what the table or the
    formula pays. Both speak of the credit, its event and the running total.
    """

    code: str
    credit: CreditRule
    measure: Measure
    rate: RateTable
    pay: Pay = Pay()
    quota: QuotaSource | None = None
    cap: Cap | None = None
    rounding: Rounding = "payout"
    title: str = ""
    title_en: str = ""
    pays: str = ""
    factor: str = ""

    @property
    def by_formula(self) -> bool:
        """Whether a formula has its say in what a line pays."""
        return bool(self.pays or self.factor)


@dataclass(frozen=True, slots=True)
class EventField:
    """One more thing that events say, for formulas. Amounts have the events' decimals, rates 8.

    An empty number is 0, an empty text '', an empty flag false; a date may stay empty, and formulas have to say so.
    """

    name: str
    kind: FieldKind


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table for formulas."""

    name: str
    table: Table


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    version: int
    currency: str
    components: tuple[Component, ...]
    fiscal_start_month: int = 1
    title: str = ""
    title_en: str = ""
    fields: tuple[EventField, ...] = ()
    tables: tuple[NamedTable, ...] = ()
    sheet: Sheet = NO_SHEET

    @property
    def digits(self) -> int:
        """Decimals of the currency's minor unit: what lines and payouts are rounded to."""
        return minor_units(self.currency)

    @property
    def by_month(self) -> bool:
        """Whether it says something of a payee's whole month: cells, or steps of payment."""
        return bool(self.sheet.parts or self.sheet.payment)

    def component(self, code: str) -> Component:
        return next(component for component in self.components if component.code == code)
