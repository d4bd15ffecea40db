"""The pay board of a month, and somebody's own statements."""

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.runs import run_under_way
from tiji.apps.incentives.models import PayPeriod, Quota, Statement
from tiji.apps.incentives.pages.steps import steps_open_to
from tiji.apps.incentives.permissions import can_run_pay, can_see_pay_plans, can_set_quota
from tiji.apps.incentives.selectors.letters import letter_waiting_for
from tiji.apps.incentives.selectors.quotas import standing_quotas
from tiji.apps.incentives.selectors.statements import statements
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.money import Money
from tiji.ui.filters import AmountRange, Choice, Search
from tiji.ui.lists import Column, Empty, ListPage

MONTHS_SHOWN = 24


def money_of(name: str) -> Any:
    return lambda row: Money(getattr(row, name), row.currency)


def attainment_of(row: Statement) -> Any:
    """The first measure with a quota, as a share of 1."""
    found = next((one for one in row.measures if one["quota"]), None)
    return Decimal(found["total"]) / Decimal(found["quota"]) if found else None


def of_person(rows: Any, text: str) -> Any:
    """By name, or by the first letters of its pinyin."""
    return rows.filter(Q(person__name__icontains=text) | Q(person__initials__istartswith=text.lower()))


def month_of(row: Statement) -> str:
    return words.month_label(fiscal_calendar().period(row.run.pay_period.key))


AMOUNT = Column("amount", _("Earned"), show="money_full", sort="amount", value=money_of("amount"))
CORRECTED = Column(
    "corrections", _("Corrections"), show="money_full", sort="corrections", value=money_of("corrections"), shown=False
)
ADJUSTED = Column(
    "adjustments", _("Adjustments"), show="money_full", sort="adjustments", value=money_of("adjustments"), shown=False
)
PAID = Column("paid", _("To be paid"), show="money_full", sort="paid", value=money_of("paid"))
CREDIT = Column("credit", _("Credited"), show="money_full", sort="credit", value=money_of("credit"))
ATTAINED = Column("attainment", _("Attainment"), show="pct", value=attainment_of)
LINES = Column("lines", _("Lines"), show="num", value="lines")
VERSION = Column("version", _("Version"), value=lambda row: f"v{row.run.number}")
STATE = Column(
    "state",
    _("State"),
    cell="incentives/cells/state.html",
    value=lambda row: str(row.run.pay_period.get_state_display()),
)


class PayBoard(ListPage):
    """Everybody's pay of one month, by the run that counts."""

    name, title, noun = "payouts", _("Commission"), _("people")
    template = "incentives/payouts.html"
    default_sort = "-amount"
    columns = (
        Column("person", _("Person"), show="who", value="person.name"),
        Column("unit", _("Unit"), value=lambda row: row.unit.label if row.unit else ""),
        CREDIT,
        ATTAINED,
        AMOUNT,
        CORRECTED,
        ADJUSTED,
        PAID,
        LINES,
        VERSION,
        STATE,
    )
    filters = (
        Search(label=_("Name, pinyin"), apply_with=of_person),
        AmountRange(key="earned", label=_("Earned"), field="amount"),
    )
    empty: ClassVar[Empty] = Empty(
        _("No pay in this month yet"), _("Sales operations run a month once plans are assigned."), "coins"
    )

    @cached_property
    def months(self) -> list[PayPeriod]:
        rows = PayPeriod.objects.filter(current__isnull=False).select_related("current")
        return list(rows[:MONTHS_SHOWN])

    @cached_property
    def period(self) -> PayPeriod | None:
        wanted = self.params.get("month", "")
        return next((one for one in self.months if one.key == wanted), self.months[0] if self.months else None)

    @cached_property
    def month_links(self) -> list[dict[str, Any]]:
        """The months to choose from, newest first."""
        calendar = fiscal_calendar()
        return [
            {
                "key": one.key,
                "label": words.month_label(calendar.period(one.key)),
                "period": one,
                "on": one == self.period,
            }
            for one in self.months
        ]

    def rows(self) -> "QuerySet[Any, Any]":
        found = statements(self.request.user)  # type: ignore[arg-type]
        return found.filter(run_id=self.period.current_id) if self.period else found.none()

    def context(self) -> dict[str, Any]:
        period, user = self.period, self.request.user
        run = period.current if period else None
        sums = self.filtered().aggregate(
            amount=Sum("amount"),
            due=Sum("due"),
            paid=Sum("paid"),
            people=Count("pk"),
        )
        return {
            "period": period,
            "run": run,
            "month": next((one["label"] for one in self.month_links if one["on"]), ""),
            "sums": {name: sums[name] or 0 for name in sums},
            "runs": list(period.runs.select_related("started_by").order_by("-number")) if period else [],
            "running": run_under_way(),
            "can_plan": can_see_pay_plans(user),
            "can_run": can_run_pay(user),
            **steps_open_to(user, period),
        }


QUOTA_PERIODS = 24


def quota_periods(_request: Any) -> list[tuple[str, str]]:
    """The periods there are quotas for, latest first."""
    found = Quota.objects.order_by("-period").values_list("period", flat=True).distinct()[:QUOTA_PERIODS]
    return [(key, key) for key in found]


class QuotaList(ListPage):
    """The quotas that count, by person and period."""

    name, title, noun = "pay_quota_list", _("Quotas"), _("quotas")
    template = "incentives/quotas.html"
    default_sort = "-period"
    columns = (
        Column("person", _("Person"), show="who", value="person.name"),
        Column("period", _("Period"), sort="period", value="period"),
        Column("measure", _("Measure"), value=lambda row: str(row.get_measure_display())),
        Column("amount", _("Quota"), show="money_full", sort="amount", value=money_of("amount")),
        Column("source", _("Source"), value=lambda row: str(row.get_source_display())),
        Column("number", _("Version"), show="num", value="number"),
        Column("set_on", _("Set on"), show="day", sort="set_on", value="set_on"),
        Column("reason", _("Reason"), value="reason"),
    )
    filters = (
        Search(label=_("Name, pinyin"), apply_with=of_person),
        Choice(key="measure", label=_("Measure"), options=Measure.choices, field="measure"),
        Choice(key="period", label=_("Period"), options=quota_periods, field="period"),
    )
    empty: ClassVar[Empty] = Empty(
        _("No quotas yet"), _("Type one, or take them over from the active target plan."), "target"
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return standing_quotas()

    def row_url(self, row: Any) -> str:
        return reverse("pay_quota", args=[row.pk])

    def context(self) -> dict[str, Any]:
        return {"can_edit": can_set_quota(self.request.user)}


class OwnStatements(ListPage):
    """Somebody's statements by month."""

    name, title, noun = "statements", _("My commission"), _("months")
    template = "incentives/statements.html"
    default_sort = "-starts_on"
    columns = (
        Column("month", _("Month"), value=month_of),
        CREDIT,
        ATTAINED,
        AMOUNT,
        PAID,
        LINES,
        VERSION,
        STATE,
    )
    empty: ClassVar[Empty] = Empty(
        _("No statement yet"), _("Your statements appear here once a month in which a plan pays you was run."), "coins"
    )

    def rows(self) -> "QuerySet[Any, Any]":
        user: Any = self.request.user
        return statements(user).filter(person_id=user.person_id) if user.person_id else Statement.objects.none()

    def context(self) -> dict[str, Any]:
        user: Any = self.request.user
        return {"letter": letter_waiting_for(user)}
