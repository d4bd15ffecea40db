"""What a statement is made of besides its lines: cells, corrections of closed months, and the steps of payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import Earning, PaymentStep, Statement
from tiji.apps.incentives.selectors.traces import Document, documents_of
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Plan, parse_refs
from tiji.kernel.commission.sheet_plan import Below, Ceiling, Draw, Floor, Holdback, PayStep, Recovery, SumOf
from tiji.kernel.money import minor_units
from tiji.ui import formats


@dataclass(frozen=True)
class Cause:
    """Why a closed month earns otherwise than was paid."""

    text: str
    document: Document | None
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Corrected:
    """A closed month's part of this one. Units: the currency's."""

    earning: Earning
    month: str
    title: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Step:
    """A step of payment that did something, or keeps a balance."""

    title: str
    note: str
    change: Decimal
    opening: Decimal
    closing: Decimal
    keeps: bool


@dataclass(frozen=True)
class Cell:
    """A named value of the month, and what it earned."""

    title: str
    value: str
    earned: Decimal


class MonthParts:
    """Read with the statement: two queries, and one a kind of document that corrections name."""

    def __init__(self, statement: Statement, plans: dict[int, Plan], earnings: Iterable[Earning]) -> None:
        self.statement, self.plans = statement, plans
        self.scale = minor_units(statement.currency)
        self._corrected = [(row, row.of_period) for row in earnings if row.of_period]

    @cached_property
    def corrections(self) -> list[Corrected]:
        """Closed months that are paid for here, the oldest first."""
        calendar = fiscal_calendar()
        refs = {ref for row, _of in self._corrected for cause in row.causes for ref in parse_refs(cause["refs"])}
        named = documents_of(refs)
        return [
            Corrected(
                row,
                words.month_label(calendar.period(of_period.key)),
                self.title(row.plan_version_id, row.component),
                tuple(self._cause(cause, named) for cause in row.causes),
            )
            for row, of_period in sorted(self._corrected, key=lambda pair: (pair[1].starts_on, pair[0].component))
        ]

    def _cause(self, cause: dict[str, Any], named: dict[tuple[str, int], Document]) -> Cause:
        texts = {
            "new": _("came to light later"),
            "gone": _("does not count for this person any more"),
            "changed": _("is credited otherwise"),
            "moved": _("the running total before it changed"),
            "terms": _("the plan, the quota or a fact changed"),
        }
        documents = [named[ref] for ref in parse_refs(cause["refs"]) if ref in named]
        return Cause(
            texts[cause["what"]],
            documents[0] if documents else None,
            *(Decimal(amount).scaleb(-self.scale) for amount in cause["amount"]),
        )

    @cached_property
    def steps(self) -> list[Step]:
        """The steps of payment in their order."""
        if not any(plan.sheet.payment for plan in self.plans.values()):
            return []
        rows = PaymentStep.objects.filter(statement=self.statement).order_by("plan_version_id", "place")
        found, done = [], set()
        for row in rows:
            known = {step.code: step for step in self.plans[row.plan_version_id].sheet.payment}
            first = (row.plan_version_id, row.step) not in done
            done.add((row.plan_version_id, row.step))
            change = row.after - row.before if first else Decimal(0)
            keeps = bool(row.opening or row.closing) and not row.balance.endswith(".ever")
            if change or keeps:
                title = step_title(known[row.step])
                found.append(Step(title, _part_text(row.balance), change, row.opening, row.closing, keeps))
        return found

    @cached_property
    def balances(self) -> list[Step]:
        """What goes on to the next month."""
        return [step for step in self.steps if step.keeps]

    @cached_property
    def cells(self) -> list[Cell]:
        """The plan's cells, in its order."""
        return [
            Cell(
                self.title(row["plan_version"], row["part"]),
                formats.number(Decimal(row["value"]).scaleb(-row["scale"]), min(row["scale"], 4))
                if row["value"].lstrip("-").isdigit()
                else row["value"],
                Decimal(row["earned"]).scaleb(-self.scale),
            )
            for row in self.statement.cells
        ]

    def title(self, version: int, code: str) -> str:
        """What a component or cell is called."""
        plan = self.plans.get(version)
        if plan is None:
            return code
        parts = [*plan.components, *(part for part in plan.sheet.parts if not isinstance(part, SumOf))]
        return next((words.title_of(part) for part in parts if part.code == code), code)

    def after_earned(self) -> list[tuple[str, Decimal]]:
        """How what the month earned becomes what is paid: names and signed amounts."""
        found = [
            (_("Corrections"), self.statement.corrections),
            (_("Adjustments"), self.statement.adjustments),
            *((step.title, step.change) for step in self.steps),
        ]
        return [(name, value) for name, value in found if value]


def step_title(step: PayStep) -> str:
    """What a step of payment is called."""
    names: dict[type[Any], str] = {
        Below: pgettext("pay", "Below zero"),
        Ceiling: pgettext("pay", "Ceiling"),
        Draw: pgettext("pay", "Draw"),
        Floor: pgettext("pay", "Guarantee"),
        Holdback: pgettext("pay", "Holdback"),
        Recovery: pgettext("pay", "Debt"),
    }
    return names[type(step)]


def _part_text(balance: str) -> str:
    return {"forfeited": pgettext("pay", "given up")}.get(balance.partition(".")[2], "")
