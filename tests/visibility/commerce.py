"""Who may open the doors of the commerce room."""

from makers import day, make_account
from makers_commerce import make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import ReceiptApplication
from tiji.apps.commerce.services.contracts import draft_contract
from tiji.apps.commerce.services.invoices import issue_credit_note
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from visibility.doors import EVERYBODY, api, page, post

READERS = "rita ray max_ erin zoe milo petra olaf fiona dora axel adam"
WRITERS = "rita ray max_ erin zoe milo olaf dora adam"
BOOKERS = "fiona adam"
SEE_RITAS = "rita max_ erin olaf fiona dora axel adam"
WRITE_RITAS = "rita max_ erin olaf dora adam"
REVERSE_RITAS = "max_ erin olaf fiona dora adam"
READ_ONLY = {"fiona": 403, "axel": 403}
NO_REVERSE = {"rita": 403, "axel": 403}
SHARE_RITAS = "max_ erin olaf dora adam"
NO_SHARE = {"rita": 403, "fiona": 403, "axel": 403}
NO_BOOKS = dict.fromkeys(("rita", "max_", "erin", "olaf", "dora", "axel"), 403)


def build(world):
    account = make_account("Cash", world.rita.person)
    world.cash_account = account
    world.contract = make_signed_contract(world.rita, account, "1000.00", "2026-02-02")
    world.draft = draft_contract(
        actor=world.rita, account=account, name="Draft", amount=Money.from_minor(100, "CNY"), on=day("2026-02-03")
    )
    world.cash_order = make_order(world.rita, account, "2026-02-04")
    world.invoice = make_invoice(world.fiona, account, "600.00", due_on="2026-03-01", contract=world.contract)
    world.receipt = make_receipt(world.fiona, account, "100.00", "2026-03-02")
    world.application = ReceiptApplication.objects.get(receipt=world.receipt)
    world.note = issue_credit_note(
        actor=world.fiona,
        invoice=world.invoice,
        amount=Money.from_minor(100, "CNY"),
        issued_on=day("2026-03-02"),
        reason="test",
    )
    world.cash_deal = Opportunity.objects.filter(owner=world.rita.person).first()


def of(name):
    return lambda world: [getattr(world, name).pk]


def both(may, **kwargs):
    return (page(may, **kwargs), post(may, **kwargs))


PAGES = {
    "contracts": page(READERS),
    "contract_new": both(WRITERS),
    "contract": page(SEE_RITAS, no=404, args=of("contract")),
    "contract_edit": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("draft")),
    "contract_drop": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("draft")),
    "contract_sign": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("draft")),
    "contract_reverse": both(REVERSE_RITAS, no=404, but=NO_REVERSE, args=of("contract")),
    "contract_share": both(SHARE_RITAS, no=404, but=NO_SHARE, args=of("contract")),
    "orders": page(READERS),
    "order_new": both(WRITERS),
    "order_product_lookup": page(EVERYBODY, query="q=a"),
    "order": page(SEE_RITAS, no=404, args=of("cash_order")),
    "order_edit": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("cash_order")),
    "order_drop": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("cash_order")),
    "order_confirm": both(WRITE_RITAS, no=404, but=READ_ONLY, args=of("cash_order")),
    "order_reverse": both(REVERSE_RITAS, no=404, but=NO_REVERSE, args=of("cash_order")),
    "invoices": page(READERS),
    "invoice_new": both(BOOKERS),
    "invoice": page(SEE_RITAS, no=404, args=of("invoice")),
    "credit_note_new": both(BOOKERS, no=404, but=NO_BOOKS, args=of("invoice")),
    "credit_note_reverse": both(BOOKERS, no=404, but=NO_BOOKS, args=lambda world: [world.invoice.pk, world.note.pk]),
    "receipts": page(READERS),
    "receipt_new": both(BOOKERS),
    "receipt_items": page(BOOKERS),
    "receipt_rest": page(BOOKERS),
    "receipt": page(SEE_RITAS, no=404, args=of("receipt")),
    "receipt_apply": both(BOOKERS, no=404, but=NO_BOOKS, args=of("receipt")),
    "receipt_reverse": both(BOOKERS, no=404, but=NO_BOOKS, args=of("receipt")),
    "receipt_unapply": both(BOOKERS, no=404, but=NO_BOOKS, args=lambda world: [world.receipt.pk, world.application.pk]),
    "receivables": page(READERS),
    "receivables_lane": page(READERS, query="bucket=1-30"),
    "account_cash": page(SEE_RITAS, no=404, args=of("cash_account")),
    "opportunity_cash": page(EVERYBODY, ok=404, no=404, args=lambda world: [0]),
}


def one(key, name, may, body=None, but=None):
    return api(may, body=body, no=404, but=but or {}, args={key: lambda world: getattr(world, name).pk})


SHARES = {"shares": [{"person_id": 999_999, "share_rate": "1"}], "valid_from": "2026-03-03", "reason": "test"}
TAKE_BACK = {"on": "2026-03-03", "reason": "test"}
OPERATIONS = {
    "GET /contracts": api(EVERYBODY),
    "POST /contracts": api(WRITERS, body={"account_id": 999_999, "name": "x", "amount": "1"}),
    "GET /contracts/{contract_id}": one("contract_id", "contract", SEE_RITAS),
    "PATCH /contracts/{contract_id}": one("contract_id", "draft", SEE_RITAS, {"name": "y"}),
    "DELETE /contracts/{contract_id}": one("contract_id", "draft", SEE_RITAS),
    "POST /contracts/{contract_id}/sign": one(
        "contract_id", "draft", WRITE_RITAS, {"signed_on": "2026-02-05"}, READ_ONLY
    ),
    "POST /contracts/{contract_id}/reverse": one("contract_id", "contract", REVERSE_RITAS, TAKE_BACK, NO_REVERSE),
    "GET /contracts/{contract_id}/shares": one("contract_id", "contract", SEE_RITAS),
    "POST /contracts/{contract_id}/shares": one("contract_id", "contract", SHARE_RITAS, SHARES, NO_SHARE),
    "GET /orders": api(EVERYBODY),
    "POST /orders": api(
        WRITERS,
        body={
            "account_id": 999_999,
            "ordered_on": "2026-02-02",
            "lines": [{"product_id": 1, "quantity": "1", "unit_price": "1"}],
        },
    ),
    "GET /orders/{order_id}": one("order_id", "cash_order", SEE_RITAS),
    "PATCH /orders/{order_id}": one("order_id", "cash_order", SEE_RITAS, {"ordered_on": "2026-02-03"}),
    "DELETE /orders/{order_id}": one("order_id", "cash_order", SEE_RITAS),
    "POST /orders/{order_id}/confirm": one(
        "order_id", "cash_order", WRITE_RITAS, {"confirmed_on": "2026-02-05"}, READ_ONLY
    ),
    "POST /orders/{order_id}/reverse": one("order_id", "cash_order", REVERSE_RITAS, TAKE_BACK, NO_REVERSE),
    "GET /invoices": api(EVERYBODY),
    "POST /invoices": api(
        BOOKERS, body={"account_id": 999_999, "amount": "1", "issued_on": "2026-02-02", "due_on": "2026-02-02"}
    ),
    "GET /invoices/{invoice_id}": one("invoice_id", "invoice", SEE_RITAS),
    "GET /credit-notes": api(EVERYBODY),
    "POST /credit-notes": api(
        BOOKERS, body={"invoice_id": 999_999, "amount": "1", "issued_on": "2026-02-02", "reason": "x"}
    ),
    "GET /credit-notes/{credit_note_id}": one("credit_note_id", "note", SEE_RITAS),
    "POST /credit-notes/{credit_note_id}/reverse": one("credit_note_id", "note", BOOKERS, TAKE_BACK, NO_BOOKS),
    "GET /receipts": api(EVERYBODY),
    "POST /receipts": api(BOOKERS, body={"account_id": 999_999, "amount": "1", "received_on": "2026-02-02"}),
    "GET /receipts/{receipt_id}": one("receipt_id", "receipt", SEE_RITAS),
    "POST /receipts/{receipt_id}/apply": one("receipt_id", "receipt", BOOKERS, {"applied_on": "2026-03-03"}, NO_BOOKS),
    "POST /receipts/{receipt_id}/reverse": one("receipt_id", "receipt", BOOKERS, TAKE_BACK, NO_BOOKS),
    "POST /receipts/{receipt_id}/applications/{application_id}/reverse": api(
        BOOKERS,
        body=TAKE_BACK,
        no=404,
        but=NO_BOOKS,
        args={"receipt_id": lambda w: w.receipt.pk, "application_id": lambda w: w.application.pk},
    ),
    "GET /receivables": api(EVERYBODY),
    "GET /receivables/trend": api(EVERYBODY),
    "GET /receivables/owners": api(EVERYBODY),
}
