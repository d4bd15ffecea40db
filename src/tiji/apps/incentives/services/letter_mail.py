"""Mails that tell of plan letters: in sets over one connection, each in its reader's language."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core import mail
from django.utils.translation import override

from tiji.apps.incentives.models import PlanLetter
from tiji.apps.organization.models import User

Link = Callable[[PlanLetter], str]
SET = 100
logger = logging.getLogger("tiji.pay")


def mail_letters(keys: Iterable[int], link: Link, name: str, column: str, at: datetime) -> int:
    """Mail those of the letters that still wait; `column` keeps when. Returns how many mails went out.

    A mail that cannot be sent is written down in the log: the letter stands, and a reminder mails it again.
    """
    rows = PlanLetter.objects.filter(pk__in=list(keys)).waiting().select_related("person", "plan_version__plan")
    found = list(rows.defer("plan_version__document").order_by("pk"))
    users = {user.person_id: user for user in User.objects.filter(person__in={row.person_id for row in found})}
    todo = [(row, users[row.person_id]) for row in found if row.person_id in users and users[row.person_id].is_active]
    mailed = 0
    for start in range(0, len(todo), SET):
        mailed += _mail_set(todo[start : start + SET], link, name, column, at)
    return mailed


def _mail_set(todo: list[tuple[PlanLetter, User]], link: Link, name: str, column: str, at: datetime) -> int:
    messages = []
    for letter, user in todo:
        with override(letter.content["language"]):
            context = {"user": user, "letter": letter, "plan": letter.plan_version.plan.label, "url": link(letter)}
            messages.append(get_adapter().render_mail(f"incentives/email/{name}", user.email, context))
    try:
        with mail.get_connection() as connection:
            connection.send_messages(messages)
    except OSError:
        logger.exception("%s plan letters were not mailed", len(messages))
        return 0
    keys = [letter.pk for letter, _user in todo]
    PlanLetter.objects.filter(pk__in=keys).waiting().update(**{column: at})
    return len(messages)
