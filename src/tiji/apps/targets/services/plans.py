"""Plans and their versions: made for a tree, worked on as a draft, activated with a reason."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import company
from tiji.apps.targets.models import TargetCell, TargetNode, TargetPlan, TargetVersion
from tiji.apps.targets.permissions import (
    can_activate_target_version,
    can_create_target_plan,
    can_start_target_version,
)
from tiji.apps.targets.selectors.grids import PlanGrid, StoredCell, from_units, open_version, stored_cells, to_units
from tiji.apps.targets.selectors.trees import Branch, tree_for_targets
from tiji.apps.targets.services.cells import insert_cells, store_grid
from tiji.kernel.targets import Cell, Grid, checks, lock_months, open_grid
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

BATCH = 2000


@transaction.atomic
def create_target_plan(
    *,
    actor: User,
    fiscal_year: int,
    measure: str,
    tree_on: date,
    at: datetime,
    season: Mapping[str, Sequence[int | str]] | None = None,
    name: str = "",
    currency: str = "",
    tree: Sequence[Branch] | None = None,
    amounts: Mapping[Cell, Decimal] | None = None,
    locked_months: Sequence[str] = (),
) -> TargetVersion:
    """A plan with its first draft, for the tree of `tree_on` (or the one given).

    With `amounts` and `locked_months` it begins typed and closed, stored in one go: for loads in sets.
    Raises: NotAllowed, DomainError.
    """
    require(can_create_target_plan(actor))
    _refuse_plan(fiscal_year, measure)
    plan = TargetPlan.objects.create(
        fiscal_year=fiscal_year, measure=measure, name=name, currency=currency or company().currency
    )
    version = TargetVersion.objects.create(
        plan=plan,
        number=1,
        reason=_("First version"),
        tree_on=tree_on,
        season=dict(season or {}),
        created_at=at,
        created_by=actor,
    )
    _plant(version, list(tree) if tree is not None else tree_for_targets(tree_on))
    if amounts or locked_months:
        _begin(version, amounts or {}, locked_months)
    audit.record("target_plan.created", plan, after=audit.snapshot(plan), actor=actor)
    return version  # type: ignore[no-any-return]


@transaction.atomic
def start_target_version(
    *, actor: User, plan: TargetPlan, reason: str, at: datetime, tree_on: date | None = None
) -> TargetVersion:
    """A draft that begins as a copy of the active version; with `tree_on` joiners and moves since then come in.

    Raises: NotAllowed, DomainError when a draft is being worked on or the reason is missing.
    """
    require(can_start_target_version(actor, plan))
    plan = TargetPlan.objects.select_for_update().get(pk=plan.pk)
    if not reason.strip():
        raise DomainError(_("Say why the targets change."), field="reason")
    draft = plan.versions.filter(status=TargetVersion.Status.DRAFT).first()
    if draft:
        raise DomainError(
            _("Version %(number)s is being worked on. Activate or discard it first.") % {"number": draft.number},
            code="draft-exists",
        )
    active: TargetVersion | None = plan.versions.filter(status=TargetVersion.Status.ACTIVE).first()
    if active is None:
        raise DomainError(_("This plan has no active version yet. Work on its draft."), code="no-active")
    last = plan.versions.order_by("-number").values_list("number", flat=True)[0]
    version = TargetVersion.objects.create(
        plan=plan,
        number=last + 1,
        reason=reason.strip(),
        based_on=active,
        tree_on=tree_on or active.tree_on,
        season=active.season,
        locked_months=active.locked_months,
        created_at=at,
        created_by=actor,
    )
    _copy(active, version, tree_for_targets(tree_on) if tree_on else None)
    audit.record("target_version.started", version, after=audit.snapshot(version), reason=reason, actor=actor)
    return version  # type: ignore[no-any-return]


@transaction.atomic
def activate_target_version(*, actor: User, version: TargetVersion, at: datetime) -> TargetVersion:
    """Make a draft the plan that counts; the one before is superseded and stays readable.

    Raises: NotAllowed, DomainError when it is no draft or a child's targets fall short of their parent's.
    """
    require(can_activate_target_version(actor, version.plan))
    current = TargetVersion.objects.select_for_update().select_related("plan").get(pk=version.pk)
    if current.status != TargetVersion.Status.DRAFT:
        raise DomainError(_("Only a draft can be activated."), code="not-draft")
    opened = open_version(current)
    _require_sums(opened)
    for old in current.plan.versions.filter(status=TargetVersion.Status.ACTIVE):
        old.status = TargetVersion.Status.SUPERSEDED
        old.save(update_fields=["status", "updated_at"])
    current.status, current.activated_at, current.activated_by = TargetVersion.Status.ACTIVE, at, actor
    current.version += 1
    current.save()
    audit.record("target_version.activated", current, after=audit.snapshot(current), reason=current.reason, actor=actor)
    return current  # type: ignore[no-any-return]


@transaction.atomic
def discard_target_version(*, actor: User, version: TargetVersion) -> None:
    """Throw a draft away that is not the plan's first version. Raises: NotAllowed, DomainError."""
    require(can_start_target_version(actor, version.plan))
    current = TargetVersion.objects.select_for_update().get(pk=version.pk)
    if current.status != TargetVersion.Status.DRAFT or current.number == 1:
        raise DomainError(_("Only a later draft can be discarded."), code="not-draft")
    audit.record("target_version.discarded", current, audit.snapshot(current), actor=actor)
    current.delete()


@transaction.atomic
def lock_target_months(*, actor: User, version: TargetVersion, months: Sequence[str]) -> TargetVersion:
    """Close months of a version: their amounts stand whatever is typed later. Raises: NotAllowed, DomainError."""
    require(can_activate_target_version(actor, version.plan))
    current = TargetVersion.objects.select_for_update().select_related("plan").get(pk=version.pk)
    if current.status == TargetVersion.Status.SUPERSEDED:
        raise DomainError(_("This version was superseded. Close months in the one that counts."), code="superseded")
    opened = open_version(current)
    grid = _lock(opened.grid, months)
    before = current.locked_months
    current.locked_months = sorted(grid.setup.locked_months)
    current.version += 1
    current.save()
    store_grid(PlanGrid(current, opened.nodes, grid))
    audit.record("target_version.locked", current, {"months": before}, {"months": current.locked_months}, actor=actor)
    return current  # type: ignore[no-any-return]


def _refuse_plan(fiscal_year: int, measure: str) -> None:
    """Raises: DomainError at the field."""
    if measure not in Measure.values:
        raise DomainError(_("Choose what the targets are set for."), field="measure")
    if not 2000 <= fiscal_year <= 2100:
        raise DomainError(_("Type a year such as 2026."), field="fiscal_year")
    if TargetPlan.objects.filter(fiscal_year=fiscal_year, measure=measure, archived_at__isnull=True).exists():
        raise DomainError(
            _("There is a plan for this year and measure already. Open it and start a new version."),
            field="fiscal_year",
            code="plan-exists",
        )


def _begin(version: TargetVersion, amounts: Mapping[Cell, Decimal], months: Sequence[str]) -> None:
    opened = open_version(version)
    typed = {cell: to_units(version.plan, amount) for cell, amount in amounts.items()}
    try:
        grid = open_grid(opened.grid.setup, typed)
    except (ValueError, KeyError) as error:
        raise DomainError(_("A cell is not in the plan, or its amount is negative."), field="amounts") from error
    if months:
        grid = _lock(grid, months)
        version.locked_months = sorted(grid.setup.locked_months)
        version.save(update_fields=["locked_months", "updated_at"])
    insert_cells(version.pk, stored_cells(PlanGrid(version, opened.nodes, grid)))


def _lock(grid: Grid, months: Sequence[str]) -> Grid:
    try:
        return lock_months(grid, months)
    except ValueError as error:
        raise DomainError(_("Choose months of this plan's year."), field="months") from error


def _require_sums(opened: PlanGrid) -> None:
    """Raises: DomainError when a typed total cannot be met or the children of a unit hold less than the unit."""
    if opened.grid.clashes:
        raise DomainError(
            _("Some typed totals cannot be met by what is typed inside them. Mend the cells marked red."), code="clash"
        )
    year = str(opened.version.plan.fiscal_year)
    short = [one for one in checks(opened.grid) if one.period == year and one.kind is None and (one.gap or 0) > 0]
    if short:
        node = opened.by_key[short[0].node]
        raise DomainError(
            _("%(unit)s: the level below comes to %(gap)s less than its target. Give the rest out first.")
            % {"unit": node.unit or node.person, "gap": f"{from_units(opened.version.plan, short[0].gap or 0):,.2f}"},
            code="under-assigned",
        )


def _plant(version: TargetVersion, tree: Sequence[Branch]) -> dict[str, TargetNode]:
    made: dict[str, TargetNode] = {}
    levels: dict[int, list[TargetNode]] = {}
    for position, branch in enumerate(tree):
        node = TargetNode(
            version=version,
            unit_id=branch.unit_id,
            person_id=branch.person_id,
            depth=branch.depth,
            position=position,
            weight=branch.weight,
        )
        made[branch.key] = node
        levels.setdefault(branch.depth, []).append(node)
        if branch.parent:
            node.parent = made[branch.parent]
    for _depth, nodes in sorted(levels.items()):
        for node in nodes:
            node.parent_id = node.parent.pk if node.parent else None
        TargetNode.objects.bulk_create(nodes, batch_size=BATCH)
    return made


def _copy(source: TargetVersion, target: TargetVersion, tree: Sequence[Branch] | None) -> None:
    """The same nodes and cells; with another tree, the cells of nodes that are still in it, the rest follows anew."""
    old = list(TargetNode.objects.filter(version=source).order_by("position"))
    regrown = tree is not None
    if tree is None:
        keys = {node.pk: node.key for node in old}
        tree = [
            Branch(
                node.key,
                keys.get(node.parent_id or 0),
                node.depth,
                node.unit_id,
                node.person_id,
                node.weight,
            )
            for node in old
        ]
    made = _plant(target, tree)
    same = {node.pk: made[node.key] for node in old if node.key in made}
    rows = TargetCell.objects.filter(version=source).values_list(*TargetCell.CELL, "starts_on", "amount", "origin")
    insert_cells(
        target.pk,
        {
            (same[node].pk, period, kind): StoredCell(starts_on, amount, origin)
            for node, period, kind, starts_on, amount, origin in rows
            if node in same
        },
    )
    if regrown:
        store_grid(open_version(target))
