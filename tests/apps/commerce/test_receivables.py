"""What customers owe on a day, how fast it comes in: the numbers are added up by hand in the docstrings."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import cny, day, make_account
from makers_commerce import make_invoice, make_receipt
from tiji.apps.commerce.models import Invoice
from tiji.apps.commerce.pages.boards import ReceivablesBoard
from tiji.apps.commerce.selectors.collection import ageing_trend, due_in_month, lane_cards, month_ends, owner_ages
from tiji.apps.commerce.selectors.receivables import aged, open_on, overdue_share, receivables
from tiji.apps.commerce.services.invoices import issue_credit_note
from tiji.apps.commerce.services.receipts import reverse_receipt
from tiji.kernel.money import Money
from tiji.kernel.receivables import ItemHistory, Movement, age_items

TODAY = day("2026-06-30")


@pytest.fixture
def ledgers(rita, ray, fiona):
    """Three invoices of two owners; money in May, of which one receipt is taken back in June; a credit note in June.

    30 April: 1000 (due 31 March, 30 days late), 400 (due 30 April, not due): 1400, of which 1000 overdue.
    31 May:   1000 - 300 = 700 (61 days late), 400 - 100 = 300 (31 days late), 50 (due 10 June): 1050, 1000 overdue.
    30 June:  700 - 20 = 680 (91 days late), 400 again (61 days late), 50 (20 days late): 1130, all overdue.
    """
    acme, bolt = make_account("Acme", rita.person), make_account("Bolt", ray.person)
    one = make_invoice(fiona, acme, "1000.00", issued_on="2026-03-01", due_on="2026-03-31")
    two = make_invoice(fiona, bolt, "400.00", issued_on="2026-04-01", due_on="2026-04-30")
    three = make_invoice(fiona, acme, "50.00", issued_on="2026-05-10", due_on="2026-06-10")
    make_receipt(fiona, acme, "300.00", "2026-05-05")
    bounced = make_receipt(fiona, bolt, "100.00", "2026-05-06")
    reverse_receipt(actor=fiona, receipt=bounced, on=day("2026-06-01"), reason="退票")
    issue_credit_note(actor=fiona, invoice=one, amount=cny("20.00"), issued_on=day("2026-06-15"), reason="折让")
    return one, two, three


def sums(viewer, on, today=TODAY):
    rows = receivables(viewer=viewer, as_of=day(on), today=today, currency="CNY")
    return [(one.count, one.amount) for one in aged(rows, day(on))]


def test_the_age_of_what_is_owed_on_days_that_have_passed(fiona, ledgers):
    empty = (0, Decimal(0))
    assert sums(fiona, "2026-04-30") == [(1, Decimal(400)), (1, Decimal(1000)), empty, empty, empty]
    assert sums(fiona, "2026-05-31") == [(1, Decimal(50)), empty, (1, Decimal(300)), (1, Decimal(700)), empty]
    assert sums(fiona, "2026-06-30") == [empty, (1, Decimal(50)), empty, (1, Decimal(400)), (1, Decimal(680))]


def test_the_database_ages_as_the_kernel_does(fiona, ledgers):
    def history(invoice):
        moves = [(row.applied_on, row.amount) for row in invoice.applications.all()]
        moves += [(note.issued_on, note.amount) for note in invoice.credit_notes.all()]
        movements = [Movement(on, Money(amount, "CNY")) for on, amount in moves]
        return ItemHistory(invoice.pk, invoice.issued_on, invoice.due_on, invoice.money, movements)

    items = [history(invoice) for invoice in Invoice.objects.all()]
    for on in ("2026-03-01", "2026-04-01", "2026-05-05", "2026-05-06", "2026-06-01", "2026-06-14", "2026-06-30"):
        report = age_items(items, day(on), "CNY")
        found = aged(open_on(viewer=fiona, on=day(on), currency="CNY"), day(on))
        assert {one.bucket: one.amount for one in found} == {key: sum_.amount for key, sum_ in report.totals.items()}


def test_the_trend_is_the_ageing_of_each_day_in_three_queries(fiona, ledgers):
    days = month_ends(TODAY, 4)
    assert days == [day("2026-03-31"), day("2026-04-30"), day("2026-05-31"), TODAY]
    list(fiona.__dict__)
    ageing_trend(viewer=fiona, days=days, currency="CNY")
    with CaptureQueriesContext(connection) as asked:
        trend = ageing_trend(viewer=fiona, days=days, currency="CNY")
    assert len(asked) == 3
    for point in trend:
        rows = open_on(viewer=fiona, on=point.on, currency="CNY")
        assert list(point.amounts.values()) == [one.amount for one in aged(rows, point.on)]
    assert [point.overdue for point in trend] == [Decimal(0), Decimal(1000), Decimal(1000), Decimal(1130)]
    assert trend[1].overdue_share == Decimal(1000) / Decimal(1400)


def test_what_is_due_in_a_month_and_came_in(fiona, acme_bills):
    """Due in May: 200 - 20 credited = 180; 90 of it came in by 20 May: half."""
    due = due_in_month(viewer=fiona, as_of=day("2026-05-20"), currency="CNY")
    assert (due.due, due.collected, due.rate) == (cny("180"), cny("90"), Decimal("0.5"))
    later = due_in_month(viewer=fiona, as_of=day("2026-05-31"), currency="CNY")
    assert later.collected == cny("100")


@pytest.fixture
def acme_bills(rita, fiona):
    acme = make_account("Acme", rita.person)
    bill = make_invoice(fiona, acme, "200.00", issued_on="2026-04-20", due_on="2026-05-15")
    make_invoice(fiona, acme, "70.00", issued_on="2026-04-20", due_on="2026-06-01")
    issue_credit_note(actor=fiona, invoice=bill, amount=cny("20.00"), issued_on=day("2026-05-02"), reason="折让")
    make_receipt(fiona, acme, "90.00", "2026-05-16")
    make_receipt(fiona, acme, "10.00", "2026-05-25")


def test_dso_divides_by_what_was_billed_less_credited(fiona, acme_bills):
    """31 May: 80 + 70 = 150 open; billed in 90 days 270 - 20 = 250; 150 / 250 × 90 = 54 days."""
    board = ReceivablesBoard(fiona, {"as_of": "2026-05-31"}, TODAY)
    assert board.total == cny("150")
    assert board.dso == 54


def test_without_sales_there_is_no_dso(fiona, company):
    assert ReceivablesBoard(fiona, {}, TODAY).dso is None


def test_each_sees_only_what_his_people_are_owed(rita, ray, max_, zoe, ledgers):
    def total(viewer):
        return sum(amount for _count, amount in sums(viewer, "2026-06-30"))

    assert (total(rita), total(ray), total(max_), total(zoe)) == (Decimal(730), Decimal(400), Decimal(1130), 0)
    seen = ageing_trend(viewer=rita, days=[day("2026-05-31")], currency="CNY")
    assert seen[0].total == Decimal(750)


def test_owners_with_the_most_overdue_come_first(fiona, rita, ray, ledgers):
    rows = receivables(viewer=fiona, as_of=TODAY, today=TODAY, currency="CNY")
    found = owner_ages(rows, TODAY)
    assert [(one.owner_id, one.total) for one in found] == [
        (rita.person_id, Decimal(730)),
        (ray.person_id, Decimal(400)),
    ]
    assert found[0].amounts == {"1-30": Decimal(50), "91+": Decimal(680)}


def test_lanes_show_the_largest_and_count_the_rest(rita, fiona):
    acme = make_account("Acme", rita.person)
    for amount in (10, 30, 20):
        make_invoice(fiona, acme, f"{amount}.00", issued_on="2026-05-01", due_on="2026-06-20")
    rows = receivables(viewer=fiona, as_of=TODAY, today=TODAY, currency="CNY")
    cards = lane_cards(rows, TODAY, limit=2)
    assert [card["open_at"] for card in cards["1-30"]] == [Decimal(30), Decimal(20)]
    board = ReceivablesBoard(fiona, {}, TODAY)
    lane = next(lane for lane in board.lanes if lane.key == "1-30")
    assert (lane.count, lane.amount, lane.more) == (3, cny("60"), 0)


def test_a_day_to_come_or_a_strange_one_is_today(fiona, company):
    assert ReceivablesBoard(fiona, {"as_of": "2030-01-01"}, TODAY).as_of == TODAY
    assert ReceivablesBoard(fiona, {"as_of": "soon"}, TODAY).as_of == TODAY


def test_overdue_share_of_nothing_is_unknown(fiona, company):
    rows = receivables(viewer=fiona, as_of=TODAY, today=TODAY, currency="CNY")
    assert overdue_share(aged(rows, TODAY)) is None
