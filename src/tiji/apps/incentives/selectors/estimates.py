"""What documents that do not exist yet would pay somebody. Reads only; the computing is the run's own.

Source: docs/kernel/estimate.md, docs/how-to/pay-estimate.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.incentives.selectors.events import EVENT_FIELDS, PRODUCT_SUBJECT, RECEIPT, STORED_DIGITS
from tiji.apps.incentives.selectors.plans import plans_paying
from tiji.apps.incentives.selectors.standings import Place, places_of
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Estimate, EstimatedLine, InputError
from tiji.kernel.money import Money
from tiji.shared.errors import DomainError

RATE_DIGITS = 8
# Supposed documents are numbered behind every real one; each has a subject of its own.
_FIRST_ID = 2**62
MOST_EVENTS = 60
LARGEST = Decimal(10**10)


@dataclass(frozen=True)
class Supposed:
    """A document that may come: an amount on a day. `share` is the person's part of it; money may be overdue."""

    amount: Money
    on: date
    kind: str = RECEIPT
    business: str = ""
    share: Decimal = Decimal(1)
    due_on: date | None = None

    @property
    def days_past_due(self) -> int:
        """As a run counts it: whole days, 0 if in time."""
        return max((self.on - self.due_on).days, 0) if self.due_on else 0


@dataclass(frozen=True)
class PlanEstimate:
    """What one plan pays for the supposed documents; `uncounted` are the places of those it does not count."""

    place: Place
    estimate: Estimate
    uncounted: tuple[int, ...]

    @property
    def amount(self) -> Money:
        return Money.from_minor(self.estimate.amount, self.place.plan.currency)

    def of(self, number: int) -> Money:
        """What the document at that place pays."""
        return Money.from_minor(self.estimate.of_event(_FIRST_ID + number), self.place.plan.currency)

    def pays(self, number: int) -> bool:
        """Whether the document at that place has a line, be it of nothing."""
        return any(line.event_id == _FIRST_ID + number for line in self.estimate.lines)

    def number_of(self, line: EstimatedLine) -> int:
        """The place of the document that the line is of."""
        return line.event_id - _FIRST_ID


@dataclass(frozen=True)
class PersonEstimate:
    """What all of somebody's plans pay for the supposed documents, as of a moment."""

    person: int
    supposed: tuple[Supposed, ...]
    plans: tuple[PlanEstimate, ...]
    as_of: datetime

    @property
    def amounts(self) -> list[Money]:
        """One for each currency of the plans."""
        found: dict[str, Money] = {}
        for one in self.plans:
            currency = one.amount.currency
            found[currency] = found.get(currency, Money.zero(currency)) + one.amount
        return list(found.values())

    def of(self, number: int) -> list[Money]:
        """What the document at that place pays, by currency; nothing where a plan counts it and cannot pay it."""
        found: dict[str, Money] = {}
        if number not in self.uncounted and not any(one.pays(number) for one in self.plans):
            return []
        for one in self.plans:
            currency = one.amount.currency
            found[currency] = found.get(currency, Money.zero(currency)) + one.of(number)
        return list(found.values())

    @property
    def uncounted(self) -> tuple[int, ...]:
        """The places of the documents that no plan counts."""
        missed = [set(one.uncounted) for one in self.plans] or [set(range(len(self.supposed)))]
        return tuple(sorted(set.intersection(*missed)))


def estimate_of(person: int, supposed: Sequence[Supposed], at: datetime) -> PersonEstimate:
    """What these documents would pay the person on top of all that has counted by `at`. Writes nothing.

    Raises: DomainError if they cannot be computed.
    """
    places = places_of(person, [one.on for one in supposed], at)
    try:
        plans = tuple(_by(place, supposed) for place in places)
    except InputError as error:
        raise DomainError(_("This amount is too large to be estimated."), field="amount", code="too-large") from error
    return PersonEstimate(person, tuple(supposed), plans, min((one.read_at for one in places), default=at))


def _by(place: Place, supposed: Sequence[Supposed]) -> PlanEstimate:
    counted = [number for number, one in enumerate(supposed) if one.amount.currency == place.plan.currency]
    events = [_event(number, supposed[number]) for number in counted]
    shares = [
        row for number in counted for row in place.shares(-1 - number, int(supposed[number].share.scaleb(RATE_DIGITS)))
    ]
    estimate = place.estimator.estimate(place.person, place.standings, events, shares, place.quotas)
    missed = {number for number in range(len(supposed)) if number not in counted}
    missed |= {event - _FIRST_ID for event in estimate.uncounted}
    return PlanEstimate(place, estimate, tuple(sorted(missed)))


def _event(number: int, one: Supposed) -> dict[str, Any]:
    return {
        "event_id": _FIRST_ID + number,
        "event_on": one.on,
        "credit_on": None,
        "kind": one.kind,
        "business": one.business,
        "subject_id": -1 - number,
        PRODUCT_SUBJECT: -1 - number,
        "amount": int(one.amount.amount.scaleb(STORED_DIGITS)),
        "currency": one.amount.currency,
        "due_on": one.due_on,
        "days_past_due": one.days_past_due,
    }


def curve_of(found: PersonEstimate, points: int) -> list[tuple[Money, Money]]:
    """What other amounts of the one supposed document would pay, from nothing to twice its own, evenly."""
    (one,) = found.supposed
    currency, told = one.amount.currency, []
    for step in range(points + 1):
        amount = one.amount.times(Fraction(2 * step, points))
        plans = [_by(plan.place, [replace(one, amount=amount)]) for plan in found.plans]
        pays = [plan.amount for plan in plans if plan.amount.currency == currency]
        told.append((amount, sum(pays, Money.zero(currency))))
    return told


def kinds_asked(person: int, on: date) -> frozenset[str]:
    """What has to be said of a document to estimate it for the person on a day: the kinds that his plans count
    (`receipt`, `signed`), `kind` where they are several, `business` and `late` where a plan asks for them.
    """
    month = fiscal_calendar().period_of(on, "month")
    paying = plans_paying(month.start, on + timedelta(days=1), person=person)
    parts = [part for paid in paying for part in paid.plan.components]
    kinds = {kind for part in parts for kind in part.credit.events}
    formulas = " ".join(f"{part.credit.when} {part.credit.value} {part.pays} {part.factor}" for part in parts)
    asked = set(kinds)
    if len(kinds) > 1:
        asked.add("kind")
    if any(part.credit.business for part in parts) or "business" in formulas:
        asked.add("business")
    if RECEIPT in kinds and any(name in formulas for name in EVENT_FIELDS):
        asked.add("late")
    return frozenset(asked)
