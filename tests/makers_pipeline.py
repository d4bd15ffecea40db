"""Makers of deals and activities for tests: through the services, so that what they make is true."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from makers import day, moment
from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import Activity, CloseReason, Opportunity, SalesProcess, Stage
from tiji.apps.pipeline.services.activities import log_activity
from tiji.apps.pipeline.services.moves import move_opportunity
from tiji.apps.pipeline.services.opportunities import create_opportunity
from tiji.apps.pipeline.services.processes import found_processes


def make_processes() -> dict[str, SalesProcess]:
    return found_processes()


def stage(code: str, process: str = "effectiveness") -> Stage:
    return Stage.objects.get(process__code=process, code=code)


def reason(code: str) -> CloseReason:
    return CloseReason.objects.get(code=code)


def make_opportunity(
    actor: User,
    name: str = "二期产线智控系统",
    *,
    stage_code: str = "lead",
    process: str = "effectiveness",
    at: str | datetime = "2026-11-01",
    amount: str | None = None,
    expected_on: str | None = None,
    **facts: Any,
) -> Opportunity:
    """A deal of the actor, opened in a stage."""
    found_processes()
    return create_opportunity(
        actor=actor,
        name=name,
        at=moment(at),
        stage=stage(stage_code, process),
        amount=None if amount is None else Decimal(amount),
        expected_on=day(expected_on) if expected_on else None,
        **facts,
    )


def move(actor: User, deal: Opportunity, code: str, at: str | datetime = "2026-11-10", why: str = "") -> Opportunity:
    """Move to a stage of the deal's own process."""
    to_stage = Stage.objects.get(process_id=deal.process_id, code=code)
    return move_opportunity(actor=actor, opportunity=deal, to_stage=to_stage, at=moment(at), reason=why)


def make_visit(
    actor: User, *, at: str | datetime = "2026-11-17", next_step: str = "发送方案", **facts: Any
) -> Activity:
    return log_activity(actor=actor, at=moment(at), next_step=next_step, **facts)
