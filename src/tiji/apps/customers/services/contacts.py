"""Writing contacts."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Contact
from tiji.apps.customers.permissions import can_edit_account
from tiji.apps.customers.services.keys import contact_keys
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require

EDITABLE = ("name", "title", "role", "phone", "email", "is_primary", "note")


@transaction.atomic
def create_contact(*, actor: User, account: Account, at: datetime, name: str, **facts: Any) -> Contact:
    """Enter somebody at a customer; the first one is its first contact.

    `facts`: title, role, phone, email, is_primary, note. Raises: NotAllowed, DomainError.
    """
    _require_editor(actor, account)
    cleaned = _clean({"name": name, **facts})
    Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not _live(account).filter(is_primary=True).exists():
        cleaned["is_primary"] = True
    contact = Contact(account=account, **cleaned)
    _save(contact)
    audit.record("contact.create", contact, after=as_facts(contact), actor=actor)
    return contact


@transaction.atomic
def edit_contact(*, actor: User, contact: Contact, version: int, at: datetime, **changes: Any) -> Contact:
    """Change what is known of a contact. Raises: NotAllowed; Conflict when somebody was faster; DomainError."""
    contact = Contact.objects.select_related("account").select_for_update(of=("self",)).get(pk=contact.pk)
    _require_editor(actor, contact.account)
    cleaned = _clean(changes)
    if contact.version != version:
        message = _("Somebody changed this contact while you were editing. Compare both versions and save again.")
        raise Conflict(message, current=contact, attempted=cleaned)
    before = as_facts(contact)
    for name, value in cleaned.items():
        setattr(contact, name, value)
    if as_facts(contact) != before:
        contact.version += 1
        _save(contact)
        audit.record("contact.edit", contact, before, as_facts(contact), actor=actor)
    return contact


@transaction.atomic
def archive_contact(*, actor: User, contact: Contact, at: datetime, reason: str = "") -> Contact:
    """Take a contact who left out of the lists. Raises: NotAllowed."""
    contact = Contact.objects.select_related("account").select_for_update(of=("self",)).get(pk=contact.pk)
    _require_editor(actor, contact.account)
    if contact.archived_at is None:
        contact.archived_at, contact.is_primary = at, False
        contact.version += 1
        _save(contact)
        audit.record("contact.archive", contact, reason=reason, actor=actor)
    return contact


@transaction.atomic
def insert_contacts(*, contacts: list[Contact]) -> list[Contact]:
    """Insert unsaved contacts in sets with their keys: for imports and the demo company."""
    for contact in contacts:
        _set_keys(contact)
    return Contact.objects.bulk_create(contacts, batch_size=1000)


def _require_editor(actor: User, account: Account) -> None:
    message = _("Only the owner, his managers and sales operations change a customer's contacts.")
    require(can_edit_account(actor, account), message)


def _clean(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = facts.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"a contact has no {', '.join(sorted(unknown))} that may be typed")
    cleaned: dict[str, Any] = {
        name: bool(value) if name == "is_primary" else str(value or "").replace("\0", "").strip()
        for name, value in facts.items()
    }
    if "name" in cleaned and not cleaned["name"]:
        raise DomainError(_("Enter the contact's name."), field="name")
    if cleaned.get("role") and cleaned["role"] not in Contact.Role.values:
        raise DomainError(_("Choose a part in buying from the list."), field="role")
    for name, value in cleaned.items():
        limit = getattr(Contact._meta.get_field(name), "max_length", None)
        if limit and value and len(value) > limit:
            raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": limit}, field=name)
    return cleaned


def _live(account: Account) -> Any:
    return Contact.objects.live().filter(account=account)


def _save(contact: Contact) -> None:
    """Write the contact; a first contact takes the mark from the one before."""
    _set_keys(contact)
    if contact.is_primary:
        _live(contact.account).filter(is_primary=True).exclude(pk=contact.pk).update(is_primary=False)
    contact.save()


def _set_keys(contact: Contact) -> None:
    for name, value in contact_keys(name=contact.name, phone=contact.phone, email=contact.email).items():
        setattr(contact, name, value)


def as_facts(contact: Contact) -> dict[str, Any]:
    """What the audit log keeps of a contact."""
    return {"account": contact.account_id, **{name: getattr(contact, name) for name in EDITABLE}}
