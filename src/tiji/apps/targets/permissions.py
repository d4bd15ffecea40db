"""Who may set targets, and who may see them."""

from tiji.apps.organization.models import AccessKind, Assignment, Role, UnitPath, User
from tiji.apps.organization.selectors.scope import Scope, scope_of
from tiji.apps.targets.models import TargetNode, TargetPlan

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


def can_see_target_node(actor: User, node: TargetNode) -> bool:
    """Everybody his own; managers their units and people; those who see everything, everything."""
    scope = scope_of(actor)
    if scope.everything or scope.has(Role.HR):
        return True
    return node.unit_id in scope.units if node.unit_id else node.person_id in scope.people
