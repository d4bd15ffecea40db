"""Contacts over REST."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.customers.models import Account, Contact
from tiji.apps.customers.selectors.contacts import contacts
from tiji.apps.customers.services.contacts import archive_contact, create_contact, edit_contact
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

router = Router("customers", tag="Contacts")

ROW = (
    *("id", "account_id", "name", "title", "role", "phone", "email", "is_primary", "note", "archived_at", "version"),
)


class ContactFilters(Schema):
    q: str | None = Field(None, max_length=100)
    account: Id | None = None
    role: list[str] | None = Field(None, max_length=6)
    primary: bool | None = None
    archived: bool = False


class ContactOut(Out):
    id: int
    account_id: int
    name: str
    title: str
    role: str
    phone: str
    email: str
    is_primary: bool
    note: str
    archived_at: datetime | None
    version: int


class ContactPatch(In):
    name: str | None = Field(None, max_length=120)
    title: str | None = Field(None, max_length=80)
    role: str | None = Field(None, max_length=12)
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=254)
    is_primary: bool | None = None
    note: str | None = Field(None, max_length=250)


class ContactIn(ContactPatch):
    account_id: Id
    name: str = Field(min_length=1, max_length=120)


def as_json(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in ROW}


@router.get("/contacts", response=PageOf[ContactOut])
def list_contacts(request: ApiRequest, filters: Query[ContactFilters], paging: Query[Paging]) -> HttpResponse:
    """People at the customers the caller may see, by name."""
    rows = contacts(viewer=request.actor, **filters.model_dump(exclude_none=True)).values(*ROW, "sort_key")
    page = keyset(rows, ("sort_key", "id"), paging.cursor, paging.size)
    return page_answer(request, page, lambda row: {name: row[name] for name in ROW})


@router.get("/contacts/{contact_id}", response=ContactOut, versioned=True)
def read_contact(request: ApiRequest, contact_id: Id) -> HttpResponse:
    """One contact."""
    contact = found(Contact.objects.visible_to(request.actor), contact_id)
    return answer(request, as_json(contact), version=contact.version)


@router.post("/contacts", response={201: ContactOut})
def post_contact(request: ApiRequest, data: ContactIn) -> HttpResponse:
    """Enter somebody at a customer."""
    account = found(Account.objects.visible_to(request.actor), data.account_id, field="account_id")
    facts = data.model_dump(exclude={"account_id"}, exclude_none=True)
    contact = create_contact(actor=request.actor, account=account, at=timezone.now(), **facts)
    return created(request, as_json(contact), f"/contacts/{contact.pk}", version=contact.version)


@router.patch("/contacts/{contact_id}", response=ContactOut, versioned=True)
def patch_contact(request: ApiRequest, contact_id: Id, data: ContactPatch) -> HttpResponse:
    """Change some of a contact's facts."""
    contact = found(Contact.objects.visible_to(request.actor), contact_id)
    version, facts = expected_version(request, contact), data.model_dump(exclude_unset=True)
    contact = edit_contact(actor=request.actor, contact=contact, version=version, at=timezone.now(), **facts)
    return answer(request, as_json(contact), version=contact.version)


@router.post("/contacts/{contact_id}/archive", response=ContactOut)
def post_archive(request: ApiRequest, contact_id: Id) -> HttpResponse:
    """Take a contact out of the lists."""
    contact = found(Contact.objects.visible_to(request.actor), contact_id)
    contact = archive_contact(actor=request.actor, contact=contact, at=timezone.now())
    return answer(request, as_json(contact), version=contact.version)
