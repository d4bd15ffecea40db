"""What a finished model of pay says over all its people: how pay changes, how far quotas are reached, break-even."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q

from tiji.apps.incentives.models import PayModel, PayModelGrowth, PayModelPerson

CHANGES = tuple(Decimal(text) for text in ("0", "0.05", "0.1", "0.2"))
ATTAINMENTS = tuple(Decimal(text) for text in ("0", "0.6", "0.8", "1", "1.2"))


@dataclass(frozen=True)
class Bucket:
    """How many people lie from `low` until before `high`, both shares of 1; on the minus side mirrored.

    Neither: those for whom there is no share, since nothing was earned then, or there is no quota. Both 0: no change.
    """

    low: Decimal | None
    high: Decimal | None
    people: int


@dataclass(frozen=True)
class SameCost:
    """Where the model costs what was earned then: at one growth, or between two that were computed."""

    low: Any
    high: Any

    @property
    def is_met(self) -> bool:
        return bool(self.low.growth == self.high.growth)


def change_buckets(model: PayModel) -> list[Bucket]:
    """People by the change of their pay as a share of what they earned then, from loss to gain."""
    found: Counter[tuple[Decimal | None, Decimal | None]] = Counter()
    for amount, then in PayModelPerson.objects.filter(model=model).values_list("amount", "then_amount"):
        found[_change(amount, then)] += 1
    zero = Decimal(0)
    gains = [(low, high) for low, high in pairwise((*CHANGES, None))]
    losses = [(None if high is None else -high, -low if low else zero) for low, high in reversed(gains)]
    keys = [*losses, (zero, zero), *gains, (None, None)]
    return [
        Bucket(low, high, found[low, high]) for low, high in keys if (low, high) != (None, None) or found[None, None]
    ]


def _change(amount: Decimal, then: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """The bucket of one person's change."""
    zero = Decimal(0)
    if amount == then:
        return zero, zero
    if then == 0:
        return None, None
    share = (amount - then) / abs(then)
    low, high = _between(CHANGES, abs(share))
    if share > 0:
        return low, high
    return None if high is None else -high, -low if low else zero


def attainment_buckets(model: PayModel) -> list[Bucket]:
    """People by how far they reach the quota of the plan's first component with one; empty when nobody has a quota."""
    shares = list(PayModelPerson.objects.filter(model=model).values_list("attainment", flat=True))
    if not any(share is not None for share in shares):
        return []
    found = Counter(
        (None, None) if share is None else _between(ATTAINMENTS, max(share, Decimal(0))) for share in shares
    )
    keys: list[tuple[Decimal | None, Decimal | None]] = list(pairwise((*ATTAINMENTS, None)))
    return [
        Bucket(low, high, found[low, high])
        for low, high in [*keys, (None, None)]
        if low is not None or found[None, None]
    ]


def _between(edges: Sequence[Decimal], share: Decimal) -> tuple[Decimal | None, Decimal | None]:
    return next((low, high) for low, high in pairwise((*edges, None)) if high is None or share < high)


def growths_of(model: PayModel) -> list[Any]:
    """What it costs at every growth that was computed, the smallest first."""
    return list(PayModelGrowth.objects.filter(model=model).order_by("growth"))


def same_cost(model: PayModel, growths: Sequence[Any]) -> SameCost | None:
    """The growth, or the narrowest pair of computed ones, at which the model costs what was earned then."""
    met = [one for one in growths if one.amount == model.then_amount]
    if met:
        nearest = min(met, key=lambda one: abs(one.growth))
        return SameCost(nearest, nearest)
    pairs = [
        (low, high)
        for low, high in pairwise(growths)
        if min(low.amount, high.amount) < model.then_amount < max(low.amount, high.amount)
    ]
    narrowest = min(pairs, key=lambda pair: pair[1].growth - pair[0].growth, default=None)
    return SameCost(*narrowest) if narrowest else None


def gains_and_losses(model: PayModel) -> tuple[int, int]:
    """How many people get more by the model than they earned then, and how many less."""
    rows = PayModelPerson.objects.filter(model=model)
    found = rows.aggregate(more=Count("pk", filter=Q(change__gt=0)), less=Count("pk", filter=Q(change__lt=0)))
    return found["more"], found["less"]
