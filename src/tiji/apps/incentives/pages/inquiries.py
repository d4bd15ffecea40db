"""Lists of questions about pay, the page of one, and what they tell together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models import Inquiry, Statement
from tiji.apps.incentives.models.inquiries import OPEN_STATES
from tiji.apps.incentives.pages.adjustments import month_text
from tiji.apps.incentives.pages.inquiry_forms import ReplyForm
from tiji.apps.incentives.pages.lists import of_person
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.pages.why import why
from tiji.apps.incentives.permissions import (
    can_answer_inquiries,
    can_answer_inquiry,
    can_propose_adjustment,
    can_see_inquiry_report,
    can_see_pay_board,
    can_withdraw_inquiry,
)
from tiji.apps.incentives.selectors.adjustments import adjustments_on
from tiji.apps.incentives.selectors.freezing import frozen_line, same_line
from tiji.apps.incentives.selectors.inquiries import desk, inquiries, newest_statement, own_inquiries, steps_of
from tiji.apps.incentives.selectors.plans import plans_by_version
from tiji.apps.incentives.selectors.traces import Line, lines_of
from tiji.kernel.money import Money
from tiji.ui import formats
from tiji.ui.filters import Choice, DateRange, Filter, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage, View

State = Inquiry.State


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedTo(Choice):
    """Mine, or nobody's yet."""

    def apply(self, rows: QuerySet[Any], value: Any, request: HttpRequest) -> QuerySet[Any]:
        asked = {"me": Q(assignee=request.user), "nobody": Q(assignee__isnull=True)}
        return rows.filter(asked[value]) if value in asked else rows.none()


def whether_open(rows: Any, value: str) -> Any:
    """Open ones, or closed ones."""
    return rows.filter(state__in=OPEN_STATES) if value == "1" else rows.exclude(state__in=OPEN_STATES)


def only_late(rows: Any, value: str) -> Any:
    """Those past their day."""
    return rows.overdue(timezone.localdate())


def months_asked(request: HttpRequest) -> list[tuple[str, str]]:
    """The months the viewer's questions are about, newest first."""
    rows = Inquiry.objects.visible_to(request.user).order_by("-pay_period__key")
    return [(key, month_text(key)) for key in rows.values_list("pay_period__key", flat=True).distinct()]


def subject_of(inquiry: Inquiry) -> str:
    """What it is about: the customer and document of its line, or the whole statement."""
    line = frozen_line(inquiry.frozen)
    if line is None:
        return str(_("the whole statement"))
    number = line.main.number if line.main else ""
    return " · ".join(part for part in (line.customer, number) if part) or formats.day(line.event_on)


def wanted(inquiry: Inquiry) -> Money | None:
    """What is expected beyond what was paid."""
    if inquiry.expected is None:
        return None
    return Money(inquiry.expected - inquiry.paid, inquiry.currency)


def is_late(inquiry: Inquiry, on: date) -> bool:
    """Open past its day, and not with who asked."""
    return inquiry.is_open and inquiry.state != State.WAITING_PAYEE and inquiry.due_on < on


PERSON = Column("person", _("Person"), cell="incentives/cells/asked_person.html", value="person.name")
SUBJECT = Column("subject", pgettext_lazy("inquiry", "About"), value=subject_of)
MONTH = Column("month", _("Month"), value=lambda row: month_text(row.pay_period.key))
KIND = Column("kind", _("What is wrong"), value=lambda row: str(row.get_kind_display()))
WANTED = Column("wanted", _("Expected less paid"), show="money_full", value=wanted)
STATE = Column(
    "state", _("State"), cell="incentives/cells/inquiry_state.html", value=lambda row: str(row.get_state_display())
)
ASSIGNEE = Column("assignee", pgettext_lazy("inquiry", "Answered by"), show="who", value="assignee.name")
DUE = Column(
    "due", pgettext_lazy("inquiry", "Due"), cell="incentives/cells/inquiry_due.html", sort="due_on", value="due_on"
)
ASKED = Column("asked", pgettext_lazy("inquiry", "Asked on"), show="day", sort="opened_at", value="opened_at")
CAUSE = Column("cause", pgettext_lazy("inquiry", "Cause"), value=lambda row: str(row.get_cause_display()), shown=False)
BY = Column("by", pgettext_lazy("inquiry", "Asked by"), show="who", value="opened_by.name", shown=False)
OPEN = Choice(
    key="open",
    label=pgettext_lazy("inquiry", "Open"),
    options=[("1", pgettext_lazy("inquiry", "Open")), ("0", pgettext_lazy("inquiry", "Closed"))],
    apply_with=whether_open,
)
STATES = Multi(key="state", label=_("State"), options=Inquiry.State.choices)


class InquiryDesk(ListPage):
    """The questions somebody may see, those due first on top."""

    name, title, noun = "pay_inquiries", _("Questions about pay"), _("questions")
    template = "incentives/inquiries.html"
    default_sort = "due_on"
    columns: ClassVar[Iterable[Column]] = (PERSON, SUBJECT, MONTH, KIND, WANTED, STATE, ASSIGNEE, DUE, ASKED, BY, CAUSE)
    filters: ClassVar[Iterable[Filter]] = (
        Search(label=_("Name, pinyin"), apply_with=of_person),
        OPEN,
        Choice(key="late", label=_("Overdue"), options=[("1", _("Overdue"))], apply_with=only_late),
        STATES,
        Multi(key="kind", label=_("What is wrong"), options=Inquiry.Kind.choices),
        AssignedTo(
            key="assigned",
            label=pgettext_lazy("inquiry", "Answered by"),
            options=[("me", _("Me")), ("nobody", _("Nobody yet"))],
        ),
        Multi(key="cause", label=pgettext_lazy("inquiry", "Cause"), options=Inquiry.Cause.choices),
        Choice(key="month", label=_("Month"), options=months_asked, field="pay_period__key"),
        DateRange(key="asked", label=pgettext_lazy("inquiry", "Asked on"), field="opened_at", moment=True),
    )
    views: ClassVar[Iterable[View]] = (
        View("open", pgettext_lazy("inquiry", "Open"), "open=1", "inbox"),
        View("late", _("Overdue"), "late=1", "clock"),
        View("mine", pgettext_lazy("inquiry", "With me"), "assigned=me&open=1", "user-check"),
        View("closed", pgettext_lazy("inquiry", "Closed"), "open=0", "check"),
        View("all", _("All"), "view=all", "list"),
    )
    opens_with = "open"
    empty: ClassVar[Empty] = Empty(
        _("Nobody asks about pay"), _("Whoever opens a line of a statement may ask about it there."), "message-circle"
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return inquiries(self.request.user)  # type: ignore[arg-type]

    def decorate(self, rows: list[Any]) -> list[Any]:
        on = timezone.localdate()
        for row in rows:
            row.is_late = is_late(row, on)
        return rows

    def context(self) -> dict[str, Any]:
        user: Any = self.request.user
        board = can_see_pay_board(user)
        return {
            "desk": desk(Inquiry.objects.visible_to(user), timezone.localdate()) if board else None,
            "can_report": can_see_inquiry_report(user),
            "can_adjust": can_propose_adjustment(user),
        }


class OwnInquiries(InquiryDesk):
    """What somebody asked, and what was asked about his own pay."""

    name, title = "pay_inquiries_mine", _("My questions about pay")
    template = "ui/list.html"
    default_sort = "-opened_at"
    columns = (SUBJECT, MONTH, KIND, WANTED, STATE, ASSIGNEE, DUE, ASKED)
    filters = (OPEN, STATES)
    views = ()
    opens_with = ""
    empty: ClassVar[Empty] = Empty(
        _("You have no questions about pay"),
        _("Open a line of your statement and ask about it there."),
        "message-circle",
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return own_inquiries(self.request.user)  # type: ignore[arg-type]

    def context(self) -> dict[str, Any]:
        return {}


# One question


class InquiryPage:
    """One question as its page shows it: the conversation, the line as it was, and the line as it is."""

    def __init__(self, inquiry: Inquiry, viewer: Any, on: date) -> None:
        self.inquiry, self.viewer, self.on = inquiry, viewer, on
        self.then = StatementPage(inquiry.statement, on)
        self.line = frozen_line(inquiry.frozen)
        self.newer = self._newer()
        self.now = StatementPage(self.newer, on) if self.newer else None
        self.line_now = same_line(self.line, lines_of(self.newer)) if self.line and self.newer else None
        self._name_plans()

    def _newer(self) -> Statement | None:
        found = newest_statement(self.inquiry)
        return found if found and found.pk != self.inquiry.statement_id else None

    def _name_plans(self) -> None:
        """One query for the plans of both versions."""
        versions = {line.plan_version for line in (self.line, self.line_now) if line}
        plans = plans_by_version(versions) if versions else {}
        for page in (self.then, self.now):
            if page is not None:
                page.__dict__["plans"] = plans

    @property
    def month(self) -> str:
        return month_text(self.inquiry.pay_period.key)

    @property
    def adjusted_month(self) -> str:
        """The month that pays the adjustment that came of it."""
        return month_text(self.inquiry.adjustment.period) if self.inquiry.adjustment else ""

    @property
    def subject(self) -> str:
        return subject_of(self.inquiry)

    def money(self, amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(amount, self.inquiry.currency)

    @property
    def facts(self) -> list[tuple[str, Money | None, str]]:
        """What was paid, what was expected, the difference, and what the newest run says: label, amount, tone."""
        inquiry = self.inquiry
        found = [(str(_("Paid then")), self.money(inquiry.paid), "")]
        if inquiry.expected is not None:
            found.append((str(pgettext_lazy("inquiry", "Expected")), self.money(inquiry.expected), ""))
            found.append((str(_("Expected less paid")), wanted(inquiry), "b"))
        if self.newer is not None:
            found.append((str(_("Today")), self.money(self.amount_now), "b"))
        return found

    @property
    def amount_now(self) -> Decimal | None:
        """What the newest run pays for it; nothing where it has no such line any more."""
        if self.newer is None:
            return None
        if self.line is None:
            whole: Decimal = self.newer.amount
            return whole
        return self.line_now.amount if self.line_now else Decimal(0)

    @property
    def why_then(self) -> dict[str, Any] | None:
        return _why(self.then, self.line)

    @property
    def why_now(self) -> dict[str, Any] | None:
        return _why(self.now, self.line_now)

    @property
    def is_same(self) -> bool:
        return self.line is not None and self.line_now == self.line

    @property
    def is_late(self) -> bool:
        return is_late(self.inquiry, self.on)

    def context(self) -> dict[str, Any]:
        """Everything the template shows."""
        row, viewer = self.inquiry, self.viewer
        answering = row.is_open and can_answer_inquiry(viewer, row)
        return {
            "page": self,
            "row": row,
            "steps": steps_of(row),
            "form": ReplyForm(initial={"version": row.version}, auto_id="reply_%s") if row.is_open else None,
            "can_answer": answering,
            "can_take": answering and row.assignee_id != viewer.pk,
            "can_withdraw": row.is_open and can_withdraw_inquiry(viewer, row),
            "on_desk": can_answer_inquiries(viewer),
            "adjustment": visible_adjustment(row, viewer),
        }


def _why(page: StatementPage | None, line: Line | None) -> dict[str, Any] | None:
    return why(page, line) if page and line else None


def visible_adjustment(row: Inquiry, viewer: Any) -> Any:
    """The adjustment that came of it: the asker sees it once it is approved."""
    made = row.adjustment
    return made if made and (made.state == "approved" or can_answer_inquiries(viewer)) else None


def beside_statement(statement: Statement, viewer: Any) -> dict[str, Any]:
    """What stands beside a statement: adjustments of its month, and questions about it by line."""
    rows = Inquiry.objects.visible_to(viewer).filter(
        pay_period_id=statement.run.pay_period_id, person_id=statement.person_id, currency=statement.currency
    )
    asked = list(rows.order_by("pk"))
    return {"adjustments": adjustments_on(statement, viewer), "inquiries": asked}


def asked_about(statement: Statement, key: str, viewer: Any) -> Inquiry | None:
    """The open question about a line, if there is one."""
    rows = (
        Inquiry.objects.visible_to(viewer)
        .open()
        .filter(pay_period_id=statement.run.pay_period_id, person_id=statement.person_id, line_key=key)
    )
    found: Inquiry | None = rows.first()
    return found
