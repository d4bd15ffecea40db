"""Reading activities: what was done, what is due."""

from datetime import date

from django.db.models import F, Q, QuerySet

from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Activity, Opportunity

RELATED = ("account", "opportunity", "owner")


def activities(*, viewer: User) -> QuerySet[Activity]:
    """Those the viewer may see, with customer, deal and owner."""
    rows: QuerySet[Activity] = Activity.objects.visible_to(viewer).live().select_related(*RELATED)
    return rows


def done_for_deal(*, viewer: User, deal: Opportunity, limit: int = 30) -> list[Activity]:
    """What was done for a deal, latest first; whoever sees the deal sees what was done for it."""
    rows = Activity.objects.live().filter(opportunity=deal, done_at__isnull=False).select_related("owner")
    return list(rows.order_by("-done_at", "-pk")[:limit])


def planned_for_deal(*, deal: Opportunity) -> list[Activity]:
    """What is planned for a deal, earliest first."""
    rows = Activity.objects.live().filter(opportunity=deal, done_at__isnull=True).select_related("owner")
    return list(rows.order_by("due_on", "pk")[:20])


def for_account(*, viewer: User, account: Account, limit: int = 20) -> list[Activity]:
    """The latest activities of a customer the viewer sees."""
    rows = Activity.objects.live().filter(account=account).select_related("owner", "opportunity")
    return list(rows.order_by(F("done_at").desc(nulls_first=True), "-pk")[:limit])


def due_activities(*, viewer: User, on: date, days: int = 0) -> list[Activity]:
    """The viewer's own open tasks and visits due until `on` and so many days more, overdue ones first."""
    person = scope_of(viewer).person_id
    until = date.fromordinal(on.toordinal() + days)
    rows = Activity.objects.live().filter(owner_id=person, done_at__isnull=True, due_on__lte=until)
    return list(rows.select_related(*RELATED).order_by("due_on", "planned_at", "pk")[:100])


def next_steps_due(*, viewer: User, on: date, days: int = 0, limit: int = 50) -> list[Opportunity]:
    """The viewer's own open deals whose next step is due, overdue ones first."""
    person = scope_of(viewer).person_id
    until = date.fromordinal(on.toordinal() + days)
    rows = Opportunity.objects.live().filter(owner_id=person, status="open", next_step_on__lte=until)
    return list(rows.select_related("account", "stage").order_by("next_step_on", "pk")[:limit])


def overdue_q(on: date) -> Q:
    """Not done, and due before `on`."""
    return Q(done_at__isnull=True, due_on__lt=on)
