"""What the command palette offers: customers, opportunities, people, actions and places to go."""

from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account
from tiji.apps.customers.models.search import found_by
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.selectors.filters import search as search_deals
from tiji.shared.search import search_key
from tiji.ui import formats

EACH = 6


@dataclass(frozen=True)
class Option:
    """One line: where it leads, or which dialog it opens."""

    title: str
    href: str
    icon: str
    detail: str = ""
    dialog: bool = False


@dataclass(frozen=True)
class Group:
    label: str
    options: list[Option] = field(default_factory=list)


def palette_groups(viewer: User, text: str) -> list[Group]:
    """Groups with something in them. `>` asks for actions, `@` for people, `#` for opportunities, else for all."""
    typed = text.strip()
    kind, words = (typed[0], typed[1:].strip()) if typed[:1] in {">", "@", "#"} else ("", typed)
    groups = []
    if kind in {"", "#"} and words:
        if not kind:
            groups.append(Group(_("Customers"), _accounts(viewer, words)))
        groups.append(Group(_("Opportunities"), _deals(viewer, words)))
    if kind in {"", "@"} and words:
        groups.append(Group(_("People"), _people(viewer, words)))
    if kind in {"", ">"}:
        groups.append(Group(_("Actions"), [one for one in _actions() if _matches(one.title, words)]))
    if not kind:
        groups.append(Group(_("Go to"), [one for one in _places(viewer) if _matches(one.title, words)]))
    return [group for group in groups if group.options]


def _accounts(viewer: User, words: str) -> list[Option]:
    rows = Account.objects.visible_to(viewer).live().filter(found_by(Account, words)).select_related("owner")[:EACH]
    return [
        Option(str(row), reverse("account", args=[row.pk]), "building", row.owner.name if row.owner else "")
        for row in rows
    ]


def _deals(viewer: User, words: str) -> list[Option]:
    rows = search_deals(Opportunity.objects.visible_to(viewer).live(), words)
    return [
        Option(
            deal.name,
            reverse("opportunity", args=[deal.pk]),
            "square-kanban",
            " · ".join(part for part in (str(deal.account or ""), formats.money(deal.amount, deal.currency)) if part),
        )
        for deal in rows.select_related("account").order_by("-pk")[:EACH]
    ]


def _people(viewer: User, words: str) -> list[Option]:
    scope = scope_of(viewer)
    rows = Person.objects.filter(archived_at__isnull=True)
    if not (scope.everything or scope.has("hr")):
        rows = rows.filter(pk__in=scope.people)
    found = rows.filter(name__icontains=words) | rows.filter(initials__istartswith=words)
    return [
        Option(row.name, reverse("person", args=[row.pk]), "user-round", row.number)
        for row in found.order_by("sort_key", "pk")[:EACH]
    ]


def _actions() -> list[Option]:
    offered = (
        (_("New opportunity"), "opportunity_new", "plus"),
        (_("New customer"), "account_new", "building"),
        (_("Log a visit or call"), "quick_log", "footprints"),
        (_("New task"), "task_new", "list-checks"),
    )
    return [Option(title, url, icon, dialog=True) for title, name, icon in offered if (url := _url(name))]


def _places(viewer: User) -> list[Option]:
    offered = (
        (_("Workbench"), "home", "layout-dashboard"),
        (_("Targets"), "targets", "target"),
        (_("Customers"), "accounts", "building"),
        (_("Opportunities"), "opportunities", "square-kanban"),
        (_("Board"), "board", "square-kanban"),
        (_("Visits and activities"), "activities", "footprints"),
        (_("Contracts"), "contracts", "file-text"),
        (_("Receivables"), "receivables", "banknote"),
        (_("Attainment"), "attainment", "chart-no-axes-combined"),
        (_("Funnel"), "funnel", "funnel"),
        (_("Sales settings"), "sales_settings", "workflow"),
        (_("Products"), "products", "package"),
        (_("People"), "people", "users"),
    )
    return [Option(title, url, icon) for title, name, icon in offered if (url := _url(name))]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _matches(title: str, words: str) -> bool:
    """By the words as written, or by their pinyin and initials."""
    if not words:
        return True
    wanted = words.casefold().replace(" ", "")
    return wanted in title.casefold() or wanted in search_key(title)
