"""Taking a whole import back: archived or changed back; refused once others build on it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from tiji.apps.customers.services.contacts import edit_contact
from tiji.apps.customers.services.withdrawals import withdraw_accounts, withdraw_contacts
from tiji.apps.exchange.models import Import, ImportedRows
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports import accounts, contacts, deal_changes, opportunities
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.running import LOCK, deny
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.pipeline.services.withdrawals import withdraw_opportunities
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

SHOWN = 50
PARTS = {"customers.ownershipevent", "pipeline.stageevent", "pipeline.opportunityline"}
"""Rows that come and go with the thing they are part of."""


@transaction.atomic
def undo_import(*, actor: User, imported: Import, at: datetime) -> Import:
    """Take back everything an import did.

    Raises: NotAllowed; DomainError when it is not loaded; Conflict with what was built on it in `extra["blocking"]`.
    """
    require(can_import(actor), deny())
    exclusive(LOCK)
    current: Import = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state != Import.State.DONE:
        raise DomainError(_("Only an import that is loaded can be undone."), code="state")
    blocking = blocking_facts(current)
    if blocking:
        message = _("Later facts build on this import, so it stays. Undo or move these first: %(facts)s")
        raise Conflict(message % {"facts": "; ".join(blocking[:5])}, code="depended-on", blocking=blocking[:SHOWN])
    context = Context(actor, current.source, at, options=current.options)
    for thing in UNDO:
        created, changed = _rows(current, thing)
        _change_back(thing, changed, context)
        if created:
            UNDO[thing][0](actor=actor, ids=created, at=at, batch=current.batch)
    current.state, current.undone_at, current.undone_by = Import.State.UNDONE, at, actor
    current.save(update_fields=["state", "undone_at", "undone_by"])
    audit.record("import.undone", current, after=current.counts, actor=actor, batch=current.batch)
    return current


def blocking_facts(imported: Import) -> list[str]:
    """What others built on an import since: rows edited later, and rows of others that point at what it made."""
    own = {thing: set(_rows(imported, thing)[0]) for thing in UNDO}
    found: list[str] = []
    for thing in UNDO:
        model = apps.get_model(thing)
        found += _edited(model, imported, thing, own[thing])
        if own[thing]:
            found += _pointing(model, own)
        if len(found) > SHOWN:
            break
    return found


def _rows(imported: Import, thing: str) -> tuple[list[int], list[ImportedRows]]:
    rows = list(ImportedRows.objects.filter(imported=imported, thing=thing).order_by("pk"))
    created = [pk for row in rows if row.created for pk in range(row.first_id, row.last_id + 1)]
    return created, [row for row in rows if not row.created]


def _edited(model: type[Model], imported: Import, thing: str, created: set[int]) -> Iterator[str]:
    """Rows somebody changed after the import; steps that the import itself added to a deal cannot be taken out."""
    rows: Any = model._default_manager
    for row in rows.filter(among("pk", created)).exclude(version=1).order_by("pk")[:SHOWN]:
        yield _("%(kind)s “%(name)s” was changed since") % {"kind": _kind(model), "name": row}
    changed = {row.first_id: row for row in ImportedRows.objects.filter(imported=imported, thing=thing, created=False)}
    for row in rows.filter(among("pk", changed)):
        told = {"kind": _kind(model), "name": row}
        if row.version != changed[row.pk].version:
            yield _("%(kind)s “%(name)s” was changed since") % told
        elif "step" in (changed[row.pk].before or {}):
            yield _("%(kind)s “%(name)s” was moved by this import; move it back by hand") % told


def _pointing(model: type[Model], own: dict[str, set[int]]) -> Iterator[str]:
    ids = own[model._meta.label_lower]
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        label = other._meta.label_lower
        if label in PARTS or (other is model and not relation.field.null):
            continue
        rows = other._default_manager.filter(among(f"{relation.field.name}__pk", ids))
        rows = rows.exclude(among("pk", own[label])) if own.get(label) else rows
        for row in rows.order_by("pk")[:5]:
            yield _("%(kind)s “%(name)s” belongs to what it made") % {"kind": _kind(other), "name": row}


def _kind(model: type[Model]) -> str:
    return str(model._meta.verbose_name)


def _change_back(thing: str, changed: list[ImportedRows], context: Context) -> None:
    rows: Any = apps.get_model(thing)._default_manager
    for row in reversed(changed):
        UNDO[thing][1](rows.get(pk=row.first_id), dict(row.before or {}), context)


def _contact_back(contact: Any, before: dict[str, Any], context: Context) -> None:
    edit_contact(actor=context.actor, contact=contact, version=contact.version, at=context.at, **before)


def _deal_back(deal: Any, before: dict[str, Any], context: Context) -> None:
    model = type(deal)
    for name in ("amount", "gross_profit", "expected_on", "next_step_on"):
        if before.get(name) is not None:
            before[name] = model._meta.get_field(name).to_python(before[name])
    deal_changes.change(deal, before, context)


Withdraw = Callable[..., int]
UNDO: dict[str, tuple[Withdraw, Callable[[Any, dict[str, Any], Context], Any]]] = {
    opportunities.THING: (withdraw_opportunities, _deal_back),
    contacts.THING: (withdraw_contacts, _contact_back),
    accounts.THING: (withdraw_accounts, accounts.apply),
}
