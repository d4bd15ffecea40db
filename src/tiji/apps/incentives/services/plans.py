"""Pay plans: made, worded anew, assigned. What was said before stays."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import PayPlan, PlanAssignment, PlanVersion
from tiji.apps.incentives.permissions import can_edit_pay_plan
from tiji.apps.incentives.services.documents import document_of, read_plan
from tiji.apps.organization.models import Person, Role, Unit, User
from tiji.kernel.commission import plan_from_dict, plan_to_dict
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require


@transaction.atomic
def create_pay_plan(
    *,
    actor: User,
    code: str,
    name: str,
    document: Mapping[str, Any] | str,
    valid_from: date,
    at: datetime,
    name_en: str = "",
    reason: str = "",
) -> PlanVersion:
    """A new plan with its first version. Raises: NotAllowed, DomainError."""
    require(can_edit_pay_plan(actor))
    if not code.strip() or not name.strip():
        raise DomainError(_("A plan needs a code and a name."), field="code" if not code.strip() else "name")
    if PayPlan.objects.filter(code=code.strip()).exists():
        raise DomainError(_("There is a plan with this code already. Choose another code."), field="code")
    plan = PayPlan.objects.create(
        code=code.strip(), name=name.strip(), name_en=name_en.strip(), created_at=at, created_by=actor
    )
    audit.record("pay_plan.created", plan, after=audit.snapshot(plan), actor=actor)
    return add_plan_version(actor=actor, plan=plan, document=document, valid_from=valid_from, at=at, reason=reason)


@transaction.atomic
def add_plan_version(
    *,
    actor: User,
    plan: PayPlan,
    document: Mapping[str, Any] | str,
    valid_from: date,
    at: datetime,
    reason: str = "",
) -> PlanVersion:
    """What the plan says from a date on. The same wording from the same date is no new version.

    Raises: NotAllowed, DomainError with the path of everything wrong in the document.
    """
    require(can_edit_pay_plan(actor, plan))
    exclusive(f"incentives.plan.{plan.pk}")
    last = plan.versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    kept, digest = document_of(read_plan(document, code=plan.code, number=number))
    if last and last.valid_from == valid_from and _same(last.document, kept):
        raise DomainError(_("Nothing is different from version %(number)s.") % {"number": last.number}, code="same")
    version = PlanVersion.objects.create(
        plan=plan,
        number=number,
        valid_from=valid_from,
        document=kept,
        digest=digest,
        reason=reason.strip(),
        created_at=at,
        created_by=actor,
    )
    before = {"document": last.document, "valid_from": last.valid_from} if last else {}
    after = {"document": kept, "valid_from": valid_from}
    audit.record("pay_plan.versioned", version, before, after, reason, actor=actor)
    return version  # type: ignore[no-any-return]


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Compared as the kernel writes them out today: an older document may lack a field that came later."""
    documents = (plan_to_dict(plan_from_dict(document)) for document in (one, other))
    return len({json.dumps({**document, "version": 0}, sort_keys=True) for document in documents}) == 1


@transaction.atomic
def assign_plan(
    *,
    actor: User,
    plan: PayPlan,
    valid_from: date,
    valid_until: date | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
    role: str = "",
) -> PlanAssignment:
    """Pay somebody by a plan: a person, a unit with all below, or a role. Raises: NotAllowed, DomainError."""
    require(can_edit_pay_plan(actor, plan))
    if sum(1 for target in (person, unit, role) if target) != 1:
        raise DomainError(_("Choose one: a person, a unit or a role."), field="person")
    if role and role not in Role.values:
        raise DomainError(_("There is no such role."), field="role")
    if valid_until and valid_until <= valid_from:
        raise DomainError(_("The end lies after the beginning."), field="valid_until")
    row = PlanAssignment.objects.create(
        plan=plan, person=person, unit=unit, role=role, valid_from=valid_from, valid_until=valid_until
    )
    audit.record("pay_plan.assigned", row, after=audit.snapshot(row), actor=actor)
    return row


@transaction.atomic
def end_plan_assignment(
    *, actor: User, assignment: PlanAssignment, valid_until: date, version: int | None = None
) -> PlanAssignment:
    """Whoever it reaches is paid by the plan until before a date. `version` is what the actor saw; None: whatever is.

    Raises: NotAllowed, DomainError, Conflict when somebody was faster.
    """
    require(can_edit_pay_plan(actor, assignment.plan))
    row = PlanAssignment.objects.select_for_update().get(pk=assignment.pk)
    if version is not None and row.version != version:
        label = str(_("Valid until"))
        current, attempted = {label: row.valid_until or "–"}, {label: valid_until}
        message = _("Somebody changed this assignment in the meantime. Look at it and decide again.")
        raise Conflict(message, current=current, attempted=attempted)
    if valid_until <= row.valid_from:
        raise DomainError(_("The end lies after the beginning."), field="valid_until")
    before = audit.snapshot(row)
    row.valid_until = valid_until
    row.version += 1
    row.save(update_fields=["valid_until", "version", "updated_at"])
    audit.record("pay_plan.unassigned", row, *audit.changes(before, row), actor=actor)
    return row  # type: ignore[no-any-return]
