"""The sales processes as data: those shipped, and a company's own."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import CloseReason, ForecastCategory, Rival, SalesProcess, Stage
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.apps.pipeline.services.gates import REQUIRABLE
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.search import pinyin_key


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
def edit_stage(*, actor: User, stage: Stage, **facts: Any) -> Stage:
    """Change how a stage is called, its percent, limit, buyer's step or required fields; open deals follow its percent.

    Raises: NotAllowed, DomainError.
    """
    require(can_manage_pipeline(actor))
    before = audit.snapshot(stage)
    for field, value in facts.items():
        setattr(stage, field, value)
    _check_stage({"percent": stage.percent, "requires": stage.requires, "forecast_category": stage.forecast_category})
    stage.save()
    if "percent" in facts:
        stage.opportunities.filter(status="open").update(percent=stage.percent)
    old, new = audit.changes(before, stage)
    audit.record("stage.edit", stage, old, new, actor=actor)
    return stage


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
        _check_stage(stage)


def _check_stage(stage: Mapping[str, Any]) -> None:
    if not 0 <= stage["percent"] <= 100:
        raise DomainError(_("A percent lies between 0 and 100."), field="percent")
    unknown = set(stage.get("requires", ())) - set(REQUIRABLE)
    if unknown:
        raise DomainError(
            _("A stage cannot ask for %(names)s.") % {"names": ", ".join(sorted(unknown))}, field="requires"
        )
    if stage.get("forecast_category", "pipeline") not in ForecastCategory.values:
        raise DomainError(_("Choose a forecast category of the list."), field="forecast_category")
