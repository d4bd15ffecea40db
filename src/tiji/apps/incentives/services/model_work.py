"""Computing a model of pay: month after month outside of any transaction, all results in one at the end."""

import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from time import sleep
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.models import PayModel, PayModelGrowth, PayModelPerson, PayModelResult
from tiji.apps.incentives.models.modelling import SUMS
from tiji.apps.incentives.refusal_words import WORDS, stopped
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs
from tiji.apps.incentives.selectors.modelling import MonthInputs, earned_then, inputs_of_model, months_of
from tiji.apps.incentives.services.asking import TURN, Cancelled
from tiji.apps.incentives.services.progress import Progress, called_off_by, forget_word, running
from tiji.apps.incentives.services.scenarios import (
    GROWTHS,
    Credited,
    Reached,
    Sum,
    attainments,
    break_even,
    computed,
    is_mixed,
    measured,
)
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.places import units_of
from tiji.kernel.commission import InputError, Told, plan_from_dict, silent
from tiji.kernel.engine import EngineError
from tiji.kernel.periods import Period
from tiji.shared import audit
from tiji.shared.bulk import insert_in_sets
from tiji.shared.errors import DomainError
from tiji.shared.request_context import acting

KIND = "-model"
GROWTH_SCALE = 10_000
"""A growth of one hundredth of a percent, as a rate is stored."""
LARGEST_RATE = 10**15
State = PayModel.State
logger = logging.getLogger("tiji.pay")


@dataclass
class _Month:
    """One month's sums by person. Units: as stored."""

    key: str
    modelled: dict[int, Sum]
    replayed: dict[int, Sum]
    then: dict[int, int]

    @property
    def people(self) -> list[int]:
        return sorted(self.modelled.keys() | self.replayed.keys() | self.then.keys())


@dataclass
class _Cost:
    """What all months cost at one growth; `replayed` is the plan of then. Units: as stored."""

    amount: int = 0
    credit: int = 0
    replayed: int | None = None


@dataclass
class _Work:
    """A model while it is computed."""

    model: PayModel
    months: list[Period]
    told: Told
    done: list[_Month] = field(default_factory=list)
    costs: dict[int, _Cost] = field(default_factory=dict)
    reached: dict[tuple[int, date], Reached] = field(default_factory=dict)
    _credited: dict[tuple[str, int], Credited] = field(default_factory=dict)

    @property
    def growth(self) -> int:
        return int(self.model.growth.scaleb(4))

    @property
    def quota_code(self) -> str:
        """The first component of the model that has a quota."""
        parts = plan_from_dict(self.model.document).components
        return next((part.code for part in parts if part.quota), "")

    @cached_property
    def mixed(self) -> bool:
        said = self.model.version.plan.versions.values_list("document", flat=True)
        return is_mixed([self.model.document, *said])

    def of(self, which: str, plans: tuple[PlanInputs, ...], growth: int) -> tuple[dict[int, Sum], RunTables]:
        """One month by these plans. What several months count once is remembered for each growth apart."""
        return computed(plans, growth, self._credited.setdefault((which, growth), Credited(self.mixed)))


def work_off_model(model_id: int, told: Told = silent) -> None:
    """Compute a model that waits, unless it was called off or another worker has begun; what came of it stays on it."""
    model = PayModel.objects.select_related("version__plan", "made_by", "person", "unit").get(pk=model_id)
    actor: User = model.made_by
    with acting(actor, "system", f"model.{model_id}"), override(actor.language or settings.LANGUAGE_CODE):
        _wait_for_quiet()
        if (canceller := called_off_by(model_id, KIND)) is not None:
            cancelled(model_id, User.objects.get(pk=canceller), timezone.now())
        else:
            begun = timezone.now()
            waiting = PayModel.objects.filter(pk=model_id, state=State.WAITING)
            if waiting.update(state=State.RUNNING, begun_at=begun):
                model.begun_at = begun
                _worked(model, actor, told)
    forget_word(model_id, KIND)


def _wait_for_quiet() -> None:
    """A run holds the database's lock on SQLite, and is not kept waiting."""
    while running():
        sleep(TURN)


def _worked(model: PayModel, actor: User, told: Told) -> None:
    progress = Progress(model.first, model.pk, f"{KIND}-{model.pk}")
    refusal: dict[str, object] = {"code": "broken"}
    try:
        _compute(model, actor, _both(model.pk, progress, told))
    except Cancelled:
        progress.end()
        if (canceller := called_off_by(model.pk, KIND)) is not None:
            cancelled(model.pk, User.objects.get(pk=canceller), timezone.now())
    except DomainError as error:
        facts = error.extra if error.code in WORDS else {}
        refusal = {"code": error.code[:40], "facts": facts, "message": str(error)}
        logger.info("pay model %s: %s", model.pk, error)
    finally:
        progress.end()
        _close(model, State.FAILED, timezone.now(), **refusal)


def _both(model_id: int, progress: Progress, told: Told) -> Told:
    def tell(stage: str, rows: int) -> None:
        progress(stage, rows)
        told(stage, rows)
        if called_off_by(model_id, KIND) is not None:
            raise Cancelled(_("The model was cancelled and wrote nothing."), code="cancelled")

    return tell


def _compute(model: PayModel, actor: User, told: Told) -> None:
    work = _Work(model, months_of(model.first, model.last), told)
    then = earned_then(model.version.plan, [month.key for month in work.months], model.currency)
    try:
        for month in work.months:
            told(month.key, 0)
            _month(work, inputs_of_model(model, month), then.get(month.key, {}))
        if not any(one.modelled for one in work.done):
            raise stopped("model-nobody", field="first")
        told("search", 0)
        _search(work)
    except InputError as error:
        raise stopped("run-stopped", reason=str(error)) from error
    except EngineError as error:
        logger.exception("pay model %s", model.pk)
        raise stopped("run-too-large") from error
    told("append", sum(len(one.people) for one in work.done))
    _wait_for_quiet()
    _append(work, actor)


def _month(work: _Work, inputs: MonthInputs, then: dict[int, int]) -> None:
    """The month at the model's own growth for every person, at the others for the sums."""
    found: dict[int, tuple[dict[int, Sum], dict[int, Sum]]] = {}
    for growth in sorted({*GROWTHS, work.growth}):
        modelled, tables = work.of("modelled", inputs.modelled, growth)
        replayed, _tables = work.of("replayed", inputs.replayed, growth)
        cost = work.costs.setdefault(growth, _Cost(replayed=0))
        _add(cost, modelled)
        cost.replayed = (cost.replayed or 0) + sum(one.amount for one in replayed.values())
        if growth == work.growth:
            work.reached |= measured(inputs.modelled, tables, work.quota_code)
        found[growth] = modelled, replayed
    work.done.append(_Month(inputs.period.key, found[work.growth][0], found[0][1], then))


def _add(cost: _Cost, sums: dict[int, Sum]) -> None:
    cost.amount += sum(one.amount for one in sums.values())
    cost.credit += sum(one.credit for one in sums.values())


def _search(work: _Work) -> None:
    """Look for the growth at which the model costs what was earned then; every growth that is tried is kept."""

    def at(growth: int) -> int:
        work.told("search", 0)
        cost = work.costs.setdefault(growth, _Cost())
        for month in work.months:
            _add(cost, work.of("modelled", inputs_of_model(work.model, month).modelled, growth)[0])
        return cost.amount

    earned = sum(sum(one.then.values()) for one in work.done)
    break_even({growth: cost.amount for growth, cost in work.costs.items()}, earned, at)


@transaction.atomic
def _append(work: _Work, actor: User) -> None:
    """Everything at once, unless it was called off or begun anew in the meantime. Raises: Cancelled."""
    model, sums = work.model, _sums(work)
    people = sorted({person for one in work.done for person in one.people})
    if not _close(model, State.DONE, timezone.now(), people=len(people), **sums):
        raise Cancelled(_("The model was cancelled and wrote nothing."), code="cancelled")
    insert_in_sets(PayModelResult, _result_table(work))
    insert_in_sets(PayModelPerson, _person_table(work, people))
    insert_in_sets(PayModelGrowth, _growth_table(work))
    audit.record("pay_model.finished", model, after={"people": len(people), **sums}, actor=actor)


def _sums(work: _Work) -> dict[str, Decimal]:
    totals = dict.fromkeys(SUMS, 0)
    for row in _rows(work):
        for name in SUMS:
            totals[name] += row[name]
    return {name: Decimal(total).scaleb(-STORED_DIGITS) for name, total in totals.items()}


def _rows(work: _Work) -> list[dict[str, Any]]:
    nothing, found = Sum(), []
    for one in work.done:
        for person in one.people:
            modelled, replayed = one.modelled.get(person, nothing), one.replayed.get(person, nothing)
            found.append(
                {
                    "person_id": person,
                    "period": one.key,
                    "amount": modelled.amount,
                    "then_amount": one.then.get(person, 0),
                    "replayed_amount": replayed.amount,
                    "credit": modelled.credit,
                    "replayed_credit": replayed.credit,
                }
            )
    return found


def _result_table(work: _Work) -> pa.Table:
    rows = _rows(work)
    columns: dict[str, Any] = {"model_id": [work.model.pk] * len(rows)}
    return pa.table(columns | {name: [row[name] for row in rows] for name in ("person_id", "period", *SUMS)})


def _person_table(work: _Work, people: list[int]) -> pa.Table:
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    for row in _rows(work):
        for name in SUMS:
            sums[row["person_id"]][name] += row[name]
    units, reached = units_of(set(people), work.months[-1].last_day), attainments(work.reached)
    columns: dict[str, Any] = {"model_id": [work.model.pk] * len(people), "person_id": people}
    columns |= {name: [sums[person][name] for person in people] for name in ("amount", "then_amount", "credit")}
    columns["change"] = [sums[person]["amount"] - sums[person]["then_amount"] for person in people]
    columns["unit_id"] = pa.array([units.get(person) for person in people], pa.int64())
    columns["attainment"] = pa.array([_share(*reached[person]) for person in people], pa.int64())
    return pa.table(columns)


def _share(total: int, quota: int) -> int | None:
    """A total over its quota as a stored rate; none without a quota."""
    return min(total * 10**8 // quota, LARGEST_RATE) if quota > 0 else None


def _growth_table(work: _Work) -> pa.Table:
    costs = sorted(work.costs.items())
    return pa.table(
        {
            "model_id": [work.model.pk] * len(costs),
            "growth": [growth * GROWTH_SCALE for growth, _cost in costs],
            "amount": [cost.amount for _growth, cost in costs],
            "credit": [cost.credit for _growth, cost in costs],
            "replayed_amount": pa.array([cost.replayed for _growth, cost in costs], pa.int64()),
        }
    )


def _close(model: PayModel, state: str, at: datetime, **facts: object) -> bool:
    """End it unless it has ended or was begun anew by another worker."""
    mine = PayModel.objects.filter(pk=model.pk, state=State.RUNNING, begun_at=model.begun_at)
    return bool(mine.update(state=state, ended_at=at, **facts))


@transaction.atomic
def cancelled(model_id: int, canceller: User, at: datetime) -> None:
    """Close a model that somebody called off."""
    still_open = PayModel.objects.filter(pk=model_id, state__in=PayModel.OPEN)
    if still_open.update(state=State.CANCELLED, ended_at=at, cancelled_by=canceller):
        model = PayModel.objects.get(pk=model_id)
        audit.record("pay_model.cancelled", model, after={"state": str(State.CANCELLED)}, actor=canceller)
    with suppress(OSError):
        forget_word(model_id, KIND)


def claim(model_id: int, at: datetime, *, died: bool) -> bool:
    """Have one that stopped wait again."""
    states = [State.FAILED, State.CANCELLED, *([State.RUNNING] if died else [])]
    stopped_one = PayModel.objects.filter(pk=model_id, state__in=states)
    fresh: dict[str, Any] = {
        "begun_at": None,
        "ended_at": None,
        "cancelled_by": None,
        "code": "",
        "facts": {},
        "message": "",
    }
    return bool(stopped_one.update(state=State.WAITING, asked_at=at, **fresh))
