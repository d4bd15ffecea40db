"""What every reversal asks before it writes, and what a second, negative document takes over from the first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tiji.apps.commerce.models import Contract, Order
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is said of one kind of document: it does not stand (with a code), nobody says why, the day is too early."""

    fallen: Any
    code: str
    unexplained: Any
    early: Any


def check_reversal(says: Refusals, *, stands: bool, since: date | None, on: date, reason: str) -> None:
    """Raises: DomainError when the document does not stand, there is no reason, or `on` lies before it began."""
    if not stands:
        raise DomainError(str(says.fallen), code=says.code)
    if not reason.strip():
        raise DomainError(str(says.unexplained), field="reason")
    if since and on < since:
        raise DomainError(str(says.early), field="on")


def check_nothing_owed(document: Contract | Order, message: Any) -> None:
    """Raises: DomainError with the message while an invoice of the document is open."""
    if document.invoices.filter(balance__gt=0).exists():
        raise DomainError(message, code="open-invoices")


def taken_back(document: Contract | Order, *, reason: str, by: User, at: datetime) -> dict[str, Any]:
    """What a reversal shares with what it reverses: the same places and kind, the amounts negated."""
    return {
        "account_id": document.account_id,
        "opportunity_id": document.opportunity_id,
        "owner_id": document.owner_id,
        "unit_id": document.unit_id,
        "amount": -document.amount,
        "cost": None if document.cost is None else -document.cost,
        "currency": document.currency,
        "kind": document.kind,
        "reverses_id": document.pk,
        "reason": reason,
        "created_at": at,
        "created_by": by,
    }


def mark_reversed(document: Contract | Order) -> None:
    """The document no longer stands; its amounts stay as they are."""
    document.status = document.Status.REVERSED
    document.version += 1
    document.save(update_fields=["status", "version", "updated_at"])
