"""The three working panels of the cockpit: funnel, risks with the next step, ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.commerce.models import Measure
from tiji.apps.commerce.selectors.receivables import debtors
from tiji.apps.insights.selectors.frames import Frame
from tiji.apps.organization.models import Person, Unit, UnitPath
from tiji.apps.pipeline.models import Opportunity, SalesProcess
from tiji.apps.pipeline.selectors.funnel import Funnel, funnel
from tiji.apps.pipeline.selectors.processes import default_process
from tiji.apps.targets.selectors.attainment import Standing, standings
from tiji.apps.targets.selectors.landing import people_of
from tiji.apps.targets.selectors.subjects import Subject, person_subject, unit_subject
from tiji.kernel.pipeline import days_between
from tiji.ui.formats import day

RISKS = 7


@dataclass(frozen=True)
class Risk:
    """Something that may cost money, and the one thing to do about it on the same row."""

    kind: str
    icon: str
    tone: str
    title: str
    tag: str
    detail: str
    amount: Decimal | None
    owner: str
    href: str
    action: str


def funnel_of(frame: Frame) -> Funnel:
    """The funnel of the deals opened in the frame's period, of the process of the unit's kind of team."""
    unit = Unit.objects.filter(pk=frame.subject.unit_id).first() if frame.subject.is_unit else None
    process: SalesProcess = default_process(unit)
    rows = Opportunity.objects.visible_to(frame.viewer).filter(owner_id__in=people_of(frame.subject, frame.on))
    return funnel(rows=rows, process=process, start=frame.period.start, until=frame.period.end)


def risks_of(frame: Frame) -> list[Risk]:
    """The largest dangers: stalled deals, deals past their day, overdue customers, people far behind."""
    deals = (
        Opportunity.objects.visible_to(frame.viewer)
        .live()
        .open()
        .filter(owner_id__in=people_of(frame.subject, frame.on), amount__isnull=False)
        .select_related("account", "owner", "stage")
    )
    found = [_stalled(deal, frame.on) for deal in deals.filter(stalls_on__lte=frame.on).order_by("-amount", "pk")[:3]]
    late = deals.filter(expected_on__lt=frame.on).exclude(stalls_on__lte=frame.on).order_by("-amount", "pk")[:2]
    found += [_past_its_day(deal, frame.on) for deal in late]
    found += [
        Risk(
            kind="cash",
            icon="banknote",
            tone="bad" if debtor.days > 30 else "warn",
            title=debtor.name,
            tag=ngettext("%(days)s day overdue", "%(days)s days overdue", debtor.days) % {"days": debtor.days},
            detail=ngettext(
                "%(count)s invoice, due since %(day)s. Ask for a day of payment.",
                "%(count)s invoices, due since %(day)s. Ask for a day of payment.",
                debtor.count,
            )
            % {"count": debtor.count, "day": day(debtor.since)},
            amount=debtor.amount,
            owner=debtor.owner,
            href=f"{reverse('account', args=[debtor.account_id])}",
            action=_("Chase"),
        )
        for debtor in debtors(viewer=frame.viewer, as_of=frame.on, currency=frame.currency, limit=3)
    ]
    found += [_behind(one) for one in ranking_of(frame) if _is_far_behind(one)][-2:]
    return sorted(found, key=lambda risk: (risk.tone != "bad", -(risk.amount or Decimal(0))))[:RISKS]


def _stalled(deal: Opportunity, on: date) -> Risk:
    days = days_between(timezone.localdate(deal.entered_stage_at), on)
    return _deal_risk(
        deal,
        icon="snail",
        tone="bad",
        tag=_("Stalled %(days)s days") % {"days": days},
        detail=_("“%(stage)s” allows %(limit)s days. Next: %(step)s")
        % {"stage": deal.stage.label, "limit": deal.stage.max_days, "step": deal.next_step or _("nothing planned")},
        action=_("Get moving"),
    )


def _past_its_day(deal: Opportunity, on: date) -> Risk:
    return _deal_risk(
        deal,
        icon="hourglass",
        tone="warn",
        tag=_("Signing day passed"),
        detail=ngettext(
            "Expected on %(day)s, put off %(count)s time.", "Expected on %(day)s, put off %(count)s times.", deal.slips
        )
        % {"day": day(deal.expected_on), "count": deal.slips},
        action=_("Change forecast"),
    )


def _deal_risk(deal: Opportunity, **facts: Any) -> Risk:
    title = f"{deal.account} · {deal.name}" if deal.account else deal.name
    return Risk(
        kind="deal",
        title=title,
        amount=deal.amount,
        owner=deal.owner.name,
        href=reverse("opportunity", args=[deal.pk]),
        **facts,
    )


def _is_far_behind(standing: Standing) -> bool:
    gap = standing.attainment.pace_gap
    return gap is not None and gap < Decimal("-0.2")


def _behind(standing: Standing) -> Risk:
    gap = standing.attainment.pace_gap or 0
    return Risk(
        kind="people",
        icon="user-round",
        tone="warn",
        title=standing.subject.label,
        tag=_("Behind pace by %(points)s points") % {"points": round(-gap * 100)},
        detail=_("Plan joint visits and look at the next deals together."),
        amount=standing.attainment.gap,
        owner=standing.subject.label,
        href=f"{reverse('attainment')}?subject={standing.subject.key}",
        action=_("Coach"),
    )


def ranking_of(frame: Frame) -> list[Standing]:
    """Those one level below, best first: regions of a company, teams of a region, people of a team."""
    below = subjects_below(frame.subject, frame.on)
    found = standings(
        below, Measure.SIGNED, frame.period, as_of=frame.on, calendar=frame.calendar, currency=frame.currency
    )
    rows = [found[subject.key][""] for subject in below]
    return sorted(rows, key=lambda one: (-(one.attainment.completion or 0), -one.attainment.actual, one.subject.key))


def subjects_below(subject: Subject, on: date) -> Sequence[Subject]:
    """The units right below a unit; the people of a unit without units below it."""
    if not subject.is_unit:
        return [subject]
    paths = UnitPath.objects.on(on).filter(ancestor_id=subject.unit_id, depth=1).values("unit_id")
    units = Unit.objects.filter(pk__in=paths, archived_at__isnull=True).order_by("sort_key", "pk")
    found: list[Subject] = [unit_subject(unit) for unit in units]
    if found:
        return found
    people = Person.objects.filter(pk__in=people_of(subject, on)).order_by("sort_key", "pk")
    return [person_subject(person) for person in people]
