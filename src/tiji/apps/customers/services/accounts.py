"""Writing customers, one by one and in sets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Division, Industry, OwnershipEvent
from tiji.apps.customers.models.names import short_name
from tiji.apps.customers.permissions import can_archive_account, can_create_account, can_edit_account, can_set_tier
from tiji.apps.customers.selectors.duplicates import duplicate_message, same_company
from tiji.apps.customers.services.facts import EDITABLE, clean_facts, clean_tier
from tiji.apps.customers.services.keys import account_keys
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import business_date
from tiji.apps.organization.selectors.places import unit_of, units_of
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.numbers import next_number, next_numbers
from tiji.shared.permissions import require

NUMBER_KIND = "KH"
BATCH = 1000


@dataclass(slots=True)
class NewAccount:
    """One customer for `insert_accounts`. `number` is given when empty; `created_at` is the moment of the set then."""

    name: str
    owner_id: int | None = None
    number: str = ""
    short_name: str = ""
    credit_code: str = ""
    industry_id: int | None = None
    division_id: str | None = None
    tier: str = ""
    parent_id: int | None = None
    source: str = ""
    website: str = ""
    phone: str = ""
    address: str = ""
    employees: int | None = None
    note: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    external_source: str = ""
    external_key: str = ""
    created_at: datetime | None = None
    last_activity_on: Any = None
    owner_since: datetime | None = None
    owner_unit_id: int | None = None
    reason: str = ""


@transaction.atomic
def create_account(
    *,
    actor: User,
    at: datetime,
    name: str,
    owner: Person | None = None,
    short_name: str = "",
    credit_code: str = "",
    industry: Industry | None = None,
    division: Division | None = None,
    tier: str = "",
    external_source: str = "",
    external_key: str = "",
    **facts: Any,
) -> Account:
    """Enter a customer, looked after by `owner`, by default the actor himself.

    `facts`: parent, source, website, phone, address, employees, note, attributes.
    Raises: NotAllowed; DomainError at the field that is wrong, with code "duplicate" if the company is there already.
    """
    owner = owner or (actor.person if can_create_account(actor) else None)
    require(can_create_account(actor, owner), _("You may enter customers for yourself and for people you lead."))
    given = {"name": name, "short_name": short_name, "credit_code": credit_code, **facts}
    cleaned = clean_facts({**given, "industry": industry, "division": division})
    if tier:
        require(can_set_tier(actor), _("The tier is set by a manager. Leave it empty."))
    refuse_duplicate(actor=actor, name=cleaned["name"], credit_code=cleaned["credit_code"])
    account = Account(
        **cleaned,
        tier=clean_tier(tier),
        owner=owner,
        number=next_number(NUMBER_KIND, business_date(at).year),
        created_at=at,
        created_by=actor,
        external_source=external_source,
        external_key=external_key,
    )
    set_keys(account)
    account.save(force_insert=True)
    unit = unit_of(owner, business_date(at)) if owner else None
    if owner:
        OwnershipEvent.objects.create(account=account, to_owner=owner, to_unit=unit, at=at, by=actor)
    audit.record("account.create", account, after=as_facts(account), actor=actor)
    return account


@transaction.atomic
def edit_account(*, actor: User, account: Account, version: int, at: datetime, **changes: Any) -> Account:
    """Change what is known of a customer; owner and tier have services of their own.

    Raises: NotAllowed; Conflict with both versions when somebody was faster; DomainError at the field that is wrong.
    """
    account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    require(can_edit_account(actor, account), _("Only the owner, his managers and sales operations change a customer."))
    cleaned = clean_facts(changes)
    refuse_stale(account, version, cleaned)
    if "name" in cleaned or "credit_code" in cleaned:
        named = {"name": account.name, "credit_code": account.credit_code} | cleaned
        refuse_duplicate(actor=actor, name=named["name"], credit_code=named["credit_code"], besides=account.pk)
    _refuse_circle(account, cleaned.get("parent"))
    before = as_facts(account)
    for name, value in cleaned.items():
        setattr(account, name, value)
    after = as_facts(account)
    if after != before:
        save_changed(account)
        audit.record("account.edit", account, before, after, actor=actor)
    return account


@transaction.atomic
def archive_account(*, actor: User, account: Account, at: datetime, reason: str = "") -> Account:
    """Take a customer out of the lists; its history stays. Raises: NotAllowed."""
    archive_accounts(actor=actor, accounts=[account], at=at, reason=reason)
    account.refresh_from_db()
    return account


@transaction.atomic
def archive_accounts(*, actor: User, accounts: Sequence[Account], at: datetime, reason: str = "") -> int:
    """Archive several at once; those archived already are left alone. Returns how many. Raises: NotAllowed."""
    rows = locked(accounts, archived_at__isnull=True)
    for account in rows:
        require(can_archive_account(actor, account), _("Managers archive their people's customers. Ask your manager."))
        account.archived_at = at
        account.version += 1
    audit.record_many([audit.Deed("account.archive", row, reason=reason) for row in rows], actor=actor)
    Account.objects.bulk_update(rows, ["archived_at", "version"], batch_size=BATCH)
    return len(rows)


@transaction.atomic
def restore_account(*, actor: User, account: Account, at: datetime) -> Account:
    """Bring an archived customer back. Raises: NotAllowed; DomainError when the company was entered anew meanwhile."""
    account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    require(can_archive_account(actor, account), _("Managers bring their people's customers back. Ask your manager."))
    refuse_duplicate(actor=actor, name=account.name, credit_code=account.credit_code, besides=account.pk)
    account.archived_at = None
    save_changed(account)
    audit.record("account.restore", account, actor=actor)
    return account


@transaction.atomic
def insert_accounts(*, rows: Sequence[NewAccount], at: datetime, actor: User | None = None) -> list[Account]:
    """Insert checked rows in sets, with keys and ownership events: for imports and the demo company.

    The caller has checked names, codes and duplicates (`clean_facts`, `same_company`) and writes the audit entry of
    the whole. Shape: the accounts in the order of `rows`, with primary keys.
    """
    missing = sum(not row.number for row in rows)
    numbers = iter(next_numbers(NUMBER_KIND, business_date(at).year, missing) if missing else ())
    accounts = [_as_account(row, row.number or next(numbers), at, actor) for row in rows]
    Account.objects.bulk_create(accounts, batch_size=BATCH)
    today = business_date(at)
    units = units_of({row.owner_id for row in rows if row.owner_id and not row.owner_unit_id}, today)
    OwnershipEvent.objects.bulk_create(
        (
            OwnershipEvent(
                account=account,
                to_owner_id=row.owner_id,
                to_unit_id=row.owner_unit_id or units.get(row.owner_id),
                at=row.owner_since or account.created_at,
                by=actor,
                reason=row.reason,
            )
            for account, row in zip(accounts, rows, strict=True)
            if row.owner_id
        ),
        batch_size=BATCH,
    )
    return accounts


def _as_account(row: NewAccount, number: str, at: datetime, actor: User | None) -> Account:
    apart = {"owner_since", "owner_unit_id", "reason", "created_at", "number"}
    values = {name: getattr(row, name) for name in NewAccount.__slots__ if name not in apart}
    values["short_name"] = row.short_name or short_name(row.name)
    account = Account(**values, number=number, created_at=row.created_at or at, created_by=actor)
    set_keys(account)
    return account


def set_keys(account: Account) -> None:
    """Compute the columns that lists and searches go by."""
    keys = account_keys(
        name=account.name,
        short_name=account.short_name,
        credit_code=account.credit_code,
        phone=account.phone,
        number=account.number,
    )
    for name, value in keys.items():
        setattr(account, name, value)


def save_changed(account: Account) -> None:
    """Write a changed account under its lock, as its next version."""
    set_keys(account)
    account.version += 1
    account.save()


def locked(accounts: Sequence[Account], **condition: Any) -> list[Account]:
    """The accounts' rows under a lock, in key order."""
    keys = [account.pk for account in accounts]
    rows: list[Account] = []
    for start in range(0, len(keys), BATCH):
        part = Account.objects.filter(pk__in=keys[start : start + BATCH], **condition)
        rows += part.select_for_update(of=("self",)).order_by("pk")
    return rows


def refuse_duplicate(*, actor: User, name: str, credit_code: str, besides: int | None = None) -> None:
    """Raises: DomainError with code "duplicate" when the company is a customer already."""
    found = same_company(name=name, credit_code=credit_code, besides=besides)
    if found:
        at_code = bool(credit_code) and found.credit_code == credit_code
        message = duplicate_message(found, actor)
        raise DomainError(message, field="credit_code" if at_code else "name", code="duplicate")


def refuse_stale(account: Account, version: int, attempted: dict[str, Any]) -> None:
    """Raises: Conflict with what stands there now and what was about to be written."""
    if account.version != version:
        message = _("Somebody changed this customer while you were editing. Compare both versions and save again.")
        raise Conflict(message, current=account, attempted=attempted)


def _refuse_circle(account: Account, parent: Account | None) -> None:
    seen = {account.pk}
    while parent is not None:
        if parent.pk in seen:
            raise DomainError(_("A customer cannot belong to itself or to its own subsidiary."), field="parent")
        seen.add(parent.pk)
        parent = parent.parent


def as_facts(account: Account) -> dict[str, Any]:
    """What the audit log keeps of an account."""
    names = [name for name in EDITABLE if name != "attributes"]
    values = {name: account.serializable_value(name) for name in (*names, "tier", "owner")}
    return {**values, "attributes": account.attributes}
