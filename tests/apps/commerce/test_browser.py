"""Every page and dialog of contracts, orders and cash in a real browser: axe finds nothing, nothing is too wide."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from browser import wait_until
from makers import cny, make_account, make_product
from makers_commerce import balances, make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Contract, Invoice, Receipt, ReceiptApplication
from tiji.apps.commerce.services.contracts import PlannedInstalment, draft_contract
from tiji.apps.commerce.services.invoices import issue_credit_note, reverse_credit_note
from tiji.apps.commerce.services.orders import confirm_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(theme, lang, width) for theme, lang in (("light", "zh-hans"), ("dark", "en")) for width in (1440, 390)]
ROOMS = ("contracts", "orders", "invoices", "receipts", "receivables")


@pytest.fixture
def cash(company, rita, fiona):
    """One document of every kind, in every state that looks different; by name."""
    today = timezone.localdate()
    acme = make_account("澄湖精密机械有限公司", rita.person)
    product = make_product("EC-1")
    contract = make_signed_contract(rita, acme, "120000.00", str(today - timedelta(days=90)), cost="70000")
    plan = [PlannedInstalment("预付款", today, Decimal(30)), PlannedInstalment("尾款", today, Decimal(70), "验收后")]
    draft = draft_contract(actor=rita, account=acme, name="二期", amount=cny("100"), on=today, instalments=plan)
    order = make_order(rita, acme, str(today), ("3", "1.2345"))
    confirmed = make_order(rita, acme, str(today), ("2", "50.00"))
    confirm_order(actor=rita, order=confirmed, confirmed_on=today)
    bills = [
        make_invoice(
            fiona, acme, "1000.00", due_on=str(today - timedelta(days=days)), issued_on=str(today - timedelta(days=100))
        )
        for days in (-5, 10, 45, 70, 95)
    ]
    wrong, note = (
        issue_credit_note(actor=fiona, invoice=bills[0], amount=cny("100"), issued_on=today, reason="退货")
        for _each in range(2)
    )
    reverse_credit_note(actor=fiona, note=wrong, on=today, reason="重复开具")
    paid = make_receipt(fiona, acme, "1200.00", str(today))
    rest = make_receipt(fiona, acme, "80.00", str(today), apply=False)
    application = ReceiptApplication.objects.filter(receipt=paid).first()
    return {
        "acme": acme,
        "product": product,
        "contract": contract,
        "draft": draft,
        "order": order,
        "confirmed": confirmed,
        "invoice": bills[0],
        "note": note,
        "receipt": paid,
        "rest": rest,
        "application": application,
    }


def checked(page, accessible, path):
    page.goto(path)
    accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path} is {wide} px too wide"


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
def test_pages_of_finance_are_accessible_and_fit(cash, fiona, open_page, accessible, theme, lang, width):
    page = open_page(reverse("contracts"), user=fiona, theme=theme, lang=lang, width=width)
    one = {name: row.pk for name, row in cash.items()}
    paths = [
        *(reverse(name) for name in ROOMS),
        reverse("contract", args=[one["contract"]]),
        reverse("contract_reverse", args=[one["contract"]]),
        reverse("order", args=[one["confirmed"]]),
        reverse("order_reverse", args=[one["confirmed"]]),
        reverse("invoice", args=[one["invoice"]]),
        reverse("invoice_new"),
        f"{reverse('invoice_new')}?contract={one['contract']}",
        reverse("credit_note_new", args=[one["invoice"]]),
        reverse("credit_note_reverse", args=[one["invoice"], one["note"]]),
        reverse("receipt", args=[one["receipt"]]),
        f"{reverse('receipt_new')}?invoice={one['invoice']}",
        f"{reverse('receipt_apply', args=[one['rest']])}?how=chosen",
        reverse("receipt_reverse", args=[one["receipt"]]),
        reverse("receipt_unapply", args=[one["receipt"], one["application"]]),
        f"{reverse('receivables')}?as_of={timezone.localdate() - timedelta(days=30)}",
    ]
    for path in paths:
        checked(page, accessible, path)


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
def test_pages_of_who_sells_are_accessible_and_fit(cash, rita, open_page, accessible, theme, lang, width):
    page = open_page(reverse("contracts"), user=rita, theme=theme, lang=lang, width=width)
    one = {name: row.pk for name, row in cash.items()}
    for path in (
        reverse("contract_new"),
        reverse("contract", args=[one["draft"]]),
        reverse("contract_edit", args=[one["draft"]]),
        reverse("contract_sign", args=[one["draft"]]),
        reverse("contract_drop", args=[one["draft"]]),
        reverse("order_new"),
        f"{reverse('order_new')}?contract={one['contract']}",
        reverse("order", args=[one["order"]]),
        reverse("order_edit", args=[one["order"]]),
        reverse("order_drop", args=[one["order"]]),
        reverse("order_confirm", args=[one["order"]]),
    ):
        checked(page, accessible, path)


@pytest.mark.parametrize(("theme", "lang", "width"), [("light", "zh-hans", 1440), ("dark", "en", 390)])
def test_a_blank_company_is_told_what_belongs_here(company, adam, open_page, accessible, theme, lang, width):
    page = open_page(reverse("contracts"), user=adam, theme=theme, lang=lang, width=width)
    for name in ROOMS:
        checked(page, accessible, reverse(name))
        assert page.locator("main .empty").first.is_visible(), name


def test_a_contract_is_signed_with_the_keyboard_alone(cash, rita, open_page):
    page = open_page(reverse("contract", args=[cash["draft"].pk]), user=rita, lang="en")
    sign = page.get_by_role("link", name="Sign")
    sign.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Signed on").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    wait_until(page, lambda: sign.evaluate("one => one === document.activeElement"))
    page.keyboard.press("Enter")
    dialog.get_by_label("Signed on").focus()
    page.keyboard.press("Enter")
    page.locator("main").get_by_text("Signed", exact=True).first.wait_for()
    assert Contract.objects.get(pk=cash["draft"].pk).status == "signed"


def test_a_draft_of_an_order_is_changed_and_then_dropped(cash, rita, open_page):
    order = cash["order"]
    page = open_page(order.get_absolute_url(), user=rita, lang="en")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("button", name="Add a product").wait_for()
    assert page.get_by_label("Product", exact=True).first.input_value() == "EC-1"
    page.get_by_label("Quantity", exact=True).first.fill("7")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("cell", name="8.6415").first.wait_for()
    page.get_by_role("link", name="Drop").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop the draft").click()
    page.get_by_text("This draft was dropped").wait_for()
    assert page.get_by_role("link", name="Edit", exact=True).count() == 0
    order.refresh_from_db()
    assert (order.amount, order.archived_at is None) == (Decimal("8.6415"), False)


def test_money_is_recorded_from_the_board_with_the_keyboard_alone(cash, fiona, open_page):
    page = open_page(reverse("receivables"), user=fiona, lang="en")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    customer = dialog.get_by_label("Customer")
    customer.wait_for()
    customer.focus()
    page.keyboard.type("澄湖")
    dialog.get_by_role("option", name="澄湖").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog.get_by_label("Amount").first.focus()
    page.keyboard.type("2750")
    page.keyboard.press("Tab")
    # 95, 70 and 45 days late: 1,000 each, of which the first receipt has paid 1,200. The rest of 950 pays the next.
    dialog.get_by_role("cell", name="¥950", exact=True).wait_for()
    dialog.get_by_role("button", name="Record").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/*/")
    assert Receipt.objects.latest("pk").amount == 2750
    assert balances(*Invoice.objects.order_by("due_on")) == [0, 0, 0, Decimal(50), Decimal(900)]


def test_amounts_typed_beside_invoices_tell_what_is_left(cash, fiona, open_page):
    """The table changes below the form and never takes the form's place."""
    page = open_page(f"{reverse('receipts')}", user=fiona, lang="en")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Customer").fill("澄湖")
    dialog.get_by_role("option", name="澄湖").first.click()
    dialog.get_by_label("Amount", exact=False).first.fill("100")
    dialog.get_by_label("Amounts I choose").check()
    typed = dialog.locator(".payfield input").first
    typed.wait_for()
    typed.fill("30")
    dialog.get_by_text("¥70", exact=False).first.wait_for()
    assert dialog.get_by_role("button", name="Record").is_visible()
    assert typed.input_value() == "30"


@pytest.mark.parametrize("width", [1200, 1440])
def test_the_titles_of_the_lanes_stand_on_one_line(cash, fiona, open_page, width):
    page = open_page(reverse("receivables"), user=fiona, lang="en", width=width)
    titles = page.locator(".aging .lane h2")
    assert titles.count() == 5
    for at in range(5):
        title = titles.nth(at)
        assert title.bounding_box()["height"] < 28
        assert title.evaluate("one => one.scrollWidth <= one.clientWidth"), title.inner_text()
