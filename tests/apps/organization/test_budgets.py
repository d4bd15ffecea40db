"""What each page of administration, catalog and cash asks the database: few questions, however much there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from makers import assign, make_account, make_product
from makers_commerce import make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.catalog.models import PriceBook, PriceBookEntry
from tiji.shared.models import AuditEntry

# Session, user, company, the counts of the navigation: what every page asks, whatever it shows.
FRAME = ("django_session", "organization_user", "organization_company", "shared_stamp", "django_cache", "SAVEPOINT")
PAGES = (
    *("units", "people", "positions", "users", "access", "settings", "audit", "me"),
    *("products", "product_lines", "price_books"),
    *("contracts", "orders", "invoices", "receipts", "receivables"),
)
DIALOGS = (
    *("unit_new", "person_new", "position_new", "user_invite", "role_grant", "company_edit", "calendar_day_set"),
    *("product_new", "product_line_new", "price_book_new"),
    *("contract_new", "order_new", "invoice_new", "receipt_new"),
)


@pytest.fixture
def busy(company, rita, ray, max_, erin, zoe, petra, fiona, adam):
    """A company with several of everything; the pages of single things by name."""
    today = timezone.localdate()
    for number in range(4):
        acme = make_account(f"Acme {number}", rita.person)
        product = make_product(f"EC-{number}")
        contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
        order = make_order(rita, acme, "2026-02-01", ("1", "2.00"), ("3", "4.00"))
        invoice = make_invoice(fiona, acme, "50.00", due_on="2026-02-01", contract=contract)
        receipt = make_receipt(fiona, acme, "20.00", "2026-02-02")
        book = PriceBook.objects.create(code=f"B{number}", name="Book", currency="CNY")
        PriceBookEntry.objects.create(price_book=book, product=product, price=1, valid_from=today)
        assign(ray.person, company.shenzhen, valid_from=today + timedelta(days=number + 1))
    entry = AuditEntry.objects.latest("pk")
    return [
        reverse("unit", args=[company.suzhou.pk]),
        reverse("person", args=[ray.person_id]),
        reverse("audit_entry", args=[entry.pk]),
        *(one.get_absolute_url() for one in (product, contract, order, invoice, receipt)),
    ]


def asked_by(client, path):
    client.get(path)  # what a process keeps for some seconds is read once
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return [one["sql"] for one in asked.captured_queries if not any(name in one["sql"] for name in FRAME)]


@pytest.mark.parametrize("name", [*PAGES, *DIALOGS])
def test_a_page_asks_at_most_ten_questions(busy, adam, client, name):
    client.force_login(adam)
    asked = asked_by(client, reverse(name))
    assert len(asked) <= 10, "\n".join(asked)


def test_the_page_of_one_thing_asks_at_most_ten_questions(busy, adam, client):
    client.force_login(adam)
    for path in busy:
        asked = asked_by(client, path)
        assert len(asked) <= 10, path + "\n" + "\n".join(asked)
