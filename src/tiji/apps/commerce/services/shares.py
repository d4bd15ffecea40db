"""Agreeing whose a contract is. Every agreement stays; another one is the next version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract, ContractShare
from tiji.apps.commerce.permissions import can_share_contract
from tiji.apps.organization.models import Person, User
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

DIGITS = 8


@dataclass(frozen=True)
class AgreedShare:
    """Somebody's part: 0.8 is 80%."""

    person: Person
    share_rate: Decimal


@transaction.atomic
def share_contract(
    *, actor: User, contract: Contract, shares: Sequence[AgreedShare], valid_from: date, reason: str, at: datetime
) -> list[ContractShare]:
    """From a day on a contract counts for these people, each with his part; for one with all of it, it is his alone.

    What was agreed before stays for the days before. Raises: NotAllowed, DomainError at the field that is wrong.
    """
    require(can_share_contract(actor, contract), _("Ask the owner's manager or sales operations to share a contract."))
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    _check(current, reason)
    _check_shares(shares)
    last = ContractShare.objects.filter(contract=current).order_by("-number", "position")
    number = last[0].number + 1 if last else 1
    before = [row for row in last if row.number == number - 1]
    if _facts(before) == [(one.person.pk, one.share_rate) for one in shares] and before[0].valid_from == valid_from:
        raise DomainError(_("Nothing is different from version %(number)s.") % {"number": number - 1}, code="same")
    rows = ContractShare.objects.bulk_create(
        ContractShare(
            contract=current,
            number=number,
            position=position,
            person=one.person,
            share_rate=one.share_rate,
            valid_from=valid_from,
            reason=reason.strip(),
            created_at=at,
            created_by=actor,
        )
        for position, one in enumerate(shares, start=1)
    )
    audit.record("contract.share", current, _told(before), _told(rows), reason.strip(), actor=actor)
    return list(rows)


def _check(contract: Contract, reason: str) -> None:
    if contract.reverses_id or contract.status == Contract.Status.REVERSED:
        raise DomainError(_("This contract was taken back; there is nothing left to share."), code="reversed")
    if contract.archived_at is not None:
        raise DomainError(_("This draft was dropped; there is nothing to share."), code="dropped")
    if not reason.strip():
        raise DomainError(_("Say why the contract is shared so."), field="reason")
    if len(reason.strip()) > 250:
        raise DomainError(_("A reason has at most 250 characters."), field="reason")


def _check_shares(shares: Sequence[AgreedShare]) -> None:
    if not shares:
        raise DomainError(_("Name at least one person with a share."), field="shares")
    people = [one.person.pk for one in shares]
    if len(set(people)) < len(people):
        raise DomainError(_("Somebody stands here twice. Leave one row of each person."), field="shares")
    for one in shares:
        if not 0 < one.share_rate <= 1:
            raise DomainError(_("A share is more than 0% and at most 100%."), field="shares")
        if one.share_rate != round(one.share_rate, DIGITS):
            raise DomainError(_("A share has at most six decimals of a percent."), field="shares")
    together = sum((one.share_rate for one in shares), Decimal(0))
    if together > 1:
        text = _("The shares add up to %(percent)s%%. Together they are at most 100%%.")
        raise DomainError(text % {"percent": f"{(together * 100).normalize():f}"}, field="shares", code="over")


def _facts(rows: Sequence[ContractShare]) -> list[tuple[int, Decimal]]:
    return [(row.person_id, row.share_rate) for row in rows]


def _told(rows: Sequence[ContractShare]) -> dict[str, Any] | None:
    if not rows:
        return None
    parts = ", ".join(f"{row.person} {row.percent}" for row in rows)
    return {"shares": parts, "valid_from": rows[0].valid_from}
