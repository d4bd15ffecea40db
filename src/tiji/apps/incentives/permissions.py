"""Who may see pay, and who may set, run, approve and post it. Source: docs/how-to/pay.md"""

from typing import Any

from django.db.models import Q

from tiji.apps.incentives.models.adjustments import PayAdjustment
from tiji.apps.incentives.models.inquiries import Inquiry, InquiryStep
from tiji.apps.incentives.models.letters import PlanLetter
from tiji.apps.incentives.models.plans import PayPlan, PlanVersion
from tiji.apps.incentives.models.runs import PayPeriod, Run
from tiji.apps.organization.models import Person, Role, User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.scope import scope_of
from tiji.shared.settings_store import setting

MANAGERS_SEE_PAY = "incentives.managers_see_pay"
ACCEPTANCE_FIRST = "incentives.acceptance_first"
SEES_ALL_PAY = (Role.SALES_OPERATIONS, Role.FINANCE, Role.AUDITOR, Role.DIRECTOR)
PLANNERS = (Role.SALES_OPERATIONS, Role.DIRECTOR, Role.ADMINISTRATOR)
RUNNERS = (Role.SALES_OPERATIONS,)
PAYERS = (Role.FINANCE,)
ANSWERING = (Role.SALES_OPERATIONS, Role.FINANCE)
INQUIRY_DAYS = "incentives.inquiry_days"
FEWEST = 5
"""Sums over fewer people than these tell what one of them earns."""


def sees_all_pay(actor: Any) -> bool:
    """Sales operations, finance, auditors, the director. Neither HR nor administrators."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*SEES_ALL_PAY)


def manages_pay(actor: Any) -> bool:
    """A line manager, while the company lets managers see the pay of their people."""
    if not isinstance(actor, User) or not actor.is_active or not scope_of(actor).has(Role.MANAGER):
        return False
    return bool(setting(MANAGERS_SEE_PAY, scope_of(actor).on))


def pay_q(actor: Any, path: str = "person_id") -> Q:
    """The condition on rows of pay that the actor may see: everybody's, his people's, or his own."""
    if not isinstance(actor, User) or not actor.is_active:
        return Q(pk__in=[])
    if sees_all_pay(actor):
        return Q()
    scope = scope_of(actor)
    own = frozenset() if scope.person_id is None else frozenset({scope.person_id})
    return among(path, scope.changeable | own if manages_pay(actor) else own)


def can_see_pay(actor: Any, person: Person | int) -> bool:
    """Whether this person's pay is open to the actor."""
    key = person if isinstance(person, int) else person.pk
    if sees_all_pay(actor):
        return True
    if not isinstance(actor, User) or not actor.is_active:
        return False
    scope = scope_of(actor)
    return key == scope.person_id or (manages_pay(actor) and key in scope.changeable)


def can_see_pay_board(actor: Any) -> bool:
    """The pay of a month as a list of people: whoever sees more than his own."""
    return sees_all_pay(actor) or manages_pay(actor)


def can_see_pay_plans(actor: Any) -> bool:
    """Plans, assignments and quotas as a whole: those who set them or look after pay."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*SEES_ALL_PAY, *PLANNERS)


def can_edit_pay_plan(actor: Any, plan: PayPlan | None = None) -> bool:
    """Write plans and assign them: sales operations, the director, administrators."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*PLANNERS)


def can_see_sums_of_pay(actor: Any, people: int) -> bool:
    """What several people earn together: those who see all pay; planners where nobody's own pay shows through."""
    return sees_all_pay(actor) or (can_edit_pay_plan(actor) and people >= FEWEST)


def can_set_quota(actor: Any) -> bool:
    """Whoever may write plans."""
    return can_edit_pay_plan(actor)


def can_run_pay(actor: Any, period: PayPeriod | None = None) -> bool:
    """Sales operations."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*RUNNERS)


def can_approve_pay(actor: Any, run: Run | None = None) -> bool:
    """Finance."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*PAYERS)


def can_post_pay(actor: Any, run: Run | None = None) -> bool:
    """Finance."""
    return can_approve_pay(actor, run)


def can_reopen_pay(actor: Any) -> bool:
    """Sales operations and finance; it takes two persons."""
    return can_run_pay(actor) or can_approve_pay(actor)


def letter_q(actor: Any) -> Q:
    """The condition on plan letters that the actor may see: his own, or all for those who see plans as a whole."""
    if can_see_pay_plans(actor):
        return Q()
    person = getattr(actor, "person_id", None) if getattr(actor, "is_active", False) else None
    return Q(person_id=person) if person else Q(pk__in=[])


def can_send_letters(actor: Any, version: PlanVersion | None = None) -> bool:
    """Whoever may write plans."""
    return can_edit_pay_plan(actor)


def can_answer_letter(actor: Any, letter: PlanLetter) -> bool:
    """Whom it is for, and nobody in his place."""
    return isinstance(actor, User) and actor.is_active and actor.person_id == letter.person_id


def adjustment_q(actor: Any) -> Q:
    """Adjustments that the actor may see: all for those who look after pay, else the approved ones of pay he sees."""
    return pay_q(actor) if sees_all_pay(actor) else pay_q(actor) & Q(state=PayAdjustment.State.APPROVED)


def sees_pay_adjustment(actor: Any, key: int | None) -> bool:
    """Whether the adjustment of this key, and its files, are open to the actor."""
    return bool(PayAdjustment.objects.visible_to(actor).filter(pk=key).exists())


def can_propose_adjustment(actor: Any) -> bool:
    """Sales operations and finance."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*ANSWERING)


def can_decide_adjustment(actor: Any, adjustment: PayAdjustment) -> bool:
    """Finance, and neither who proposed it nor whom it pays."""
    mine = actor.pk == adjustment.proposed_by_id or actor.person_id == adjustment.person_id
    return can_approve_pay(actor) and not mine


def can_answer_inquiries(actor: Any) -> bool:
    """Sales operations and finance."""
    return can_propose_adjustment(actor)


def can_answer_inquiry(actor: Any, inquiry: Inquiry) -> bool:
    """Sales operations and finance, and nobody about his own pay."""
    return can_answer_inquiries(actor) and actor.person_id != inquiry.person_id


def can_withdraw_inquiry(actor: Any, inquiry: Inquiry) -> bool:
    """Who asked, and whose pay it is."""
    return isinstance(actor, User) and (actor.pk == inquiry.opened_by_id or actor.person_id == inquiry.person_id)


def can_see_inquiry_report(actor: Any) -> bool:
    """Whoever sees everybody's pay."""
    return sees_all_pay(actor)


def sees_inquiry_step(actor: Any, key: int | None) -> bool:
    """Whether the step of this key, and its files, are open to the actor: as the pay that it is about."""
    step = InquiryStep.objects.filter(pk=key).values_list("inquiry__person_id", flat=True).first()
    return step is not None and can_see_pay(actor, step)
