"""The few facts of the organisation that every page shows: company, period, the viewer's title and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, Role, Unit
from tiji.apps.organization.selectors import company as company_facts
from tiji.apps.organization.selectors.demo import is_demo
from tiji.apps.organization.selectors.scope import scope_of
from tiji.kernel.periods import time_progress
from tiji.ui import formats

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


def company_name() -> str:
    facts = company_facts.kept_company()
    return str(facts.company) if facts else ""


def company_currency() -> str:
    facts = company_facts.kept_company()
    return facts.company.currency if facts else "CNY"


formats.use_currency(company_currency)


def current_period(today: date | None = None) -> Period | None:
    """The fiscal quarter that holds today, with its working days; None before there is a company."""
    facts = company_facts.kept_company()
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
    if first is None:
        return ""
    unit = first.position.unit
    return str(first.position) if unit.kind == Unit.Kind.COMPANY else f"{unit} · {first.position}"


def in_demo_mode() -> bool:
    """Whether the page says that this is the demo company; a real company on a server in demo mode is none."""
    facts = company_facts.kept_company()
    return bool(settings.DEMO_MODE and facts and facts.company.is_demo)


def demo_roles() -> list[dict[str, Any]]:
    """The roles one may sign in as with one click; none unless this is the demo company in demo mode."""
    if not is_demo():
        return []
    return [{"key": role.value, "label": role.label, "icon": ROLE_ICONS[role]} for role in Role]
