"""Which steps of a month of pay are open to whoever looks at it."""

from typing import Any

from tiji.apps.incentives.models import LOOKED_AT, PayPeriod, PayState
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_reopen_pay, can_run_pay


def steps_open_to(user: Any, period: PayPeriod | None) -> dict[str, Any]:
    """What the viewer may do with the month now, and the reopening that waits for an answer."""
    state = period.state if period else ""
    asked = period.reopenings.filter(agreed=None).select_related("asked_by") if period else None
    waiting = asked.first() if asked is not None and state in LOOKED_AT else None
    may_answer = waiting is not None and can_reopen_pay(user)
    return {
        "can_submit": state == PayState.CALCULATED and can_run_pay(user),
        "can_approve": state == PayState.IN_REVIEW and can_approve_pay(user),
        "can_post": state == PayState.APPROVED and can_post_pay(user),
        "can_finalise": state == PayState.POSTED and can_post_pay(user),
        "can_reopen": state in LOOKED_AT and waiting is None and can_reopen_pay(user),
        "reopening": waiting,
        "may_answer": may_answer,
        "may_agree": may_answer and waiting is not None and waiting.asked_by_id != user.pk,
    }
