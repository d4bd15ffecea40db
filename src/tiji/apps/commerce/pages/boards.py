"""What the board of receivables is made of: mockup 07 as far as its rooms exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tiji.apps.commerce.pages.lists import bucket_label, lane_title
from tiji.apps.commerce.permissions import can_book_any
from tiji.apps.commerce.selectors import receivables as reads
from tiji.apps.commerce.selectors.collection import (
    DSO_DAYS,
    AgedOn,
    DueInMonth,
    OwnerAges,
    ageing_trend,
    dso,
    due_in_month,
    lane_cards,
    month_ends,
    more_cards,
    owner_ages,
)
from tiji.apps.commerce.selectors.receivables import Aged
from tiji.apps.organization.models import User
from tiji.kernel.money import Money
from tiji.kernel.receivables.ageing import Bucket, ageing_buckets
from tiji.ui import formats
from tiji.ui.formats import company_currency
from tiji.ui.forms import DateField

CARDS, MORE = 4, 20
COLORS = ("good-solid", "sev1", "sev2", "sev3", "sev4")


@dataclass(frozen=True, slots=True)
class Card:
    """One open invoice on the board."""

    invoice_id: int
    number: str
    account_id: int
    customer: str
    owner: str
    open: Money
    due_on: date
    days: int
    hot: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One bucket: its sums, its largest invoices, how many are not shown."""

    key: str
    title: str
    color: str
    count: int
    amount: Money
    cards: list[Card]
    shown: int

    @property
    def more(self) -> int:
        return max(0, self.count - self.shown)


class ReceivablesBoard:
    """One screen of the board, for what the viewer may see."""

    def __init__(self, viewer: User, params: Mapping[str, str], today: date) -> None:
        self.viewer, self.today = viewer, today
        self.as_of = min(_day(params.get("as_of")) or today, today)
        self.currency = params.get("currency") or company_currency()

    @property
    def is_past(self) -> bool:
        return self.as_of < self.today

    @property
    def can_book(self) -> bool:
        return can_book_any(self.viewer)

    @cached_property
    def rows(self) -> Any:
        return reads.receivables(viewer=self.viewer, as_of=self.as_of, today=self.today, currency=self.currency)

    @cached_property
    def aged(self) -> list[Aged]:
        return reads.aged(self.rows, self.as_of)

    @cached_property
    def currencies(self) -> list[str]:
        """Those in which somebody owes something today; empty while there is only the shown one."""
        found = reads.open_invoices(viewer=self.viewer).order_by("currency").values_list("currency", flat=True)
        names = set(found.distinct()) | {self.currency}
        return sorted(names) if len(names) > 1 else []

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)

    @cached_property
    def total(self) -> Money:
        return self.money(sum((one.amount for one in self.aged), Decimal(0)))

    @cached_property
    def overdue(self) -> Money:
        return self.money(sum((one.amount for one in self.aged if one.bucket.is_overdue), Decimal(0)))

    @cached_property
    def overdue_share(self) -> Decimal | None:
        return reads.overdue_share(self.aged)

    @cached_property
    def overdue_count(self) -> int:
        return sum(one.count for one in self.aged if one.bucket.is_overdue)

    @cached_property
    def trend(self) -> list[AgedOn]:
        return ageing_trend(viewer=self.viewer, days=month_ends(self.as_of), currency=self.currency)

    @property
    def before(self) -> AgedOn:
        """The last month end before the day."""
        return self.trend[-2]

    @property
    def total_change(self) -> Money:
        return self.total - self.money(self.before.total)

    @property
    def overdue_change(self) -> Money:
        return self.overdue - self.money(self.before.overdue)

    @cached_property
    def dso(self) -> Fraction | None:
        return dso(viewer=self.viewer, as_of=self.as_of, receivables=self.total)

    dso_days = DSO_DAYS

    @cached_property
    def due(self) -> DueInMonth:
        return due_in_month(viewer=self.viewer, as_of=self.as_of, currency=self.currency)

    @cached_property
    def owners(self) -> list[OwnerAges]:
        return owner_ages(self.rows, self.as_of)

    @cached_property
    def lanes(self) -> list[Lane]:
        cards = lane_cards(self.rows, self.as_of, CARDS)
        return [self._lane(one, color, cards) for one, color in zip(self.aged, COLORS, strict=True)]

    def _lane(self, one: Aged, color: str, cards: Mapping[str, list[dict[str, Any]]]) -> Lane:
        key = str(one.bucket)
        found = [self._card(card) for card in cards.get(key, [])]
        return Lane(key, lane_title(key), color, one.count, self.money(one.amount), found, len(found))

    def more(self, bucket: Bucket, skip: int) -> Lane:
        """The next cards of one lane."""
        one = next(one for one in self.aged if one.bucket == bucket)
        found = [self._card(card) for card in more_cards(self.rows, bucket, self.as_of, skip, MORE)]
        shown = skip + len(found)
        return Lane(str(bucket), lane_title(str(bucket)), "", one.count, self.money(one.amount), found, shown)

    def _card(self, card: dict[str, Any]) -> Card:
        days = (self.as_of - card["due_on"]).days
        name = card["account__short_name"] or card["account__name"]
        return Card(
            card["id"],
            card["number"],
            card["account_id"],
            name,
            card["owner__name"],
            self.money(card["open_at"]),
            card["due_on"],
            days,
            days > 60,
        )

    # What the charts draw

    @property
    def trend_chart(self) -> dict[str, Any]:
        late = ageing_buckets()[1:]
        series = [
            {"name": bucket_label(str(one)), "values": [day.amounts[str(one)] for day in self.trend], "color": color}
            for one, color in zip(late, COLORS[1:], strict=True)
        ]
        return {
            "labels": [self._label(day.on) for day in self.trend],
            "series": series,
            "line": {"name": _("Share overdue"), "values": [day.overdue_share or Decimal(0) for day in self.trend]},
        }

    @property
    def trend_legend(self) -> list[dict[str, Any]]:
        late = [{"label": bucket_label(str(one)), "color": color}
                for one, color in zip(ageing_buckets()[1:], COLORS[1:], strict=True)]  # fmt: skip
        return [*late, {"label": _("Share overdue"), "color": "ink", "kind": "line"}]

    @property
    def trend_table(self) -> dict[str, Any]:
        late = ageing_buckets()[1:]
        head = [_("Day"), *(bucket_label(str(one)) for one in late), _("Overdue"), _("Share overdue")]
        rows = [
            [
                day.on.isoformat(),
                *(formats.money(self.money(day.amounts[str(one)])) for one in late),
                formats.money(self.money(day.overdue)),
                formats.percent(day.overdue_share),
            ]
            for day in self.trend
        ]
        return {"head": head, "rows": rows}

    @property
    def trend_label(self) -> str:
        return _("Overdue by age at the last %(n)d month ends; now %(amount)s, %(share)s of what is owed.") % {
            "n": len(self.trend),
            "amount": formats.money(self.overdue),
            "share": formats.percent(self.overdue_share),
        }

    def _label(self, on: date) -> str:
        return on.isoformat()[5:] if on == self.as_of else f"{on:%y-%m}"

    @property
    def heat_rows(self) -> list[dict[str, Any]]:
        """Owners with a cell for each overdue bucket: its amount and how hot it is."""
        late = [str(one) for one in ageing_buckets()[1:]]
        top = max((amount for one in self.owners for amount in one.amounts.values()), default=Decimal(1))
        return [
            {
                "owner": one,
                "total": self.money(one.total),
                "cells": [
                    {
                        "amount": self.money(one.amounts[key]) if key in one.amounts else None,
                        "heat": one.amounts.get(key, Decimal(0)) / top,
                        "url": f"?state=overdue&owner={one.owner_id}&age={key.replace('+', '%2B')}",
                    }
                    for key in late
                ],
            }
            for one in self.owners
        ]

    @property
    def heat_heads(self) -> list[str]:
        return [str(one) for one in ageing_buckets()[1:]]


def _day(text: str | None) -> date | None:
    try:
        found: date | None = DateField(required=False).clean(text or "")
    except ValidationError:
        return None
    return found
