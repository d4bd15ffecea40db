"""The sales processes as data: those shipped, and a company's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.organization.models import Unit, User
from tiji.apps.pipeline.models import CloseReason, Opportunity, Rival, SalesProcess, Stage
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.apps.pipeline.services.stages import change_stages, check_stage
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.search import pinyin_key

HEAD = ("name", "name_en", "team_type", "is_default")
LONGEST = 120


@transaction.atomic
def found_processes() -> dict[str, SalesProcess]:
    """The two default processes, close reasons and rivals: what is missing is made, what is there is left alone.

    Shape: process code → process. `tiji init` and `tiji demo` call it.
    """
    shipped = {row["code"]: row for row in _shipped("processes")}
    there = {process.code: process for process in SalesProcess.objects.filter(code__in=shipped)}
    for code, row in shipped.items():
        if code not in there:
            there[code] = _write(row)
    _found_reasons()
    return there


@transaction.atomic
def define_process(
    *,
    actor: User,
    code: str,
    name: str,
    stages: Sequence[Mapping[str, Any]],
    name_en: str = "",
    team_type: str = "effectiveness",
    is_default: bool = False,
) -> SalesProcess:
    """Add a process of the company's own, or give the one with this code back. Imports bring theirs with them.

    `stages` in order, each with code, name, percent, and as wanted name_en, max_days, forecast_category, buyer_step,
    buyer_step_en, milestone, milestone_en, outcome ("won" for the last) and requires.
    Raises: NotAllowed, DomainError.
    """
    require(can_manage_pipeline(actor))
    found: SalesProcess | None = SalesProcess.objects.filter(code=code).first()
    if found is not None:
        return found
    row = {"code": code, "name": name, "name_en": name_en, "team_type": team_type, "is_default": is_default}
    _check_stages(stages)
    process = _write({**row, "stages": list(stages)})
    audit.record("process.define", process, None, {**row, "stages": [one["code"] for one in stages]}, actor=actor)
    return process


@transaction.atomic
def edit_process(
    *,
    actor: User,
    process: SalesProcess,
    name: str | None = None,
    name_en: str | None = None,
    team_type: str | None = None,
    is_default: bool | None = None,
) -> SalesProcess:
    """Call a process otherwise, give it to the other kind of team, or make it the default in place of the one that is.

    Raises: NotAllowed, DomainError.
    """
    require(can_manage_pipeline(actor))
    change_stages()
    current: SalesProcess = SalesProcess.objects.get(pk=process.pk)
    before = audit.snapshot(current, HEAD)
    _head(current, name, name_en, team_type)
    if is_default is False and current.is_default:
        raise DomainError(_("One process is the default. Make another one the default instead."), field="is_default")
    if is_default and not current.is_default:
        SalesProcess.objects.filter(is_default=True).update(is_default=False)
        current.is_default = True
    old, new = audit.changes(before, current)
    if new:
        current.save()
        audit.record("process.edit", current, old, new, actor=actor)
    return current


@transaction.atomic
def copy_process(
    *, actor: User, name: str, like: SalesProcess, name_en: str = "", team_type: str = "effectiveness"
) -> SalesProcess:
    """A new process with the stages of another, to be changed from there. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    process = SalesProcess(code=_free_code())
    _head(process, name, name_en, team_type)
    process.save(force_insert=True)
    stages = list(like.stages.filter(archived_at__isnull=True).order_by("position"))
    for position, stage in enumerate(stages, start=1):
        stage.pk, stage.process, stage.position = None, process, position
        stage._state.adding = True
    Stage.objects.bulk_create(stages)
    after = {**audit.snapshot(process, HEAD), "stages": [stage.name for stage in stages]}
    audit.record("process.define", process, None, after, actor=actor)
    return process


@transaction.atomic
def retire_process(*, actor: User, process: SalesProcess, at: datetime) -> SalesProcess:
    """Take a process out of use; deals closed in it keep it.

    Raises: NotAllowed, DomainError for the default one and while deals stand in it.
    """
    require(can_manage_pipeline(actor))
    change_stages()
    current: SalesProcess = SalesProcess.objects.get(pk=process.pk)
    if current.archived_at is not None:
        return current
    if current.is_default:
        raise DomainError(_("This is the default process. Make another one the default first."), code="default-process")
    count = Opportunity.objects.filter(process=current, status__in=("open", "paused")).count()
    if count:
        text = ngettext(
            "%(count)s opportunity stands in this process. Close it first; it may not lose its stages.",
            "%(count)s opportunities stand in this process. Close them first; they may not lose their stages.",
            count,
        )
        raise DomainError(text % {"count": count}, code="process-in-use", count=count)
    current.archived_at = at
    current.save(update_fields=["archived_at"])
    audit.record("process.retire", current, {"in_use": True}, {"in_use": False}, actor=actor)
    return current


@transaction.atomic
def restore_process(*, actor: User, process: SalesProcess) -> SalesProcess:
    """Bring a process back into use. Raises: NotAllowed."""
    require(can_manage_pipeline(actor))
    change_stages()
    current: SalesProcess = SalesProcess.objects.get(pk=process.pk)
    if current.archived_at is not None:
        current.archived_at = None
        current.save(update_fields=["archived_at"])
        audit.record("process.restore", current, {"in_use": False}, {"in_use": True}, actor=actor)
    return current


def _head(process: SalesProcess, name: str | None, name_en: str | None, team_type: str | None) -> None:
    for field, value in (("name", name), ("name_en", name_en)):
        if value is not None:
            setattr(process, field, " ".join(value.split()))
        if len(getattr(process, field)) > LONGEST:
            raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": LONGEST}, field=field)
    if not process.name:
        raise DomainError(_("Give it a name."), field="name")
    if SalesProcess.objects.filter(name=process.name).exclude(pk=process.pk).exists():
        raise DomainError(_("“%(name)s” is there already.") % {"name": process.name}, field="name")
    if team_type is not None:
        if team_type not in Unit.TeamType.values:
            raise DomainError(_("Choose the kind of team that sells by it."), field="team_type")
        process.team_type = team_type


def _free_code() -> str:
    codes = set(SalesProcess.objects.values_list("code", flat=True))
    return next(code for number in range(1, 100_000) if (code := f"process-{number}") not in codes)


def add_rivals(names: Sequence[str]) -> dict[str, Rival]:
    """Competitors by name; those not yet known are added. Imports call it."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    there = {rival.name for rival in Rival.objects.filter(name__in=wanted)}
    new = [Rival(name=name, sort_key=pinyin_key(name)[:240]) for name in wanted if name not in there]
    Rival.objects.bulk_create(new)
    return {rival.name: rival for rival in Rival.objects.filter(name__in=wanted)}


def _shipped(name: str) -> Any:
    return yaml.safe_load((files("tiji.apps.pipeline") / "data" / f"{name}.yaml").read_text(encoding="utf-8"))


def _write(row: Mapping[str, Any]) -> SalesProcess:
    head = {key: value for key, value in row.items() if key != "stages"}
    process: SalesProcess = SalesProcess.objects.create(**head)
    Stage.objects.bulk_create(
        Stage(process=process, position=position, **stage) for position, stage in enumerate(row["stages"], start=1)
    )
    return process


def _found_reasons() -> None:
    shipped = _shipped("close_reasons")
    there = set(CloseReason.objects.values_list("code", flat=True))
    CloseReason.objects.bulk_create(
        CloseReason(position=position, **row)
        for position, row in enumerate(shipped["reasons"], start=1)
        if row["code"] not in there
    )
    named = set(Rival.objects.values_list("name", flat=True))
    Rival.objects.bulk_create(
        Rival(sort_key=pinyin_key(row["name"])[:240], **row) for row in shipped["rivals"] if row["name"] not in named
    )


def _check_stages(stages: Sequence[Mapping[str, Any]]) -> None:
    if not stages:
        raise DomainError(_("A sales process needs at least one stage."), field="stages")
    percents = [stage["percent"] for stage in stages]
    if percents != sorted(percents):
        raise DomainError(_("The percents of the stages must rise from the first to the last."), field="stages")
    for stage in stages:
        check_stage(stage)
