"""Makers of target plans: the cast's tree, typed in yuan."""

from decimal import Decimal
from typing import Any

from makers import day, moment
from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetPlan, TargetVersion
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, open_version
from tiji.apps.targets.services.plans import activate_target_version, create_target_plan
from tiji.apps.targets.services.typing import type_targets
from tiji.kernel.targets import Cell

NEW_YEAR = moment("2026-01-05")


def make_plan(
    actor: User, *, year: int = 2026, measure: str = "signed", tree_on: str = "2026-01-01", **fields: Any
) -> TargetVersion:
    return create_target_plan(
        actor=actor, fiscal_year=year, measure=measure, tree_on=day(tree_on), at=NEW_YEAR, **fields
    )


def key_of(thing: Any) -> str:
    """The row of a unit, a person or a user."""
    if isinstance(thing, User):
        return f"p{thing.person_id}"
    return f"u{thing.pk}" if hasattr(thing, "kind") else f"p{thing.pk}"


def cells(*rows: tuple[Any, str, str | None], kind: str = "existing") -> dict[Cell, Decimal | None]:
    """(thing, period, amount) rows as cells of one kind."""
    return {
        Cell(key_of(thing), period, kind): None if amount is None else Decimal(amount) for thing, period, amount in rows
    }


def type_in(
    actor: User, version: TargetVersion, *rows: tuple[Any, str, str | None], kind: str = "existing"
) -> PlanGrid:
    return type_targets(actor=actor, version=version, amounts=cells(*rows, kind=kind), at=NEW_YEAR)


def shown(version: TargetVersion, thing: Any, period: str, kind: str | None = "existing") -> Decimal | None:
    """What the stored plan shows in a cell, read anew."""
    opened = open_version(TargetVersion.objects.select_related("plan").get(pk=version.pk))
    units = opened.grid.amount(key_of(thing), period, kind)
    return None if units is None else from_units(opened.version.plan, units)


def kept(version: TargetVersion, thing: Any, period: str, kind: str = "existing") -> Decimal | None:
    """What stands in the table for a cell."""
    column = "node__person_id" if key_of(thing)[0] == "p" else "node__unit_id"
    rows = version.cells.filter(period=period, kind=kind, **{column: key_of(thing)[1:]})
    return rows.values_list("amount", flat=True).first()


def make_active_plan(actor: User, *rows: tuple[Any, str, str | None], **fields: Any) -> TargetPlan:
    """A plan that counts, typed for the kind `existing`."""
    version = make_plan(actor, **fields)
    type_in(actor, version, *rows)
    return activate_target_version(actor=actor, version=version, at=NEW_YEAR).plan
