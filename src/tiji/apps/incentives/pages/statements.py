"""What the statement's page is made of."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.commerce.models import Invoice
from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import Run, Statement
from tiji.apps.incentives.pages.month_parts import MonthParts
from tiji.apps.incentives.selectors.statements import (
    Attained,
    attained,
    earnings_of,
    month_before,
    month_of,
    plans_of,
    versions_of,
    year_to_date,
)
from tiji.apps.incentives.selectors.traces import Line, lines_of
from tiji.apps.organization.selectors.company import work_calendar
from tiji.kernel.money import Money
from tiji.kernel.periods import Period, PeriodKind, time_progress
from tiji.ui import formats

RAMP = ("st1", "st2", "st3", "st4", "st5")
WAITING = 5
WIDEST = Decimal("1.4")


@dataclass(frozen=True)
class Changed:
    """A line that differs between two versions of a month."""

    line: Line
    before: Decimal
    after: Decimal


class StatementPage:
    """One statement as its page shows it, computed from what its run left behind."""

    def __init__(self, statement: Statement, on: date) -> None:
        self.statement, self.on = statement, on
        self.run: Run = statement.run
        self.person = statement.person
        self.month = month_of(statement)

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.statement.currency)

    @property
    def title(self) -> str:
        return _("Commission statement %(month)s") % {"month": words.month_label(self.month)}

    @property
    def month_label(self) -> str:
        return words.month_label(self.month)

    @property
    def amount(self) -> Money:
        return self.money(self.statement.amount)

    @cached_property
    def plans(self) -> dict[int, Any]:
        return plans_of(self.statement, self.earnings)

    @cached_property
    def earnings(self) -> list[Any]:
        return earnings_of(self.statement)

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        """The statement's earnings with the names of their components."""
        own = [row for row in self.earnings if row.of_period_id is None]
        return [{"title": self.parts.title(row.plan_version_id, row.component), "earning": row} for row in own]

    @cached_property
    def parts(self) -> MonthParts:
        """What the month is made of besides its lines."""
        return MonthParts(self.statement, self.plans, self.earnings)

    @property
    def plan_text(self) -> str:
        names = dict.fromkeys(f"{row.plan_version.plan.label} v{row.plan_version.number}" for row in self.earnings)
        return " · ".join([*names, _("version %(number)s") % {"number": self.run.number}])

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.statement, self.run)

    @property
    def lines_total(self) -> Money:
        return self.money(sum((line.amount for line in self.lines), Decimal(0)))

    @property
    def credit_total(self) -> Money:
        return self.money(sum((line.credit for line in self.lines), Decimal(0)))

    # Beside the amount

    @cached_property
    def before(self) -> Statement | None:
        return month_before(self.statement, self.month)

    @property
    def change(self) -> tuple[str, str] | None:
        """How the amount compares with the month before: text and tone."""
        if self.before is None or self.before.amount <= 0:
            return None
        share = (self.statement.amount - self.before.amount) / self.before.amount
        tone = "up" if share > 0 else "down" if share < 0 else "flat"
        return formats.signed(formats.percent(abs(share)), share), tone

    @property
    def before_text(self) -> str:
        if self.before is None:
            return ""
        return _("against %(amount)s the month before") % {"amount": formats.money_full(self.money(self.before.amount))}

    @cached_property
    def year_total(self) -> Money:
        return self.money(year_to_date(self.statement, self.month))

    @cached_property
    def measured(self) -> list[Attained]:
        return attained(self.statement, self.plans)

    @cached_property
    def main(self) -> Attained | None:
        """The measure that the ladder shows: the first with a quota, else the first."""
        return next((one for one in self.measured if one.quota is not None), next(iter(self.measured), None))

    @cached_property
    def time_share(self) -> Any:
        """How much of the measured interval's working days had passed at the month's end, or today."""
        if self.main is None:
            return None
        kind = PeriodKind(self.main.component.measure.interval)
        interval = Period(self.main.starts_on, self.main.ends_before, kind, self.month.year, 0)
        as_of = min(self.on, self.month.last_day)
        return time_progress(interval, as_of, work_calendar()).share

    @property
    def next_text(self) -> str:
        """How far it is to the next step."""
        following = self.main.next_tier if self.main else None
        if following is None or self.main is None:
            return ""
        tier, distance = following
        return _("%(amount)s more reach %(rate)s") % {
            "amount": formats.money(self.money(distance)),
            "rate": words.rate_text(tier.rate),
        }

    @cached_property
    def ladder(self) -> dict[str, Any] | None:
        """The table as a scale: widths in shares of its length, the mark where the total stands."""
        if self.main is None or not self.main.base or self.main.base <= 0:
            return None
        if self.main.component.rate.mode in ("flat", "formula"):
            return None
        tiers = self.main.tiers
        length = (tiers[-2].to if len(tiers) > 1 and tiers[-1].to is None else tiers[-1].to) or Decimal(1)
        length = length * WIDEST if tiers[-1].to is None else length
        at = min(max(self.main.total / self.main.base, Decimal(0)), length)
        rungs = [
            {
                "flex": str(round((min(tier.to or length, length) - tier.from_) * 1000 / length)),
                "color": RAMP[min(number, 4)],
                "text": words.rate_text(tier.rate),
                "on": tier.on,
                "left": str(round(tier.from_ / length * 100, 2)),
                "label": words.limit_text(self.main.component, tier.from_),
            }
            for number, tier in enumerate(tiers)
        ]
        return {"rungs": rungs, "at": str(round(at / length * 100, 2))}

    # How the amount comes about

    @cached_property
    def waterfall(self) -> dict[str, Any]:
        """Steps from the first slice to what is to be paid; they add up, and the last one says so."""
        steps: list[dict[str, Any]] = []
        for name, value in self._steps():
            kind = "minus" if value < 0 else "plus"
            steps.append({"name": name, "value": value, "kind": kind, "text": formats.number(value, 2)})
        total = self.statement.amount
        steps.append({"name": _("Earned"), "value": total, "kind": "total", "text": formats.number(total, 2)})
        after = self.parts.after_earned()
        for name, value in after:
            steps.append({"name": name, "value": value, "kind": "hold", "text": formats.number(value, 2)})
        if after:
            paid = self.statement.paid
            steps.append({"name": _("To be paid"), "value": paid, "kind": "total", "text": formats.number(paid, 2)})
        return {"steps": steps, "unit": self.statement.currency}

    def _steps(self) -> list[tuple[str, Decimal]]:
        """By step of the table while one component pays; by component when several do; what was taken back apart."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        alone = len(self.components) == 1
        back = Decimal(0)
        for line in self.lines:
            if line.is_reversal:
                back += line.amount
            elif alone:
                for part in line.parts:
                    sums[self.part_name(part)] += part.amount
            else:
                sums[self.component_title(line)] += line.amount
        for cell in self.parts.cells:
            sums[cell.title] += cell.earned
        found = [(name, value) for name, value in sums.items() if value]
        return [*found, (_("Taken back"), back)] if back else found

    def part_name(self, part: Any) -> str:
        """What a slice of a line is called."""
        if part.kind == "tier":
            return _("at %(rate)s") % {"rate": words.rate_text(part.rate)}
        names = {
            "rerate": _("Earlier money at the new rate"),
            "cap": _("Cap"),
            "fixed": _("Fixed amount"),
            "formula": _("By formula"),
        }
        return names[part.kind]

    def component_title(self, line: Line) -> str:
        plan = self.plans.get(line.plan_version)
        return words.title_of(plan.component(line.component)) if plan else line.component

    @property
    def waterfall_table(self) -> dict[str, Any]:
        rows = [[step["name"], step["text"]] for step in self.waterfall["steps"]]
        return {"head": [pgettext("pay", "Part"), _("Amount")], "rows": rows}

    # What else

    @cached_property
    def flow(self) -> list[dict[str, Any]]:
        done = [
            (pgettext("pay", "Calculated"), self.run.finished_at),
            (pgettext("pay", "In review"), self.run.reviewed_at),
            (pgettext("pay", "Approved"), self.run.approved_at),
            (pgettext("pay", "Posted"), self.run.posted_at),
            (pgettext("pay", "Finalised"), self.run.pay_period.finalised_at if self.run.posted_at else None),
        ]
        first_open = next((at for at, (_name, moment) in enumerate(done) if moment is None), len(done))
        return [
            {
                "name": name,
                "note": formats.day(moment) if moment else "",
                "state": "done" if moment else "now" if at == first_open else "",
            }
            for at, (name, moment) in enumerate(done)
        ]

    @cached_property
    def versions(self) -> list[Statement]:
        return versions_of(self.statement)

    @property
    def is_newest(self) -> bool:
        return self.versions[0].pk == self.statement.pk

    @cached_property
    def changed(self) -> list[Changed]:
        """The lines that differ from the version before this one."""
        older = [one for one in self.versions if one.run.number < self.run.number]
        if not older:
            return []
        before = {line.key: line for line in lines_of(older[0], older[0].run)}
        after = {line.key: line for line in self.lines}
        nothing = Decimal(0)
        found = []
        for key in [*after, *(key for key in before if key not in after)]:
            old, new = before.get(key), after.get(key)
            pair = (old.amount if old else nothing, new.amount if new else nothing)
            if pair[0] != pair[1]:
                found.append(Changed(new or old, *pair))  # type: ignore[arg-type]
        return found

    @cached_property
    def problems(self) -> list[str]:
        texts = {
            "quota_missing": _("There is no quota, so nothing could be paid for %(total)s. Ask sales operations."),
            "fact_missing": _("“%(name)s” is not known, so nothing could be paid by this plan. Ask sales operations."),
            "quota_not_positive": _("The quota is 0, so nothing could be paid for %(total)s. Ask sales operations."),
        }
        return [texts[row["code"]] % self._problem_facts(row) for row in self.statement.problems]

    def _problem_facts(self, row: dict[str, Any]) -> dict[str, str]:
        total = Money.from_minor(row.get("total", 0), self.statement.currency)
        return {"total": formats.money_full(total), "name": row.get("name", "")}

    @cached_property
    def waiting(self) -> list[Any]:
        """Billed and not paid yet: what will be credited once the money is here."""
        rows = Invoice.objects.open().filter(owner_id=self.statement.person_id, archived_at__isnull=True)
        found = rows.select_related("account").order_by("due_on", "pk")[:WAITING]
        return [
            {"invoice": row, "balance": Money(row.balance, row.currency), "late": (self.on - row.due_on).days}
            for row in found
        ]
