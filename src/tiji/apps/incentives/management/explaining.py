"""`tiji pay explain 2639/1-8-1-cash`: why a line of a statement pays what it pays, step by step."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.pages.why import why
from tiji.apps.incentives.selectors.statements import all_versions
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.ui import formats


def add_explain(what: Any) -> None:
    """The command's words."""
    explain = what.add_parser("explain", help="why a line of a statement pays what it pays")
    explain.add_argument("line", help="the statement's number, a slash and the line's key; the number alone lists them")
    explain.add_argument("--as", dest="email", default="", help="e-mail of the user whose rights count")


def explain_openly(actor: User, write: Callable[[str], Any], *, line: str, **_more: Any) -> None:
    """Write the line's way, or the lines of the statement. Raises: DomainError if there is none that the actor sees."""
    number, _slash, key = line.strip("/").partition("/")
    rows = all_versions(actor).filter(pk=number) if number.isdecimal() and len(number) < 19 else None
    statement = rows.first() if rows is not None else None
    if statement is None:
        raise DomainError(_("There is no statement %(number)s that you may see.") % {"number": number}, field="line")
    page = StatementPage(statement, timezone.localdate())
    write(f"{page.title} · {page.person} · {formats.money_full(page.amount)}")
    if not key:
        for one in page.lines:
            write(f"  {statement.pk}/{one.key}  {one.event_on}  {one.customer}  {formats.number(one.amount, 2)}")
        return
    found = next((one for one in page.lines if one.key == key), None)
    if found is None:
        raise DomainError(_("The statement has no line %(key)s.") % {"key": key}, field="line")
    told = why(page, found)
    write(f"{told['title']}  {told['sub']}")
    for step in told["steps"]:
        write(f"  {step['label']}: {step['text']}" + (f"  {step['value']}" if step["value"] else ""))
