"""Shaping a draft: its season, its weights, a row whose level below does not add up, an amount that moves."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.targets.display.leftovers import left_in_words
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.forms import SeasonForm
from tiji.apps.targets.models import TargetEdit
from tiji.apps.targets.pages.balancing import BalancePage
from tiji.apps.targets.pages.moving import MoveForm, MovePage
from tiji.apps.targets.pages.weighing import WeightsPage
from tiji.apps.targets.permissions import can_shape_targets
from tiji.apps.targets.services.moves import move_target, rebalance_target
from tiji.apps.targets.services.shaping import set_target_season, set_target_weights
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.views.common import (
    asked,
    either,
    expected_state,
    grid_url,
    page_of,
    require_typing,
    sent,
    version_or_404,
)
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, is_htmx, page_response


@either
@login_required
def target_season(request: HttpRequest, pk: int) -> HttpResponse:
    """Twelve weights for the year; what is not typed follows them."""
    actor: Any = request.user
    require(can_shape_targets(actor))
    version = version_or_404(request, pk)
    form, context = SeasonForm(sent(request), version=version, chosen=asked(request).get("kind")), {"version": version}
    if request.method == "GET":
        return page_response(request, "targets/season.html", "form", {"form": form, **context})
    if form.is_valid():
        with errors_on(form):
            set_target_season(actor=actor, version=version, season=form.season, at=timezone.now())
    then, message = grid_url(version), _("The year has a new season.")
    return form_response(request, form, "targets/season.html", "form", context, then=then, message=message)


@either
@login_required
def target_weights(request: HttpRequest, pk: int) -> HttpResponse:
    """The weights of a unit's rows: where they may be taken from, what they would do, then applied as one act."""
    require_typing(request)
    page = GridPage(request, version_or_404(request, pk))
    weighing, form = WeightsPage(page, asked(request)), Form(sent(request))
    context = {"page": page, "weighing": weighing, "version": page.version, "plan": page.frame.plan}
    if request.method == "GET":
        return page_response(request, "targets/weights.html", "weighing", {**context, "form": form})
    if form.is_valid():
        with errors_on(form):
            _set_weights(request, page, weighing)
    then = f"{request.path}?unit={weighing.node.key}"
    return form_response(
        request, form, "targets/weights.html", "weighing", context, then=then, message=_("Weights set.")
    )


def _set_weights(request: HttpRequest, page: GridPage, weighing: WeightsPage) -> None:
    if weighing.errors:
        raise DomainError(_("Mend the weights marked red first."), code="weight")
    set_target_weights(
        actor=page.viewer,
        version=page.opened.version,
        weights=weighing.weights,
        at=timezone.now(),
        expected_version=expected_state(request),
    )


@either
@login_required
def target_rebalance(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    """Give out what a row has more, or take back what it has less, than the rows below it."""
    require_typing(request)
    page = page_of(request, pk)
    balance, form = BalancePage(page, node, asked(request)), Form(sent(request))
    require(bool(page.frame.may_type & set(balance.children)), _("Ask the manager of this unit or sales operations."))
    context = {"page": page, "balance": balance, "version": page.version}
    if request.method == "GET":
        return page_response(request, "targets/rebalance.html", "form", {**context, "form": form})
    said = ""
    if form.is_valid():
        with errors_on(form):
            said = _balance(page, balance)
    return _panel(request, page, form, "targets/rebalance.html", context, said)


def _balance(page: GridPage, balance: BalancePage) -> str:
    """Give out as the panel says; the answer says what could not be placed."""
    weights, keep_mix = balance.weights, balance.keep_mix
    if balance.way == "manual":
        parts = balance.by_hand()
        if not balance.closes(parts):
            _type_years(page, balance.years_of(parts))
            return _("Given out.")
        weights, keep_mix = {key: abs(part) for key, part in parts.items()}, True
    given = rebalance_target(
        actor=page.viewer,
        version=page.opened.version,
        node=balance.node,
        weights=weights,
        at=timezone.now(),
        keep_mix=keep_mix,
        typed_too=balance.typed_too,
    )
    return " ".join([_("Given out."), *left_in_words(page, given.left)])


def _type_years(page: GridPage, years: dict[Cell, Decimal | None]) -> None:
    type_targets(
        actor=page.viewer,
        version=page.opened.version,
        amounts=years,
        at=timezone.now(),
        action=TargetEdit.Action.REBALANCE,
    )


@either
@login_required
def target_move(request: HttpRequest, pk: int, node: str, period: str) -> HttpResponse:
    """Take an amount from one cell and give it to another row, or to another period of the row."""
    require_typing(request)
    page = page_of(request, pk)
    moving = MovePage(page, node, period)
    context = {"page": page, "moving": moving, "version": page.version}
    if request.method == "GET":
        return page_response(request, "targets/move.html", "form", {**context, **_looked(request, moving)})
    form = MoveForm(request.POST, places=moving.places)
    if form.is_valid():
        with errors_on(form):
            _move(page, moving, form)
    return _panel(request, page, form, "targets/move.html", context, _("Moved."))


def _looked(request: HttpRequest, moving: MovePage) -> dict[str, Any]:
    """The form as it stands, and what it would do; what is wrong with it stands at its field."""
    data = {name: request.GET.get(name) or value for name, value in moving.initial.items()}
    form, found = MoveForm(data, places=moving.places), {}
    if form.is_valid():
        with errors_on(form):
            found["effect"] = moving.effect(form.cleaned_data["amount"], form.cleaned_data["target"])
    return {"form": form, **found}


def _move(page: GridPage, moving: MovePage, form: MoveForm) -> None:
    move_target(
        actor=page.viewer,
        version=page.opened.version,
        source=moving.source,
        target=moving.target_of(form.cleaned_data["target"]),
        amount=moving.amount_of(form.cleaned_data["amount"]),
        kind=page.kind,
        at=timezone.now(),
    )


def _panel(
    request: HttpRequest, page: GridPage, form: Form, template: str, context: dict[str, Any], message: str
) -> HttpResponse:
    """A panel beside the grid: done, it closes and the grid's script fetches the rows; without script, the page."""
    then = None if is_htmx(request) else grid_url(page.opened.version)
    response = form_response(request, form, template, "form", context, then=then, message=message)
    if is_htmx(request) and not form.errors:
        response["HX-Reswap"] = "none"
    return response
