"""Taking a whole import back: archived, reversed or changed back; refused once others build on it.

One transaction: documents and deals first, then customers, then the people, units and products nobody else uses.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.services.withdrawals import withdraw_product_lines, withdraw_products
from tiji.apps.commerce.services.withdrawals import withdraw_documents
from tiji.apps.customers.services.contacts import edit_contact
from tiji.apps.customers.services.withdrawals import withdraw_accounts, withdraw_contacts
from tiji.apps.exchange.models import Import, ImportedRows
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports import accounts, contacts, deal_changes, opportunities
from tiji.apps.exchange.services.imports.context import Context, Told, silent
from tiji.apps.exchange.services.imports.dependents import (
    SHOWN,
    Kept,
    blocking_facts,
    kind_of,
    made_by,
    people_in_use,
    units_in_use,
    uses_of,
)
from tiji.apps.exchange.services.imports.order_sets import INVOICE, ORDER
from tiji.apps.exchange.services.imports.quotas import PLAN
from tiji.apps.exchange.services.imports.running import LOCK, deny
from tiji.apps.exchange.services.imports.set_parts import PERSON, PRODUCT, PRODUCT_LINE, UNIT
from tiji.apps.organization.models import Person, Unit, User
from tiji.apps.organization.selectors.company import business_date
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.services.withdrawals import withdraw_people, withdraw_units
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.apps.pipeline.services.withdrawals import withdraw_opportunities
from tiji.apps.targets.services.withdrawals import withdraw_target_plans
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require
from tiji.shared.statistics import after_many_rows

NEEDED = (opportunities.THING, contacts.THING, ORDER, INVOICE, PLAN, accounts.THING)
"""What only this import's own rows may build on; the people, units and products it made are kept where used."""
KEPT_NAMED = 200
STEPS = 5


@transaction.atomic
@after_many_rows()
def undo_import(*, actor: User, imported: Import, at: datetime, told: Told = silent) -> Import:
    """Take back everything an import did; what stays of its people, units and products is told in `kept`.

    Raises: NotAllowed; DomainError when it is not loaded; Conflict with what was built on it in `extra["blocking"]`.
    """
    require(can_import(actor), deny())
    exclusive(LOCK)
    hold_stages()
    current: Import = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state not in (Import.State.DONE, Import.State.UNDOING):
        raise DomainError(_("Only an import that is loaded can be undone."), code="state")
    _require_alone(current)
    context = Context(actor, current.source, at, options=current.options, imported=current, told=told)
    told("opportunities", 1, STEPS)
    for thing in (opportunities.THING, contacts.THING):
        _withdraw(thing, context)
    told("orders", 2, STEPS)
    _withdraw_documents(context)
    told("accounts", 3, STEPS)
    _withdraw(accounts.THING, context)
    told("people", 4, STEPS)
    kept = _withdraw_base(context)
    return _finish(current, context, kept)


def _require_alone(imported: Import) -> None:
    blocking = blocking_facts(imported, NEEDED)
    if blocking:
        message = _("Later facts build on this import, so it stays. Undo or move these first: %(facts)s")
        raise Conflict(message % {"facts": "; ".join(blocking[:5])}, code="depended-on", blocking=blocking[:SHOWN])


def _withdraw(thing: str, context: Context) -> None:
    """Change back what was changed, archive what was made."""
    back, archive = UNDO[thing]
    assert context.imported is not None
    changed = ImportedRows.objects.filter(imported=context.imported, thing=thing, created=False).order_by("-pk")
    rows: Any = apps.get_model(thing)._default_manager
    for row in changed:
        back(rows.get(pk=row.first_id), dict(row.before or {}), context)
    created = made_by(context.imported, thing)
    if created:
        archive(actor=context.actor, ids=created, at=context.at, batch=context.batch)


def _withdraw_documents(context: Context) -> None:
    imported = context.imported
    assert imported is not None
    orders, invoices = made_by(imported, ORDER), made_by(imported, INVOICE)
    told: dict[str, Any] = {"actor": context.actor, "at": context.at, "batch": context.batch}
    if orders or invoices:
        reason = _("Import %(number)s undone") % {"number": imported.pk}
        withdraw_documents(orders=orders, invoices=invoices, reason=reason, **told)
    plans = made_by(imported, PLAN)
    if plans:
        withdraw_target_plans(ids=plans, **told)


def _withdraw_base(context: Context) -> list[Kept]:
    """People, units, products and lines nobody else uses, in this order: each may hold the next."""
    on = business_date(context.at)
    told: dict[str, Any] = {"actor": context.actor, "at": context.at, "batch": context.batch}
    kept = _go(context, PERSON, Person, people_in_use, lambda ids: withdraw_people(ids=ids, on=on, **told))
    kept += _go(context, UNIT, Unit, units_in_use, lambda ids: withdraw_units(ids=ids, on=on, **told))
    kept += _go(
        context, PRODUCT, Product, lambda ids: uses_of(Product, ids), lambda ids: withdraw_products(ids=ids, **told)
    )
    kept += _go(
        context,
        PRODUCT_LINE,
        ProductLine,
        lambda ids: uses_of(ProductLine, ids),
        lambda ids: withdraw_product_lines(ids=ids, **told),
    )
    return kept


def _go(
    context: Context,
    thing: str,
    model: Any,
    in_use: Callable[[list[int]], dict[int, str]],
    withdraw: Callable[[list[int]], int],
) -> list[Kept]:
    """Archive those without use; answer the others with the reason why they stay."""
    assert context.imported is not None
    made = made_by(context.imported, thing)
    standing = list(model.objects.filter(among("pk", made), archived_at__isnull=True).values_list("pk", flat=True))
    used = in_use(standing) if standing else {}
    going = [pk for pk in standing if pk not in used]
    if going:
        withdraw(going)
    names = model.objects.filter(among("pk", used)).order_by("pk")
    return [Kept(kind_of(model), str(row), used[row.pk]) for row in names]


def _finish(imported: Import, context: Context, kept: list[Kept]) -> Import:
    imported.state, imported.undone_at, imported.undone_by = Import.State.UNDONE, context.at, context.actor
    imported.kept = [one.as_json() for one in kept[:KEPT_NAMED]]
    imported.kept_count, imported.message = len(kept), ""
    imported.save(update_fields=["state", "undone_at", "undone_by", "kept", "kept_count", "message"])
    after = {**imported.counts, "kept": len(kept)}
    audit.record("import.undone", imported, after=after, actor=context.actor, batch=context.batch)
    context.told("people", STEPS, STEPS)
    return imported


def _contact_back(contact: Any, before: dict[str, Any], context: Context) -> None:
    edit_contact(actor=context.actor, contact=contact, version=contact.version, at=context.at, **before)


def _deal_back(deal: Any, before: dict[str, Any], context: Context) -> None:
    model = type(deal)
    for name in ("amount", "gross_profit", "expected_on", "next_step_on"):
        if before.get(name) is not None:
            before[name] = model._meta.get_field(name).to_python(before[name])
    deal_changes.change(deal, before, context)


Archive = Callable[..., int]
UNDO: dict[str, tuple[Callable[[Any, dict[str, Any], Context], Any], Archive]] = {
    opportunities.THING: (_deal_back, withdraw_opportunities),
    contacts.THING: (_contact_back, withdraw_contacts),
    accounts.THING: (accounts.apply, withdraw_accounts),
}
