"""The instalment plan of a contract: what is due when, adding up to the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tiji.kernel.money import Money, Rate, largest_remainder, sum_money


@dataclass(frozen=True, slots=True)
class Instalment:
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """What is wrong with a plan. `code`: empty, currency, amount, order, sum; `row` counts from 0, None is the plan."""

    code: str
    row: int | None = None
    difference: Money | None = None


def plan_problems(contract_amount: Money, signed_on: date, plan: Sequence[Instalment]) -> list[PlanProblem]:
    """Everything wrong with an instalment plan, empty if it stands.

    A plan has a row, each positive, in whole minor units of the contract's currency and due on or after the signing,
    in rising order of date; together they are the contract's amount. For `sum`, `difference` is what is missing
    (negative: too much).
    Source: docs/kernel/cash-application.md, "Instalment plans"
    """
    if not plan:
        return [PlanProblem("empty")]
    problems = []
    earliest = signed_on
    for row, instalment in enumerate(plan):
        if instalment.amount.currency != contract_amount.currency:
            problems.append(PlanProblem("currency", row))
        elif not instalment.amount.is_positive or not instalment.amount.is_whole_minor:
            problems.append(PlanProblem("amount", row))
        if instalment.due_on < earliest:
            problems.append(PlanProblem("order", row))
        earliest = max(earliest, instalment.due_on)
    if any(problem.code == "currency" for problem in problems):
        return problems
    planned = sum_money((instalment.amount for instalment in plan), contract_amount.currency)
    if planned != contract_amount:
        problems.append(PlanProblem("sum", difference=contract_amount - planned))
    return problems


def instalment_amounts(contract_amount: Money, shares: Sequence[Rate]) -> list[Money]:
    """Cut a contract into instalments by shares that make 1; the cents go by largest remainder, so nothing is lost.

    Raises: ValueError if the shares do not make 1 or one is negative.
    Source: docs/kernel/cash-application.md, "Instalment plans"
    """
    total = sum((Fraction(share) for share in shares), Fraction(0))
    if total != 1:
        raise ValueError(f"the shares of an instalment plan must make 100%, not {total * 100}%")
    return largest_remainder(contract_amount, shares)
