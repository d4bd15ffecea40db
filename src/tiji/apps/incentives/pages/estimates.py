"""What the estimates' panels are made of: on one's statement, beside a deal, beside a contract's instalments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.selectors.business_kind import kind_on
from tiji.apps.commerce.selectors.pages import PlanLine, plan_of
from tiji.apps.incentives.display import estimates as told
from tiji.apps.incentives.forms import DealEstimateForm, EstimateForm
from tiji.apps.incentives.selectors.estimates import PersonEstimate, Supposed, curve_of, estimate_of, kinds_asked
from tiji.apps.incentives.selectors.events import RECEIPT, SIGNED
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import company
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from tiji.ui import formats

POINTS = 20
USUAL = Decimal(100000)


@dataclass(frozen=True)
class Answer:
    """An estimate ready to be shown."""

    found: PersonEstimate

    @property
    def total(self) -> str:
        return told.about(self.found.amounts)

    @cached_property
    def rows(self) -> list[told.Row]:
        return told.rows_of(self.found)

    @cached_property
    def reasons(self) -> list[str]:
        return told.reasons_of(self.found)

    @property
    def pays(self) -> bool:
        """Whether there is anything to show besides reasons."""
        return bool(self.rows)

    @property
    def honest(self) -> list[str]:
        return told.honest(self.found)


class PersonPanel:
    """What if: one supposed document of somebody's, typed in, and what it pays."""

    def __init__(self, person: Person, viewer: User, typed: Mapping[str, str], at: datetime, today: date) -> None:
        self.person, self.viewer, self.at, self.today = person, viewer, at, today
        self.asked = kinds_asked(person.pk, today)
        self.form = EstimateForm(
            {**self.initial, **_plain(typed)}, asked=self.asked, today=today, auto_id="estimate-%s"
        )

    @property
    def is_own(self) -> bool:
        return self.viewer.person_id == self.person.pk

    @property
    def initial(self) -> dict[str, Any]:
        return {"amount": USUAL, "on": self.today.isoformat(), "kind": RECEIPT, "business": "existing", "late": 0}

    @property
    def title(self) -> str:
        if self.is_own:
            return _("What if … what would I get?")
        return _("What if … what would %(person)s get?") % {"person": self.person.name}

    @cached_property
    def answer(self) -> Answer | None:
        """The estimate of what was typed, or None where it cannot be read."""
        if not self.form.is_valid():
            return None
        return Answer(estimate_of(self.person.pk, [self._supposed()], self.at))

    def _supposed(self) -> Supposed:
        typed = self.form.cleaned_data
        kind = typed.get("kind") or next((one for one in (RECEIPT, SIGNED) if one in self.asked), RECEIPT)
        on = typed["on"]
        due_on = date.fromordinal(on.toordinal() - (typed.get("late") or 0))
        return Supposed(
            amount=Money(typed["amount"], company().currency),
            on=on,
            kind=kind,
            business=typed.get("business", "existing"),
            due_on=due_on if kind == RECEIPT else None,
        )

    @cached_property
    def points(self) -> list[tuple[Money, Money]]:
        """What other amounts would pay, from nothing to twice what was typed."""
        return curve_of(self.answer.found, POINTS) if self.answer and self.answer.pays else []

    @property
    def curve(self) -> dict[str, Any]:
        labels = [formats.money(amount) for amount, _pay in self.points]
        values = [pay.amount for _amount, pay in self.points]
        series = {"name": pgettext("pay estimate", "Pays"), "values": values, "color": "c4", "area": True}
        return {"labels": labels, "series": [series], "unit": company().currency}

    @property
    def curve_table(self) -> dict[str, Any]:
        rows = [[formats.money_full(amount), formats.money_full(pay)] for amount, pay in self.points]
        return {"head": [_("Amount"), pgettext("pay estimate", "Pays")], "rows": rows}


def _plain(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed[name] for name in ("amount", "on", "kind", "business", "late") if name in typed}


class DealPanel:
    """What a deal pays its owner once it is signed and its money collected."""

    def __init__(self, deal: Opportunity, viewer: User, typed: Mapping[str, str], at: datetime, today: date) -> None:
        self.deal, self.viewer, self.at, self.today = deal, viewer, at, today
        expected = max(deal.expected_on or today, today)
        facts = {"on": typed.get("on", expected.isoformat())}
        self.form = DealEstimateForm(facts, today=today, auto_id="deal-estimate-%s")

    @property
    def is_own(self) -> bool:
        return self.viewer.person_id == self.deal.owner_id

    @property
    def title(self) -> str:
        if self.is_own:
            return _("What this deal pays you")
        return _("What this deal pays %(person)s") % {"person": self.deal.owner.name}

    @property
    def money(self) -> Money | None:
        return None if not self.deal.amount else Money(self.deal.amount, self.deal.currency)

    @cached_property
    def answer(self) -> Answer | None:
        if self.money is None or not self.form.is_valid():
            return None
        on = self.form.cleaned_data["on"]
        business = kind_on(self.deal.account_id, on) if self.deal.account_id else "new"
        supposed = [Supposed(self.money, on, kind, business, due_on=None) for kind in (SIGNED, RECEIPT)]
        return Answer(estimate_of(self.deal.owner_id, supposed, self.at))

    @property
    def sentence(self) -> str:
        """The estimate in one sentence."""
        if self.answer is None or not self.answer.pays:
            return ""
        on = self.form.cleaned_data["on"]
        return _("Signed and collected by %(day)s, %(amount)s pay") % {
            "day": formats.day_long(on),
            "amount": formats.money(self.money),
        }


@dataclass(frozen=True)
class InstalmentRow:
    """An instalment that is still to be paid, and what it pays when it comes."""

    line: PlanLine
    left: Money
    on: date
    pays: str


class ContractPanel:
    """What the open instalments of a contract pay its owner, each when it is due."""

    def __init__(self, contract: Contract, viewer: User, at: datetime, today: date) -> None:
        self.contract, self.viewer, self.at, self.today = contract, viewer, at, today

    @property
    def title(self) -> str:
        if self.viewer.person_id == self.contract.owner_id:
            return _("What is still to come pays you")
        return _("What is still to come pays %(person)s") % {"person": self.contract.owner.name}

    @cached_property
    def open_lines(self) -> list[PlanLine]:
        return [line for line in plan_of(self.contract, self.today) if line.paid < line.amount]

    @property
    def is_draft(self) -> bool:
        return self.contract.is_draft

    @cached_property
    def answer(self) -> Answer | None:
        """All open instalments on their days, after the signing of a draft; None when nothing is open."""
        if not self.open_lines:
            return None
        return Answer(estimate_of(self.contract.owner_id, self._supposed(), self.at))

    def _supposed(self) -> list[Supposed]:
        contract = self.contract
        business = contract.kind or kind_on(contract.account_id, self.today)
        coming = [
            Supposed(line.amount - line.paid, self._day(line), RECEIPT, business, due_on=line.row.due_on)
            for line in self.open_lines
        ]
        signing = [Supposed(contract.money, self.today, SIGNED, business)] if contract.is_draft else []
        return [*coming, *signing]

    def _day(self, line: PlanLine) -> date:
        return max(line.row.due_on, self.today)

    @property
    def rows(self) -> list[InstalmentRow]:
        """The instalments with what each of them pays, in the order in which they come."""
        if self.answer is None:
            return []
        return [
            InstalmentRow(line, line.amount - line.paid, self._day(line), told.about(self.answer.found.of(number)))
            for number, line in enumerate(self.open_lines)
        ]

    @property
    def signing(self) -> str:
        """What the signing itself pays, where the contract is a draft."""
        if self.answer is None or not self.is_draft:
            return ""
        return told.about(self.answer.found.of(len(self.open_lines)))

    @property
    def when(self) -> str:
        return pgettext("pay estimate", "if each comes on its day")
