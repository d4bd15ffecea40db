"""What came about: sums of measure facts by unit or person, and the facts themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from tiji.apps.commerce.models import Measure, MeasureFact
from tiji.apps.targets.selectors.subjects import Subject

Amounts = dict[str, Decimal]


def facts_of(
    subject: Subject, measure: str, start: date, end: date, *, currency: str = "", kind: str = ""
) -> QuerySet[MeasureFact]:
    """The facts of a unit (whatever was below it on the fact's day) or a person, from `start` until before `end`.

    With `currency` and `kind`, exactly those whose sum is the actual.
    """
    rows = _counted(measure, start, end, currency)
    if kind:
        rows = rows.filter(kind=kind)
    if subject.is_unit:
        return rows.filter(_below([subject.unit_id or 0]))
    return rows.filter(owner_id=subject.person_id)


def actuals_by_unit(units: Collection[int], measure: str, start: date, end: date, currency: str) -> dict[int, Amounts]:
    """Unit id → business kind → amount, in one query."""
    rows = (
        _counted(measure, start, end, currency)
        .filter(_below(units))
        .values_list("unit__paths_up__ancestor_id", "kind")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    return _by_key(rows)


def actuals_by_person(
    people: Collection[int], measure: str, start: date, end: date, currency: str
) -> dict[int, Amounts]:
    """Person id → business kind → amount, in one query."""
    rows = (
        _counted(measure, start, end, currency)
        .filter(owner_id__in=list(people))
        .values_list("owner_id", "kind")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    return _by_key(rows)


def actuals_by_measure(
    subject: Subject, measures: Collection[str], start: date, end: date, currency: str
) -> dict[str, Amounts]:
    """Measure → business kind → amount of one subject, in one query."""
    rows = (
        _measured(subject, measures, start, end, currency)
        .values_list("measure", "kind")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    return _by_key(rows)


def actuals_by_day(subject: Subject, measure: str, start: date, end: date, currency: str) -> dict[date, Decimal]:
    """Day → amount, for the cumulative curve."""
    rows = facts_of(subject, measure, start, end, currency=currency)
    return dict(rows.order_by("on").values_list("on").annotate(total=Sum("amount")))


def actuals_by_measure_and_day(
    subject: Subject, measures: Collection[str], start: date, end: date, currency: str
) -> dict[tuple[str, str], dict[date, Decimal]]:
    """(Measure, business kind) → day → amount of one subject, in one query; kind "" is both kinds together."""
    rows = _measured(subject, measures, start, end, currency).values_list("measure", "kind", "on").order_by()
    found: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for measure, kind, on, total in rows.annotate(total=Sum("amount")):
        found[measure, kind][on] += total
        if kind:
            found[measure, ""][on] += total
    return dict(found)


def _measured(
    subject: Subject, measures: Collection[str], start: date, end: date, currency: str
) -> QuerySet[MeasureFact]:
    """Facts of a subject and several measures; money of one currency only, customers whatever they pay in."""
    counted = Q(currency=currency) | Q(measure=Measure.NEW_CUSTOMERS)
    mine = _below([subject.unit_id or 0]) if subject.is_unit else Q(owner_id=subject.person_id)
    return MeasureFact.objects.filter(counted, mine, measure__in=list(measures), on__gte=start, on__lt=end)


def _counted(measure: str, start: date, end: date, currency: str) -> QuerySet[MeasureFact]:
    """Facts of a measure and time; money of one currency only, while customers are counted whatever they pay in."""
    rows: QuerySet[MeasureFact] = MeasureFact.objects.filter(measure=measure, on__gte=start, on__lt=end)
    return rows.filter(currency=currency) if currency and measure != Measure.NEW_CUSTOMERS else rows


def _below(units: Collection[int]) -> Q:
    """Facts whose unit lay below one of these on the fact's own day."""
    return Q(
        Q(unit__paths_up__valid_until__isnull=True) | Q(unit__paths_up__valid_until__gt=F("on")),
        unit__paths_up__ancestor_id__in=list(units),
        unit__paths_up__valid_from__lte=F("on"),
    )


def _by_key(rows: Iterable[Any]) -> dict[Any, Amounts]:
    found: dict[Any, Amounts] = defaultdict(dict)
    for key, kind, total in rows:
        found[key][kind] = total
    return dict(found)


def actuals_by_period(
    units: Collection[int],
    people: Collection[int],
    measure: str,
    spans: Sequence[tuple[date, date]],
    currency: str,
    kind: str = "",
) -> dict[str, list[Decimal]]:
    """Row key → amount in each span, for units and people of a plan, in one query each."""
    if not spans:
        return {}
    rows = _counted(measure, spans[0][0], spans[-1][1], currency)
    rows = rows.filter(kind=kind) if kind else rows
    sums = {f"s{at}": Sum("amount", filter=Q(on__gte=start, on__lt=end)) for at, (start, end) in enumerate(spans)}
    found: dict[str, list[Decimal]] = {}
    for letter, column, chosen in (
        ("u", "unit__paths_up__ancestor_id", rows.filter(_below(units)) if units else None),
        ("p", "owner_id", rows.filter(owner_id__in=list(people)) if people else None),
    ):
        if chosen is not None:
            for key, *amounts in chosen.values_list(column).order_by().annotate(**sums).values_list(column, *sums):
                found[f"{letter}{key}"] = [amount or Decimal(0) for amount in amounts]
    return found
