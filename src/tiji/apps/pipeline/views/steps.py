"""Dialogs that take a step: move, win, lose, pause, re-open; hand over, share, archive, next step."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tiji.apps.organization.models import Person
from tiji.apps.pipeline.forms.deals import CloseForm, MoveForm, NextStepForm, ReasonForm, ShareForm, posted
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.pages.lists import today
from tiji.apps.pipeline.permissions import can_archive_opportunity, can_reopen_opportunity, can_share_opportunity
from tiji.apps.pipeline.services.moves import (
    lose_opportunity,
    move_opportunity,
    pause_opportunity,
    reopen_opportunity,
    take_back_step,
    win_opportunity,
)
from tiji.apps.pipeline.services.opportunities import (
    archive_opportunity,
    edit_opportunity,
    set_next_step,
    share_opportunity,
    unshare_opportunity,
)
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.apps.pipeline.views.doors import editable_deal, not_taken_back, visible_deal
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import close_dialog, errors_on, form_response, is_htmx, page_response

CLOSINGS: dict[str, tuple[Any, Any, Any]] = {
    "won": (win_opportunity, gettext_lazy("Win this opportunity"), gettext_lazy("Won. Congratulations!")),
    "lost": (lose_opportunity, gettext_lazy("Close as lost"), gettext_lazy("Closed as lost")),
    "paused": (pause_opportunity, gettext_lazy("Pause"), gettext_lazy("Paused")),
}


@login_required
def opportunity_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move to a stage, with the reason and whatever the stage still asks for."""
    deal = editable_deal(request, pk)
    actor: Any = request.user
    first = {"stage": request.GET.get("stage"), "version": deal.version}
    form = MoveForm(posted(request), actor=actor, deal=deal, initial=first)
    context = {"deal": deal, "form": form}
    if request.method != "POST":
        return page_response(request, "pipeline/move.html", "form", context)
    moved, told = deal, _("Stage changed")
    if form.is_valid():
        with errors_on(form):
            moved = _fill_and_move(actor, deal, form)
    return form_response(
        request, form, "pipeline/move.html", "form", context, back=deal, message=told, undo=take_back_url(moved)
    )


def take_back_url(deal: Opportunity) -> str:
    """Where the step that made this version of the deal is taken back."""
    return f"{reverse('opportunity_take_back', args=[deal.pk])}?version={deal.version}"


@transaction.atomic
def _fill_and_move(actor: Any, deal: Opportunity, form: MoveForm) -> Opportunity:
    """Both or neither: what was asked for is written with the step."""
    version, facts = form.cleaned_data["version"], form.facts()
    hold_stages()
    if facts:
        deal = edit_opportunity(actor=actor, opportunity=deal, expected_version=version or deal.version, **facts)
        version = deal.version
    return move_opportunity(
        actor=actor,
        opportunity=deal,
        to_stage=form.cleaned_data["stage"],
        at=timezone.now(),
        reason=form.cleaned_data["reason"],
        expected_version=version,
    )


def _close(request: HttpRequest, pk: int, status: str) -> HttpResponse:
    deal = editable_deal(request, pk)
    verb, title, done = CLOSINGS[status]
    form = CloseForm(posted(request), status=status, initial={"version": deal.version, "rival": deal.rival_id})
    context = {"deal": deal, "form": form, "status": status, "title": title}
    if request.method != "POST":
        return page_response(request, "pipeline/close.html", "form", context)
    closed = deal
    if form.is_valid():
        with errors_on(form, reason="note"):
            closed = verb(actor=request.user, opportunity=deal, at=timezone.now(), **form.facts())
    return form_response(
        request, form, "pipeline/close.html", "form", context, back=deal, message=done, undo=take_back_url(closed)
    )


@login_required
def opportunity_win(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, pk, "won")


@login_required
def opportunity_lose(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, pk, "lost")


@login_required
def opportunity_pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _close(request, pk, "paused")


@require_POST
@login_required
def opportunity_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The step that a message offered to take back."""
    deal, version = editable_deal(request, pk), request.GET.get("version", "")
    actor: Any = request.user
    asked = int(version) if version.isdecimal() and len(version) < 10 else 0
    try:
        back = take_back_step(actor=actor, opportunity=deal, at=timezone.now(), expected_version=asked)
    except DomainError as error:
        return not_taken_back(error)
    said = _("Taken back: “%(deal)s” is in “%(stage)s”.") % {"deal": back, "stage": back.stage.label}
    return close_dialog(request, message=said)


@login_required
def opportunity_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    actor: Any = request.user
    require(
        can_reopen_opportunity(actor, deal),
        _("Only a manager of the owner re-opens a won or lost opportunity. Ask him."),
    )
    form = ReasonForm(posted(request))
    context = {"deal": deal, "form": form, "title": _("Re-open"), "url_name": "opportunity_reopen"}
    if request.method != "POST":
        return page_response(request, "pipeline/reason.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            reopen_opportunity(actor=actor, opportunity=deal, at=timezone.now(), **form.cleaned_data)
    return form_response(request, form, "pipeline/reason.html", "form", context, back=deal, message=_("Open again"))


@login_required
def opportunity_archive(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    actor: Any = request.user
    require(can_archive_opportunity(actor, deal), _("Only a manager of the owner archives. Ask him."))
    form = ReasonForm(posted(request))
    context = {"deal": deal, "form": form, "title": _("Archive"), "url_name": "opportunity_archive"}
    if request.method != "POST":
        return page_response(request, "pipeline/reason.html", "form", context)
    if form.is_valid():
        archive_opportunity(actor=actor, opportunity=deal, at=timezone.now(), **form.cleaned_data)
    return form_response(
        request, form, "pipeline/reason.html", "form", context, then="opportunities", message=_("Archived")
    )


@login_required
def opportunity_share(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    actor: Any = request.user
    require(can_share_opportunity(actor, deal), _("Only the owner and those above him share an opportunity."))
    form = ShareForm(posted(request))
    context = {"deal": deal, "form": form}
    if request.method != "POST":
        return page_response(request, "pipeline/share.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            share_opportunity(actor=actor, opportunity=deal, on=today(), **form.cleaned_data)
    return form_response(request, form, "pipeline/share.html", "form", context, back=deal, message=_("Shared"))


@require_POST
@login_required
def opportunity_unshare(request: HttpRequest, pk: int, person_id: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    actor: Any = request.user
    require(can_share_opportunity(actor, deal), _("Only the owner and those above him share an opportunity."))
    person = get_object_or_404(Person, pk=person_id)
    unshare_opportunity(actor=actor, opportunity=deal, person=person, on=today())
    return close_dialog(request, message=_("No longer shared")) if is_htmx(request) else redirect(deal)


@login_required
def opportunity_next_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Another next step, or another day for it."""
    deal = editable_deal(request, pk)
    first = {"next_step": deal.next_step, "next_step_on": deal.next_step_on}
    form = NextStepForm(posted(request), initial=first)
    context = {"deal": deal, "form": form}
    if request.method != "POST":
        return page_response(request, "pipeline/next_step.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            set_next_step(actor=actor, opportunity=deal, **form.cleaned_data)
    return form_response(
        request, form, "pipeline/next_step.html", "form", context, back=deal, message=_("Next step saved")
    )
