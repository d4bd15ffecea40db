"""The stages of a sales process: added, changed, put in another order, taken out of use. Deals follow."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_zone
from tiji.apps.pipeline.models import ForecastCategory, Opportunity, SalesProcess, Stage
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.apps.pipeline.selectors.processes import STAMP
from tiji.apps.pipeline.services.gates import REQUIRABLE
from tiji.kernel.pipeline import stalls_on
from tiji.shared import audit, stamps
from tiji.shared.errors import DomainError
from tiji.shared.models.base import field_of
from tiji.shared.permissions import require

TEXTS = ("name", "name_en", "buyer_step", "buyer_step_en", "milestone", "milestone_en")
EDITABLE = (*TEXTS, "percent", "max_days", "forecast_category", "requires")
RECORDED = (*EDITABLE, "position")
STANDING = (Opportunity.Status.OPEN, Opportunity.Status.PAUSED)
FAR = 10_000


def hold_stages() -> None:
    """The stages stay as they are until the transaction ends: what is written by them is true when it is written.

    Asked for before deals are locked. A change of a stage holds the stages alone and then writes the deals in it, so
    it sees every deal that came into the stage before; the other way round two would wait for each other.
    """
    stamps.hold(STAMP)


def change_stages() -> None:
    """Two people who change processes or stages wait for each other, and for the steps that are being taken."""
    stamps.hold(STAMP, to_change=True)


@transaction.atomic
def add_stage(*, actor: User, process: SalesProcess, after: Stage | None = None, **facts: Any) -> Stage:
    """Add an open stage behind another one, or first. `facts`: see `EDITABLE`. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    change_stages()
    stages = in_use(process)
    if after is not None and (after.pk not in {one.pk for one in stages} or after.outcome == Stage.Outcome.WON):
        raise DomainError(_("Choose an open stage of this sales process."), field="after")
    at = next((place + 1 for place, one in enumerate(stages) if after is not None and one.pk == after.pk), 0)
    last = process.stages.aggregate(last=Max("position"))["last"] or 0
    stage = Stage(process=process, code=_free_code(process), position=last + 1)
    _fill(stage, {"percent": 0, **facts})
    _check_ladder([*stages[:at], stage, *stages[at:]], stage)
    stage.save(force_insert=True)
    _put_in_order(process, [*stages[:at], stage, *stages[at:]])
    audit.record("stage.add", stage, None, audit.snapshot(stage, RECORDED), actor=actor)
    return stage


@transaction.atomic
def edit_stage(*, actor: User, stage: Stage, **facts: Any) -> Stage:
    """Change how a stage is called, its percent, limit, buyer's step or required fields; open deals follow at once.

    Raises: NotAllowed, DomainError at the wrong field.
    """
    require(can_manage_pipeline(actor))
    change_stages()
    current: Stage = Stage.objects.get(pk=stage.pk)
    before = audit.snapshot(current, RECORDED)
    _fill(current, facts)
    _check_ladder([current if one.pk == current.pk else one for one in in_use(current.process)], current)
    old, new = audit.changes(before, current)
    if new:
        current.save()
        _follow(current, new.keys())
        audit.record("stage.edit", current, old, new, actor=actor)
    return current


@transaction.atomic
def move_stage(*, actor: User, stage: Stage, by: int) -> Stage:
    """One place up (-1) or down (+1) among the open stages. The percents stay with the places, so that they rise.

    Raises: NotAllowed, DomainError at either end.
    """
    require(can_manage_pipeline(actor))
    change_stages()
    stages = in_use(stage.process)
    at = next((place for place, one in enumerate(stages) if one.pk == stage.pk), -1)
    to = at + by
    if at < 0 or not 0 <= to < len(stages) or Stage.Outcome.WON in (stages[at].outcome, stages[to].outcome):
        raise DomainError(_("It cannot go further: the won stage stays last."), code="stage-end")
    percents = [one.percent for one in stages]
    stages[at], stages[to] = stages[to], stages[at]
    for one, percent in zip(stages, percents, strict=True):
        if one.percent != percent:
            one.percent = percent
            one.save(update_fields=["percent"])
            _follow(one, ["percent"])
    _put_in_order(stage.process, stages)
    audit.record("stage.move", stages[to], {"position": at + 1}, {"position": to + 1}, actor=actor)
    moved: Stage = stages[to]
    return moved


@transaction.atomic
def retire_stage(*, actor: User, stage: Stage, at: Any) -> Stage:
    """Take a stage out of use; history keeps it. Raises: NotAllowed, DomainError while deals stand in it."""
    require(can_manage_pipeline(actor))
    change_stages()
    current: Stage = Stage.objects.get(pk=stage.pk)
    if current.archived_at is not None:
        return current
    _may_go(current)
    current.archived_at = at
    current.save(update_fields=["archived_at"])
    audit.record("stage.retire", current, {"in_use": True}, {"in_use": False}, actor=actor)
    return current


@transaction.atomic
def restore_stage(*, actor: User, stage: Stage) -> Stage:
    """Bring a stage back into use, at its old place. Raises: NotAllowed, DomainError if the percents would not rise."""
    require(can_manage_pipeline(actor))
    change_stages()
    current: Stage = Stage.objects.get(pk=stage.pk)
    if current.archived_at is None:
        return current
    current.archived_at = None
    order = sorted([*in_use(current.process), current], key=lambda one: one.position)
    _check_ladder(order, current)
    current.save(update_fields=["archived_at"])
    audit.record("stage.restore", current, {"in_use": False}, {"in_use": True}, actor=actor)
    return current


def in_use(process: SalesProcess) -> list[Stage]:
    """The stages of a process that are in use, in order."""
    return list(process.stages.filter(archived_at__isnull=True).order_by("position"))


def _free_code(process: SalesProcess) -> str:
    codes = set(process.stages.values_list("code", flat=True))
    return next(code for number in range(1, FAR) if (code := f"stage-{number}") not in codes)


def _may_go(stage: Stage) -> None:
    if stage.outcome == Stage.Outcome.WON:
        raise DomainError(_("Opportunities are won into this stage: a sales process keeps it."), code="won-stage")
    if not [one for one in in_use(stage.process) if one.pk != stage.pk and one.outcome == Stage.Outcome.OPEN]:
        raise DomainError(_("A sales process needs at least one open stage. Add another first."), code="last-stage")
    count = stage.opportunities.filter(status__in=STANDING).count()
    if count:
        text = ngettext(
            "%(count)s opportunity stands in “%(stage)s”. Move it to another stage or close it, then retire the stage.",
            "%(count)s opportunities stand in “%(stage)s”. Move them to another stage or close them, then retire it.",
            count,
        )
        raise DomainError(text % {"count": count, "stage": stage}, code="stage-in-use", count=count)


def _fill(stage: Stage, facts: dict[str, Any]) -> None:
    unknown = facts.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"a stage has no {', '.join(sorted(unknown))} that may be typed")
    for name, value in facts.items():
        setattr(stage, name, _text(name, value) if name in TEXTS else value)
    if not stage.name:
        raise DomainError(_("Give it a name."), field="name")
    check_stage({name: getattr(stage, name) for name in ("percent", "max_days", "requires", "forecast_category")})
    if stage.outcome == Stage.Outcome.WON and stage.percent != 100:
        raise DomainError(_("The won stage counts with 100%."), field="percent")


def _text(name: str, value: Any) -> str:
    text = " ".join(str(value or "").split())
    limit = field_of(Stage, name).max_length or 0
    if len(text) > limit:
        raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": limit}, field=name)
    return text


def check_stage(stage: Any) -> None:
    """One stage by itself. Raises: DomainError at the wrong field."""
    if not 0 <= stage["percent"] <= 100:
        raise DomainError(_("A percent lies between 0 and 100."), field="percent")
    days = stage.get("max_days")
    if days is not None and not 1 <= days <= 3650:
        raise DomainError(_("A limit lies between 1 and 3650 days; empty means none."), field="max_days")
    unknown = set(stage.get("requires", ())) - set(REQUIRABLE)
    if unknown:
        raise DomainError(
            _("A stage cannot ask for %(names)s.") % {"names": ", ".join(sorted(unknown))}, field="requires"
        )
    if stage.get("forecast_category", "pipeline") not in ForecastCategory.values:
        raise DomainError(_("Choose a forecast category of the list."), field="forecast_category")


def _check_ladder(stages: Sequence[Stage], changed: Stage) -> None:
    """The percents rise from the first stage to the last."""
    at = list(stages).index(changed)
    low = stages[at - 1].percent if at else 0
    high = stages[at + 1].percent if at + 1 < len(stages) else 100
    if not low <= changed.percent <= high:
        text = _("Percents rise from stage to stage: here one between %(low)s and %(high)s fits.")
        raise DomainError(text % {"low": low, "high": high}, field="percent", code="percent-order")


def _put_in_order(process: SalesProcess, order: Sequence[Stage]) -> None:
    """Number all stages anew; one out of use stays behind the stage it followed. Two passes: places are unique."""
    place = {stage.pk: at for at, stage in enumerate(order)}
    rows = list(process.stages.order_by("position"))
    behind, keys = -1, {}
    for row in rows:
        behind = place.get(row.pk, behind)
        keys[row.pk] = (behind, row.pk not in place, row.position)
    rows.sort(key=lambda row: keys[row.pk])
    for offset in (FAR, 0):
        for at, row in enumerate(rows, start=1):
            row.position = offset + at
        Stage.objects.bulk_update(rows, ["position"])
    numbers = {row.pk: row.position for row in rows}
    for stage in order:
        stage.position = numbers[stage.pk]


def _follow(stage: Stage, changed: Any) -> None:
    """Open deals count with the stage's percent and stall by its limit."""
    deals = stage.opportunities.filter(status=Opportunity.Status.OPEN)
    if "percent" in changed:
        deals.update(percent=stage.percent)
    if "max_days" in changed:
        zone, rows = business_zone(), list(deals.only("pk", "entered_stage_at"))
        for row in rows:
            row.stalls_on = stalls_on(timezone.localdate(row.entered_stage_at, zone), stage.max_days)
        Opportunity.objects.bulk_update(rows, ["stalls_on"], batch_size=500)
