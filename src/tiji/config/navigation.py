"""The navigation: the loop's groups, with the entries whose room exists and whose door is open to the viewer's role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.config.shell_facts import (
    Period,
    company_name,
    current_period,
    demo_roles,
    in_demo_mode,
    person_title,
    roles_of,
)
from tiji.ui.counts import has_counts
from tiji.ui.preferences import request_theme

EVERYBODY: frozenset[str] = frozenset()
SELLING = frozenset(
    {"rep", "manager", "product_manager", "sales_operations", "finance", "director", "auditor", "administrator"}
)
RUNNING = frozenset({"sales_operations", "director", "auditor", "administrator"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: shown when `url_name` exists and the viewer holds one of `roles` (empty: everybody).

    It is current on its own page, on those of `also`, and where the page's name begins with one of `sections`.
    """

    key: str
    label: str | Promise
    icon: str
    url_name: str = ""
    keys: str = ""
    roles: frozenset[str] = EVERYBODY
    sections: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def url(self) -> str:
        return url_of(self.url_name or self.key)

    def is_open_to(self, roles: frozenset[str]) -> bool:
        return not self.roles or not self.roles.isdisjoint(roles)


GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("home", _("Workbench"), "layout-dashboard", keys="H", also=("cockpit",)),
            Entry("approvals", _("Tasks and approvals"), "inbox"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Plan"),
        (
            Entry(
                "targets",
                pgettext_lazy("navigation", "Targets"),
                "target",
                keys="T",
                roles=SELLING | {"hr"},
                sections=("target",),
            ),
            Entry("territories", _("Market and territories"), "map", roles=SELLING),
        ),
    ),
    (
        pgettext_lazy("navigation", "Work"),
        (
            Entry("accounts", _("Customers"), "building", keys="C", roles=SELLING, sections=("account", "contact")),
            Entry(
                "opportunities",
                _("Opportunities"),
                "square-kanban",
                keys="P",
                roles=SELLING,
                sections=("opportunit", "board"),
            ),
            Entry(
                "activities",
                _("Visits and activities"),
                "footprints",
                roles=SELLING,
                sections=("activit", "visit", "task_"),
                also=("quick_log",),
            ),
        ),
    ),
    (
        pgettext_lazy("navigation", "Close"),
        (
            Entry("contracts", _("Contracts and orders"), "file-text", roles=SELLING, sections=("contract", "order")),
            Entry(
                "receivables",
                _("Cash and credit"),
                "banknote",
                keys="R",
                roles=SELLING,
                sections=("receivable", "receipt", "invoice", "credit"),
            ),
        ),
    ),
    (
        pgettext_lazy("navigation", "Measure"),
        (
            Entry("attainment", _("Attainment and forecast"), "chart-no-axes-combined", roles=SELLING | {"hr"}),
            Entry("funnel", _("Funnel"), "funnel", roles=SELLING),
        ),
    ),
    (
        pgettext_lazy("navigation", "Reward"),
        (
            Entry(
                "payouts",
                _("Commission"),
                "coins",
                roles=SELLING | {"hr"},
                sections=("payout", "statement", "commission", "incentive"),
            ),
            Entry(
                "pay_inquiries",
                _("Questions about pay"),
                "message-square-text",
                roles=frozenset({"sales_operations", "finance"}),
                sections=("pay_inquir", "pay_adjustment"),
            ),
        ),
    ),
    (pgettext_lazy("navigation", "Grow"), (Entry("meetings", _("Meetings"), "calendar-check"),)),
    (
        pgettext_lazy("navigation", "House"),
        (
            Entry(
                "organization",
                _("Organisation"),
                "network",
                roles=RUNNING | {"hr"},
                sections=("unit", "person", "people", "position", "user_", "role_", "sales_", "process_", "stage_"),
                also=("users", "access", "settings"),
            ),
            Entry("products", _("Products and prices"), "package", roles=SELLING, sections=("product", "price")),
            Entry("imports", _("Imports"), "upload", roles=RUNNING, sections=("import",)),
            Entry("audit", _("Audit log"), "scroll-text", roles=frozenset({"auditor", "administrator"})),
        ),
    ),
)
ACCOUNT_ENTRIES = (
    Entry("profile", _("My profile"), "user-round"),
    Entry("mfa_index", _("Two-step sign-in"), "shield-check"),
    Entry("usersessions_list", _("Where I am signed in"), "laptop"),
    Entry("account_change_password", _("Password"), "key-round"),
    Entry("api_tokens", _("Access tokens"), "webhook"),
    Entry("components", _("Components"), "layers", roles=frozenset({"administrator"})),
)
TABS = (
    Entry("home", pgettext_lazy("tab", "Today"), "calendar-check"),
    Entry("accounts", _("Customers"), "building", sections=("account", "contact")),
    Entry("quick_log", pgettext_lazy("tab", "Log"), "plus"),
    Entry("opportunities", _("Opportunities"), "square-kanban", sections=("opportunit", "board")),
    Entry("profile", pgettext_lazy("tab", "Me"), "user-round"),
)


def url_of(name: str) -> str:
    """The address of a room's door, or nothing while the room does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the templates see it."""

    key: str
    label: str | Promise
    icon: str
    url: str
    keys: str = ""
    current: bool = False
    raised: bool = False
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    entries: list[Link] = field(default_factory=list)


class Shell:
    """What the frame of every page shows. Nothing is read before a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = request.user

    @cached_property
    def view_name(self) -> str:
        match = self.request.resolver_match
        return match.url_name or "" if match else ""

    @cached_property
    def roles(self) -> frozenset[str]:
        return roles_of(self.user)

    @property
    def home(self) -> str:
        return url_of("home") or "/"

    @cached_property
    def company(self) -> str:
        return company_name()

    @cached_property
    def period(self) -> Period | None:
        return current_period()

    @property
    def person_name(self) -> str:
        return str(self.user)

    @cached_property
    def person_title(self) -> str:
        return person_title(self.request) if self.user.is_authenticated else ""

    @cached_property
    def groups(self) -> list[Group]:
        if not self.user.is_authenticated:
            return []
        found = (Group(label, self._links(entries)) for label, entries in GROUPS)
        return [group for group in found if group.entries]

    @property
    def section(self) -> str | Promise:
        """The current entry's label: the breadcrumb's first word unless the page says otherwise."""
        return next((link.label for group in self.groups for link in group.entries if link.current), "")

    @cached_property
    def tabs(self) -> list[Link]:
        """The phone's bottom bar."""
        if not self.user.is_authenticated:
            return []
        return [self._link(entry) for entry in TABS if entry.is_open_to(self.roles) and entry.url()]

    @property
    def account_entries(self) -> list[Link]:
        return self._links(ACCOUNT_ENTRIES)

    @property
    def palette_url(self) -> str:
        return url_of("palette")

    @property
    def counts_url(self) -> str:
        return url_of("nav_counts") if has_counts() else ""

    def _links(self, entries: Iterable[Entry]) -> list[Link]:
        return [self._link(entry) for entry in entries if entry.is_open_to(self.roles) and entry.url()]

    def _link(self, entry: Entry) -> Link:
        raised = entry.key == "quick_log"
        return Link(
            key=entry.key,
            label=entry.label,
            icon=entry.icon,
            url=entry.url(),
            keys=entry.keys,
            current=self._is_current(entry),
            raised=raised,
            dialog=raised,
        )

    def _is_current(self, entry: Entry) -> bool:
        name = self.view_name
        own = (entry.url_name or entry.key, *entry.also)
        return bool(name) and (name in own or name.startswith(entry.sections or ("\0",)))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every page: the frame, the theme and whether this is the demo."""
    if not hasattr(request, "user"):
        return {"shell": None, "theme": "auto", "demo_mode": False}
    return {
        "shell": SimpleLazyObject(lambda: Shell(request)),
        "theme": request_theme(request),
        "demo_mode": in_demo_mode(),
        "demo_roles": demo_roles if settings.DEMO_MODE else [],
    }
