"""What the customer's page shows."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account
from tiji.apps.customers.pages.lists import url_or_nothing
from tiji.apps.customers.permissions import can_archive_account, can_change_owner, can_edit_account, can_set_tier
from tiji.apps.customers.selectors.accounts import account_contacts, ownership_history
from tiji.apps.organization.models import User

FACTS = ("name", "short_name", "credit_code", "industry", "division", "parent", "source", "phone", "website", "address")


@dataclass(frozen=True, slots=True)
class Panel:
    """A place for a panel of an upper room, loaded when it is seen."""

    key: str
    title: str
    icon: str
    url: str


def panels(account: Account) -> list[Panel]:
    """Those whose room exists."""
    places = (
        ("account_opportunities", _("Opportunities"), "square-kanban"),
        ("account_activities", _("Visits and activities"), "footprints"),
        ("account_cash", _("Contracts and cash"), "banknote"),
    )
    found = (Panel(name, title, icon, url_or_nothing(name, account.pk)) for name, title, icon in places)
    return [panel for panel in found if panel.url]


def account_page(account: Account, viewer: User) -> dict[str, Any]:
    """Everything the template needs, in a fixed number of queries."""
    return {
        "account": account,
        "contacts": account_contacts(account),
        "history": ownership_history(account),
        "panels": panels(account),
        "can_edit": can_edit_account(viewer, account) and not account.archived_at,
        "can_hand_over": can_change_owner(viewer, account) and not account.archived_at,
        "can_grade": can_set_tier(viewer, account) and not account.archived_at,
        "can_archive": can_archive_account(viewer, account),
    }


def initial_of(account: Account) -> dict[str, Any]:
    """The form of an account as it stands."""
    names = (*FACTS, "employees", "note", "version")
    return {name: account.serializable_value(name) for name in names}
