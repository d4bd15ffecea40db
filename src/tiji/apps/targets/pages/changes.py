"""What changed in a plan: the acts of typing, and one version against another."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.frames import period_label
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetEdit, TargetVersion
from tiji.apps.targets.selectors.grids import from_units, open_version

LATEST = 50
ICONS = {
    TargetEdit.Action.WEIGH: "scale",
    TargetEdit.Action.REBALANCE: "scale",
    TargetEdit.Action.IMPORT: "upload",
    TargetEdit.Action.SEASON: "chart-no-axes-combined",
}


@dataclass(frozen=True)
class Difference:
    """One row of a comparison."""

    label: str
    level: int
    before: str
    after: str
    change: str
    share: Decimal | None
    amount: Decimal
    note: str


def differences(page: GridPage, other: TargetVersion) -> list[Difference]:
    """Rows whose year differs from that of the other version, those that came and those that went."""
    other.plan = page.frame.plan
    year, plan = str(page.frame.plan.fiscal_year), page.frame.plan
    old, new = open_version(other), page.opened
    shown = {node.key for node in page.nodes}
    names = {node.key: node for node in [*new.nodes, *old.nodes]}
    found = []
    for key, node in names.items():
        if key not in shown and key in new.by_key:
            continue
        if key not in new.by_key and node.parent and node.parent.key not in shown:
            continue
        before, after = (one.grid.amount(key, year) if key in one.by_key else None for one in (old, new))
        if before == after and (key in old.by_key) == (key in new.by_key):
            continue
        sums = [None if units is None else from_units(plan, units) for units in (before, after)]
        change = (sums[1] or Decimal(0)) - (sums[0] or Decimal(0))
        note = (
            "" if key in old.by_key and key in new.by_key else _("new row") if key in new.by_key else _("left the plan")
        )
        found.append(
            Difference(
                node.unit.label if node.unit else str(node.person),
                node.depth,
                amounts.full(plan, sums[0]),
                amounts.full(plan, sums[1]),
                ("+" if change > 0 else "") + amounts.full(plan, change),
                change / sums[0] if sums[0] else None,
                change,
                note,
            )
        )
    return found


def history_of(page: GridPage) -> list[dict[str, Any]]:
    """The latest acts of typing that touch a row the viewer sees, in words."""
    shown = {node.key for node in page.nodes}
    edits = TargetEdit.objects.filter(version=page.version).select_related("by")[:LATEST]
    return [
        {
            "by": edit.by,
            "at": edit.at,
            "undone": edit.undone_at,
            "text": text,
            "act": edit.get_action_display(),
            "icon": ICONS.get(edit.action, "file-pen-line"),
        }
        for edit in edits
        if (text := _in_words(page, edit, shown))
    ]


def _in_words(page: GridPage, edit: TargetEdit, shown: set[str]) -> str:
    plan = page.frame.plan
    if edit.action == TargetEdit.Action.SEASON:
        return _("Season of the year")
    if edit.action == TargetEdit.Action.WEIGH:
        return _weights_in_words(page, edit, shown)
    changes = [one for one in edit.changes if one["node"] in shown]
    if not changes:
        return ""
    first = changes[0]
    sides = [
        _("blank") if first[side] is None else amounts.full(plan, from_units(plan, first[side]))
        for side in ("before", "after")
    ]
    kind = {"existing": _("existing"), "new": _("new")}[first["kind"]]
    words = {"row": page.label(first["node"]), "period": period_label(page.fiscal.period(first["period"]))}
    words |= {"kind": kind, "before": sides[0], "after": sides[1]}
    text = _("%(row)s, %(period)s, %(kind)s: %(before)s → %(after)s") % words
    rest = len(changes) - 1
    if rest:
        text += " · " + ngettext("and %(n)s more cell", "and %(n)s more cells", rest) % {"n": rest}
    return text


def _weights_in_words(page: GridPage, edit: TargetEdit, shown: set[str]) -> str:
    changes = [one for one in edit.changes if one["node"] in shown]
    if not changes:
        return ""
    first = changes[0]
    before, after = (format(Decimal(first[side]).normalize(), "f") for side in ("before", "after"))
    text = _("%(name)s weight %(before)s → %(after)s") % {
        "name": page.label(first["node"]),
        "before": before,
        "after": after,
    }
    rest = len(changes) - 1
    return text + (" · " + ngettext("and %(n)s more row", "and %(n)s more rows", rest) % {"n": rest} if rest else "")
