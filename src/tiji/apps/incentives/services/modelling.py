"""Modelling a plan: made, asked for, called off. What it computes is written by `services/model_work.py`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from tiji.apps.incentives.models import PayModel, PlanVersion
from tiji.apps.incentives.permissions import can_edit_pay_plan, sees_all_pay
from tiji.apps.incentives.refusal_words import refusal_text
from tiji.apps.incentives.selectors.modelling import months_of, run_months
from tiji.apps.incentives.services.asking import PATIENCE
from tiji.apps.incentives.services.documents import document_of, read_plan
from tiji.apps.incentives.services.model_work import KIND, cancelled, claim, work_off_model
from tiji.apps.incentives.services.progress import anything_running, running
from tiji.apps.organization.models import Person, Role, Unit, User
from tiji.kernel.periods import PeriodKind
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

MOST_MONTHS = 24
LEAST_GROWTH, MOST_GROWTH = Decimal("-0.5"), Decimal(2)
GROWTH_DIGITS = 4
State = PayModel.State


def deny_modelling() -> str:
    """Why somebody may not model plans, and whom to ask."""
    return refusal_text("model-not-allowed", {})


@transaction.atomic
def make_model(
    *,
    actor: User,
    version: PlanVersion,
    name: str,
    document: Mapping[str, Any] | str,
    first: str,
    last: str,
    at: datetime,
    growth: Decimal = Decimal(0),
    person: Person | None = None,
    unit: Unit | None = None,
    role: str = "",
    queued: bool = True,
) -> PayModel:
    """A changed plan over months that were run. Nobody is ever paid by it.

    A worker computes it, unless whoever asks does so himself.
    Raises: NotAllowed, DomainError with the path of everything wrong in the document.
    """
    require(can_edit_pay_plan(actor, version.plan), deny_modelling())
    if not name.strip():
        raise DomainError(_("Give the model a name, so that it is found again."), field="name")
    _check_months(first, last)
    _check_target(actor, person, unit, role)
    _check_growth(growth)
    kept, digest = document_of(_read(version, document))
    said = {"document": kept, "digest": digest, "currency": kept["currency"]}
    chosen = {"first": first, "last": last, "growth": growth, "person": person, "unit": unit, "role": role}
    model: PayModel = PayModel.objects.create(
        name=name.strip(), version=version, made_at=at, made_by=actor, asked_at=at, **said, **chosen
    )
    audit.record("pay_model.created", model, after=audit.snapshot(model), actor=actor)
    if queued:
        transaction.on_commit(lambda: compute_model.enqueue(model.pk))
    return model


def _read(version: PlanVersion, document: Mapping[str, Any] | str) -> Any:
    plan = read_plan(document, code=version.plan.code, number=version.number)
    if plan.currency != version.document["currency"]:
        facts = {"currency": version.document["currency"]}
        raise DomainError(
            _("The plan pays in %(currency)s; a model of it pays in that currency, too.") % facts, field="document"
        )
    return plan


def _check_months(first: str, last: str) -> None:
    try:
        months = months_of(first, last)
    except (ValueError, OverflowError) as error:
        raise DomainError(_("Name a month such as 2026-M10."), field="first") from error
    if any(month.kind is not PeriodKind.MONTH for month in months):
        raise DomainError(_("Name a month such as 2026-M10."), field="first")
    if not months:
        raise DomainError(_("The last month lies after the first, or is the same."), field="last")
    if len(months) > MOST_MONTHS:
        raise DomainError(_("A model covers at most %(n)s months.") % {"n": MOST_MONTHS}, field="last")
    known = set(run_months())
    missing = [month.key for month in months if month.key not in known]
    if missing:
        text = _("There is no run of %(months)s to compare with. Choose months that were run.")
        raise DomainError(text % {"months": ", ".join(missing[:3])}, field="first")


def _check_growth(growth: Decimal) -> None:
    if not LEAST_GROWTH <= growth <= MOST_GROWTH or growth != round(growth, GROWTH_DIGITS):
        raise DomainError(_("Growth lies between −50% and 200%, with at most two decimals."), field="growth")


def _check_target(actor: User, person: Person | None, unit: Unit | None, role: str) -> None:
    chosen = sum(1 for target in (person, unit, role) if target)
    if chosen > 1:
        raise DomainError(_("Choose one: a person, a unit or a role."), field="person")
    if role and role not in Role.values:
        raise DomainError(_("There is no such role."), field="role")
    message = _("Only those who see everybody's pay choose whom a model pays. Leave it as it was.")
    require(not chosen or sees_all_pay(actor), message)


@transaction.atomic
def run_model_again(*, actor: User, model: PayModel, at: datetime) -> PayModel:
    """Have a model computed that was stopped, called off or interrupted. Raises: NotAllowed, DomainError."""
    require(can_edit_pay_plan(actor, model.version.plan), deny_modelling())
    if not claim(model.pk, at, died=model_has_died(model, at)):
        raise DomainError(_("This model is being computed, or is done."), code="not-stopped")
    audit.record("pay_model.asked", model, after={"period": f"{model.first} – {model.last}"}, actor=actor)
    transaction.on_commit(lambda: compute_model.enqueue(model.pk))
    model.refresh_from_db()
    return model


@transaction.atomic
def withdraw_model(*, actor: User, model: PayModel, at: datetime) -> PayModel:
    """Close a model that nobody computes: one that waits, or whose worker has died. Raises: NotAllowed."""
    require(can_edit_pay_plan(actor, model.version.plan), deny_modelling())
    if model.state == State.WAITING or model_has_died(model, at):
        cancelled(model.pk, actor, at)
    return model


def model_has_died(model: PayModel, now: datetime) -> bool:
    """Whether its worker gives no sign of life; it left nothing behind, since results go in at once at the end."""
    if model.state != State.RUNNING or running(f"{KIND}-{model.pk}"):
        return False
    return (now - (model.begun_at or model.asked_at)).total_seconds() > PATIENCE


def no_worker_for(model: PayModel, now: datetime) -> bool:
    """Whether it has waited for so long that no worker can be running; other work is waited for."""
    waited = (now - model.asked_at).total_seconds()
    return model.state == State.WAITING and waited > PATIENCE and not anything_running()


@task(priority=-10)
def compute_model(model_id: int) -> None:
    """Compute the model that was asked for; runs of a month go first."""
    work_off_model(model_id)
