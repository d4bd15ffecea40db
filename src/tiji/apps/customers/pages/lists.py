"""The list of customers and the list of contacts."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from tiji.apps.customers.forms import industry_label
from tiji.apps.customers.models import Account, Contact, Industry, Tier
from tiji.apps.customers.models.search import found_by
from tiji.apps.customers.pages.filters import OneOfMany, PlaceChoice
from tiji.apps.customers.permissions import can_archive_account, can_change_owner, can_create_account, can_set_tier
from tiji.apps.customers.selectors import accounts as reads
from tiji.apps.customers.selectors.contacts import contacts
from tiji.apps.organization.models import Person, Unit
from tiji.ui.filters import Choice, DateRange, Multi, Search
from tiji.ui.lists import Bulk, Column, Empty, ListPage, View

IDLE = (30, 60, 90, 180)


def days_label(days: int) -> Any:
    return ngettext_lazy("%(days)d day", "%(days)d days", "days") % {"days": days}


def owner_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    people = reads.owners_for(viewer=request.user, limit=200)  # type: ignore[arg-type]
    return [(reads.ME, _("Me")), (reads.NOBODY, _("Nobody")), *((person.pk, person.name) for person in people)]


def say_owner(value: Any, request: HttpRequest) -> Any:
    words = {reads.ME: _("Me"), reads.NOBODY: _("Nobody")}
    return words.get(value) or Person.objects.filter(pk=value).first() or "—"


def industry_and_region(row: Account) -> str:
    return " · ".join(str(one) for one in (row.industry, row.division) if one)


OWNER = OneOfMany(
    key="owner",
    label=_("Owner"),
    where=lambda value, request: reads.owned_by(value, request.user),  # type: ignore[arg-type]
    say=say_owner,
    options=owner_options,
    words=(reads.ME, reads.NOBODY),
)
UNIT = OneOfMany(
    key="unit",
    label=_("Unit"),
    where=lambda value, request: reads.owned_in(value, timezone.localdate()),
    say=lambda value, request: Unit.objects.filter(pk=value).first() or "—",
    options=lambda request: [(unit.pk, unit.label) for unit in reads.units_for(viewer=request.user)],  # type: ignore[arg-type]
)
INDUSTRY = OneOfMany(
    key="industry",
    label=_("Industry"),
    where=lambda value, request: reads.in_industry(value),
    say=lambda value, request: Industry.objects.filter(pk=value).first() or "—",
    options=lambda request: [(row.pk, industry_label(row)) for row in reads.industries()],
)
REGION = PlaceChoice(key="region", label=_("Region"))
SOURCE = OneOfMany(
    key="source",
    label=_("Source"),
    where=lambda value, request: Q(source=value),
    say=lambda value, request: value,
    options=lambda request: [(name, name) for name in reads.known_sources()],
    numeric=False,
)


class AccountList(ListPage):
    """Customers: mockup 06, as far as the rooms above exist."""

    name, title, noun = "accounts", _("Customers"), _("customers")
    template = "customers/accounts.html"
    default_sort = "sort_key"
    columns: ClassVar = [
        Column("name", pgettext_lazy("account", "Customer"), cell="customers/cells/name.html", sort="sort_key"),
        Column("tier", _("Tier"), cell="customers/cells/tier.html", width="64px"),
        Column("industry", _("Industry · region"), cell="customers/cells/industry.html", value=industry_and_region),
        Column("division", _("Region"), value=lambda row: str(row.division or ""), shown=False),
        Column("owner", _("Owner"), show="who", value="owner.name"),
        Column("last_activity_on", _("Last activity"), cell="customers/cells/activity.html", sort="last_activity_on"),
        Column("source", _("Source"), shown=False),
        Column("created_at", _("Created"), show="day", sort="created_at"),
        Column("number", pgettext_lazy("of a document", "Number"), shown=False),
        Column("credit_code", _("Unified credit code"), shown=False),
        Column("short_name", _("Short name"), shown=False),
        Column("phone", _("Phone"), shown=False),
        Column("address", _("Address"), shown=False),
    ]
    filters: ClassVar = [
        Search(
            label=_("Name, credit code, pinyin"), apply_with=lambda rows, text: rows.filter(found_by(Account, text))
        ),
        OWNER,
        Multi(key="tier", label=_("Tier"), options=Tier.choices),
        UNIT,
        INDUSTRY,
        REGION,
        SOURCE,
        Choice(
            key="idle",
            label=_("No activity for"),
            options=[(days, days_label(days)) for days in IDLE],
            apply_with=lambda rows, days: rows.filter(reads.idle_since(timezone.localdate(), int(days))),
        ),
        DateRange(key="created", label=_("Created"), field="created_at", moment=True),
    ]
    views: ClassVar = [
        View("all", pgettext_lazy("customers", "All"), "", "users"),
        View("mine", pgettext_lazy("customers", "Mine"), "owner=me", "user-round"),
        View("a", _("A tier"), "tier=A", "star"),
        View("idle", _("30 days without contact"), "idle=30", "clock"),
        View("new", _("Newest"), "sort=-created_at", "sparkles"),
    ]
    actions: ClassVar = [
        Bulk("reassign", _("Hand over"), "accounts_reassign", "user-check", allowed=can_change_owner),
        Bulk("tier", _("Set tier"), "accounts_tier", "tag", allowed=can_set_tier),
        Bulk("archive", _("Archive"), "accounts_archive", "archive", allowed=can_archive_account),
    ]
    create_label = pgettext_lazy("account", "New customer")

    def rows(self) -> QuerySet[Account]:
        rows = reads.accounts(viewer=self.request.user, on=timezone.localdate())  # type: ignore[arg-type]
        kept = ("industry__parent", "division", "owner")
        return rows.select_related(*kept).defer("search_grams", "search_key", "attributes", "note")

    @property
    def create_url(self) -> str:
        return reverse("account_new") if can_create_account(self.request.user) else ""  # type: ignore[arg-type]

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Customers are the companies that buy, or may buy. Enter the first one, or import your list.")
        imports = url_or_nothing("imports")
        action = _("Import a file") if imports else ""
        return Empty(_("No customers yet"), text, "building", action, imports)

    def context(self) -> dict[str, Any]:
        return {"imports_url": url_or_nothing("imports")}


class ContactList(ListPage):
    """The people at the customers one sees."""

    name, title, noun = "contacts", _("Contacts"), _("contacts")
    template = "customers/contacts.html"
    default_sort = "sort_key"
    columns: ClassVar = [
        Column("name", pgettext_lazy("person", "Name"), cell="customers/cells/contact.html", sort="sort_key"),
        Column(
            "account",
            pgettext_lazy("account", "Customer"),
            cell="customers/cells/contact_account.html",
            value="account.name",
        ),
        Column("role", _("Part in buying"), value=lambda row: row.get_role_display()),
        Column("phone", _("Phone")),
        Column("email", _("E-mail")),
        Column("owner", _("Owner"), show="who", value="account.owner.name"),
    ]
    filters: ClassVar = [
        Search(label=_("Name, phone, pinyin"), apply_with=lambda rows, text: rows.filter(found_by(Contact, text))),
        Multi(key="role", label=_("Part in buying"), options=Contact.Role.choices),
        Choice(
            key="primary",
            label=_("First contact"),
            options=[("1", _("Yes"))],
            apply_with=lambda rows, value: rows.filter(is_primary=True),
        ),
    ]
    empty = Empty(
        _("No contacts yet"), _("Contacts are entered on their customer's page, or come with an import."), "users"
    )

    def rows(self) -> QuerySet[Contact]:
        rows = contacts(viewer=self.request.user)  # type: ignore[arg-type]
        return rows.select_related("account__owner").defer("search_grams", "search_key")

    def row_url(self, row: Contact) -> str:
        return reverse("account", args=[row.account_id])


def url_or_nothing(name: str, *args: Any) -> str:
    """The address of an upper room's door, or nothing while the room does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
