"""Who may set targets, and who may see them."""

from django.db.models import Q

from tiji.apps.organization.models import AccessKind, Assignment, Role, UnitPath, User
from tiji.apps.organization.selectors.scope import Scope, scope_of
from tiji.apps.targets.models import TargetNode, TargetPlan, TargetVersion

PLANNERS = (Role.SALES_OPERATIONS, Role.DIRECTOR, Role.ADMINISTRATOR)


def can_create_target_plan(actor: User) -> bool:
    """Sales operations, the director, administrators."""
    return scope_of(actor).has(*PLANNERS)


def can_start_target_version(actor: User, plan: TargetPlan) -> bool:
    """Whoever may create plans."""
    return scope_of(actor).has(*PLANNERS)


def can_activate_target_version(actor: User, plan: TargetPlan) -> bool:
    """Whoever may create plans."""
    return scope_of(actor).has(*PLANNERS)


def can_shape_targets(actor: User) -> bool:
    """Whoever may create plans sets the season of the year and closes months."""
    return scope_of(actor).has(*PLANNERS)


def can_share_target_draft(actor: User) -> bool:
    """Whoever may create plans opens a draft for discussion, or closes it again."""
    return scope_of(actor).has(*PLANNERS)


def can_type_targets(actor: User) -> bool:
    """Whether the actor may type anywhere at all: planners and managers."""
    return scope_of(actor).has(*PLANNERS, Role.MANAGER)


def can_type_target(actor: User, node: TargetNode) -> bool:
    """Planners anywhere; a manager what lies below the units he leads, neither his unit's total nor his own."""
    scope = scope_of(actor)
    if scope.has(*PLANNERS):
        return True
    if not scope.has(Role.MANAGER) or node.parent_id is None:
        return False
    parent = node.parent
    return parent is not None and node.person_id != scope.person_id and parent.unit_id in units_ruled(scope)


def units_ruled(scope: Scope) -> frozenset[int]:
    """The units whose targets somebody sets by leading them: not those he was only given to look at."""
    kept: frozenset[int] | None = scope.__dict__.get("_ruled")
    if kept is None:
        shown = scope.granted.get(AccessKind.UNIT, frozenset()) - scope.granted_to_change.get(
            AccessKind.UNIT, frozenset()
        )
        kept = scope.__dict__["_ruled"] = scope.units - (_only_shown(scope, shown) if shown else frozenset())
    return kept


def _only_shown(scope: Scope, shown: frozenset[int]) -> frozenset[int]:
    """Units below a grant to look, without those below a position of his own."""
    led = set(
        Assignment.objects.on(scope.on)
        .filter(person_id=scope.person_id, position__role=Role.MANAGER)
        .values_list("position__unit_id", flat=True)
    )
    rows = UnitPath.objects.on(scope.on).filter(ancestor_id__in=led | shown).values_list("ancestor_id", "unit_id")
    below: dict[bool, set[int]] = {True: set(), False: set()}
    for ancestor, unit in rows:
        below[ancestor in led].add(unit)
    return frozenset(below[False] - below[True] - scope.roles_over.get(Role.MANAGER, frozenset()))


def can_see_target_version(actor: User, version: TargetVersion) -> bool:
    """What counts or counted, and a draft shared for discussion: everybody. Another draft: who works on it or audits.

    Source: docs/decisions/0201-who-sees-a-draft.md
    """
    if not version.is_draft or version.shared_at is not None:
        return True
    return can_see_private_drafts(actor)


def can_see_private_drafts(actor: User) -> bool:
    """Planners and managers, who set the numbers, and those who read everything."""
    scope = scope_of(actor)
    return scope.everything or scope.has(*PLANNERS, Role.MANAGER)


def versions_seen_by(actor: User) -> Q:
    """The same rule as a condition on versions."""
    if can_see_private_drafts(actor):
        return Q()
    return ~Q(status=TargetVersion.Status.DRAFT) | Q(shared_at__isnull=False)


def can_see_target_node(actor: User, node: TargetNode) -> bool:
    """Everybody his own row; managers their units and people; those who see everything, everything.

    In a draft that is not shared nobody sees his own row, and a manager only what he leads. `node.version` is needed.
    """
    scope = scope_of(actor)
    if scope.everything:
        return True
    if not can_see_target_version(actor, node.version):
        return False
    if node.version.is_draft and node.version.shared_at is None:
        return _works_on(scope, node)
    if scope.has(Role.HR):
        return True
    return node.unit_id in scope.units if node.unit_id else node.person_id in scope.people


def _works_on(scope: Scope, node: TargetNode) -> bool:
    """A unit he leads, or somebody else's row right below it."""
    ruled = units_ruled(scope)
    if node.unit_id:
        return node.unit_id in ruled
    return node.person_id != scope.person_id and node.parent is not None and node.parent.unit_id in ruled
