"""Contracts: drafted with a plan of instalments, signed once, reversed by a second row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.commerce.models import Contract, Instalment
from tiji.apps.commerce.permissions import (
    can_draft_contract,
    can_edit_contract,
    can_own_document,
    can_reverse_contract,
    can_sign_contract,
)
from tiji.apps.commerce.selectors.business_kind import kind_on
from tiji.apps.commerce.services.drafts import locked_draft
from tiji.apps.commerce.services.facts import post_contract_facts
from tiji.apps.commerce.services.reversals import (
    Refusals,
    check_nothing_owed,
    check_reversal,
    mark_reversed,
    taken_back,
)
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.places import unit_of
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from tiji.kernel.receivables import Instalment as PlanRow
from tiji.kernel.receivables import plan_problems
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require

REFUSALS = Refusals(
    gettext_lazy("Only a signed contract can be reversed."),
    "not-signed",
    gettext_lazy("Say why the contract is taken back."),
    gettext_lazy("A reversal cannot be dated before the signing."),
)


@dataclass(frozen=True)
class PlannedInstalment:
    """One payment of a plan as it is typed."""

    label: str
    due_on: date
    amount: Decimal
    condition: str = ""


@transaction.atomic
def draft_contract(
    *,
    actor: User,
    account: Account,
    name: str,
    amount: Money,
    on: date,
    cost: Decimal | None = None,
    owner: Person | None = None,
    opportunity: Opportunity | None = None,
    instalments: Sequence[PlannedInstalment] = (),
) -> Contract:
    """Draft a contract with its plan of instalments. Raises: NotAllowed, DomainError."""
    require(can_draft_contract(actor, account, opportunity))
    if owner is not None and not can_own_document(actor, owner):
        raise DomainError(_("Choose yourself or somebody below you as the owner."), field="owner")
    holder = owner or (opportunity.owner if opportunity else None) or account.owner
    if holder is None:
        raise DomainError(_("This account has no owner. Choose who owns the contract."), field="owner")
    if opportunity is not None and opportunity.account_id != account.pk:
        raise DomainError(_("This opportunity belongs to another account."), field="opportunity")
    _check_name(name)
    _check_amounts(amount, cost, instalments)
    contract = Contract.objects.create(
        number=next_number("HT", on.year),
        name=name,
        account=account,
        opportunity=opportunity,
        owner=holder,
        unit=unit_of(holder, on),
        amount=amount.amount,
        cost=cost,
        currency=amount.currency,
        created_at=timezone.now(),
        created_by=actor,
    )
    _write_plan(contract, instalments)
    audit.record("contract.draft", contract, after=audit.snapshot(contract), actor=actor)
    return contract


@transaction.atomic
def edit_contract(
    *,
    actor: User,
    contract: Contract,
    expected_version: int,
    name: str,
    amount: Money,
    cost: Decimal | None,
    instalments: Sequence[PlannedInstalment],
) -> Contract:
    """Change a draft and its plan. Raises: NotAllowed, Conflict, DomainError when it is signed."""
    require(can_edit_contract(actor, contract))
    current = locked_draft(contract)
    if current.version != expected_version:
        attempted = {"name": name, "amount": amount.amount, "cost": cost, "instalments": list(instalments)}
        raise Conflict(_("Somebody changed this contract in the meantime."), current=current, attempted=attempted)
    _check_name(name)
    _check_amounts(amount, cost, instalments)
    before = audit.snapshot(current)
    current.name, current.amount, current.cost, current.currency = name, amount.amount, cost, amount.currency
    current.version += 1
    current.save()
    current.instalments.all().delete()
    _write_plan(current, instalments)
    audit.record("contract.edit", current, before=before, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def sign_contract(*, actor: User, contract: Contract, signed_on: date) -> Contract:
    """Sign a draft: its kind of business is frozen and its amount counts from that day.

    Raises: NotAllowed, DomainError.
    """
    require(can_sign_contract(actor, contract))
    current = locked_draft(contract, _("This contract is signed already."))
    if not current.amount:
        raise DomainError(_("A contract without an amount cannot be signed. Fill in the amount."), field="amount")
    _check_plan(current, signed_on)
    before = audit.snapshot(current)
    current.status, current.signed_on = Contract.Status.SIGNED, signed_on
    current.kind = kind_on(current.account_id, signed_on)
    current.unit = unit_of(current.owner_id, signed_on)
    current.version += 1
    current.save()
    post_contract_facts(contracts=[current])
    audit.record("contract.sign", current, before=before, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def reverse_contract(*, actor: User, contract: Contract, on: date, reason: str) -> Contract:
    """Take a signed contract back: a second row with the amounts negated counts on that day.

    Raises: NotAllowed, DomainError while invoices of it stand open or it is not signed.
    """
    require(can_reverse_contract(actor, contract))
    current: Contract = Contract.objects.select_for_update().get(pk=contract.pk)
    check_reversal(REFUSALS, stands=current.stands, since=current.signed_on, on=on, reason=reason)
    check_nothing_owed(current, _("Invoices of this contract are still open. Credit them first."))
    reversal = Contract.objects.create(
        number=next_number("HT", on.year),
        name=current.name,
        status=Contract.Status.SIGNED,
        signed_on=on,
        **taken_back(current, reason=reason, by=actor, at=timezone.now()),
    )
    mark_reversed(current)
    post_contract_facts(contracts=[current, reversal])
    audit.record("contract.reverse", current, after=audit.snapshot(reversal), reason=reason, actor=actor)
    return reversal


def _write_plan(contract: Contract, instalments: Sequence[PlannedInstalment]) -> None:
    Instalment.objects.bulk_create(
        Instalment(
            contract=contract,
            position=position,
            label=row.label,
            due_on=row.due_on,
            amount=row.amount,
            condition=row.condition,
        )
        for position, row in enumerate(instalments, start=1)
    )


def _check_amounts(amount: Money, cost: Decimal | None, instalments: Sequence[PlannedInstalment]) -> None:
    if amount.is_negative or not amount.is_whole_minor:
        raise DomainError(_("Type an amount of 0 or more, with no more decimals than it is paid in."), field="amount")
    if cost is not None and cost < 0:
        raise DomainError(_("A cost is 0 or more."), field="cost")
    for row in instalments:
        if row.amount <= 0:
            raise DomainError(_("Each instalment is more than 0. Remove the empty one."), field="instalments")
        if not Money(row.amount, amount.currency).is_whole_minor:
            raise DomainError(_("An instalment has more decimals than can be paid."), field="instalments")
    planned = sum((row.amount for row in instalments), Decimal(0))
    if instalments and planned != amount.amount:
        raise _plan_gap(amount, planned)


def _check_plan(contract: Contract, signed_on: date) -> None:
    """The plan as the cash rules want it: adding up, and due in rising order from the day of signing."""
    money = Money(contract.amount, contract.currency)
    rows = list(contract.instalments.all())
    plan = [PlanRow(row.due_on, Money(row.amount, contract.currency)) for row in rows]
    for problem in plan_problems(money, signed_on, plan):
        if problem.code == "order":
            raise DomainError(
                _("Instalment %(n)s is due before the signing or before the one above it. Change its date.")
                % {"n": (problem.row or 0) + 1},
                field="instalments",
                code="instalments-order",
            )
        raise _plan_gap(money, sum((row.amount for row in rows), Decimal(0)))


def _check_name(name: str) -> None:
    if not name.strip():
        raise DomainError(_("Say what the contract is about."), field="name")


def _plan_gap(amount: Money, planned: Decimal) -> DomainError:
    return DomainError(
        _("The instalments add up to %(planned)s, the contract is %(amount)s. They must be equal.")
        % {"planned": f"{planned:,.2f}", "amount": f"{amount.amount:,.2f}"},
        field="instalments",
        code="instalments-gap",
    )
