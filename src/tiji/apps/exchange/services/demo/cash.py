"""Contracts, invoices and receipts of the demo company."""

from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.services.bulk import PaidInvoice, SignedContract, insert_signed_contracts
from tiji.apps.commerce.services.contracts import PlannedInstalment
from tiji.apps.customers.models import Account
from tiji.apps.exchange.demo.world import ContractRow, World
from tiji.apps.exchange.services.demo.organization import Staff


def store_contracts(
    world: World, staff: Staff, accounts: dict[str, Account], deals: dict[str, int]
) -> dict[str, Contract]:
    """Everything signed, billed and paid. `deals` maps a deal's key to the id of its opportunity."""
    rows = [_signed(row, staff, accounts, deals) for row in world.contracts]
    made = insert_signed_contracts(actor=staff.administrator, contracts=rows)
    return {row.key: contract for row, contract in zip(world.contracts, made, strict=True)}


def _signed(row: ContractRow, staff: Staff, accounts: dict[str, Account], deals: dict[str, int]) -> SignedContract:
    return SignedContract(
        name=row.name,
        account_id=accounts[row.customer].pk,
        owner_id=staff.people[row.owner].pk,
        signed_on=row.signed_on,
        amount=row.amount,
        cost=row.cost,
        currency="CNY",
        opportunity_id=deals.get(row.deal),
        instalments=[
            PlannedInstalment(label, due, amount, condition) for label, due, amount, condition in row.instalments
        ],
        invoices=[
            PaidInvoice(bill.instalment, bill.issued_on, bill.due_on, bill.amount, bill.paid) for bill in row.invoices
        ],
    )
