"""Quotas: typed one by one, or taken over from the active target plan. A new amount is a new version."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Measure
from tiji.apps.incentives.models import Quota
from tiji.apps.incentives.permissions import can_set_quota
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import company, fiscal_calendar
from tiji.apps.targets.models import TargetCell, TargetVersion
from tiji.apps.targets.selectors.attainment import active_version
from tiji.kernel.periods import PeriodKind
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

Key = tuple[int, str]
LOCK = "incentives.quotas"


@transaction.atomic
def set_quota(
    *,
    actor: User,
    person: Person,
    measure: str,
    period: str,
    amount: Decimal,
    on: date,
    at: datetime,
    reason: str = "",
    expected: int | None = None,
) -> Quota:
    """Type a person's quota of a period as its next version; the same amount again changes nothing.

    `expected` is the version that the actor saw, 0 where there was none; None takes whatever stands.
    Raises: NotAllowed, DomainError at the field that is wrong, Conflict when somebody was faster.
    """
    require(can_set_quota(actor), _("Only sales operations and the director set quotas. Ask them."))
    key = _period_key(period)
    if measure not in Measure.values:
        raise DomainError(_("Choose what the quota is set for."), field="measure")
    if amount < 0:
        raise DomainError(_("A quota cannot be negative."), field="amount")
    exclusive(LOCK)
    standing = Quota.objects.filter(person=person, measure=measure, period=key).order_by("-number")
    _check_expected(standing.first(), expected, amount)
    _append(actor, measure, {(person.pk, key): amount}, on, at, reason=reason.strip())
    found: Quota = standing.select_related("person")[0]
    return found


def _period_key(period: str) -> str:
    try:
        return fiscal_calendar().period(period).key
    except ValueError as error:
        raise DomainError(_("Name a period such as 2026, 2026-Q4 or 2026-M11."), field="period") from error


def _check_expected(standing: Quota | None, expected: int | None, amount: Decimal) -> None:
    if expected is None or (standing.number if standing else 0) == expected:
        return
    label = str(_("Quota"))
    current = {label: f"{standing.amount:,.2f} (v{standing.number})"} if standing else {}
    raise Conflict(
        _("This quota was set by somebody else in the meantime. Look at it and decide again."),
        current=current,
        attempted={label: f"{amount:,.2f}"},
    )


@transaction.atomic
def set_quotas_from_targets(
    *, actor: User, fiscal_year: int, measure: str, on: date, at: datetime, interval: str = PeriodKind.QUARTER
) -> int:
    """Make the active plan's targets of people their quotas, by quarter as a rule. Returns how many changed.

    Raises: NotAllowed, DomainError without an active target plan.
    """
    require(can_set_quota(actor))
    version = active_version(fiscal_year, measure)
    if version is None:
        raise DomainError(
            _("There is no active target plan for %(year)s. Activate one first, or type the quotas.")
            % {"year": fiscal_year},
            field="fiscal_year",
            code="no-targets",
        )
    exclusive(LOCK)
    return _append(actor, measure, _targets(version, interval), on, at, version=version)


def _targets(version: TargetVersion, interval: str) -> dict[Key, Decimal]:
    calendar = fiscal_calendar()
    year = version.plan.fiscal_year
    spans = {"month": calendar.months(year), "quarter": calendar.quarters(year), "year": [calendar.year(year)]}
    cells = TargetCell.objects.filter(
        version=version, node__person__isnull=False, period__in=[span.key for span in spans[str(interval)]]
    )
    found: dict[Key, Decimal] = {}
    for person, period, amount in cells.values_list("node__person_id", "period", "amount"):
        found[person, period] = found.get((person, period), Decimal(0)) + amount
    return found


def _append(
    actor: User,
    measure: str,
    amounts: Mapping[Key, Decimal],
    on: date,
    at: datetime,
    *,
    version: TargetVersion | None = None,
    reason: str = "",
) -> int:
    """New versions of the quotas whose amount is another; the rest stays. Called under the lock."""
    periods = {period for _person, period in amounts}
    rows = Quota.objects.filter(measure=measure, period__in=periods)
    standing: dict[Key, tuple[int, Decimal]] = {}
    for person, period, number, amount in rows.order_by("number").values_list(
        "person_id", "period", "number", "amount"
    ):
        standing[person, period] = (number, amount)
    source = Quota.Source.TYPED if version is None else Quota.Source.TARGETS
    currency = company().currency
    changed = [
        Quota(
            person_id=person,
            measure=measure,
            period=period,
            number=standing.get((person, period), (0, None))[0] + 1,
            amount=amount,
            currency=currency,
            source=source,
            target_version=version,
            reason=reason,
            set_on=on,
            created_at=at,
            created_by=actor,
        )
        for (person, period), amount in sorted(amounts.items())
        if standing.get((person, period), (0, None))[1] != amount
    ]
    Quota.objects.bulk_create(changed, batch_size=500)
    _record(actor, measure, changed, reason)
    return len(changed)


def _record(actor: User, measure: str, changed: list[Quota], reason: str) -> None:
    """One typed quota is written down itself, many as a batch."""
    if not changed:
        return
    row = changed[0]
    if len(changed) == 1 and row.source == Quota.Source.TYPED:
        audit.record("quota.set", row, after=audit.snapshot(row), reason=reason, actor=actor)
        return
    text = "\n".join(f"{row.person_id} {row.period} {row.number} {row.amount}" for row in changed)
    digest = hashlib.sha256(f"{measure}\n{text}".encode()).hexdigest()
    summary = {"measure": measure, "periods": sorted({row.period for row in changed}), "source": str(row.source)}
    audit.record_batch(
        "quota.set", Quota, batch=digest[:16], count=len(changed), digest=digest, summary=summary, actor=actor
    )
