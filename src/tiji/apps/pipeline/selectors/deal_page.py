"""Everything the page of one deal shows, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.organization.models import AccessGrant, AccessKind, Person, User
from tiji.apps.pipeline.models import Activity, Opportunity, OpportunityLine, Stage, StageEvent
from tiji.apps.pipeline.permissions import (
    can_archive_opportunity,
    can_change_opportunity_owner,
    can_edit_opportunity,
    can_reopen_opportunity,
    can_share_opportunity,
)
from tiji.apps.pipeline.selectors.kinds import kind_of_account
from tiji.kernel.money import Money
from tiji.kernel.pipeline import days_between, days_over, forecast_category

LATEST = 30
REVIEW_AFTER_SLIPS = 2
Status = Opportunity.Status


@dataclass(frozen=True, slots=True)
class PathStep:
    """One stage of the path: done, now or to do, with the days it took."""

    name: str
    percent: str
    note: str
    state: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class Warning:
    """The one thing that most needs to be said about a deal."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the timeline."""

    at: datetime
    icon: str
    tone: str
    who: str
    title: str
    text: str = ""
    url: str = ""
    ours: bool = True


@dataclass(slots=True)
class DealPage:
    """A deal with its path, products, timeline and what the viewer may do."""

    deal: Opportunity
    on: date
    stages: list[Stage]
    events: list[StageEvent]
    lines: list[OpportunityLine]
    kind: str
    may_edit: bool
    may_share: bool
    may_hand_over: bool
    may_archive: bool
    may_reopen: bool

    @property
    def has_discounts(self) -> bool:
        return any(line.discount_rate for line in self.lines)

    @property
    def category(self) -> str:
        return forecast_category(self.deal.status, self.deal.forecast_category, self.deal.stage.forecast_category)

    @property
    def days(self) -> int:
        return days_between(timezone.localdate(self.deal.entered_stage_at), self.on)

    @property
    def over(self) -> int:
        if self.deal.status != Status.OPEN:
            return 0
        return days_over(timezone.localdate(self.deal.entered_stage_at), self.deal.stage.max_days, self.on)

    @property
    def lines_total(self) -> Money:
        """What the products add up to."""
        return Money(sum((line.amount for line in self.lines), Decimal(0)), self.deal.currency)

    @property
    def age(self) -> int:
        """Days since it was opened, until it closed."""
        return days_between(timezone.localdate(self.deal.created_at), self.deal.closed_on or self.on)

    @property
    def skipped(self) -> int:
        return sum(event.cause == StageEvent.Cause.SKIPPED for event in self.events)

    @property
    def following(self) -> Stage | None:
        """The stage after the present one, of an open deal."""
        if self.deal.status != Status.OPEN:
            return None
        return next((stage for stage in self.stages if stage.position > self.deal.stage.position), None)

    @property
    def seller(self) -> list[PathStep]:
        spent = self._days_by_stage()
        return [self._seller_step(stage, spent) for stage in self.stages]

    def _seller_step(self, stage: Stage, spent: dict[int, int]) -> PathStep:
        here = self.deal.stage.position
        state = "done" if stage.position < here else "now" if stage.position == here else ""
        if self.deal.status == Status.WON and state == "now":
            state = "done"
        note = _("%(days)s days") % {"days": spent[stage.pk]} if state == "done" and stage.pk in spent else ""
        if state == "now":
            note = _("day %(days)s") % {"days": self.days + 1}
            if self.over:
                note = _("day %(days)s · limit %(limit)s") % {"days": self.days + 1, "limit": stage.max_days}
        elif not state and stage.max_days:
            note = _("up to %(days)s days") % {"days": stage.max_days}
        return PathStep(stage.label, f"{stage.percent}%", note, state)

    @property
    def buyer(self) -> list[PathStep]:
        """The buyer's steps over the same columns; stages without one leave a gap."""
        spans: list[list[Any]] = []
        for stage in self.stages:
            label = stage.buyer_label
            if spans and spans[-1][0] == label:
                spans[-1][1].append(stage)
            else:
                spans.append([label, [stage]])
        here = self.deal.stage.position
        steps = []
        for label, stages in spans:
            inside = stages[0].position <= here <= stages[-1].position
            passed = stages[-1].position < here or (inside and self.deal.status == Status.WON)
            state = "done" if passed else "now" if inside else ""
            steps.append(PathStep(label or "—", "", "", state if label else "", len(stages)))
        return steps

    def _days_by_stage(self) -> dict[int, int]:
        spent: dict[int, int] = {}
        for event in self.events:
            if event.from_stage_id:
                spent[event.from_stage_id] = spent.get(event.from_stage_id, 0) + event.days_in_stage
        return spent

    @property
    def warning(self) -> Warning | None:
        """At most one: the gravest first."""
        if self.deal.status != Status.OPEN:
            return None
        return next((Warning(code, text) for code, holds, text in self._warnings() if holds), None)

    def _warnings(self) -> list[tuple[str, bool, str]]:
        deal = self.deal
        long = _("In “%(stage)s” for %(days)s days, the limit is %(limit)s. Take the next step, or go back a stage.")
        often = _("Put off %(count)s times. Review with your manager whether the customer's date is real.")
        return [
            ("stalled", self.over > 0, long % {"stage": deal.stage, "days": self.days, "limit": deal.stage.max_days}),
            (
                "overdue",
                bool(deal.expected_on and deal.expected_on < self.on),
                _("The expected signing date has passed. Enter a new one, or close it."),
            ),
            ("slipped", deal.slips >= REVIEW_AFTER_SLIPS, often % {"count": deal.slips}),
            ("no-next-step", not deal.next_step, _("Nobody has said what happens next.")),
            (
                "next-overdue",
                bool(deal.next_step_on and deal.next_step_on < self.on),
                _("The next step is overdue."),
            ),
        ]


def deal_page(*, viewer: User, deal: Opportunity, on: date) -> DealPage:
    """The page of a deal the viewer sees: four queries beside the deal's own."""
    stages = list(Stage.objects.filter(process_id=deal.process_id, archived_at__isnull=True).order_by("position"))
    if deal.stage_id not in {stage.pk for stage in stages}:
        stages = sorted([*stages, deal.stage], key=lambda stage: stage.position)
    events = list(deal.stage_events.select_related("from_stage", "to_stage", "by").order_by("at", "pk"))
    return DealPage(
        deal=deal,
        on=on,
        stages=stages,
        events=events,
        lines=list(deal.lines.select_related("product__line")),
        kind=kind_of_account(deal.account_id, on),
        may_edit=can_edit_opportunity(viewer, deal),
        may_share=can_share_opportunity(viewer, deal),
        may_hand_over=can_change_opportunity_owner(viewer, deal),
        may_archive=can_archive_opportunity(viewer, deal),
        may_reopen=deal.status != Status.OPEN and can_reopen_opportunity(viewer, deal),
    )


def sharers(deal: Opportunity, on: date) -> list[tuple[Person, bool]]:
    """Who else was given this deal by its people, and whether for change."""
    grants = AccessGrant.objects.on(on).filter(kind=AccessKind.OPPORTUNITY, object_id=deal.pk)
    return [(grant.person, grant.may_change) for grant in grants.select_related("person")]


ACTIVITY_ICONS = {
    Activity.Kind.VISIT: "footprints",
    Activity.Kind.CALL: "phone",
    Activity.Kind.MEETING: "users",
    Activity.Kind.MESSAGE: "message-square-text",
    Activity.Kind.TASK: "square-check",
    Activity.Kind.NOTE: "file-pen-line",
}
RESULT_TONES: dict[str, str] = {Activity.Result.PROGRESS: "good", Activity.Result.RISK: "bad"}
CAUSES = {
    StageEvent.Cause.CREATED: ("plus", ""),
    StageEvent.Cause.SKIPPED: ("git-branch", "warn"),
    StageEvent.Cause.RETURNED: ("undo-2", "warn"),
    StageEvent.Cause.REOPENED: ("rotate-ccw", "brand"),
}


def timeline(events: Sequence[StageEvent], activities: Sequence[Activity]) -> list[Moment]:
    """Steps and activities in one line of time, latest first."""
    moments = [*(_of_step(event) for event in events), *(_of_activity(one) for one in activities)]
    return sorted(moments, key=lambda one: one.at, reverse=True)[:LATEST]


def _of_step(event: StageEvent) -> Moment:
    icon, tone = CAUSES.get(StageEvent.Cause(event.cause), ("git-branch", "brand"))
    if event.to_status == Status.WON:
        icon, tone = "trophy", "good"
    elif event.to_status == Status.LOST:
        icon, tone = "circle-x", "bad"
    elif event.to_status == Status.PAUSED:
        icon, tone = "archive", ""
    return Moment(event.at, icon, tone, str(event.by or _("System")), step_title(event), event.reason)


def step_title(event: StageEvent) -> str:
    """What a step did, in words: 方案陈述 → 商务谈判."""
    if event.cause == StageEvent.Cause.CREATED:
        return _("opened it in “%(stage)s”") % {"stage": event.to_stage}
    if event.to_status == Status.WON:
        return _("won it")
    if event.to_status == Status.LOST:
        return _("lost it in “%(stage)s”") % {"stage": event.to_stage}
    if event.to_status == Status.PAUSED:
        return _("paused it")
    if event.cause == StageEvent.Cause.REOPENED:
        return _("opened it again in “%(stage)s”") % {"stage": event.to_stage}
    return f"{event.from_stage} → {event.to_stage} · {event.percent}%"


def _of_activity(activity: Activity) -> Moment:
    kind = Activity.Kind(activity.kind)
    return Moment(
        at=activity.done_at or activity.created_at,
        icon=ACTIVITY_ICONS[kind],
        tone=RESULT_TONES.get(activity.result, ""),
        who=str(activity.owner),
        title=activity.subject,
        text=activity.note or (f"→ {activity.next_step}" if activity.next_step else ""),
        url=activity.get_absolute_url(),
        ours=kind in (Activity.Kind.TASK, Activity.Kind.NOTE),
    )
