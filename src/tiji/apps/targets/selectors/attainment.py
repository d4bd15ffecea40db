"""Attainment: target, actual, working-day pace, landing and gap of a unit or person in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.models import TargetCell, TargetPlan, TargetVersion
from tiji.apps.targets.selectors.actuals import Amounts, actuals_by_measure, actuals_by_person, actuals_by_unit
from tiji.apps.targets.selectors.landing import Outlook, outlook_of
from tiji.apps.targets.selectors.subjects import Subject
from tiji.kernel.periods import Period, TimeProgress, WorkCalendar, time_progress
from tiji.kernel.targets import Attainment, attainment, coverage


@dataclass(frozen=True)
class Standing:
    """Where one subject stands: by business kind and together (`kind` empty)."""

    subject: Subject
    measure: str
    period: Period
    kind: str
    attainment: Attainment


@dataclass(frozen=True)
class Forecast:
    """Standing with its outlook. `coverage` is open pipeline of the period against the gap, None without a gap."""

    standing: Standing
    by_kind: dict[str, Standing]
    progress: TimeProgress
    outlook: Outlook
    uncovered: Decimal | None
    coverage: Fraction | None


def active_version(fiscal_year: int, measure: str) -> TargetVersion | None:
    """The version that counts for a year and measure."""
    rows = TargetVersion.objects.filter(
        plan__fiscal_year=fiscal_year,
        plan__measure=measure,
        plan__archived_at__isnull=True,
        status=TargetVersion.Status.ACTIVE,
    )
    return rows.select_related("plan").first()  # type: ignore[no-any-return]


def targets_of(subjects: Sequence[Subject], measure: str, period: Period) -> dict[str, Amounts]:
    """Subject key → business kind → target of the active version, in one query; without those who have none."""
    units = [subject.unit_id for subject in subjects if subject.is_unit]
    people = [subject.person_id for subject in subjects if not subject.is_unit]
    rows = _cells([measure], period)
    found: dict[str, Amounts] = {}
    for column, letter, ids in (("node__unit_id", "u", units), ("node__person_id", "p", people)):
        if ids:
            for key, kind, amount in rows.filter(**{f"{column}__in": ids}).values_list(column, "kind", "amount"):
                found.setdefault(f"{letter}{key}", {})[kind] = amount
    return found


def _cells(measures: Sequence[str], period: Period) -> QuerySet[TargetCell]:
    """The cells of a period in the versions that count."""
    rows: QuerySet[TargetCell] = TargetCell.objects.filter(
        version__status=TargetVersion.Status.ACTIVE,
        version__plan__fiscal_year=period.year,
        version__plan__measure__in=measures,
        version__plan__archived_at__isnull=True,
        period=period.key,
    )
    return rows


def plan_currency(measure: str, fiscal_year: int, default: str) -> str:
    """The currency of a year's plan, or the company's."""
    found = TargetPlan.objects.filter(measure=measure, fiscal_year=fiscal_year, archived_at__isnull=True).first()
    return found.currency if found else default


def counted_until(period: Period, as_of: date) -> date:
    """The first day that does not count: the day after `as_of`, or the period's end."""
    return min(period.end, as_of + timedelta(days=1))


def standings(
    subjects: Sequence[Subject], measure: str, period: Period, *, as_of: date, calendar: WorkCalendar, currency: str
) -> dict[str, dict[str, Standing]]:
    """Subject key → business kind ("" for all together) → standing, in at most four queries however many subjects."""
    until = counted_until(period, as_of)
    targets = targets_of(subjects, measure, period)
    units = [subject.unit_id or 0 for subject in subjects if subject.is_unit]
    people = [subject.person_id or 0 for subject in subjects if not subject.is_unit]
    by_unit = actuals_by_unit(units, measure, period.start, until, currency) if units else {}
    by_person = actuals_by_person(people, measure, period.start, until, currency) if people else {}
    progress = time_progress(period, as_of, calendar)
    result = {}
    for subject in subjects:
        actual = by_unit.get(subject.unit_id or 0, {}) if subject.is_unit else by_person.get(subject.person_id or 0, {})
        result[subject.key] = _by_kind(subject, measure, period, actual, targets.get(subject.key, {}), progress)
    return result


def standings_by_measure(
    subject: Subject, measures: Sequence[str], period: Period, *, as_of: date, calendar: WorkCalendar, currency: str
) -> dict[str, dict[str, Standing]]:
    """Measure → business kind ("" for all together) → standing of one subject, in two queries."""
    column = "node__unit_id" if subject.is_unit else "node__person_id"
    cells = _cells(measures, period).filter(**{column: subject.unit_id if subject.is_unit else subject.person_id})
    targets: dict[str, Amounts] = {}
    for measure, kind, amount in cells.values_list("version__plan__measure", "kind", "amount"):
        targets.setdefault(measure, {})[kind] = amount
    actual = actuals_by_measure(subject, measures, period.start, counted_until(period, as_of), currency)
    progress = time_progress(period, as_of, calendar)
    return {
        measure: _by_kind(subject, measure, period, actual.get(measure, {}), targets.get(measure, {}), progress)
        for measure in measures
    }


def forecast(
    subject: Subject,
    measure: str,
    period: Period,
    *,
    as_of: date,
    calendar: WorkCalendar,
    currency: str,
    found: dict[str, Standing] | None = None,
    people: list[int] | None = None,
) -> Forecast:
    """One subject in full: standing, landing line by line, what is still uncovered, and coverage by open pipeline.

    `found` are the subject's standings by kind and `people` the ids of `people_of`, where they are known already.
    """
    if found is None:
        found = standings([subject], measure, period, as_of=as_of, calendar=calendar, currency=currency)[subject.key]
    standing = found[""]
    actual = standing.attainment.actual
    outlook = outlook_of(subject, measure, period, actual, as_of=as_of, currency=currency, people=people)
    target = standing.attainment.target
    return Forecast(
        standing=standing,
        by_kind={kind: one for kind, one in found.items() if kind},
        progress=time_progress(period, as_of, calendar),
        outlook=outlook,
        uncovered=None if target is None else target - outlook.amount,
        coverage=coverage(outlook.pipeline, standing.attainment.gap) if measure != Measure.NEW_CUSTOMERS else None,
    )


def _by_kind(
    subject: Subject, measure: str, period: Period, actual: Amounts, target: Amounts, progress: TimeProgress
) -> dict[str, Standing]:
    places = 0 if measure == Measure.NEW_CUSTOMERS else 2

    def standing(kind: str, done: Decimal, goal: Decimal | None) -> Standing:
        return Standing(subject, measure, period, kind, attainment(done, goal, progress, places=places))

    together = sum(target.values(), Decimal(0)) if target else None
    result = {"": standing("", sum(actual.values(), Decimal(0)), together)}
    for kind in ("existing", "new"):
        result[kind] = standing(kind, actual.get(kind, Decimal(0)), target.get(kind))
    return result
