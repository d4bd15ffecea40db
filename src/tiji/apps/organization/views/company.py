"""The company's facts and its working days."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.organization.forms import CalendarDayForm, CompanyForm, EmptyForm
from tiji.apps.organization.permissions import can_manage_calendar, can_manage_company, can_view_company
from tiji.apps.organization.selectors.calendar import calendar_year, weekday_names
from tiji.apps.organization.selectors.company import company
from tiji.apps.organization.services.company import clear_calendar_day, edit_company, set_calendar_day
from tiji.apps.organization.views.dialogs import dialog, posted
from tiji.apps.organization.views.requests import ActorRequest
from tiji.apps.organization.views.units import get_or_post
from tiji.shared.permissions import require
from tiji.ui.forms import DateField


@login_required
@require_GET
def settings_page(request: ActorRequest) -> HttpResponse:
    require(can_view_company(request.user))
    year = request.GET.get("year", "")
    shown = int(year) if year.isdecimal() and 2000 <= int(year) <= 2100 else timezone.localdate().year
    context = {
        "company": company(),
        "calendar": calendar_year(shown, timezone.localdate()),
        "weekdays": weekday_names(),
        "may_change": can_manage_company(request.user),
        "may_set_days": can_manage_calendar(request.user),
    }
    return render(request, "organization/settings.html", context)


@login_required
@get_or_post
def company_edit(request: ActorRequest) -> HttpResponse:
    found = company()
    return dialog(
        request,
        CompanyForm(posted(request), initial={name: getattr(found, name) for name in CompanyForm.base_fields}),
        lambda **fields: edit_company(actor=request.user, **fields),
        allowed=can_manage_company(request.user),
        title=_("Company"),
        submit=_("Save"),
        done=_("Saved"),
        back="settings",
        note=_("Currency and fiscal year stay as founded: every posted amount and period hangs on them."),
    )


@login_required
@get_or_post
def calendar_day_set(request: ActorRequest) -> HttpResponse:
    return dialog(
        request,
        CalendarDayForm(posted(request), initial=request.GET.dict()),
        lambda **fields: set_calendar_day(actor=request.user, **fields),
        allowed=can_manage_calendar(request.user),
        title=_("A day against the calendar"),
        submit=_("Set"),
        done=_("Day set"),
        back="settings",
    )


@login_required
@get_or_post
def calendar_day_clear(request: ActorRequest, day: str) -> HttpResponse:
    return dialog(
        request,
        EmptyForm(posted(request)),
        lambda: clear_calendar_day(actor=request.user, day=DateField().clean(day)),
        allowed=can_manage_calendar(request.user),
        title=_("Let the country's calendar decide on %(day)s") % {"day": day},
        submit=_("Clear"),
        done=_("Cleared"),
        back="settings",
    )
