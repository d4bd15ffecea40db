"""The company's own facts: currency, fiscal year, time zone, working days."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from tiji.apps.organization.models import CalendarDay, Company
from tiji.kernel.periods import ChineseCalendar, CountryCalendar, FiscalCalendar, WorkCalendar
from tiji.shared import stamps

STAMP = "company"


def company() -> Company:
    """The one company of this database, kept in memory until it changes.

    Raises: Company.DoesNotExist before `tiji init` or `tiji demo` made it.
    """
    return copy(stamps.kept(STAMP, "company", lambda: Company.objects.get(pk=1)))


def watch_tables() -> None:
    """What the company's facts are kept from."""
    for model in (Company, CalendarDay):
        stamps.watch(STAMP, model)


def fiscal_calendar(of: Company | None = None) -> FiscalCalendar:
    """The company's fiscal year."""
    return FiscalCalendar((of or company()).fiscal_start_month)


def work_calendar(of: Company | None = None) -> WorkCalendar:
    """The company's working days: its country's, with its own overrides."""
    overrides = stamps.kept(STAMP, "days", lambda: dict(CalendarDay.objects.values_list("day", "is_workday")))
    country = (of or company()).country
    return ChineseCalendar(overrides) if country == "CN" else CountryCalendar(country, overrides)


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """The company with its working days."""

    company: Company
    calendar: WorkCalendar


KEPT_SECONDS = 20
_kept: dict[str, tuple[float, CompanyFacts]] = {}


def kept_company() -> CompanyFacts | None:
    """The company as screens show it; None before there is one.

    It changes a few times a year and stands on every page, so each process keeps it for some seconds; a change made in
    the same process is seen at once. Services read `company()`.
    """
    database = str(connection.settings_dict["NAME"])
    until, facts = _kept.get(database, (0.0, None))
    if facts is not None and monotonic() < until:
        return facts
    found: Company | None = Company.objects.filter(pk=1).first()
    if found is None:
        return None
    facts = CompanyFacts(found, work_calendar(found))
    _kept[database] = (monotonic() + KEPT_SECONDS, facts)
    return facts


def forget_company(**kwargs: Any) -> None:
    """Read the company again when it is asked for next."""
    _kept.clear()


for _model in (Company, CalendarDay):
    post_save.connect(forget_company, sender=_model, dispatch_uid=f"kept-{_model.__name__}-saved")
    post_delete.connect(forget_company, sender=_model, dispatch_uid=f"kept-{_model.__name__}-deleted")


def first_moment(day: date, of: Company | None = None) -> datetime:
    """When a date of the company begins."""
    return datetime.combine(day, time.min, business_zone(of))


def business_zone(of: Company | None = None) -> ZoneInfo:
    """The time zone in which the company's dates are meant."""
    return ZoneInfo((of or company()).time_zone)


def business_date(moment: datetime, of: Company | None = None) -> date:
    """The company's date at a moment."""
    return timezone.localdate(moment, business_zone(of))


def company_zone() -> ZoneInfo | None:
    """The zone in which requests, jobs and commands live; None before there is a company, or tables for one."""
    try:
        facts = kept_company()
    except DatabaseError:
        return None
    return business_zone(facts.company) if facts else None
