"""Shaping a draft: its season, and a row whose level below does not add up."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.targets import amounts
from tiji.apps.targets.forms import SeasonForm, share_gap
from tiji.apps.targets.permissions import can_shape_targets, can_type_target
from tiji.apps.targets.planning import GridPage
from tiji.apps.targets.selectors.actuals import actuals_by_period
from tiji.apps.targets.selectors.grids import from_units
from tiji.apps.targets.services.typing import set_target_season, type_targets
from tiji.apps.targets.views.grid import require_typing
from tiji.apps.targets.views.versions import grid_url, sent, version_or_404
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, is_htmx, page_response

HOW = ("weight", "even", "last", "manual")
either = require_http_methods(["GET", "POST"])


@either
@login_required
def target_season(request: HttpRequest, pk: int) -> HttpResponse:
    """Twelve weights for the year; what is not typed follows them."""
    actor: Any = request.user
    version = version_or_404(pk)
    require(can_shape_targets(actor))
    months = fiscal_calendar().months(version.plan.fiscal_year)
    season: list[str] = next(iter(version.season.values()), [])
    form = SeasonForm(sent(request), months=months, season=season)
    template, context = "targets/season.html", {"form": form, "version": version}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            kinds = ("new",) if amounts.is_count(version.plan) else ("existing", "new")
            weights = dict.fromkeys(kinds, form.weights)
            set_target_season(actor=actor, version=version, season=weights, at=timezone.now())
    return form_response(
        request, form, template, "form", context, then=grid_url(version), message=_("The year has a new season.")
    )


@either
@login_required
def target_rebalance(request: HttpRequest, pk: int, node: str) -> HttpResponse:
    """Give out what a row has more, or less, than the rows below it."""
    require_typing(request)
    actor: Any = request.user
    page = GridPage(request, version_or_404(pk))
    children = [child.key for child in page.opened.grid.setup.children.get(node, [])]
    if node not in {one.key for one in page.nodes} or not children:
        raise Http404
    require(can_type_target(actor, page.opened.by_key[children[0]]))
    asked = (request.POST if request.method == "POST" else request.GET).get("how", "")
    how = asked if asked in HOW else HOW[0]
    form = Form(sent(request))
    shares = share_gap(page, node, "weight" if how == "manual" else how, _last_year(page, children, how))
    context = _rebalance_context(page, node, how, children, shares) | {"form": form}
    template = "targets/rebalance.html"
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            cells = _by_hand(request, page, children) if how == "manual" else _by_share(page, shares)
            version = page.version
            type_targets(actor=actor, version=version, amounts=cells, at=timezone.now(), action="rebalance")  # type: ignore[arg-type]
    then = None if is_htmx(request) else grid_url(page.opened.version)
    return form_response(request, form, template, "form", context, then=then, message=_("Given out."))


def _last_year(page: GridPage, children: list[str], how: str) -> dict[str, Decimal]:
    if how != "last":
        return {}
    plan = page.frame.plan
    year = fiscal_calendar(page.company).year(plan.fiscal_year - 1)
    units = [int(key[1:]) for key in children if key[0] == "u"]
    people = [int(key[1:]) for key in children if key[0] == "p"]
    found = actuals_by_period(units, people, plan.measure, [(year.start, year.end)], plan.currency)
    return {key: row[0] for key, row in found.items()}


def _rebalance_context(
    page: GridPage, node: str, how: str, children: list[str], shares: dict[str, dict[str, int]]
) -> dict[str, Any]:
    grid, plan, year = page.opened.grid, page.frame.plan, str(page.frame.plan.fiscal_year)

    def money(units: int | None) -> Decimal | None:
        return None if units is None else from_units(plan, units)

    lines, held = [], 0
    for child in children:
        now = grid.amount(child, year) or 0
        held += now
        added = sum(new - (grid.amount(child, year, kind) or 0) for kind, new in shares[child].items())
        lines.append(
            {
                "key": child,
                "label": page.label(child),
                "now": amounts.full(plan, money(now)),
                "after": amounts.full(plan, money(now + added)),
                "added": ("+" if added > 0 else "") + amounts.full(plan, money(added)),
                "value": amounts.editable(plan, money(now + added)),
            }
        )
    total = grid.amount(node, year)
    gap = (total or 0) - held
    return {
        "page": page,
        "version": page.version,
        "node": node,
        "how": how,
        "lines": lines,
        "label": page.label(node),
        "total": amounts.full(plan, money(total)),
        "gap": gap,
        "gap_text": amounts.full(plan, money(abs(gap))),
        "ways": [
            ("weight", _("By weight")),
            ("even", _("Evenly")),
            ("last", _("By last year")),
            ("manual", _("By hand")),
        ],
    }


def _by_share(page: GridPage, shares: dict[str, dict[str, int]]) -> dict[Cell, Decimal | None]:
    plan, year = page.frame.plan, str(page.frame.plan.fiscal_year)
    return {
        Cell(child, year, kind): from_units(plan, units)
        for child, kinds in shares.items()
        for kind, units in kinds.items()
    }


def _by_hand(request: HttpRequest, page: GridPage, children: list[str]) -> dict[Cell, Decimal | None]:
    """The totals somebody wrote; each keeps its proportion of existing and new. Raises: DomainError."""
    plan, year = page.frame.plan, str(page.frame.plan.fiscal_year)
    found: dict[Cell, Decimal | None] = {}
    for child in children:
        amount = amounts.typed(plan, request.POST.get(child, ""))
        if amount is None:
            raise DomainError(_("%(name)s: type an amount, 0 for none.") % {"name": page.label(child)})
        if amount != from_units(plan, page.opened.grid.amount(child, year) or 0):
            found[Cell(child, year, "")] = amount
    return found
