"""Contracts of the demo company, their bills, and the money that came for them: mostly on time, some late, some not."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tiji.apps.exchange.demo.words import TRADES
from tiji.apps.exchange.demo.world import ContractRow, CustomerRow, DealRow, InvoiceRow, PersonRow

CENT = Decimal("0.01")
PLANS = {
    "effectiveness": (
        ("预付款", 30, 7, "合同生效"),
        ("到货款", 40, 55, "货到现场"),
        ("验收款", 20, 110, "验收合格"),
        ("质保金", 10, 460, "质保期满"),
    ),
    "efficiency": (("预付款", 50, 5, "合同生效"), ("发货款", 50, 30, "发货前")),
}
LATE_BY_TIER = {"A": 0.06, "B": 0.09, "C": 0.15, "D": 0.22}


def make_contracts(
    rng: Random,
    people: dict[str, PersonRow],
    customers: dict[str, CustomerRow],
    deals: list[DealRow],
    start: date,
    today: date,
) -> list[ContractRow]:
    """A contract for each deal won, and the older business of customers that were there before."""
    contracts = _older_business(rng, customers, start)
    for deal in deals:
        if deal.status != "won":
            continue
        customer = customers[deal.customer]
        contracts.append(
            _contract(
                rng,
                key=f"k-{deal.key}",
                name=f"{customer.short_name}{deal.name}",
                customer=customer,
                owner=deal.owner,
                deal=deal,
                signed_on=deal.steps[-1].on,
                amount=deal.amount,
                cost=deal.cost,
                today=today,
            )
        )
    contracts.sort(key=lambda row: (row.signed_on, row.key))
    return contracts


def _older_business(rng: Random, customers: dict[str, CustomerRow], start: date) -> list[ContractRow]:
    """Half of the customers known before the start had bought once or twice in the two years before it, all paid."""
    rows = []
    for customer in customers.values():
        if customer.created_on >= start - timedelta(days=60) or rng.random() < 0.45:
            continue
        for index in range(rng.choice((1, 1, 2))):
            span = (start - customer.created_on).days - 30
            signed = customer.created_on + timedelta(days=rng.randint(20, max(21, span)))
            amount = Decimal(rng.randint(60, 900) * 1000)
            topic = next(topic for code, _word, topic in TRADES if code == customer.industry)
            row = ContractRow(
                key=f"k-{customer.key}-{index}",
                name=f"{customer.short_name}{topic}",
                customer=customer.key,
                owner=customer.owner_on(signed),
                deal="",
                signed_on=signed,
                amount=amount,
                cost=(amount * Decimal("0.64")).quantize(CENT),
                instalments=[("全款", signed + timedelta(days=30), amount, "")],
                invoices=[],
            )
            bill = InvoiceRow(0, signed, signed + timedelta(days=30), amount)
            bill.paid = [(signed + timedelta(days=rng.randint(8, 45)), amount)]
            row.invoices.append(bill)
            rows.append(row)
    return rows


def _contract(
    rng: Random,
    *,
    key: str,
    name: str,
    customer: CustomerRow,
    owner: str,
    deal: DealRow,
    signed_on: date,
    amount: Decimal,
    cost: Decimal,
    today: date,
) -> ContractRow:
    plan, left = [], amount
    steps = PLANS[deal.process]
    for index, (label, percent, days, condition) in enumerate(steps):
        last = index + 1 == len(steps)
        part = left if last else (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
        left -= part
        plan.append((label, signed_on + timedelta(days=round(days * rng.uniform(0.85, 1.25))), part, condition))
    row = ContractRow(key, name, customer.key, owner, deal.key, signed_on, amount, cost, plan, [])
    for index, (_label, due, part, _condition) in enumerate(plan):
        issued = max(signed_on, due - timedelta(days=45))
        if issued > today:
            break
        bill = InvoiceRow(index, issued, due, part)
        bill.paid = [paid for paid in _payments(rng, customer.tier, due, part) if paid[0] <= today]
        row.invoices.append(bill)
    return row


def _payments(rng: Random, tier: str, due: date, amount: Decimal) -> list[tuple[date, Decimal]]:
    """When a bill is paid: near its day, late, in two parts, or not yet."""
    if rng.random() < LATE_BY_TIER[tier]:
        delay = round(rng.gammavariate(1.5, 24)) + 5
    else:
        delay = rng.randint(-8, 6)
    day = due + timedelta(days=delay)
    if rng.random() < 0.18:
        half = (amount * rng.choice((40, 50, 60)) / 100).quantize(CENT, ROUND_HALF_UP)
        return [(day, half), (day + timedelta(days=rng.randint(10, 50)), amount - half)]
    return [(day, amount)]
