"""What hangs on the rows an import made: why it cannot be undone, and which people, units and products stay."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import F, Min, Model, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models import Order
from tiji.apps.exchange.models import Import, ImportedRows
from tiji.apps.incentives.models import Run, Statement
from tiji.apps.organization.models import Person, ReportingLine, Unit, UnitPlacement
from tiji.apps.organization.selectors.ids import among
from tiji.apps.targets.models import TargetVersion

SHOWN = 50
PARTS = {"customers.ownershipevent", "pipeline.stageevent", "pipeline.opportunityline", "pipeline.accountbuying",
         "commerce.orderline", "commerce.measurefact", "targets.targetversion"}  # fmt: skip
"""Rows that come and go with the thing they are part of; plan versions have their own rule."""

PAST = {"commerce.measurefact", "commerce.receiptapplication", "pipeline.stageevent", "customers.ownershipevent",
        "organization.assignment", "organization.unitpath", "organization.unitplacement"}  # fmt: skip
"""Rows that say what was: they keep their names and hold nobody."""

ALIVE = {
    "commerce.orderline": Q(order__archived_at__isnull=True),
    "commerce.receipt": Q(reverses__isnull=True, reversed_by__isnull=True),
    "pipeline.opportunityline": Q(opportunity__archived_at__isnull=True),
    "catalog.pricebookentry": Q(price_book__archived_at__isnull=True),
    "targets.targetnode": Q(version__plan__archived_at__isnull=True),
}
"""When a row without an archive mark of its own still counts as use."""

KINDS = {
    "organization.user": _lazy("User account"),
    "organization.person": _lazy("Person"),
    "organization.unit": _lazy("Unit"),
    "organization.position": _lazy("Position"),
    "organization.rolegrant": _lazy("Role"),
    "organization.accessgrant": _lazy("Access"),
    "catalog.product": _lazy("Product"),
    "catalog.productline": _lazy("Product line"),
    "catalog.pricebookentry": _lazy("Price"),
    "customers.account": _lazy("Customer"),
    "customers.contact": _lazy("Contact"),
    "pipeline.opportunity": _lazy("Opportunity"),
    "pipeline.activity": _lazy("Activity"),
    "commerce.contract": _lazy("Contract"),
    "commerce.order": pgettext_lazy("document", "Order"),
    "commerce.orderline": _lazy("Order line"),
    "commerce.invoice": _lazy("Invoice"),
    "commerce.creditnote": _lazy("Credit note"),
    "commerce.receipt": pgettext_lazy("document", "Receipt"),
    "commerce.receiptapplication": _lazy("Receipt applied"),
    "targets.targetnode": _lazy("Target"),
    "incentives.planassignment": _lazy("Pay plan"),
    "incentives.statement": _lazy("Statement"),
    "incentives.quota": _lazy("Quota"),
}

ACTIVATED = 2
"""A plan version's number of changes once an import has made and activated it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something an undo left in place, and why."""

    kind: str
    name: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "name": self.name, "why": self.why}


def made_by(imported: Import, thing: str) -> list[int]:
    """The keys of the rows of this kind that the import made."""
    runs = ImportedRows.objects.filter(imported=imported, thing=thing, created=True).order_by("pk")
    return [pk for row in runs for pk in range(row.first_id, row.last_id + 1)]


def blocking_facts(imported: Import, things: Collection[str]) -> list[str]:
    """What others built on an import since: rows edited later, rows of others on what it made, plans, posted pay."""
    own = {thing: set(made_by(imported, thing)) for thing in things}
    found: list[str] = []
    for thing in things:
        model = apps.get_model(thing)
        found += _edited(model, imported, thing, own[thing])
        if own[thing]:
            found += _pointing(model, own)
        if len(found) > SHOWN:
            return found
    found += _replanned(own.get("targets.targetplan", ()))
    found += _paid(own.get("commerce.order", ()))
    return found


def _edited(model: type[Model], imported: Import, thing: str, created: set[int]) -> Iterator[str]:
    """Rows somebody changed after the import; steps that the import itself added to a deal cannot be taken out."""
    if not any(field.name == "version" for field in model._meta.concrete_fields):
        return
    rows: Any = model._default_manager
    for row in rows.filter(among("pk", created)).exclude(version=1).order_by("pk")[:SHOWN]:
        yield _("%(kind)s “%(name)s” was changed since") % {"kind": kind_of(model), "name": row}
    changed = {row.first_id: row for row in ImportedRows.objects.filter(imported=imported, thing=thing, created=False)}
    for row in rows.filter(among("pk", changed)):
        told = {"kind": kind_of(model), "name": row}
        if row.version != changed[row.pk].version:
            yield _("%(kind)s “%(name)s” was changed since") % told
        elif "step" in (changed[row.pk].before or {}):
            yield _("%(kind)s “%(name)s” was moved by this import; move it back by hand") % told


def _pointing(model: type[Model], own: Mapping[str, set[int]]) -> Iterator[str]:
    ids = own[model._meta.label_lower]
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        label = other._meta.label_lower
        if label in PARTS or (other is model and not relation.field.null):
            continue
        rows = other._default_manager.filter(among(f"{relation.field.name}__pk", ids))
        rows = rows.exclude(among("pk", own[label])) if own.get(label) else rows
        for row in rows.order_by("pk")[:5]:
            yield _("%(kind)s “%(name)s” belongs to what it made") % {"kind": kind_of(other), "name": row}


def _replanned(plans: Collection[int]) -> Iterator[str]:
    """Plans somebody works on since."""
    rows = TargetVersion.objects.filter(among("plan_id", plans)).select_related("plan")
    for row in rows.filter(Q(number__gt=1) | Q(version__gt=ACTIVATED)).order_by("pk")[:SHOWN]:
        yield _("The target plan “%(name)s” was changed since") % {"name": row.plan}


def _paid(orders: Collection[int]) -> Iterator[str]:
    """Pay that was approved or posted for a month in which these orders count."""
    if not orders:
        return
    month = "run__pay_period__"
    theirs = Order.objects.filter(
        among("id", orders),
        owner_id=OuterRef("person_id"),
        confirmed_on__gte=OuterRef(f"{month}starts_on"),
        confirmed_on__lt=OuterRef(f"{month}ends_before"),
    )
    rows = Statement.objects.filter(
        run__state__in=[Run.State.APPROVED, Run.State.POSTED], run_id=F(f"{month}current_id")
    )
    rows = rows.annotate(order_id=Subquery(theirs.values("pk")[:1])).filter(order_id__isnull=False)
    for row in rows.select_related("run__pay_period", "person").order_by("pk")[:SHOWN]:
        told = {"name": row.person, "month": row.run.pay_period}
        yield _("The pay of %(name)s for %(month)s is approved") % told


def kind_of(model: type[Model]) -> str:
    """What people call rows of this table."""
    return str(KINDS.get(model._meta.label_lower, model._meta.verbose_name))


def uses_of(model: type[Model], ids: Collection[int]) -> dict[int, str]:
    """Which of these something that still counts refers to, and what. Called once the import's own rows are gone."""
    found: dict[int, str] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or not (relation.one_to_many or relation.one_to_one):
            continue
        other: Any = relation.related_model
        label = other._meta.label_lower
        left = set(ids) - found.keys()
        if label in PAST or not left:
            continue
        column = relation.field.attname  # type: ignore[union-attr]
        rows = other._default_manager.filter(among(column, left), _alive(other))
        firsts = dict(rows.order_by().values_list(column).annotate(first=Min("pk")))
        names = other._default_manager.in_bulk(sorted(set(firsts.values()))[:SHOWN])
        for key, first in firsts.items():
            told = {"kind": kind_of(other), "name": names.get(first, "…")}
            found[key] = _("%(kind)s “%(name)s” uses it") % told
    return found


def _alive(model: type[Model]) -> Q:
    if any(field.name == "archived_at" for field in model._meta.concrete_fields):
        return Q(archived_at__isnull=True)
    return ALIVE.get(model._meta.label_lower, Q())


def people_in_use(ids: Collection[int]) -> dict[int, str]:
    """People who own or do something, or to whom somebody answers who stays."""
    found = uses_of(Person, ids)
    while True:
        going = set(ids) - found.keys()
        lines = ReportingLine.objects.filter(
            among("manager__assignments__person_id", going), valid_until__isnull=True
        ).exclude(among("position__assignments__person_id", going))
        more = dict(lines.values_list("manager__assignments__person_id", "position__assignments__person__name"))
        fresh = {key: name for key, name in more.items() if key in going}
        if not fresh:
            return found
        found |= {key: _("“%(name)s” answers to this person") % {"name": name} for key, name in fresh.items()}


def units_in_use(ids: Collection[int]) -> dict[int, str]:
    """Units that somebody sits in or something counts for, and those above a unit that stays."""
    found = uses_of(Unit, ids)
    below = UnitPlacement.objects.filter(
        among("parent_id", ids), valid_until__isnull=True, unit__archived_at__isnull=True
    ).select_related("unit")
    pairs = [(row.unit, row.parent_id) for row in below]
    while True:
        going = set(ids) - found.keys()
        fresh = {parent: unit for unit, parent in pairs if parent in going and unit.pk not in going}
        if not fresh:
            return found
        found |= {key: _("“%(name)s” stands below it") % {"name": unit} for key, unit in fresh.items()}
