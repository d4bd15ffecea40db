"""Where somebody stands today by each plan that pays him: everything credited so far, read again when it changed.

What is kept is small, a total for each component, in this process alone, under everything that it follows from: the
plan, its quotas and days, and how many documents there are, up to which number and of which sum. What a document says
besides (its due day) may change under it, so nothing is kept longer than KEPT.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Min, Sum

from tiji.apps.commerce.models import Contract, Order, ReceiptApplication
from tiji.apps.commerce.selectors.shares import shared_since
from tiji.apps.incentives.models import PlanVersion
from tiji.apps.incentives.selectors.crediting import OWNER, WHOLE, with_roles
from tiji.apps.incentives.selectors.events import PRODUCT_SUBJECT, RECEIPT, SIGNED, STORED_DIGITS, events_between
from tiji.apps.incentives.selectors.inputs import inputs_of_plan, quota_table
from tiji.apps.incentives.selectors.plans import PaidBy, Span, plans_paying
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Estimator, Plan, Standing, Window, events_from

KEPT = timedelta(minutes=5)
_READ = ("event_id", "event_on", "credit_on", "kind", "business", "subject_id", "amount", "currency", PRODUCT_SUBJECT)


@dataclass(frozen=True)
class Place:
    """A person's place by one plan. `read_at`: everything that was there then has counted."""

    person: int
    version: PlanVersion
    plan: Plan
    spans: tuple[Span, ...]
    quotas: tuple[dict[str, Any], ...]
    standings: Mapping[tuple[str, int], Standing]
    read_at: datetime

    @property
    def estimator(self) -> Estimator:
        """The plan made ready, once in this process."""
        return _estimator(_Kept((self.version.pk, self.version.digest), lambda: self.plan))

    def shares(self, subject: int, share: int = WHOLE) -> list[dict[str, Any]]:
        """The person's share of a supposed document in the roles that this plan credits, while the plan is his.

        Somebody who is paid as an owner supposes documents of his own; the others those that count for their role.
        """
        roles = {component.credit.role for component in self.plan.components}
        roles = {OWNER} if OWNER in roles else roles
        fixed = {"subject_id": subject, "payee_id": self.person, "share": share}
        return [
            {**fixed, "role": role, "seq": seq, "valid_from": start, "valid_until": end}
            for role in sorted(roles)
            for seq, (start, end) in enumerate(self.spans)
        ]


def places_of(person: int, days: Sequence[date], at: datetime) -> list[Place]:
    """The person's place by every plan that pays him, for documents on these days, as of `at`.

    A plan counts in the version that holds in the month of the first day, as a run of that month would take it.
    """
    calendar = fiscal_calendar()
    month = calendar.period_of(min(days), "month")
    window = Window(month.start, calendar.period_of(max(days), "year").end)
    found = []
    for paid in plans_paying(month.start, max(days) + timedelta(days=1), person=person):
        start = events_from(paid.plan, window.from_)
        quotas = quota_table(paid.plan, [person], start, window.until)
        kept = _standings_kept(person, paid, window, start, quotas.to_pylist(), at)
        found.append(
            Place(
                person=person,
                version=paid.version,
                plan=with_roles(paid.plan),
                spans=tuple(paid.payees[person]),
                quotas=tuple(quotas.to_pylist()),
                standings=kept.standings,
                read_at=kept.read_at,
            )
        )
    return found


@dataclass(frozen=True)
class _Kept:
    """A key, and how to find what belongs to it. Keys alone are compared."""

    key: tuple[Any, ...]
    find: Callable[[], Any] = field(compare=False)


@dataclass(frozen=True)
class _Read:
    standings: Mapping[tuple[str, int], Standing]
    read_at: datetime


def forget_standings() -> None:
    """For tests, whose documents come and go without a trace."""
    _standings.cache_clear()
    _estimator.cache_clear()


@lru_cache(maxsize=64)
def _estimator(kept: _Kept) -> Estimator:
    return Estimator(kept.find(), amount_digits=STORED_DIGITS)


@lru_cache(maxsize=2048)
def _standings(kept: _Kept) -> _Read:
    found: _Read = kept.find()
    return found


def _standings_kept(
    person: int, paid: PaidBy, window: Window, start: date, quotas: list[dict[str, Any]], at: datetime
) -> _Read:
    kinds = sorted({kind for component in paid.plan.components for kind in component.credit.events})
    spans = tuple(paid.payees[person])
    asked = tuple(tuple(sorted(row.items())) for row in quotas)
    key = (person, paid.version.pk, paid.version.digest, spans, start, window.until, asked)
    slot = int(at.timestamp() // KEPT.total_seconds())
    owner = person if _own_alone(paid.plan) else None
    whole = (*key, slot, *_documents(owner, start, window.until, kinds))
    return _standings(_Kept(whole, lambda: _read(person, paid, window, start, kinds, at)))


def _read(person: int, paid: PaidBy, window: Window, start: date, kinds: list[str], at: datetime) -> _Read:
    owner = person if _own_alone(paid.plan) else None
    inputs = inputs_of_plan(paid, window, events_between(start, window.until, kinds, owner=owner))
    names = [name for name in (*_READ, *(one.name for one in paid.plan.fields)) if name in inputs.events.column_names]
    estimator = _estimator(_Kept((paid.version.pk, paid.version.digest), lambda: with_roles(paid.plan)))
    rows, shares, quotas = inputs.events.select(names), inputs.assignments, inputs.quotas
    return _Read(estimator.stand(person, rows.to_pylist(), shares.to_pylist(), quotas.to_pylist()), at)


def _own_alone(plan: Plan) -> bool:
    """Whether a payee is credited with documents of his own only: none is shared, and nobody is credited for others."""
    return all(part.credit.role == OWNER for part in plan.components) and not shared_since()


def _documents(owner: int | None, start: date, end: date, kinds: list[str]) -> tuple[Any, ...]:
    """How many documents count, of one owner or of all, up to which number, of which sum and from when to when."""
    sources: dict[str, list[tuple[Any, str]]] = {
        RECEIPT: [(ReceiptApplication.objects.all(), "applied_on")],
        SIGNED: [
            (Contract.objects.exclude(status=Contract.Status.DRAFT), "signed_on"),
            (Order.objects.exclude(status=Order.Status.DRAFT).filter(contract__isnull=True), "confirmed_on"),
        ],
    }
    found: list[Any] = []
    for rows, day in (source for kind in kinds for source in sources[kind]):
        whose = {} if owner is None else {"owner_id": owner}
        mine = rows.filter(**whose, **{f"{day}__gte": start, f"{day}__lt": end}).order_by()
        told = mine.aggregate(n=Count("pk"), last=Max("pk"), total=Sum("amount"), low=Min(day), high=Max(day))
        found.extend(told.values())
    return tuple(found)
