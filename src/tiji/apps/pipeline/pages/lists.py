"""The list of opportunities and the list of activities."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import ProductLine
from tiji.apps.organization.models import Person, Unit
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Activity, ForecastCategory, Opportunity
from tiji.apps.pipeline.permissions import can_change_opportunity_owner, can_create_opportunity, can_move_any
from tiji.apps.pipeline.selectors import filters as narrowing
from tiji.apps.pipeline.selectors.activities import activities, overdue_q
from tiji.apps.pipeline.selectors.processes import stages_with_process
from tiji.apps.pipeline.selectors.sources import known_sources
from tiji.shared.errors import DomainError
from tiji.ui.filters import AmountRange, Choice, DateRange, Multi, Search
from tiji.ui.lists import Bulk, Column, Empty, ListPage, View

YES = [("1", _("Yes"))]
MOST_PEOPLE = 200
ME = "me"


def once(request: HttpRequest, key: str, read: Any) -> Any:
    """Options of a filter are read once a request, however often a page asks."""
    kept = request.__dict__.setdefault("_pipeline_options", {})
    if key not in kept:
        kept[key] = read()
    return kept[key]


def owner_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    scope: Any = scope_of(request.user)  # type: ignore[arg-type]

    def read() -> list[tuple[Any, Any]]:
        people = Person.objects.filter(archived_at__isnull=True, assignments__isnull=False)
        people = people.filter(scope.owner_q("pk")).distinct().order_by("sort_key", "pk")
        return [(ME, _("Me")), *people.values_list("pk", "name")[:MOST_PEOPLE]]

    return once(request, "owner", read)  # type: ignore[no-any-return]


def unit_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    scope: Any = scope_of(request.user)  # type: ignore[arg-type]

    def read() -> list[tuple[Any, Any]]:
        units = Unit.objects.filter(archived_at__isnull=True)
        units = units if scope.everything else units.filter(pk__in=scope.units)
        return [(unit.pk, unit.label) for unit in units[:MOST_PEOPLE]]

    return once(request, "unit", read)  # type: ignore[no-any-return]


def stage_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    stages = once(request, "stage", stages_with_process)
    several = len({stage.process_id for stage in stages}) > 1
    return [(stage.pk, f"{stage.label} · {stage.process.label}" if several else stage.label) for stage in stages]


def line_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    lines = ProductLine.objects.filter(archived_at__isnull=True)
    return once(request, "line", lambda: [(line.pk, line.label) for line in lines])  # type: ignore[no-any-return]


def source_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    return once(request, "source", lambda: [(name, name) for name in known_sources()])  # type: ignore[no-any-return]


class OwnerChoice(Choice):
    """Somebody's, or mine."""

    def apply(self, rows: Any, value: Any, request: HttpRequest) -> Any:
        if value == ME:
            return rows.filter(owner_id=scope_of(request.user).person_id)  # type: ignore[arg-type]
        return rows.filter(owner_id=int(value)) if str(value).isdecimal() and len(value) < 19 else rows.none()

    def text(self, value: Any, request: HttpRequest) -> str:
        known = dict(self.pairs(request))
        return str(known.get(value) or Person.objects.filter(pk=value).first() or "—")


def today() -> date:
    return timezone.localdate()


DEAL_FILTERS = [
    Search(label=_("Subject, number, customer, pinyin"), apply_with=narrowing.search),
    OwnerChoice(key="owner", label=_("Owner"), options=owner_options),
    Choice(
        key="unit",
        label=_("Unit"),
        options=unit_options,
        apply_with=lambda rows, unit: narrowing.in_unit(rows, int(unit), today()),
    ),
    Multi(key="stage", label=_("Stage"), options=stage_options, field="stage_id"),
    Multi(key="status", label=_("Status"), options=Opportunity.Status.choices),
    Multi(
        key="category",
        label=_("Forecast"),
        options=ForecastCategory.choices,
        apply_with=narrowing.in_category,
    ),
    DateRange(key="expected", label=_("Expected signing"), field="expected_on"),
    AmountRange(key="amount", label=_("Amount")),
    Choice(
        key="line",
        label=_("Product line"),
        options=line_options,
        apply_with=lambda rows, line: narrowing.with_line(rows, [line]),
    ),
    Choice(key="source", label=_("Source"), options=source_options),
    Choice(
        key="stalled",
        label=_("Stalled"),
        options=YES,
        apply_with=lambda rows, _yes: narrowing.stalled(rows, today()),
    ),
    Choice(
        key="bare",
        label=_("Without next step"),
        options=YES,
        apply_with=lambda rows, _yes: narrowing.without_next_step(rows),
    ),
]
BOARD_FILTERS = [one for one in DEAL_FILTERS if one.key not in {"stage", "status"}]


def filtered(rows: Any, params: QueryDict, request: HttpRequest, filters: Any = DEAL_FILTERS) -> Any:
    """The rows a query string asks for: what list, board and funnel share."""
    for one in filters:
        value = one.read(params)
        if value is not None:
            rows = one.apply(rows, value, request)
    return rows


class OpportunityList(ListPage):
    """Deals as a list."""

    name, title, noun = "opportunities", _("Opportunities"), _("opportunities")
    template = "pipeline/opportunities.html"
    default_sort = "expected_on"
    opens_with = "open"
    columns: ClassVar = [
        Column("name", _("Subject"), cell="pipeline/cells/name.html"),
        Column("stage", _("Stage"), cell="pipeline/cells/stage.html", value="stage.label"),
        Column("amount", _("Amount"), show="money", value="money", sort="amount", numeric=True),
        Column("weighted", _("Weighted"), show="money", value="weighted", numeric=True),
        Column("forecast", _("Forecast"), cell="pipeline/cells/forecast.html", value=lambda row: row.forecast),
        Column("expected_on", _("Expected signing"), cell="pipeline/cells/expected.html", sort="expected_on"),
        Column("next_step", _("Next step"), cell="pipeline/cells/next.html"),
        Column("owner", _("Owner"), show="who", value="owner.name"),
        Column("account", pgettext_lazy("account", "Customer"), value="account.name", shown=False),
        Column("status", _("Status"), value=lambda row: row.get_status_display(), shown=False),
        Column("number", _("Number"), shown=False, sort="number"),
        Column("source", _("Source"), shown=False),
        Column("currency", _("Currency"), shown=False),
        Column("slips", _("Times put off"), show="num", shown=False),
        Column("created_at", _("Created"), show="day", shown=False),
        Column("closed_on", _("Closed on"), show="day", shown=False),
    ]
    filters: ClassVar = DEAL_FILTERS
    views: ClassVar = [
        View("open", pgettext_lazy("opportunities", "Open"), "status=open", "square-kanban"),
        View("mine", pgettext_lazy("opportunities", "Mine"), "owner=me&status=open", "user-round"),
        View("commit", _("Committed"), "category=commit&status=open", "handshake"),
        View("stalled", _("Stalled"), "stalled=1", "snail"),
        View("bare", _("Without next step"), "bare=1", "circle-alert"),
        View("won", _("Won"), "status=won&sort=-expected_on", "trophy"),
        View("all", pgettext_lazy("opportunities", "All"), "", "list"),
    ]
    actions: ClassVar = [
        Bulk("owner", _("Hand over"), "opportunities_owner", "user-check", allowed=can_change_opportunity_owner),
        Bulk("move", _("Move to…"), "opportunities_move", "arrow-right", allowed=can_move_any),
    ]
    create_label = _("New opportunity")

    def rows(self) -> QuerySet[Opportunity]:
        rows: Any = Opportunity.objects.visible_to(self.request.user).live()
        return rows.select_related("account", "owner", "stage").defer(  # type: ignore[no-any-return]
            "search_key", "search_grams", "note", "attributes", "close_note"
        )

    def row_tone(self, row: Opportunity) -> str:
        return "off" if row.status in (Opportunity.Status.LOST, Opportunity.Status.PAUSED) else ""

    @property
    def create_url(self) -> str:
        return reverse("opportunity_new") if can_create_opportunity(self.request.user) else ""  # type: ignore[arg-type]

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Opportunities are the deals that may be signed. Open the first one, or import your list.")
        imports = url_or_nothing("imports")
        return Empty(_("No opportunities yet"), text, "square-kanban", _("Import a file") if imports else "", imports)

    def context(self) -> dict[str, Any]:
        return {"view": "list", "today": today()}


class ActivityList(ListPage):
    """Visits, calls and tasks, done and due."""

    name, title, noun = "activities", _("Visits and activities"), _("activities")
    template = "pipeline/activities.html"
    default_sort = "-done_at"  # latest first; what is only planned follows
    columns: ClassVar = [
        Column("subject", _("Subject"), cell="pipeline/cells/activity.html"),
        Column("about", pgettext_lazy("account", "Customer"), cell="pipeline/cells/about.html", value="account.name"),
        Column("result", _("Result"), cell="pipeline/cells/result.html", value=lambda row: row.get_result_display()),
        Column("next_step", _("Next step"), cell="pipeline/cells/activity_next.html"),
        Column("owner", _("Owner"), show="who", value="owner.name"),
        Column(
            "when",
            _("When"),
            cell="pipeline/cells/when.html",
            value=lambda row: row.done_at or row.due_on,
            sort="done_at",
        ),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), shown=False),
        Column("note", _("Note"), shown=False),
        Column("minutes", _("Minutes"), show="num", shown=False),
    ]
    filters: ClassVar = [
        Search(label=_("Subject, note"), apply_with=lambda rows, text: rows.filter(text_q(text))),
        OwnerChoice(key="owner", label=_("Owner"), options=owner_options),
        Multi(key="kind", label=_("Kind"), options=Activity.Kind.choices),
        Choice(
            key="state",
            label=_("State"),
            options=[("due", _("Planned")), ("late", _("Overdue")), ("done", _("Done"))],
            apply_with=lambda rows, state: rows.filter(state_q(state)),
        ),
        Multi(key="result", label=_("Result"), options=Activity.Result.choices),
        DateRange(key="done", label=_("Done at"), field="done_at", moment=True),
        DateRange(key="due", label=_("Due on"), field="due_on"),
    ]
    views: ClassVar = [
        View("all", pgettext_lazy("activities", "All"), "", "footprints"),
        View("mine", pgettext_lazy("activities", "Mine"), "owner=me", "user-round"),
        View("due", _("To do"), "owner=me&state=due&sort=due_on", "square-check"),
        View("late", _("Overdue"), "state=late&sort=due_on", "clock"),
        View("visits", _("Visits"), "kind=visit&state=done", "map-pin"),
    ]
    create_label = _("Log")
    create_url_name = "quick_log"

    def rows(self) -> QuerySet[Activity]:
        return activities(viewer=self.request.user)  # type: ignore[arg-type]

    @property
    def sort(self) -> str:
        wanted = self.params.get("sort", "")
        return wanted if wanted in {"due_on", "-due_on", "-done_at", "done_at"} else self.default_sort

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Log a visit or a call in a minute: who, what came of it, what is next.")
        return Empty(_("Nothing logged yet"), text, "footprints")

    def context(self) -> dict[str, Any]:
        return {"today": today()}


def text_q(text: str) -> Q:
    return Q(subject__icontains=text) | Q(note__icontains=text)


def state_q(state: str) -> Q:
    if state == "done":
        return Q(done_at__isnull=False)
    return overdue_q(today()) if state == "late" else Q(done_at__isnull=True)


def url_or_nothing(name: str, *args: Any) -> str:
    """The address of an upper room's door, or nothing while the room does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def refusal_text(error: DomainError) -> str:
    """What a refusal says, with every field it names."""
    return " ".join(dict.fromkeys([str(error.message), *(str(text) for text in error.fields.values())]))
