"""Plans whose lines a formula pays: money that comes late pays less, and a mistake is told where it stands."""

from decimal import Decimal

import pytest
from django.utils import translation

from makers import day
from makers_commerce import make_invoice, make_receipt
from makers_incentives import CASH_PLAN, customer_of, make_plan, pay_by, run_month
from tiji.apps.commerce.services.receipts import reverse_receipt
from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.shared.errors import DomainError

# 3% of cash; of what comes 31 to 60 days late 90% of that, to 90 days 70%, later half.
LATE_PLAN = """
fields: {days_past_due: count}
tables:
  overdue:
    kind: steps
    tie: lower
    rows:
      - {from: "0", to: "30", value: "1"}
      - {from: "30", to: "60", value: "0.9"}
      - {from: "60", to: "90", value: "0.7"}
      - {from: "90", value: "0.5"}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.03"}]}
    factor: at(overdue, days_past_due)
    rounding: line
"""


@pytest.fixture
def late(olaf, rita):
    pay_by(olaf, make_plan(olaf, document=LATE_PLAN), rita.person)
    return customer_of(rita.person)


def paid_late(fiona, account, amount, due_on, paid_on):
    make_invoice(fiona, account, amount, issued_on="2025-06-01", due_on=due_on)
    return make_receipt(fiona, account, amount, paid_on)


def test_what_is_paid_late_pays_less(late, rita, fiona, olaf):
    paid_late(fiona, late, "300000.00", "2026-02-10", "2026-02-10")  # in time: 300,000 × 3% = 9,000
    paid_late(fiona, late, "500000.00", "2026-01-02", "2026-02-16")  # 45 days: 15,000 × 0.9 = 13,500
    paid_late(fiona, late, "200000.00", "2025-11-10", "2026-02-18")  # 100 days: 6,000 × 0.5 = 3,000
    statement = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)
    assert statement.amount == Decimal("25500.00")
    lines = lines_of(statement)
    assert [line.amount for line in lines] == [Decimal("9000.00"), Decimal("13500.00"), Decimal("3000.00")]
    assert all(sum(part.amount for part in line.parts) == line.amount for line in lines)
    assert [line.fields for line in lines] == [{"days_past_due": days} for days in ("0", "45", "100")]


def test_the_page_tells_by_which_formula_and_from_what(late, rita, fiona, olaf, client):
    paid_late(fiona, late, "500000.00", "2026-01-02", "2026-02-16")
    statement = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)
    client.force_login(rita)
    page = client.get(f"/pay/statements/{statement.pk}/").content.decode()
    line = lines_of(statement)[0]
    why = client.get(f"/pay/statements/{statement.pk}/lines/{line.key}/").content.decode()
    assert "13,500.00" in page
    assert "3.0% × at(overdue, days_past_due)、days_past_due = 45" in why


TABLES = """
tables:
  grades: {kind: words, rows: [{word: A, value: 1.5}], otherwise: 1}
  payout: {kind: curve, unit: attainment, points: [{at: 0.8, value: 0.5}, {at: 1, value: 1}]}
  grid: {kind: grid, axes: [{words: [A]}, {rows: [{from: 0, to: 10}, {from: 10}]}], values: [[1, 2.25]]}
components:
  - code: pay
    credit: {event: receipt}
    measure: {interval: month}
    pays: credit * 0.0225
"""


def test_the_plan_page_tells_its_formula_and_its_tables(olaf, client):
    make_plan(olaf, code="late", document=LATE_PLAN)
    make_plan(olaf, code="tables", document=TABLES)
    client.force_login(olaf)
    page = client.get("/pay/plans/").content.decode()
    for text in ("at(overdue, days_past_due)", "30 – 60", "90 以上", "0.9", "credit * 0.0225"):
        assert text in page
    for text in ("80% – 100%", "0.5 → 1", "A · 0 – 10", "2.25", "其他"):
        assert text in page


def test_a_plan_without_a_rate_table_has_its_pages_too(olaf, rita, fiona, client):
    """1,000 × 2.25%."""
    pay_by(olaf, make_plan(olaf, document=TABLES), rita.person)
    account = customer_of(rita.person)
    paid_late(fiona, account, "1000.00", "2026-02-10", "2026-02-10")
    statement = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)
    line = lines_of(statement)[0]
    for user, pages in ((rita, ("", "pay/mine/")), (olaf, ("", "pay/", "pay/plans/"))):
        client.force_login(user)
        for page in (*pages, f"pay/statements/{statement.pk}/"):
            assert client.get(f"/{page}").status_code == 200, page
    why = client.get(f"/pay/statements/{statement.pk}/lines/{line.key}/").content.decode()
    assert "credit * 0.0225" in why
    assert statement.amount == Decimal("22.50")


def test_money_taken_back_takes_back_what_it_paid(late, rita, fiona, olaf):
    receipt = paid_late(fiona, late, "500000.00", "2026-01-02", "2026-02-16")
    run_month(olaf, "2026-M02")
    reverse_receipt(actor=fiona, receipt=receipt, on=day("2026-04-20"), reason="退票")
    taken = Statement.objects.get(run=run_month(olaf, "2026-M04"), person=rita.person)
    assert taken.amount == Decimal("-13500.00")


@pytest.mark.parametrize(
    ("before", "after", "path", "told"),
    [
        ("at(overdue, days_past_due)", "at(overdue, days_pastdue)", "components[0].factor", "days_past_due"),
        ("at(overdue, days_past_due)", "at(overdu, days_past_due)", "components[0].factor", "overdue"),
        ("at(overdue, days_past_due)", "credit / days_past_due", "components[0].factor", "nullif"),
        ("event: receipt}", "event: receipt, when: amount}", "components[0].credit.when", "条件"),
        (
            "fields: {days_past_due: count}",
            "fields: {days_past_due: count, weather: text}",
            "fields.weather",
            "days_past_due",
        ),
        ("fields: {days_past_due: count}", "fields: {days_past_due: rate}", "fields.days_past_due", "count"),
        (
            "components:\n  - code: cash\n    credit: {event: receipt}\n    measure: {interval: month}",
            "cells: [{code: x, pays: '5'}]\ncomponents:\n  - code: cash\n    credit: {event: receipt}\n"
            "    measure: {interval: quarter}\n    pay: {interval: quarter}",
            "components[0].pay.interval",
            "to_date",
        ),
        ('{from: "90", value', '{from: "95", value', "tables.overdue.rows[3].from", "90"),
    ],
)
def test_a_mistake_is_told_in_words_at_its_place(olaf, before, after, path, told):
    assert before in LATE_PLAN
    with translation.override("zh-hans"), pytest.raises(DomainError) as refused:
        make_plan(olaf, document=LATE_PLAN.replace(before, after))
    found = {problem["path"]: problem["message"] for problem in refused.value.extra["problems"]}
    assert told in found[path]


def test_a_plan_without_formulas_reads_what_it_read_before(olaf):
    """What it is computed from has no fields it does not speak of, so its months stay as they were."""
    assert make_plan(olaf, document=CASH_PLAN).document["fields"] == {}
