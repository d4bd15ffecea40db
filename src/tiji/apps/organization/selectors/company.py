"""The company's own facts: currency, fiscal year, time zone, working days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from tiji.apps.organization.models import CalendarDay, Company
from tiji.kernel.periods import ChineseCalendar, CountryCalendar, FiscalCalendar, WorkCalendar


def company() -> Company:
    """The one company of this database.

    Raises: Company.DoesNotExist before `tiji init` or `tiji demo` made it.
    """
    return Company.objects.get(pk=1)


def fiscal_calendar(of: Company | None = None) -> FiscalCalendar:
    """The company's fiscal year."""
    return FiscalCalendar((of or company()).fiscal_start_month)


def work_calendar(of: Company | None = None) -> WorkCalendar:
    """The company's working days: its country's, with its own overrides."""
    overrides = dict(CalendarDay.objects.values_list("day", "is_workday"))
    country = (of or company()).country
    return ChineseCalendar(overrides) if country == "CN" else CountryCalendar(country, overrides)


def business_zone(of: Company | None = None) -> ZoneInfo:
    """The time zone in which the company's dates are meant."""
    return ZoneInfo((of or company()).time_zone)


def business_date(moment: datetime, of: Company | None = None) -> date:
    """The company's date at a moment."""
    return timezone.localdate(moment, business_zone(of))
