"""What makes the demo company's pay worth reading: a shared deal, a leaver's customers, money that bounced."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tiji.apps.commerce.models import Contract, Receipt
from tiji.apps.commerce.services.receipts import record_receipt, reverse_receipt
from tiji.apps.commerce.services.shares import AgreedShare, share_contract
from tiji.apps.exchange.demo.world import World
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.organization.models import User
from tiji.kernel.money import Money

SELLER, HELPER = "rep-sunan-0", "rep-sunan-1"
LEAVER, SUCCESSOR = "rep-hebei-2", "rep-hebei-1"
BOUNCED = "rep-zhejiang-1"
MOST_HANDED_OVER = 12


def tell_pay(world: World, staff: Staff, finance: User) -> None:
    """Before the first month is run."""
    _shared_deal(world, staff)
    _handed_over(world, staff)
    _bounced(world, staff, finance)


def _shared_deal(world: World, staff: Staff) -> None:
    """The largest contract that two of Sunan signed together this year: 80% and 20%."""
    year = date(world.today.year, 1, 1)
    rows = Contract.objects.filter(owner=staff.people[SELLER], signed_on__gte=year, opportunity__isnull=False)
    contract = rows.order_by("-amount", "pk").first()
    if contract is not None:
        parts = [AgreedShare(staff.people[SELLER], Decimal("0.8")), AgreedShare(staff.people[HELPER], Decimal("0.2"))]
        _share(staff, contract, parts, contract.signed_on, "协作单：林可欣负责方案与验收")


def _handed_over(world: World, staff: Staff) -> None:
    """What still comes in of the leaver's contracts counts for whoever took his customers over."""
    left = world.people[LEAVER].left_on
    if left is None:
        return
    rows = Contract.objects.filter(owner=staff.people[LEAVER], invoices__balance__gt=0).distinct()
    late = Contract.objects.filter(owner=staff.people[LEAVER], invoices__applications__applied_on__gte=left).distinct()
    contracts = sorted({*rows, *late}, key=lambda contract: contract.pk)
    for contract in contracts[:MOST_HANDED_OVER]:
        _share(staff, contract, [AgreedShare(staff.people[SUCCESSOR], Decimal(1))], left, "离职交接")


def _share(staff: Staff, contract: Contract, parts: list[AgreedShare], on: date, reason: str) -> None:
    share_contract(
        actor=staff.administrator, contract=contract, shares=parts, valid_from=on, reason=reason, at=moment(on)
    )


def _bounced(world: World, staff: Staff, finance: User) -> None:
    """A customer's transfer came back two weeks later; he paid again the week after."""
    until = world.today - timedelta(days=120)
    rows = Receipt.objects.filter(owner=staff.people[BOUNCED], received_on__lte=until, unapplied=0)
    receipt = rows.select_related("account").order_by("-received_on", "pk").first()
    if receipt is None:
        return
    paid = dict(receipt.applications.values_list("invoice_id", "amount"))
    back, again = receipt.received_on + timedelta(days=14), receipt.received_on + timedelta(days=21)
    reverse_receipt(actor=finance, receipt=receipt, on=back, reason="银行退汇")
    record_receipt(
        actor=finance,
        account=receipt.account,
        amount=Money(receipt.amount, receipt.currency),
        received_on=again,
        chosen=paid,
        bank_reference="退汇后重新付款",
    )


def moment(day: date) -> datetime:
    """Ten in the morning in Shanghai."""
    return datetime.combine(day, time(2), UTC)
