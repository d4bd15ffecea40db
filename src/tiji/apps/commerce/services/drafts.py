"""Drafts of contracts and orders: what is no draft any more stands, and one that nobody wants is dropped."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract, Order
from tiji.apps.commerce.permissions import can_edit_contract, can_edit_order
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require

Document = TypeVar("Document", Contract, Order)


@transaction.atomic
def drop_contract(*, actor: User, contract: Contract, expected_version: int) -> Contract:
    """Drop a draft: it leaves the lists, its number is not given again. Raises: NotAllowed, Conflict, DomainError."""
    require(can_edit_contract(actor, contract))
    return _drop(actor, contract, "contract.drop", expected_version)


@transaction.atomic
def drop_order(*, actor: User, order: Order, expected_version: int) -> Order:
    """Drop a draft: it leaves the lists, its number is not given again. Raises: NotAllowed, Conflict, DomainError."""
    require(can_edit_order(actor, order))
    return _drop(actor, order, "order.drop", expected_version)


def _drop(actor: User, document: Document, action: str, expected_version: int) -> Document:
    current = locked_draft(document)
    if current.version != expected_version:
        raise Conflict(_("Somebody changed this draft in the meantime. Look at it again."), current=current)
    before = audit.snapshot(current)
    current.archived_at = timezone.now()
    current.version += 1
    current.save(update_fields=["archived_at", "version", "updated_at"])
    audit.record(action, current, before=before, after=audit.snapshot(current), actor=actor)
    return current


def locked_draft(document: Document, posted: str = "") -> Document:
    """The draft as it is now, locked. Raises: DomainError when it is posted, worded as told, or dropped."""
    rows: Any = type(document).objects
    current: Document = rows.select_for_update().get(pk=document.pk)
    check_draft(current, posted)
    return current


def check_draft(document: Contract | Order, posted: str = "") -> None:
    """Raises: DomainError that says what to do instead, when it is posted or was dropped."""
    if document.status != document.Status.DRAFT:
        raise DomainError(posted or _stands(document), code="posted")
    if document.archived_at is not None:
        raise DomainError(_("This draft was dropped. Enter a new one."), code="dropped")


def _stands(document: Contract | Order) -> str:
    if isinstance(document, Contract):
        return _("A signed contract stands as it is. Take it back and draft a new one.")
    return _("A confirmed order stands as it is. Take it back and enter a new one.")
