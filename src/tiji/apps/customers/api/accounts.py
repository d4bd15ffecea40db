"""Customers over REST: the twin of the list and the customer's page."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.customers.models import Account, Division, Industry
from tiji.apps.customers.selectors.accounts import accounts, created_between
from tiji.apps.customers.services.accounts import archive_account, create_account, edit_account, restore_account
from tiji.apps.customers.services.ownership import change_owner, set_tier
from tiji.apps.organization.models import Person
from tiji.shared.paging import keyset
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Router,
    Schema,
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

router = Router("customers", tag="Customers")

ROW = (
    *(
        "id",
        "number",
        "name",
        "short_name",
        "credit_code",
        "tier",
        "owner_id",
        "industry_id",
        "division_id",
        "parent_id",
    ),
    *("source", "phone", "website", "address", "employees", "created_at", "last_activity_on", "archived_at", "version"),
)
ORDERS = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "created_at": ("created_at", "id"),
    "-created_at": ("-created_at", "-id"),
    "last_activity_on": ("last_activity_on", "id"),
    "-last_activity_on": ("-last_activity_on", "-id"),
}
OWNER = r"^(me|none|[0-9]{1,18})$"
SORT = r"^-?(name|created_at|last_activity_on)$"


class AccountFilters(Schema):
    q: str | None = Field(None, max_length=100, description="Part of a name, its pinyin, a code, phone or number")
    owner: str | None = Field(None, pattern=OWNER, description="A person's id, `me`, or `none`")
    unit: Id | None = Field(None, description="Owners in this unit or below it today")
    tier: list[str] | None = Field(None, max_length=4, description="Letters, repeated")
    industry: Id | None = Field(None, description="A branch, or a section with its branches")
    region: str | None = Field(None, max_length=6, description="A division's code: everything in it")
    source: str | None = Field(None, max_length=40)
    idle: int | None = Field(None, ge=0, le=36_500, description="No activity for this many days")
    created_from: date | None = None
    created_to: date | None = None
    archived: bool = False
    sort: str = Field("name", pattern=SORT)


class AccountOut(Out):
    id: int
    number: str
    name: str
    short_name: str
    credit_code: str
    tier: str
    owner_id: int | None
    industry_id: int | None
    division_id: str | None
    parent_id: int | None
    source: str
    phone: str
    website: str
    address: str
    employees: int | None
    created_at: datetime
    last_activity_on: date | None
    archived_at: datetime | None
    version: int


class AccountDetail(AccountOut):
    note: str
    attributes: dict[str, Any]


class AccountPatch(In):
    name: str | None = Field(None, max_length=200)
    short_name: str | None = Field(None, max_length=80)
    credit_code: str | None = Field(None, max_length=40)
    industry_id: Id | None = None
    division_id: str | None = Field(None, max_length=6)
    parent_id: Id | None = None
    source: str | None = Field(None, max_length=40)
    phone: str | None = Field(None, max_length=40)
    website: str | None = Field(None, max_length=200)
    address: str | None = Field(None, max_length=250)
    employees: int | None = Field(None, ge=0, le=10_000_000)
    note: str | None = Field(None, max_length=10_000)


class AccountIn(AccountPatch):
    name: str = Field(min_length=1, max_length=200)
    owner_id: Id | None = Field(None, description="The caller himself when left out")
    tier: str = Field("", max_length=1)


class OwnerIn(In):
    owner_id: Id
    reason: str = Field("", max_length=200)


class TierIn(In):
    tier: str = Field(max_length=1)
    reason: str = Field("", max_length=200)


class ReasonIn(In):
    reason: str = Field("", max_length=200)


def facts_of(request: ApiRequest, data: AccountPatch, **dump: Any) -> dict[str, Any]:
    """What was sent, with rows in place of their ids."""
    facts = data.model_dump(exclude={"owner_id", "tier"}, **dump)
    places: dict[str, Any] = {
        "industry": Industry.objects.filter(archived_at__isnull=True),
        "division": Division.objects.all(),
        "parent": Account.objects.visible_to(request.actor).live(),
    }
    for name, rows in places.items():
        if f"{name}_id" in facts:
            key = facts.pop(f"{name}_id")
            facts[name] = None if key in (None, "") else found(rows, key, field=f"{name}_id")
    return facts


def as_json(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in (*ROW, "note", "attributes")}


def visible(request: ApiRequest, account_id: int) -> Account:
    account: Account = found(Account.objects.visible_to(request.actor), account_id)
    return account


@router.get("/accounts", response=PageOf[AccountOut])
def list_accounts(request: ApiRequest, filters: Query[AccountFilters], paging: Query[Paging]) -> HttpResponse:
    """Customers the caller may see, by name unless asked otherwise."""
    asked = filters.model_dump(exclude_none=True, exclude={"sort", "created_from", "created_to", "idle", "region"})
    more: dict[str, Any] = {"division": filters.region or "", "idle_days": filters.idle}
    rows = accounts(viewer=request.actor, on=timezone.localdate(), **asked, **more)
    rows = rows.filter(created_between(filters.created_from, filters.created_to))
    order = ORDERS[filters.sort]
    page = keyset(rows.values(*{*ROW, *(word.lstrip("-") for word in order)}), order, paging.cursor, paging.size)
    return page_answer(request, page, lambda row: {name: row[name] for name in ROW})


@router.get("/accounts/{account_id}", response=AccountDetail, versioned=True)
def read_account(request: ApiRequest, account_id: Id) -> HttpResponse:
    """One customer."""
    account = visible(request, account_id)
    return answer(request, as_json(account), version=account.version)


@router.post("/accounts", response={201: AccountDetail})
def post_account(request: ApiRequest, data: AccountIn) -> HttpResponse:
    """Enter a customer. The same company twice is refused with code `duplicate`."""
    people = Person.objects.filter(archived_at__isnull=True)
    owner = found(people, data.owner_id, field="owner_id") if data.owner_id else None
    facts = facts_of(request, data, exclude_none=True)
    account = create_account(actor=request.actor, at=timezone.now(), owner=owner, tier=data.tier, **facts)
    return created(request, as_json(account), f"/accounts/{account.pk}", version=account.version)


@router.patch("/accounts/{account_id}", response=AccountDetail, versioned=True)
def patch_account(request: ApiRequest, account_id: Id, data: AccountPatch) -> HttpResponse:
    """Change some of a customer's facts; owner and tier have operations of their own."""
    account = visible(request, account_id)
    version, facts = expected_version(request, account), facts_of(request, data, exclude_unset=True)
    account = edit_account(actor=request.actor, account=account, version=version, at=timezone.now(), **facts)
    return answer(request, as_json(account), version=account.version)


def done(request: ApiRequest, account: Account) -> HttpResponse:
    account.refresh_from_db()
    return answer(request, as_json(account), version=account.version)


@router.post("/accounts/{account_id}/owner", response=AccountDetail)
def post_owner(request: ApiRequest, account_id: Id, data: OwnerIn) -> HttpResponse:
    """Hand a customer over."""
    account = visible(request, account_id)
    owner = found(Person.objects.filter(archived_at__isnull=True), data.owner_id, field="owner_id")
    change_owner(actor=request.actor, accounts=[account], to_owner=owner, at=timezone.now(), reason=data.reason)
    return done(request, account)


@router.post("/accounts/{account_id}/tier", response=AccountDetail)
def post_tier(request: ApiRequest, account_id: Id, data: TierIn) -> HttpResponse:
    """Grade a customer; an empty letter takes the grade away."""
    account = visible(request, account_id)
    set_tier(actor=request.actor, accounts=[account], tier=data.tier, at=timezone.now(), reason=data.reason)
    return done(request, account)


@router.post("/accounts/{account_id}/archive", response=AccountDetail)
def post_archive(request: ApiRequest, account_id: Id, data: ReasonIn) -> HttpResponse:
    """Take a customer out of the lists."""
    account = visible(request, account_id)
    archive_account(actor=request.actor, account=account, at=timezone.now(), reason=data.reason)
    return done(request, account)


@router.post("/accounts/{account_id}/restore", response=AccountDetail)
def post_restore(request: ApiRequest, account_id: Id) -> HttpResponse:
    """Bring an archived customer back."""
    account = restore_account(actor=request.actor, account=visible(request, account_id), at=timezone.now())
    return answer(request, as_json(account), version=account.version)
