"""Who may do what with deals and activities. Reading is decided by `visible_to` alone."""

from datetime import datetime, timedelta

from tiji.apps.organization.models import AccessKind, Person, Role, User
from tiji.apps.organization.selectors.scope import Scope, scope_of
from tiji.apps.pipeline.models import Activity, Opportunity, StageEvent

SELLS = (
    *(Role.REP, Role.MANAGER, Role.PRODUCT_MANAGER, Role.DIRECTOR),
    *(Role.SALES_OPERATIONS, Role.ADMINISTRATOR),
)
READS = (*SELLS, Role.FINANCE, Role.AUDITOR)
LEADS = (Role.MANAGER, Role.DIRECTOR, Role.SALES_OPERATIONS, Role.ADMINISTRATOR)
KEEPS_DATA = (Role.SALES_OPERATIONS, Role.DIRECTOR, Role.ADMINISTRATOR)
SLIP = timedelta(minutes=5)  # the message offers it for 8 seconds, and as long as somebody points at it


def can_create_opportunity(actor: User, owner: Person | None = None) -> bool:
    """Whoever sells, for himself or for those he leads."""
    scope = scope_of(actor)
    return _sells(scope) and (owner is None or scope.changes_person(owner.pk))


def can_edit_opportunity(actor: User, opportunity: Opportunity) -> bool:
    """The owner, those above him, and whoever was given the deal or its account for change."""
    scope = scope_of(actor)
    return scope.changes_person(opportunity.owner_id) or _granted(scope, opportunity)


def can_move_opportunity(actor: User, opportunity: Opportunity) -> bool:
    """Whoever may edit it: a move is a fact of the deal, not an approval."""
    return can_edit_opportunity(actor, opportunity)


def can_move_any(actor: User) -> bool:
    """Whether moving is among what he does at all: for actions on a selection."""
    return _sells(scope_of(actor))


def can_list_opportunities(actor: User) -> bool:
    """Whoever sells or watches over sales, for the company or over a unit, and who was granted rows.

    Which ones he sees is another question: `visible_to` answers it.
    """
    scope = scope_of(actor)
    return scope.has(*READS) or not scope.roles_over.keys().isdisjoint(READS) or bool(scope.granted)


def can_reopen_opportunity(actor: User, opportunity: Opportunity) -> bool:
    """A paused deal: whoever may edit it. A won or lost one: those above its owner, since it changes a result."""
    scope = scope_of(actor)
    if opportunity.status == Opportunity.Status.PAUSED:
        return can_edit_opportunity(actor, opportunity)
    return scope.has(*LEADS) and scope.changes_person(opportunity.owner_id)


def can_take_back(actor: User, opportunity: Opportunity, last: StageEvent, at: datetime) -> bool:
    """A slip of the hand: whoever took the last step, while it is fresh; later whoever may re-open the deal."""
    if not can_edit_opportunity(actor, opportunity):
        return False
    fresh = last.by_id == actor.pk and last.at <= at < last.at + SLIP
    return fresh or opportunity.is_open or can_reopen_opportunity(actor, opportunity)


def can_change_opportunity_owner(
    actor: User, opportunity: Opportunity | None = None, to_owner: Person | None = None
) -> bool:
    """A manager hands deals among the people he leads; sales operations among all."""
    scope = scope_of(actor)
    if not scope.has(*LEADS):
        return False
    ours = opportunity is None or scope.changes_person(opportunity.owner_id)
    return ours and (to_owner is None or scope.changes_person(to_owner.pk))


def can_share_opportunity(actor: User, opportunity: Opportunity) -> bool:
    """The owner and those above him: who was only given a deal does not give it on."""
    return scope_of(actor).changes_person(opportunity.owner_id)


def can_archive_opportunity(actor: User, opportunity: Opportunity | None = None) -> bool:
    """Those above the owner, and those who keep the data."""
    scope = scope_of(actor)
    return scope.has(*LEADS) and (opportunity is None or scope.changes_person(opportunity.owner_id))


def can_manage_pipeline(actor: User) -> bool:
    """Processes, close reasons, rivals and loading deals in sets: those who keep the data."""
    return scope_of(actor).has(*KEEPS_DATA)


def can_log_activity(actor: User, owner: Person | None = None) -> bool:
    """Everybody who sells, for himself; those above him for him."""
    scope = scope_of(actor)
    return _sells(scope) and (owner is None or scope.changes_person(owner.pk))


def can_edit_activity(actor: User, activity: Activity) -> bool:
    """Its owner and those above him."""
    return scope_of(actor).changes_person(activity.owner_id)


def _granted(scope: Scope, opportunity: Opportunity) -> bool:
    if opportunity.pk in scope.granted_to_change.get(AccessKind.OPPORTUNITY, ()):
        return True
    return opportunity.account_id in scope.granted_to_change.get(AccessKind.ACCOUNT, ())


def _sells(scope: Scope) -> bool:
    """By a position or a role, or by leading somebody who does."""
    return scope.has(*SELLS) or scope.leads_somebody
