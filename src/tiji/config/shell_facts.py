"""The few facts of the organisation that every page shows: company, period, the viewer's title and roles.

Company and calendar change a few times a year and stand on every page, so each process keeps them for some seconds;
a change made in the same process is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any

from django.db import connection
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, CalendarDay, Company, Role
from tiji.apps.organization.selectors import company as company_facts
from tiji.apps.organization.selectors.demo import is_demo
from tiji.apps.organization.selectors.scope import scope_of
from tiji.kernel.periods import WorkCalendar, time_progress
from tiji.ui import formats

KEPT_SECONDS = 20
TITLE_KEY = "shell_title"

ROLE_ICONS = {
    Role.REP: "footprints",
    Role.MANAGER: "users",
    Role.PRODUCT_MANAGER: "package",
    Role.SALES_OPERATIONS: "sliders-horizontal",
    Role.FINANCE: "banknote",
    Role.HR: "graduation-cap",
    Role.DIRECTOR: "trophy",
    Role.AUDITOR: "scroll-text",
    Role.ADMINISTRATOR: "settings",
}


@dataclass(frozen=True, slots=True)
class Period:
    """The current fiscal quarter: its name, today's working day in it and how many it has."""

    label: str
    day: int
    days: int


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    company: Company
    calendar: WorkCalendar


_kept: dict[str, tuple[float, CompanyFacts]] = {}


def company_and_calendar() -> CompanyFacts | None:
    """The company with its working calendar; None before there is one."""
    database = str(connection.settings_dict["NAME"])
    until, facts = _kept.get(database, (0.0, None))
    if facts is not None and monotonic() < until:
        return facts
    company = Company.objects.filter(pk=1).first()
    if company is None:
        return None
    facts = CompanyFacts(company, company_facts.work_calendar(company))
    _kept[database] = (monotonic() + KEPT_SECONDS, facts)
    return facts


def forget_company(**kwargs: Any) -> None:
    _kept.clear()


for _model in (Company, CalendarDay):
    post_save.connect(forget_company, sender=_model, dispatch_uid=f"shell-{_model.__name__}-saved")
    post_delete.connect(forget_company, sender=_model, dispatch_uid=f"shell-{_model.__name__}-deleted")


def company_name() -> str:
    facts = company_and_calendar()
    return str(facts.company) if facts else ""


def company_currency() -> str:
    facts = company_and_calendar()
    return facts.company.currency if facts else "CNY"


formats.use_currency(company_currency)


def current_period(today: date | None = None) -> Period | None:
    """The fiscal quarter that holds today, with its working days; None before there is a company."""
    facts = company_and_calendar()
    if facts is None:
        return None
    on = today or timezone.localdate()
    quarter = company_facts.fiscal_calendar(facts.company).period_of(on, "quarter")
    progress = time_progress(quarter, on, facts.calendar)
    label = _("%(year)s Q%(quarter)s") % {"year": quarter.year, "quarter": quarter.number}
    return Period(label=label, day=progress.elapsed, days=progress.total)


def roles_of(user: Any) -> frozenset[str]:
    return scope_of(user).roles if user.is_authenticated else frozenset()


def person_title(request: HttpRequest) -> str:
    """The viewer's unit and position, the sidebar's second line; read once an hour and kept in the session."""
    stamp = f"{timezone.now():%Y%m%d%H}{translation.get_language()}"
    kept = request.session.get(TITLE_KEY)
    if kept and kept[0] == stamp:
        return str(kept[1])
    title = _title_of(request.user)
    request.session[TITLE_KEY] = [stamp, title]
    return title


def _title_of(user: Any) -> str:
    person_id = getattr(user, "person_id", None)
    if not person_id:
        return ""
    held = Assignment.objects.on(timezone.localdate()).filter(person_id=person_id)
    first = held.select_related("position__unit").order_by("-share_percent", "valid_from", "pk").first()
    return f"{first.position.unit} · {first.position}" if first else ""


def demo_roles() -> list[dict[str, Any]]:
    """The roles one may sign in as with one click; none unless this is the demo company in demo mode."""
    if not is_demo():
        return []
    return [{"key": role.value, "label": role.label, "icon": ROLE_ICONS[role]} for role in Role]
