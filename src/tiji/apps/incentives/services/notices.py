"""Mail about questions on pay: to those who have the word next. It names no amount and no customer."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override
from django_tasks import task

from tiji.apps.incentives.models import Inquiry, InquiryStep
from tiji.apps.incentives.permissions import can_answer_inquiry, can_see_pay, can_withdraw_inquiry
from tiji.apps.incentives.selectors.inquiries import answering_users
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_date

Step = InquiryStep.Kind
TO_ASKER = (Step.WAITING_PAYEE, Step.ACCEPTED, Step.REJECTED)


def tell_of(step: InquiryStep) -> None:
    """Have a worker mail those whom the step concerns, once it is written."""
    transaction.on_commit(lambda: mail_inquiry_step.enqueue(step.pk))


@task()
def mail_inquiry_step(step_id: int) -> None:
    """Mail everybody concerned, in his language."""
    rows = InquiryStep.objects.select_related("inquiry__pay_period", "inquiry__assignee", "inquiry__opened_by", "by")
    step = rows.get(pk=step_id)
    for user in concerned(step):
        _mail(user, step)


def concerned(step: InquiryStep) -> list[User]:
    """Who has to know: the asker of answers, whoever answers of the rest; never who took the step himself."""
    inquiry: Inquiry = step.inquiry
    asks = can_withdraw_inquiry(step.by, inquiry)
    if step.kind in TO_ASKER or (step.kind == Step.REPLY and not asks):
        found: Iterable[User] = _askers(inquiry)
    elif step.kind == Step.WAITING_DATA or (step.kind == Step.WITHDRAWN and inquiry.assignee is None):
        found = ()
    elif inquiry.assignee is not None:
        found = [inquiry.assignee]
    else:
        users = answering_users(business_date(step.at))
        found = [user for user in users if can_answer_inquiry(user, inquiry)]
    return [user for user in found if user.is_active and user.email and user.pk != step.by_id]


def _askers(inquiry: Inquiry) -> list[User]:
    """Who asked, and whose pay it is, while they may see it."""
    payees = User.objects.filter(person_id=inquiry.person_id).exclude(pk=inquiry.opened_by_id)
    return [user for user in (inquiry.opened_by, *payees) if can_see_pay(user, inquiry.person_id)]


def _mail(user: User, step: InquiryStep) -> None:
    with override(user.language or settings.LANGUAGE_CODE):
        context = {"step": step, "inquiry": step.inquiry, "url": _url(step.inquiry)}
        subject = render_to_string("incentives/email/inquiry_subject.txt", context)
        message = render_to_string("incentives/email/inquiry_message.txt", context)
    send_mail(" ".join(subject.split()), message.strip() + "\n", None, [user.email])


def _url(inquiry: Inquiry) -> str:
    """The page's address where the server's own is known (`TIJI_TRUSTED_ORIGINS`), else its path."""
    origin = next((one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one), "")
    return origin + inquiry.get_absolute_url()
