"""What if: what events that have not happened would pay somebody, from where he stands. Pure, and nothing is written.

Each line is computed by the run's own relations as Python functions of one row (`line_closures.py`), so an estimate is
what two runs, one with the event and one without it, differ by.
Source: docs/kernel/estimate.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tiji.kernel.commission.estimate_book import Book, Credit
from tiji.kernel.commission.explain import Slice
from tiji.kernel.commission.line_closures import ComponentClosures, Counted, Row, still
from tiji.kernel.commission.nearing import NextStep, next_step
from tiji.kernel.commission.periods import interval_dates
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.schemas import InputError, Window
from tiji.kernel.commission.sheet import SheetInputs, compute_sheet

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """A payee's running total in one component and interval, in minor units.

    `gross` is what his lines have earned exactly, before the cap, at the component's own scale; it is kept where
    formulas have their say, because there it does not follow from the total.
    """

    total: int = 0
    gross: int = 0


# Where a payee stands, by component and number of the interval. What is not there has begun from nothing.
Standings = Mapping[Key, Standing]
NOWHERE = Standing()


@dataclass(frozen=True, slots=True)
class EstimatedLine:
    """One credit of a supposed event and what it pays. Units: minor units; `rate` in 1/100,000,000 if it has one."""

    component: str
    event_id: int
    seq: int
    event_on: date
    interval_no: int
    pay_no: int
    credit: int
    before: int
    after: int
    quota: int | None
    amount: int
    rate: int | None
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a component stands after the supposed events: the total, what is next, and whether its cap is reached."""

    component: str
    interval_no: int
    before: int
    after: int
    quota: int | None
    amount: int
    capped: bool
    next: NextStep | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of a component: the quota, whether the cap is reached, the next step."""

    quota: int | None
    capped: bool
    next: NextStep | None


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Credits of a component that cannot be paid: quota_missing or quota_not_positive."""

    component: str
    interval_no: int
    code: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What supposed events pay, in minor units. `uncounted`: those that no component gives the payee credit for.

    `paid_more`, where the month's sheet was given: by month, what is paid more after cells and steps of payment.
    """

    lines: tuple[EstimatedLine, ...] = ()
    reached: tuple[Reached, ...] = ()
    problems: tuple[Unpaid, ...] = ()
    uncounted: tuple[int, ...] = ()
    paid_more: Mapping[int, int] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        """What the lines pay together."""
        return sum(line.amount for line in self.lines)

    def of_event(self, event_id: int) -> int:
        """What one of the events pays."""
        return sum(line.amount for line in self.lines if line.event_id == event_id)


class Estimator:
    """A plan made ready for estimates; building it compiles, asking it is quick.

    Events and shares are rows as a run's tables hold them (EVENT_SCHEMA with the plan's fields, ASSIGNMENT_SCHEMA,
    QUOTA_SCHEMA). Units: amounts of events are integers with `amount_digits` decimals, the currency's own by default.
    """

    def __init__(self, plan: Plan, *, amount_digits: int | None = None) -> None:
        digits = plan.digits if amount_digits is None else amount_digits
        if digits < plan.digits:
            raise InputError(f"amounts of {plan.currency} need {plan.digits} decimals, not {digits}")
        self.plan, self.digits = plan, digits
        self._closures = {part.code: ComponentClosures(plan, part, digits) for part in plan.components}

    def gross_scale(self, component: str) -> int:
        """The scale of `Standing.gross`."""
        return self._closures[component].gross_scale

    def stand(
        self, payee_id: int, events: Iterable[Row], shares: Iterable[Row], quotas: Iterable[Row]
    ) -> dict[Key, Standing]:
        """Where the events that have happened leave the payee. Raises: InputError."""
        book = Book(self.plan, payee_id, shares, quotas)
        rows = _in_order(events)
        found: dict[Key, Standing] = {}
        for component in self.plan.components:
            closures = self._closures[component.code]
            for row, counted, credits in self._counted(component, rows, book):
                key = (component.code, counted.interval_no)
                for credit in credits:
                    found[key] = self._moved(closures, found.get(key, NOWHERE), row, credit, counted, book)
        return found

    def estimate(
        self,
        payee_id: int,
        standings: Standings,
        events: Sequence[Row],
        shares: Iterable[Row],
        quotas: Iterable[Row] = (),
        *,
        sheet: SheetInputs | None = None,
    ) -> Estimate:
        """What the events pay the payee if they come after all that has counted so far, in order of day and id.

        `sheet` is what his month is computed from without them; with it `paid_more` says what they change there.
        Raises: InputError, for events in another currency, shares above 1, numbers that are too large.
        Source: docs/kernel/estimate.md
        """
        book = Book(self.plan, payee_id, shares, quotas)
        rows = _in_order(events)
        lines: list[EstimatedLine] = []
        problems: dict[Unpaid, None] = {}
        credited: set[int] = set()
        now = dict(standings)
        for component in self.plan.components:
            for row, counted, credits in self._counted(component, rows, book):
                code = book.problem(component.code, counted.interval_no)
                for credit in credits:
                    credited.add(row["event_id"])
                    if code:
                        problems[Unpaid(component.code, counted.interval_no, code)] = None
                    else:
                        lines.append(self._line(component, now, row, credit, counted, book))
        return Estimate(
            lines=tuple(lines),
            reached=tuple(self._reached(standings, now, lines, book)),
            problems=tuple(problems),
            uncounted=tuple(row["event_id"] for row in rows if row["event_id"] not in credited),
            paid_more=self._paid_more(payee_id, lines, sheet) if sheet else {},
        )

    def _counted(
        self, component: Component, rows: list[Row], book: Book
    ) -> Iterator[tuple[Row, Counted, list[Credit]]]:
        """Every event that the component counts for the payee, and his parts of it."""
        closures = self._closures[component.code]
        for given in rows:
            for held in book.held(component, given):
                row = closures.row_of(given)
                counted = closures.counted(row, held.together)
                if counted is not None:
                    yield row, counted, book.credits(held, counted.target)

    def _moved(
        self,
        closures: ComponentClosures,
        standing: Standing,
        row: Row,
        credit: Credit,
        counted: Counted,
        book: Book,
    ) -> Standing:
        """The standing after a credit. Without a quota to pay by a formula earns nothing."""
        after = standing.total + credit.amount
        if not closures.component.by_formula:
            return Standing(after)
        if book.problem(closures.component.code, counted.interval_no):
            return replace(standing, total=after)
        line = book.line(closures.component, row, credit, counted, standing.total)
        return Standing(after, standing.gross + closures.step(row, line))

    def _line(
        self,
        component: Component,
        now: dict[Key, Standing],
        row: Row,
        credit: Credit,
        counted: Counted,
        book: Book,
    ) -> EstimatedLine:
        key = (component.code, counted.interval_no)
        standing = now.get(key, NOWHERE)
        line = book.line(component, row, credit, counted, standing.total)
        paid = self._closures[component.code].paid(row, line, standing.gross)
        now[key] = Standing(line["after"], paid.gross_after)
        return EstimatedLine(
            component=component.code,
            event_id=line["event_id"],
            seq=credit.seq,
            event_on=line["event_on"],
            interval_no=counted.interval_no,
            pay_no=counted.pay_no,
            credit=credit.amount,
            before=standing.total,
            after=line["after"],
            quota=line["quota"],
            amount=paid.amount,
            rate=paid.rate,
            slices=paid.slices,
        )

    def _reached(
        self, standings: Standings, now: Standings, lines: list[EstimatedLine], book: Book
    ) -> Iterator[Reached]:
        """Every component and interval that the lines touch, in the order of the plan."""
        for code, number in dict.fromkeys((line.component, line.interval_no) for line in lines):
            before, after = standings.get((code, number), NOWHERE), now[code, number]
            amount = sum(line.amount for line in lines if (line.component, line.interval_no) == (code, number))
            ahead = self._ahead(code, number, after, book)
            yield Reached(code, number, before.total, after.total, ahead.quota, amount, ahead.capped, ahead.next)

    def _ahead(self, code: str, number: int, at: Standing, book: Book) -> Ahead:
        component, closures = self.plan.component(code), self._closures[code]
        quota = book.quota(component, number)
        capped = False
        if component.cap is not None:
            gross = at.gross if component.by_formula else closures.gross(still(at.total, quota))
            capped = gross >= component.cap.amount.scaleb(closures.gross_scale)
        return Ahead(quota, capped, next_step(component, closures, self.plan.digits, at.total, quota))

    def ahead(self, payee_id: int, standings: Standings, quotas: Iterable[Row], on: date) -> dict[Key, Ahead]:
        """What lies ahead in each component on a day, with nothing supposed; those without their quota are left out."""
        book = Book(self.plan, payee_id, (), quotas)
        found = {}
        for component in self.plan.components:
            key = (component.code, book.interval(component, on))
            if not book.problem(*key):
                found[key] = self._ahead(*key, standings.get(key, NOWHERE), book)
        return found

    def _paid_more(self, payee_id: int, lines: list[EstimatedLine], sheet: SheetInputs) -> dict[int, int]:
        """By month, what the payee is paid with the lines less what he is paid without them."""
        totals = list(sheet.totals)
        given = replace(sheet, totals=totals)
        more: dict[tuple[str, int], list[int]] = {}
        for line in lines:
            month = line.event_on.year * 12 + line.event_on.month - 1
            sums = more.setdefault((line.component, month), [0, 0])
            sums[0], sums[1] = sums[0] + line.credit, sums[1] + line.amount
        if not more:
            return {}
        added = [
            {"component": code, "payee_id": payee_id, "month_no": month, "credit": credit, "amount": amount}
            for (code, month), (credit, amount) in more.items()
        ]
        months = [month for _code, month in more]
        window = Window(interval_dates(min(months), "month")[0], interval_dates(max(months), "month")[1])
        without = compute_sheet(self.plan, given, window).payments
        with_them = compute_sheet(self.plan, replace(given, totals=[*totals, *added]), window).payments
        return {
            month: with_them[payee, month].paid - without[payee, month].paid
            for payee, month in with_them
            if payee == payee_id
        }


def _in_order(events: Iterable[Row]) -> list[Row]:
    return sorted(events, key=lambda row: (row["event_on"], row["event_id"]))
