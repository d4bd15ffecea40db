"""The lists of people, positions and users."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.organization.models import Role
from tiji.apps.organization.permissions import can_manage_people, can_manage_users
from tiji.apps.organization.selectors.people import people_on, positions_on, search_people, users_with_roles
from tiji.apps.organization.selectors.tree import role_label, units_on
from tiji.ui.filters import Choice, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage, View


def unit_options(request: HttpRequest) -> list[tuple[int, str]]:
    """The units of today."""
    return [(unit.pk, str(unit)) for unit in units_on(timezone.localdate())]


def in_company(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """`here`, `coming` or `left` by today."""
    today = timezone.localdate()
    if value == "left":
        return rows.filter(left_on__lte=today)
    if value == "coming":
        return rows.filter(hired_on__gt=today)
    return rows.exclude(left_on__lte=today).exclude(hired_on__gt=today)


def search_users(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Users by name or address."""
    return rows.filter(Q(name__icontains=text) | Q(email__icontains=text))


class PeopleList(ListPage):
    """People the viewer may see, with today's unit and position."""

    name, title, noun = "people", _("People"), _("people")
    template = "organization/list.html"
    default_sort = "sort_key"
    columns = [
        Column("name", _("Name"), show="who", value="name", sort="sort_key"),
        Column("number", _("Staff number")),
        Column("unit", _("Unit"), value="unit_name"),
        Column("position", _("Position"), value="position_name"),
        Column("role", _("Role"), value=lambda row: role_label(row.role) if row.role else ""),
        Column("email", _("E-mail"), shown=False),
        Column("phone", _("Phone"), shown=False),
        Column("hired_on", _("Hired on"), show="day"),
        Column("left_on", _("Left on"), show="day", shown=False),
    ]
    filters = [
        Search(label=_("Name, pinyin, number or e-mail"), apply_with=search_people),
        Choice(
            key="state",
            label=_("State"),
            options=[
                ("here", pgettext_lazy("person", "Here")),
                ("coming", pgettext_lazy("person", "Coming")),
                ("left", pgettext_lazy("person", "Left")),
            ],
            apply_with=in_company,
        ),
        Multi(key="unit", label=_("Unit"), options=unit_options, field="unit_id"),
        Multi(key="role", label=_("Role"), options=Role.choices, field="role"),
    ]
    views = [
        View("here", pgettext_lazy("person", "Here"), "state=here", "users"),
        View("left", pgettext_lazy("person", "Left"), "state=left", "user-x"),
        View("all", _("All"), "", "list"),
    ]
    empty = Empty(_("Nobody here yet"), _("Hire the first person, or import a file."), "users")
    create_label = _("Hire somebody")

    @property
    def create_url(self) -> str:
        from django.urls import reverse

        return reverse("person_new") if can_manage_people(self.request.user) else ""

    def rows(self) -> QuerySet[Any]:
        return people_on(self.request.user, timezone.localdate())  # type: ignore[arg-type, no-any-return]


class PositionList(ListPage):
    """Seats in units and who sits on them today."""

    name, title, noun = "positions", _("Positions"), _("positions")
    template = "organization/list.html"
    default_sort = "id"
    columns = [
        Column("name", _("Position"), value="label"),
        Column("unit", _("Unit"), value="unit.label"),
        Column("role", _("Role"), value=lambda row: role_label(row.role)),
        Column("grade", _("Grade")),
        Column("holder", _("Held by"), cell="organization/cells/holder.html", value="holder"),
    ]
    filters = [
        Search(key="q", label=_("Position"), field="name"),
        Multi(key="unit", label=_("Unit"), options=unit_options, field="unit_id"),
        Multi(key="role", label=_("Role"), options=Role.choices),
        Choice(
            key="seat",
            label=_("State"),
            options=[("held", pgettext_lazy("position", "Held")), ("vacant", pgettext_lazy("position", "Vacant"))],
            apply_with=lambda rows, value: rows.filter(holder_id__isnull=value == "vacant"),
        ),
    ]
    views = [
        View("all", _("All"), "", "list"),
        View("vacant", pgettext_lazy("position", "Vacant"), "seat=vacant", "user-plus"),
    ]
    empty = Empty(_("No positions yet"), _("A position is a seat in a unit; people are assigned to it."), "briefcase")
    create_label = _("New position")

    @property
    def create_url(self) -> str:
        from django.urls import reverse

        return reverse("position_new") if can_manage_people(self.request.user) else ""

    def rows(self) -> QuerySet[Any]:
        return positions_on(timezone.localdate())


class UserList(ListPage):
    """Who may sign in."""

    name, title, noun = "users", _("Users"), _("users")
    template = "organization/list.html"
    default_sort = "name"
    columns = [
        Column("name", _("Name"), show="who", value="name", sort="name"),
        Column("email", _("E-mail"), sort="email"),
        Column("person", _("Person"), value="person.name"),
        Column("two_step", _("Two-step sign-in"), cell="organization/cells/yes.html"),
        Column("active", _("Sign-in"), cell="organization/cells/active.html", value="is_active"),
        Column("last_login", _("Last sign-in"), show="day"),
        Column("actions", _("Actions"), cell="organization/cells/user_actions.html", value="pk", exported=False),
    ]
    filters = [
        Search(label=_("Name or e-mail"), apply_with=search_users),
        Choice(
            key="state",
            label=_("Sign-in"),
            options=[("open", pgettext_lazy("sign-in", "Open")), ("closed", pgettext_lazy("sign-in", "Closed"))],
            apply_with=lambda rows, value: rows.filter(is_active=value == "open"),
        ),
    ]
    views = [View("open", pgettext_lazy("sign-in", "Open"), "state=open", "users"), View("all", _("All"), "", "list")]
    create_label = _("Invite somebody")

    @property
    def create_url(self) -> str:
        from django.urls import reverse

        return reverse("user_invite") if can_manage_users(self.request.user) else ""

    def context(self) -> dict[str, Any]:
        return {"may_change": can_manage_users(self.request.user)}

    def rows(self) -> Any:
        return users_with_roles(timezone.localdate())

    def row_url(self, row: Any) -> str:
        return ""
