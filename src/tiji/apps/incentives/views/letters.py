"""Plan letters: the board of a version, sending and reminding, and the letter before whom it is for."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.forms import AcceptForm, DeclineForm, SendForm
from tiji.apps.incentives.models import PlanLetter, PlanVersion
from tiji.apps.incentives.pages.letters import (
    LetterBoard,
    OwnLetters,
    letter_link,
    letter_page,
    letter_pdf,
    send_version,
)
from tiji.apps.incentives.permissions import can_answer_letter, can_send_letters
from tiji.apps.incentives.selectors.letters import letters, newest_letters, reached_by, to_be_sent
from tiji.apps.incentives.services.letters import (
    accept_letter,
    decline_letter,
    deny,
    letter_name,
    open_letter,
    remind_letters,
)
from tiji.apps.incentives.views.doors import posted, require_plans, today
from tiji.shared.permissions import require
from tiji.ui.export import pdf_response
from tiji.ui.forms import Form, errors_on, form_response, page_response


def _version(pk: int, number: int) -> PlanVersion:
    rows = PlanVersion.objects.select_related("plan")
    found: PlanVersion = get_object_or_404(rows, plan_id=pk, number=number)
    return found


def visible_letter(request: HttpRequest, pk: int) -> PlanLetter:
    """The letter, if it is for the viewer or he sees plans as a whole; else 404."""
    found: PlanLetter = get_object_or_404(letters(request.user), pk=pk)  # type: ignore[arg-type]
    return found


@require_http_methods(["GET", "HEAD"])
@login_required
def plan_letters(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    require_plans(request)
    return LetterBoard(request, _version(pk, number), today()).response()


@require_http_methods(["GET", "HEAD"])
@login_required
def own_letters(request: HttpRequest) -> HttpResponseBase:
    return OwnLetters(request).response()


@require_http_methods(["GET", "POST"])
@login_required
def plan_letters_send(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    actor: Any = request.user
    require(can_send_letters(actor), deny())
    version, form, sent = _version(pk, number), SendForm(posted(request)), []
    context = {"version": version, "count": len(to_be_sent(version, today()))}
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            people = to_be_sent(version, today(), **form.cleaned_data)
            sent = send_version(actor=actor, version=version, people=people, request=request, on=today())
    said = ngettext("%(n)s letter sent", "%(n)s letters sent", len(sent)) % {"n": len(sent)}
    return _answer(request, form, "incentives/letters_send.html", context, said, "plan_letters", pk, number)


@require_http_methods(["GET", "POST"])
@login_required
def plan_letters_remind(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    actor: Any = request.user
    require(can_send_letters(actor), deny())
    version, form = _version(pk, number), Form(posted(request))
    waiting = [one for one in newest_letters(version, reached_by(version, today())).values() if one.is_open]
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            remind_letters(actor=actor, letters=waiting, at=timezone.now(), link=letter_link(request))
    said = ngettext("%(n)s reminder sent", "%(n)s reminders sent", len(waiting)) % {"n": len(waiting)}
    context = {"version": version, "count": len(waiting)}
    return _answer(request, form, "incentives/letters_remind.html", context, said, "plan_letters", pk, number)


@require_GET
@login_required
def plan_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter; before whom it is for, it is opened by this."""
    viewer: Any = request.user
    letter = open_letter(actor=viewer, letter=visible_letter(request, pk), at=timezone.now())
    return page_response(request, "incentives/letter.html", "", letter_page(letter, viewer))


@require_GET
@login_required
def plan_letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    return pdf_response(letter_pdf(request.user, visible_letter(request, pk)), letter_name(visible_letter(request, pk)))


@require_http_methods(["GET", "POST"])
@login_required
def plan_letter_accept(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    letter = visible_letter(request, pk)
    require(can_answer_letter(actor, letter), _("Only whom the letter is for answers it."))
    form = AcceptForm(posted(request), initial={"digest": letter.digest})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            accept_letter(actor=actor, letter=letter, at=timezone.now(), **form.cleaned_data)
    said = pgettext("letter", "Accepted")
    return _answer(request, form, "incentives/letter_accept.html", {"letter": letter}, said, "plan_letter", pk)


@require_http_methods(["GET", "POST"])
@login_required
def plan_letter_decline(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    letter = visible_letter(request, pk)
    require(can_answer_letter(actor, letter), _("Only whom the letter is for answers it."))
    form = DeclineForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            decline_letter(actor=actor, letter=letter, at=timezone.now(), **form.cleaned_data)
    said = pgettext("letter", "Declined")
    return _answer(request, form, "incentives/letter_decline.html", {"letter": letter}, said, "plan_letter", pk)


@require_http_methods(["GET", "POST"])
@login_required
def plan_letter_remind(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_send_letters(actor), deny())
    letter, form = visible_letter(request, pk), Form(posted(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            remind_letters(actor=actor, letters=[letter], at=timezone.now(), link=letter_link(request))
    context = {"letter": letter, "version": letter.plan_version, "count": 1}
    return _answer(request, form, "incentives/letters_remind.html", context, _("Reminder sent"), "plan_letter", pk)


def _answer(
    request: HttpRequest, form: Form, template: str, context: dict[str, Any], said: str, name: str, *args: int
) -> HttpResponse:
    """The dialog, or where it leads once it is done."""
    if request.method != "POST":
        return page_response(request, template, "form", {**context, "form": form})
    return form_response(request, form, template, "form", context, then=reverse(name, args=args), message=said)
