"""The working calendar."""

from datetime import date

from django.http import HttpResponse

from tiji.apps.organization.api.router import router
from tiji.apps.organization.models import CalendarDay
from tiji.apps.organization.permissions import can_manage_calendar
from tiji.apps.organization.services.company import clear_calendar_day, set_calendar_day
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


class CalendarDayOut(Out):
    day: date
    is_workday: bool
    note: str


class CalendarDayIn(In):
    is_workday: bool
    note: str = Field("", max_length=80)


DAY_ROW = tuple(CalendarDayOut.model_fields)


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
