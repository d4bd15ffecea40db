"""The company's own facts and its working calendar."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.organization.api.router import router
from tiji.apps.organization.models import CalendarDay, Company
from tiji.apps.organization.permissions import can_manage_calendar, can_manage_company, can_view_company
from tiji.apps.organization.selectors.calendar import CalendarYear, calendar_year
from tiji.apps.organization.selectors.company import company
from tiji.apps.organization.services.company import clear_calendar_day, edit_company, set_calendar_day
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    ApiRequest,
    Field,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    answer,
    no_content,
    page_answer,
)


class CompanyOut(Out):
    name: str
    name_en: str
    currency: str
    fiscal_start_month: int
    time_zone: str
    country: str
    language: str


class CompanyPatch(In):
    name: str = Field("", min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    time_zone: str = Field("", max_length=60)
    country: str = Field("", max_length=2, description="Whose holidays the company keeps")
    language: str = Field("", max_length=10)


class MonthOut(Out):
    month: date
    workdays: int


class CalendarYearOut(Out):
    year: int
    workdays: int
    provisional: bool = Field(description="The country has not announced its holidays of that year yet")
    months: list[MonthOut]
    days_off: list[date] = Field(description="Days off from Monday to Friday")
    extra_days: list[date] = Field(description="Working days on Saturdays and Sundays")


class CalendarDayOut(Out):
    day: date
    is_workday: bool
    note: str


class CalendarDayIn(In):
    is_workday: bool
    note: str = Field("", max_length=80)


COMPANY_ROW = tuple(CompanyOut.model_fields)
DAY_ROW = tuple(CalendarDayOut.model_fields)
Year = Annotated[int, Field(ge=2000, le=2100)]


def company_json(found: Company) -> dict[str, Any]:
    """The company."""
    return {name: getattr(found, name) for name in COMPANY_ROW}


def year_json(found: CalendarYear) -> dict[str, Any]:
    """A year: how many days are worked, and which ones are not as the week says."""
    cells = [cell for _first, weeks, _count in found.months for week in weeks for cell in week if cell]
    odd = [cell for cell in cells if cell.against_week]
    return {
        "year": found.year,
        "workdays": found.workdays,
        "provisional": found.provisional,
        "months": [{"month": first, "workdays": count} for first, _weeks, count in found.months],
        "days_off": [cell.day for cell in odd if not cell.works],
        "extra_days": [cell.day for cell in odd if cell.works],
    }


@router.get("/company", response=CompanyOut)
def read_company(request: ApiRequest) -> HttpResponse:
    """The company: currency, fiscal year, time zone, country of the calendar."""
    require(can_view_company(request.actor))
    return answer(request, company_json(company()))


@router.patch("/company", response=CompanyOut)
def change_company(request: ApiRequest, data: CompanyPatch) -> HttpResponse:
    """Change names, time zone, country or language. Currency and fiscal year stay as founded."""
    require(can_manage_company(request.actor))
    return answer(request, company_json(edit_company(actor=request.actor, **data.model_dump(exclude_unset=True))))


@router.get("/calendar/years/{year}", response=CalendarYearOut)
def read_calendar_year(request: ApiRequest, year: Year) -> HttpResponse:
    """The working days of a year, the company's own decisions included."""
    require(can_view_company(request.actor))
    return answer(request, year_json(calendar_year(year, timezone.localdate())))


@router.get("/calendar/days", response=PageOf[CalendarDayOut])
def list_calendar_days(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Days on which the company works, or rests, against its country's calendar."""
    return page_answer(request, keyset(CalendarDay.objects.values(*DAY_ROW), ("day",), paging.cursor, paging.size))


@router.put("/calendar/days/{day}", response=CalendarDayOut)
def put_calendar_day(request: ApiRequest, day: date, data: CalendarDayIn) -> HttpResponse:
    """Let the company work or rest on a day."""
    row = set_calendar_day(actor=request.actor, day=day, is_workday=data.is_workday, note=data.note)
    return answer(request, {name: getattr(row, name) for name in DAY_ROW})


@router.delete("/calendar/days/{day}", response={204: None})
def delete_calendar_day(request: ApiRequest, day: date) -> HttpResponse:
    """Let the country's calendar decide on a day again."""
    require(can_manage_calendar(request.actor))
    clear_calendar_day(actor=request.actor, day=day)
    return no_content(request)
