"""Which home a role has, and what stands on it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.utils import timezone

from tiji.apps.commerce.models import Measure
from tiji.apps.commerce.selectors.receivables import aged, debtors, open_invoices, overdue_share
from tiji.apps.customers.models import Account
from tiji.apps.incentives.permissions import can_run_pay
from tiji.apps.incentives.selectors.letters import letter_waiting_for
from tiji.apps.incentives.selectors.statements import latest_own, months_run
from tiji.apps.insights.pages import charts
from tiji.apps.insights.selectors.cockpit import Cockpit, cockpit
from tiji.apps.insights.selectors.frames import KINDS, Frame, frame_for
from tiji.apps.organization.models import Assignment, Person, Role, User
from tiji.apps.organization.selectors.company import company
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.selectors.activities import due_activities, next_steps_due
from tiji.apps.pipeline.selectors.filters import stalled
from tiji.apps.pipeline.selectors.summary import data_health, deals_without_next_step, stalled_deals
from tiji.apps.targets.models import TargetPlan, TargetVersion
from tiji.apps.targets.selectors.attainment import standings
from tiji.shared.models.audit import AuditEntry, AuditSeal

Context = dict[str, Any]
PAID_MONTHS = 3
# The first of these roles that somebody holds decides his home.
ORDER = (
    Role.DIRECTOR,
    Role.MANAGER,
    Role.PRODUCT_MANAGER,
    Role.SALES_OPERATIONS,
    Role.FINANCE,
    Role.HR,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.REP,
)


def home_of(request: HttpRequest) -> tuple[str, Context]:
    """The template of the viewer's home and what it shows."""
    viewer: User = request.user  # type: ignore[assignment]
    role = next((role for role in ORDER if role in scope_of(viewer).roles), None)
    on = timezone.localdate()
    make = HOMES.get(role or "", _nobody)
    return make(request, viewer, on)


def context_of_cockpit(found: Cockpit) -> Context:
    """What the cockpit's template shows."""
    frame = found.frame
    labels = {"month": "this_month", "quarter": "this_quarter", "year": "this_year"}
    return {
        "cockpit": found,
        "frame": frame,
        "standing": found.forecast.standing.attainment,
        "progress": found.forecast.progress,
        "outlook": found.forecast.outlook,
        "ring": charts.ring(found),
        "pace": charts.pace(found),
        "pace_table": charts.pace_table(found),
        "bar": charts.forecast_bar(found),
        "commit": found.categories.get("commit"),
        "best": found.categories.get("best_case"),
        "committed_share": found.share(found.committed),
        "reachable_share": found.share(found.reachable),
        "landing_share": found.share(found.forecast.outlook.amount),
        "committed_gap": _gap(found, found.committed),
        "reachable_gap": _gap(found, found.reachable),
        "switch": [(str(kind), labels[str(kind)], frame.period.kind == kind) for kind in KINDS],
        "query": f"subject={frame.subject.key}&period={frame.period.key}",
    }


def _gap(found: Cockpit, amount: Any) -> Any:
    target = found.forecast.standing.attainment.target
    return None if target is None else max(target - amount, 0)


def _cockpit(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    frame = frame_for(viewer, on, subject=request.GET.get("subject", ""), period=request.GET.get("period", ""))
    if frame is None:
        return _nobody(request, viewer, on)
    return "insights/cockpit.html", context_of_cockpit(cockpit(frame))


def _rep(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    frame = frame_for(viewer, on, period=request.GET.get("period", ""))
    if frame is None:
        return _nobody(request, viewer, on)
    return "insights/today.html", {
        "frame": frame,
        "standing": _standing(frame, Measure.SIGNED),
        "cash": _standing(frame, Measure.CASH),
        "due": due_activities(viewer=viewer, on=on, days=1),
        "next_steps": next_steps_due(viewer=viewer, on=on, days=2, limit=8),
        "stalled": stalled_deals(viewer=viewer, on=on, limit=5),
        "debtors": debtors(viewer=viewer, as_of=on, currency=frame.currency, limit=5),
        "pay": latest_own(viewer),
        "letter": letter_waiting_for(viewer),
        "on": on,
    }


def _standing(frame: Frame, measure: str) -> Any:
    found = standings(
        [frame.subject], measure, frame.period, as_of=frame.on, calendar=frame.calendar, currency=frame.currency
    )
    return found[frame.subject.key][""].attainment


def _product_manager(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    rows = Opportunity.objects.visible_to(viewer).live().open()
    by_owner = (
        rows.order_by()
        .values("owner_id", "owner__name")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(stalls_on__lte=on)))
        .order_by("-count", "owner_id")[:10]
    )
    reps = Person.objects.filter(
        pk__in=Assignment.objects.on(on).filter(position__role=Role.REP).values("person_id"), left_on__isnull=True
    )
    silent = reps.exclude(pk__in=rows.values("owner_id")).order_by("sort_key")[:10]
    largest = rows.select_related("account", "owner", "stage").order_by("-amount", "pk")[:8]
    return "insights/product_manager.html", {
        "by_owner": by_owner,
        "silent": silent,
        "largest": largest,
        "stalled": stalled(rows, on).select_related("account", "owner", "stage").order_by("-amount", "pk")[:6],
        "on": on,
    }


def _operations(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    accounts = Account.objects.visible_to(viewer).live().order_by()
    return "insights/operations.html", {
        "health": data_health(Opportunity.objects.visible_to(viewer).live()),
        "without_next_step": deals_without_next_step(viewer=viewer, on=on),
        "accounts": accounts.aggregate(
            all=Count("pk"),
            ownerless=Count("pk", filter=Q(owner__isnull=True)),
            no_industry=Count("pk", filter=Q(industry__isnull=True)),
            no_region=Count("pk", filter=Q(division__isnull=True)),
            no_tier=Count("pk", filter=Q(tier="")),
        ),
        "plans": TargetPlan.objects.filter(archived_at__isnull=True)
        .annotate(version_number=Max("versions__number", filter=Q(versions__status="active")))
        .order_by("-fiscal_year", "measure")[:8],
        "drafts": TargetVersion.objects.filter(status="draft").select_related("plan").order_by("-created_at")[:5],
        "orphans": Opportunity.objects.visible_to(viewer)
        .live()
        .open()
        .filter(owner__left_on__lte=on)
        .order_by()
        .count(),
        "paid": months_run(PAID_MONTHS),
        "can_run": can_run_pay(viewer),
        "on": on,
    }


def _finance(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    home = company()
    rows = open_invoices(viewer=viewer, currency=home.currency)
    buckets = aged(rows, on)
    return "insights/finance.html", {
        "buckets": buckets,
        "total": sum(one.amount for one in buckets),
        "overdue_share": overdue_share(buckets),
        "debtors": debtors(viewer=viewer, as_of=on, currency=home.currency, limit=10),
        "due_soon": rows.filter(due_on__gte=on, due_on__lte=on + timedelta(days=7))
        .select_related("account", "owner")
        .order_by("due_on", "pk")[:8],
        "paid": months_run(PAID_MONTHS),
        "on": on,
    }


def _hr(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    people = Person.objects.filter(archived_at__isnull=True)
    held = Assignment.objects.on(on).order_by().values("position__role").annotate(count=Count("person", distinct=True))
    quarter = on - timedelta(days=90)
    return "insights/hr.html", {
        "staff": people.filter(left_on__isnull=True).count(),
        "roles": [(Role(row["position__role"]).label, row["count"]) for row in held.order_by("-count")],
        "joined": people.filter(hired_on__gte=quarter, hired_on__lte=on).order_by("-hired_on")[:8],
        "left": people.filter(left_on__gte=quarter, left_on__lte=on).order_by("-left_on")[:8],
        "on": on,
    }


def _auditor(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    seal = AuditSeal.objects.order_by("-last_id").first()
    unsealed = AuditEntry.objects.filter(pk__gt=seal.last_id if seal else 0).count()
    return "insights/auditor.html", {
        "entries": AuditEntry.objects.order_by("-pk")[:12],
        "seal": seal,
        "unsealed": unsealed,
        "on": on,
    }


def _administrator(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    _template, context = _auditor(request, viewer, on)
    users = User.objects.filter(is_active=True)
    return "insights/administrator.html", {
        **context,
        "users": users.count(),
        "without_person": users.filter(person__isnull=True).count(),
        "staff": Person.objects.filter(left_on__isnull=True, archived_at__isnull=True).count(),
        "accounts": Account.objects.live().count(),
        "deals": Opportunity.objects.live().count(),
    }


def _nobody(request: HttpRequest, viewer: User, on: date) -> tuple[str, Context]:
    return "insights/nobody.html", {"on": on}


HOMES: dict[str, Callable[[HttpRequest, User, date], tuple[str, Context]]] = {
    Role.DIRECTOR: _cockpit,
    Role.MANAGER: _cockpit,
    Role.PRODUCT_MANAGER: _product_manager,
    Role.SALES_OPERATIONS: _operations,
    Role.FINANCE: _finance,
    Role.HR: _hr,
    Role.ADMINISTRATOR: _administrator,
    Role.AUDITOR: _auditor,
    Role.REP: _rep,
}
