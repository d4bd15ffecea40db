"""The company's own facts and its working days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import CalendarDay, Company, User
from tiji.apps.organization.permissions import can_manage_calendar, can_manage_company
from tiji.apps.organization.selectors.company import forget_company
from tiji.apps.organization.services.founding import check_place
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

EDITABLE = ("name", "name_en", "time_zone", "country", "language")


@transaction.atomic
def edit_company(*, actor: User, **fields: str) -> Company:
    """Change the company's names, time zone, country or language.

    Currency and fiscal year stay as founded: every posted amount and period hangs on them.
    Raises: NotAllowed, DomainError.
    """
    require(can_manage_company(actor))
    company = Company.objects.select_for_update().get(pk=1)
    before = _facts(company)
    for field in EDITABLE:
        if field in fields:
            setattr(company, field, fields[field].strip())
    if not company.name:
        raise DomainError(_("Give the company a name."), field="name", code="required")
    company.country = company.country.upper()
    check_place(company.time_zone, company.country)
    if company.language not in dict(settings.LANGUAGES):
        raise DomainError(_("Choose one of the languages offered."), field="language", code="choice")
    company.save()
    audit.record("company.edited", company, before, _facts(company), actor=actor)
    return company


@transaction.atomic
def set_calendar_day(*, actor: User, day: date, is_workday: bool, note: str = "") -> CalendarDay:
    """Let the company work, or rest, on a day against its country's calendar. Raises: NotAllowed."""
    require(can_manage_calendar(actor))
    before = CalendarDay.objects.filter(day=day).values("is_workday", "note").first()
    row, _made = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_workday": is_workday, "note": note.strip()[:80]}
    )
    audit.record("calendar.set", row, before, {"is_workday": is_workday, "note": row.note}, actor=actor)
    return row


@transaction.atomic
def clear_calendar_day(*, actor: User, day: date) -> None:
    """Let the country's calendar decide on a day again. Raises: NotAllowed."""
    require(can_manage_calendar(actor))
    row = CalendarDay.objects.select_for_update().filter(day=day).first()
    if row is not None:
        audit.record("calendar.cleared", row, {"is_workday": row.is_workday, "note": row.note}, None, actor=actor)
        row.delete()


@transaction.atomic
def set_calendar_days(*, actor: User, days: Mapping[date, bool], note: str = "") -> int:
    """Set many days at once; returns how many. Raises: NotAllowed."""
    require(can_manage_calendar(actor))
    rows = [CalendarDay(day=day, is_workday=works, note=note[:80]) for day, works in sorted(days.items())]
    CalendarDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day"], update_fields=["is_workday", "note"], batch_size=500
    )
    forget_company()
    found = CalendarDay.objects.filter(day__in=days)
    deeds = [audit.Deed("calendar.set", row, None, {"is_workday": row.is_workday, "note": row.note}) for row in found]
    audit.record_many(deeds, actor=actor)
    return len(rows)


def _facts(company: Company) -> dict[str, Any]:
    return {field: getattr(company, field) for field in EDITABLE}
