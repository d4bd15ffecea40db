"""The pages of models of pay: all of them, one with its comparison, its people."""

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.display.models import (
    attainment_text,
    change_text,
    changed_lines,
    growth_text,
    model_steps,
    month_text,
    months_text,
)
from tiji.apps.incentives.models import PayModel
from tiji.apps.incentives.pages.lists import of_person
from tiji.apps.incentives.permissions import can_edit_pay_plan, can_see_sums_of_pay, sees_all_pay
from tiji.apps.incentives.selectors.model_figures import (
    Bucket,
    attainment_buckets,
    change_buckets,
    gains_and_losses,
    growths_of,
    same_cost,
)
from tiji.apps.incentives.selectors.modelling import months_in, pay_models, people_of_model
from tiji.apps.incentives.services.model_work import KIND
from tiji.apps.incentives.services.modelling import model_has_died, no_worker_for
from tiji.apps.incentives.services.progress import called_off_by, running
from tiji.kernel.money import Money
from tiji.ui import formats
from tiji.ui.filters import Choice, Search
from tiji.ui.lists import Column, Empty, ListPage

NOW, THEN = "c1", "c4"
MONTH_HEADS = (_("Month"), _("People"), _("Earned then"), _("By the model"), _("Difference"), _("Cost of sales"))
GROWTH_HEADS = (_("Growth"), _("The plan of then"), _("By the model"), _("Difference"), _("Cost of sales"))
ENDS = 5
"""How many of those who gain and lose most the page shows."""


def money_of(name: str) -> Any:
    return lambda row: Money(getattr(row, name), row.model.currency)


def share(amount: Decimal, whole: Decimal) -> Decimal | None:
    return amount / whole if whole else None


def named(rows: Any, text: str) -> Any:
    """By the model's name, or its plan's."""
    plan = Q(version__plan__name__icontains=text) | Q(version__plan__name_en__icontains=text)
    return rows.filter(plan | Q(name__icontains=text))


class PayModelList(ListPage):
    """Every model, latest first."""

    name, title, noun = "pay_models", _("Pay models"), _("models")
    template = "incentives/models.html"
    columns = (
        Column("name", pgettext_lazy("pay", "Name"), value="name"),
        Column(
            "plan", pgettext_lazy("pay", "Plan"), value=lambda row: f"{row.version.plan.label} v{row.version.number}"
        ),
        Column("months", _("Months"), value=months_text),
        Column("change", _("Difference"), show="money", value="change"),
        Column("share", pgettext_lazy("pay model", "Share"), show="pct", value="change_share"),
        Column(
            "state", _("State"), cell="incentives/cells/model_state.html", value=lambda row: row.get_state_display()
        ),
        Column("made_by", _("By"), show="who", value=lambda row: str(row.made_by)),
        Column("made_at", _("Made"), show="day", value="made_at"),
    )
    filters = (
        Search(label=_("Name or plan"), apply_with=named),
        Choice(key="state", label=_("State"), options=PayModel.State.choices, field="state"),
    )
    empty: ClassVar[Empty] = Empty(
        _("No model yet"),
        _("Open a plan, choose Model it, change what it says, and see what it would have paid."),
        "calculator",
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return pay_models()

    def decorate(self, rows: list[Any]) -> list[Any]:
        for row in rows:
            open_ = row.state == "done" and can_see_sums_of_pay(self.request.user, row.people)
            row.change = Money(row.amount - row.then_amount, row.currency) if open_ else None
            row.change_share = share(row.amount - row.then_amount, row.then_amount) if open_ else None
        return rows


class PayModelPeople(ListPage):
    """Everybody in a model, from who gains most to who loses most."""

    name, title, noun = "pay_model_people", _("Winners and losers"), _("people")
    template = "incentives/model_people.html"
    default_sort = "-change"
    columns = (
        Column("person", _("Person"), show="who", value="person.name"),
        Column("unit", _("Unit"), value=lambda row: row.unit.label if row.unit else ""),
        Column("then", _("Earned then"), show="money_full", value=money_of("then_amount")),
        Column("amount", _("By the model"), show="money_full", sort="amount", value=money_of("amount")),
        Column("change", _("Difference"), show="money_full", sort="change", value=money_of("change")),
        Column("share", pgettext_lazy("pay model", "Share"), show="pct", value="change_share"),
        Column("credit", _("Credited"), show="money_full", value=money_of("credit")),
        Column("attainment", _("Attainment"), show="pct", value="attainment"),
    )
    filters = (Search(label=_("Name, pinyin"), apply_with=of_person),)

    @property
    def model(self) -> PayModel:
        return self.extra["model"]  # type: ignore[no-any-return]

    def rows(self) -> "QuerySet[Any, Any]":
        return people_of_model(self.model).select_related("person", "unit", "model")

    def row_url(self, row: Any) -> str:
        return ""


def model_page(viewer: Any, model: PayModel) -> dict[str, Any]:
    """The stages while it is open, the comparison once it is done."""
    now, told = timezone.now(), running(f"{KIND}-{model.pk}")
    died = model_has_died(model, now)
    steps = model_steps(model, told) if model.is_open else []
    passed = sum(1 for step in steps if step["state"] == "done")
    return {
        "model": model,
        "months": months_text(model),
        "growth": growth_text(model.growth) if model.growth else "",
        "changes": changed_lines(model),
        "busy": model.is_open and not died,
        "died": died,
        "alone": no_worker_for(model, now),
        "stopping": model.is_open and called_off_by(model.pk, KIND) is not None,
        "steps": steps,
        "share": Fraction(passed, len(steps) or 1),
        "can_edit": can_edit_pay_plan(viewer),
        "found": Comparison(viewer, model) if model.state == PayModel.State.DONE else None,
    }


class Comparison:
    """What a finished model says, as far as this viewer may see it."""

    def __init__(self, viewer: Any, model: PayModel) -> None:
        self.viewer, self.model = viewer, model
        self.named = sees_all_pay(viewer)
        self.open = can_see_sums_of_pay(viewer, model.people)

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.model.currency)

    @property
    def change(self) -> Money:
        return self.money(self.model.amount - self.model.then_amount)

    @property
    def change_share(self) -> Decimal | None:
        return share(self.change.amount, self.model.then_amount)

    @property
    def cost_share(self) -> Decimal | None:
        """Pay as a share of what is credited, by the model."""
        return share(self.model.amount, self.model.credit)

    @property
    def then_cost_share(self) -> Decimal | None:
        """The same for what was earned then."""
        return share(self.model.then_amount, self.model.replayed_credit)

    @property
    def cost_change(self) -> Decimal | None:
        now, then = self.cost_share, self.then_cost_share
        return None if now is None or then is None else now - then

    @property
    def drift(self) -> Money | None:
        """What receipts that came to light after the runs make of the plan of then; None when nothing did."""
        late = self.money(self.model.replayed_amount - self.model.then_amount)
        return None if late.is_zero else late

    @cached_property
    def changes(self) -> list[Bucket]:
        return change_buckets(self.model)

    @cached_property
    def attainments(self) -> list[Bucket]:
        return attainment_buckets(self.model)

    @cached_property
    def gains(self) -> tuple[int, int]:
        """How many get more, and how many less."""
        return gains_and_losses(self.model)

    @cached_property
    def months(self) -> list[dict[str, Any]]:
        """Month by month; one with too few people for this viewer has no amounts."""
        return [
            {
                "label": month_text(one.period),
                "people": one.people,
                "shown": can_see_sums_of_pay(self.viewer, one.people),
                "amount": self.money(one.amount),
                "then": self.money(one.then_amount),
                "change": self.money(one.amount - one.then_amount),
                "cost": share(one.amount, one.credit),
            }
            for one in months_in(self.model)
        ]

    @property
    def month_chart(self) -> dict[str, Any]:
        series = ((gettext("Earned then"), "then", THEN), (gettext("By the model"), "amount", NOW))
        return {
            "labels": [one["label"] for one in self.months],
            "unit": formats.symbol(self.model.currency),
            "series": [
                {
                    "name": name,
                    "values": [one[key].amount if one["shown"] else None for one in self.months],
                    "color": color,
                }
                for name, key, color in series
            ],
        }

    @property
    def month_legend(self) -> list[dict[str, Any]]:
        return [{"label": one["name"], "color": one["color"]} for one in self.month_chart["series"]]

    @property
    def growth_legend(self) -> list[dict[str, Any]]:
        kinds = {True: "dash", False: "line"}
        series = self.growth_chart["series"]
        return [{"label": one["name"], "color": one["color"], "kind": kinds[one["dashed"]]} for one in series]

    @property
    def month_table(self) -> dict[str, Any]:
        shown = [
            [
                *(formats.money_full(one[key] if one["shown"] else None) for key in ("then", "amount", "change")),
                formats.percent(one["cost"] if one["shown"] else None, 2),
            ]
            for one in self.months
        ]
        rows = [
            [one["label"], formats.number(one["people"]), *told] for one, told in zip(self.months, shown, strict=True)
        ]
        return {"head": [str(head) for head in MONTH_HEADS], "rows": rows}

    @property
    def change_chart(self) -> dict[str, Any]:
        return self._people([change_text(one) for one in self.changes], self.changes)

    @property
    def attainment_chart(self) -> dict[str, Any]:
        return self._people([attainment_text(one) for one in self.attainments], self.attainments)

    @property
    def change_table(self) -> dict[str, Any]:
        return self._people_table(self.change_chart)

    @property
    def attainment_table(self) -> dict[str, Any]:
        return self._people_table(self.attainment_chart)

    def _people(self, labels: list[str], buckets: list[Bucket]) -> dict[str, Any]:
        values = [one.people for one in buckets]
        return {
            "labels": labels,
            "horizontal": True,
            "series": [{"name": gettext("People"), "values": values, "color": NOW}],
        }

    def _people_table(self, chart: dict[str, Any]) -> dict[str, Any]:
        rows = zip(chart["labels"], chart["series"][0]["values"], strict=True)
        return {"head": ["", gettext("People")], "rows": [[label, formats.number(people)] for label, people in rows]}

    @cached_property
    def growths(self) -> list[Any]:
        return growths_of(self.model)

    @property
    def steps(self) -> list[Any]:
        """The growths that both plans were computed at."""
        return [one for one in self.growths if one.replayed_amount is not None]

    @property
    def growth_chart(self) -> dict[str, Any]:
        lines = (
            (gettext("The plan of then"), "replayed_amount", THEN),
            (gettext("By the model"), "amount", NOW),
        )
        return {
            "labels": [growth_text(one.growth) for one in self.steps],
            "unit": formats.symbol(self.model.currency),
            "series": [
                {
                    "name": name,
                    "values": [getattr(one, key) for one in self.steps],
                    "color": color,
                    "dashed": key == "replayed_amount",
                }
                for name, key, color in lines
            ],
        }

    @property
    def growth_table(self) -> dict[str, Any]:
        rows = [
            [
                growth_text(one.growth),
                formats.money_full(self.money(one.replayed_amount)),
                formats.money_full(self.money(one.amount)),
                formats.money_full(self.money(one.amount - one.replayed_amount)),
                formats.percent(share(one.amount, one.credit), 2),
            ]
            for one in self.steps
        ]
        return {"head": [str(head) for head in GROWTH_HEADS], "rows": rows}

    @property
    def break_even(self) -> str:
        """Where it costs what was earned then, in a sentence; both ends of a range were computed."""
        found, then = same_cost(self.model, self.growths), formats.money_full(self.money(self.model.then_amount))
        if found is None:
            dearer = self.growths[0].amount > self.model.then_amount
            text = gettext("Even at %(low)s it costs more than the %(then)s that were earned then.")
            if not dearer:
                text = gettext("Even at %(high)s it costs less than the %(then)s that were earned then.")
            ends = {"low": growth_text(self.growths[0].growth), "high": growth_text(self.growths[-1].growth)}
            return text % {**ends, "then": then}
        low, high = found.low, found.high
        facts = {
            "low": growth_text(low.growth) if low.growth else "0%",
            "high": growth_text(high.growth) if high.growth else "0%",
            "low_cost": formats.money_full(self.money(low.amount)),
            "high_cost": formats.money_full(self.money(high.amount)),
            "then": then,
        }
        if found.is_met:
            return gettext("At a growth of %(low)s it costs the %(then)s that were earned then.") % facts
        text = gettext(
            "Between %(low)s (%(low_cost)s) and %(high)s (%(high_cost)s) it costs the %(then)s that were earned then. "
            "Both ends were computed."
        )
        return text % facts

    @cached_property
    def ends(self) -> list[tuple[str, list[Any]]]:
        """Those who gain most, and those who lose most, for viewers who may see everybody's pay."""
        if not self.named:
            return []
        rows = people_of_model(self.model)
        gains = list(rows.filter(change__gt=0).order_by("-change", "-pk")[:ENDS])
        losses = list(rows.filter(change__lt=0).order_by("change", "pk")[:ENDS])
        return [(gettext("Gain most"), gains), (gettext("Lose most"), losses)]

    @property
    def people_url(self) -> str:
        return reverse("pay_model_people", args=[self.model.pk])
