"""Makers of pay: plans, quotas, months of receipts, runs. Through the services, so that every invariant holds."""

from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from makers import LONG_AGO, day, make_account, moment
from makers_commerce import make_invoice, make_receipt
from tiji.apps.commerce.models import Receipt
from tiji.apps.customers.models import Account
from tiji.apps.incentives.models import PlanLetter, PlanVersion, Quota, Run
from tiji.apps.incentives.pages.letters import LetterWriter
from tiji.apps.incentives.services.closing import approve_run, post_run, submit_run
from tiji.apps.incentives.services.letters import send_letters
from tiji.apps.incentives.services.plans import assign_plan, create_pay_plan
from tiji.apps.incentives.services.quotas import set_quota
from tiji.apps.incentives.services.runs import run_pay
from tiji.apps.organization.models import Person, User

AT = moment("2026-01-02")
CASH_PLAN = files("tiji.apps.incentives").joinpath("data/cash_commission.yaml").read_text(encoding="utf-8")
# 2% of what is signed with new customers; and 0.5 / 0.8 / 1.0% of all of a month's receipts, at most 5,000 a month.
SECOND_PLAN = """
components:
  - code: new-signed
    credit: {event: signed, business: [new]}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.02"}]}
  - code: month-cash
    credit: {event: receipt}
    measure: {interval: month}
    rate:
      mode: retroactive
      tie: lower
      steps:
        - {from: "0", to: "300000", rate: "0.005"}
        - {from: "300000", to: "500000", rate: "0.008"}
        - {from: "500000", rate: "0.010"}
    cap: {amount: "5000.00"}
"""


def make_plan(
    actor: User, code: str = "cash", document: Any = CASH_PLAN, valid_from: str | date = LONG_AGO
) -> PlanVersion:
    return create_pay_plan(
        actor=actor, code=code, name=f"方案 {code}", document=document, valid_from=day(valid_from), at=AT
    )


def pay_by(actor: User, version: PlanVersion, person: Person, valid_from: str | date = LONG_AGO) -> None:
    assign_plan(actor=actor, plan=version.plan, person=person, valid_from=day(valid_from))


def make_quota(actor: User, person: Person, period: str, amount: str, measure: str = "cash") -> Quota:
    return set_quota(
        actor=actor,
        person=person,
        measure=measure,
        period=period,
        amount=Decimal(amount),
        on=day("2026-01-02"),
        at=AT,
    )


def receive(bookkeeper: User, account: Account, amount: str, on: str) -> Receipt:
    """Money for an invoice of that very amount."""
    make_invoice(bookkeeper, account, amount, issued_on=on, due_on=on)
    return make_receipt(bookkeeper, account, amount, on)


def customer_of(person: Person, name: str = "澄湖精密") -> Account:
    return make_account(name, person)


def post_month(operations: User, finance: User, run: Run, at: datetime = AT) -> Run:
    """Hand in, approve and post."""
    submit_run(actor=operations, run=run, at=at)
    approve_run(actor=finance, run=run, at=at)
    return post_run(actor=finance, run=run, at=at)


def pay_month(operations: User, finance: User, period: str, on: str = "2026-11-18") -> Run:
    """Run and post a month."""
    return post_month(operations, finance, run_month(operations, period, on))


def run_month(operations: User, period: str, on: str = "2026-11-18") -> Run:
    return run_pay(actor=operations, period=period, on=day(on)).run


def send_letter(actor: User, version: PlanVersion, person: Person, on: str = "2026-01-02") -> PlanLetter:
    """A version put to one person, as the board does it."""
    writing = {"on": day(on), "at": AT, "write": LetterWriter(version, day(on)), "link": lambda letter: f"/{letter.pk}"}
    return send_letters(actor=actor, version=version, people=[person], **writing)[0]
