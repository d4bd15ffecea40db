"""The statement, its lines and the board, through the doors."""

import csv
import io
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from makers import LONG_AGO, day
from makers_incentives import AT, SECOND_PLAN, make_plan
from tiji.apps.incentives.models import PayPeriod, PayPlan, Quota, Reopening, Run, RunRequest, Statement
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.pages.why import why
from tiji.apps.incentives.permissions import MANAGERS_SEE_PAY
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.apps.incentives.services.closing import submit_run
from tiji.shared.settings_store import change_setting, forget_settings
from visibility.same_rows import assert_same_rows


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def test_a_statement_shows_what_it_is_made_of(paid):
    page = StatementPage(paid, day("2026-11-18"))
    # F(900,000) = 6,000 + 3,200 + 2,200 = 11,400, of which January paid 5,000.
    assert (page.amount.amount, page.year_total.amount) == (Decimal(6400), Decimal(11400))
    assert (page.main.total, page.main.quota, page.main.share) == (Decimal(900000), Decimal(1000000), Decimal("0.9"))
    tier, distance = page.main.next_tier
    assert (tier.rate, distance) == (Decimal("0.03"), Decimal(100000))
    assert [(step["name"] and step["value"]) for step in page.waterfall["steps"]] == [
        Decimal(1000),
        Decimal(3200),
        Decimal(2200),
        Decimal(6400),
    ]
    assert page.lines_total == page.amount


def test_why_of_a_line_adds_up_to_it(paid):
    page = StatementPage(paid, day("2026-11-18"))
    told = why(page, page.lines[0])
    assert told["exact"]
    assert told["steps"][-1]["value"] == "= 6,400.00"
    assert [part.amount for part in page.lines[0].parts] == [Decimal(1000), Decimal(3200), Decimal(2200)]


def test_a_line_opens_in_place_and_by_its_link(paid, rita):
    line = lines_of(paid)[0]
    client = client_of(rita)
    part = client.get(reverse("statement_line", args=[paid.pk, line.key]), headers={"HX-Request": "true"})
    assert "2,200.00" in part.content.decode()
    whole = client.get(reverse("statement", args=[paid.pk]), {"line": line.key}).content.decode()
    assert "2,200.00" in whole
    assert "Why ¥6,400" in whole
    assert client.get(reverse("statement_line", args=[paid.pk, "no-such-line"])).status_code == 404


def test_the_lines_as_csv_add_up_to_the_statement(paid, rita):
    text = client_of(rita).get(reverse("statement_csv", args=[paid.pk])).content.decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(text))
    assert sum(Decimal(row[heads.index("Earned")]) for row in rows) == paid.amount


def test_the_same_statements_behind_every_door(paid, rita, max_, zoe, hanna):
    mine = set(Statement.objects.filter(person=rita.person).values_list("pk", flat=True))
    assert_same_rows(rita, Statement, list_name="payouts", api_path="/statements", expected=mine)
    assert assert_same_rows(max_, Statement, api_path="/statements") >= mine
    assert_same_rows(zoe, Statement, list_name="payouts", api_path="/statements", expected=set())
    assert_same_rows(hanna, Statement, list_name="payouts", api_path="/statements", expected=set())


def test_a_company_may_keep_pay_from_managers(paid, max_, adam):
    assert Statement.objects.visible_to(max_).count() == 4
    change_setting(actor=adam, key=MANAGERS_SEE_PAY, value=False, valid_from=LONG_AGO)
    assert Statement.objects.visible_to(max_).count() == 0
    assert client_of(max_).get(reverse("statement", args=[paid.pk])).status_code == 404
    forget_settings()


def test_the_board_runs_a_month_and_says_when_nothing_changed(paid, olaf, django_capture_on_commit_callbacks):
    client = client_of(olaf)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("pay_run"), {"period": "2026-M02"})
    assert "nothing was written" in client.get(answer["Location"]).content.decode()


def test_a_month_goes_all_its_way_from_the_board(paid, olaf, fiona):
    january = Run.objects.get(pay_period__key="2026-M01")
    for run in (january, paid.run):
        board = f"{reverse('payouts')}?month={run.pay_period.key}"
        ways = ((olaf, "pay_submit"), (fiona, "pay_approve"), (fiona, "pay_post"), (fiona, "pay_finalise"))
        for user, door in ways:
            client, address = client_of(user), reverse(door, args=[run.pk])
            assert address in client.get(board).content.decode()
            assert client.get(address).status_code == 200
            assert client.post(address).status_code == 302
        assert PayPeriod.objects.get(key=run.pay_period.key).state == "finalised"


def test_two_persons_open_a_month_again_from_the_board(paid, olaf, fiona):
    submit_run(actor=olaf, run=paid.run, at=AT)
    asking, board = reverse("pay_reopen", args=[paid.run_id]), reverse("payouts")
    client = client_of(olaf)
    assert asking in client.get(board).content.decode()
    assert client.post(asking, {"reason": " "}).status_code == 422
    assert client.post(asking, {"reason": "漏了一笔回款"}).status_code == 302
    answer = reverse("pay_reopen_answer", args=[Reopening.objects.get().pk])
    assert "漏了一笔回款" in client.get(board).content.decode()
    assert client.post(answer, {"agreed": "yes"}).status_code == 422
    assert client_of(fiona).post(answer, {"agreed": "yes"}).status_code == 302
    assert PayPeriod.objects.get(key="2026-M02").state == "calculated"


def test_a_plan_is_told_in_words_and_numbers(paid, olaf):
    plan = paid.earnings.get().plan_version.plan
    text = client_of(olaf).get(reverse("pay_plan", args=[plan.pk])).content.decode()
    assert "80% – 100%" in text
    assert "2.2%" in text
    assert "over 120%" in text


def test_a_broken_plan_comes_back_with_the_place_of_the_mistake(olaf, company):
    facts = {"code": "x", "name": "x", "valid_from": "2026-01-01", "document": "components: [{code: a}]"}
    answer = client_of(olaf).post(reverse("pay_plan_new"), facts)
    assert answer.status_code == 422
    assert "components[0].rate" in answer.content.decode()


def test_the_api_tells_every_line_with_its_slices(paid, rita):
    body = client_of(rita).get(f"/api/v1/statements/{paid.pk}").json()
    line = body["items"][0]
    assert sum(Decimal(part["amount"]) for part in line["parts"]) == Decimal(line["amount"]) == Decimal(6400)
    assert [document["kind"] for document in line["documents"]] == ["receipt", "invoice"]


def of_the_room(asked):
    """The queries of the page itself: without sign-in, scope and frame, which cost every page the same."""
    words = ("incentives_", "commerce_", "targets_", "customers_", "organization_unit", "shared_calendar")
    sql = [query["sql"] for query in asked]
    return [one for one in sql if any(word in one.split("WHERE")[0] for word in words)]


def test_pay_pages_stay_within_their_queries(paid, olaf, rita):
    plan, quota = PayPlan.objects.get(), Quota.objects.first()
    make_plan(olaf, "second", SECOND_PLAN)
    line = lines_of(paid)[0].key
    asked = RunRequest.objects.create(
        period="2026-M02", state="done", run=paid.run, written=True, asked_by=olaf, asked_at=AT, on=AT.date()
    )
    budgets = [
        (olaf, reverse("payouts"), 6),
        (rita, reverse("statements"), 4),
        (rita, reverse("statement", args=[paid.pk]), 11),
        (rita, f"{reverse('statement', args=[paid.pk])}?line={line}", 12),
        (rita, reverse("statement_line", args=[paid.pk, line]), 6),
        (olaf, reverse("pay_plans"), 5),
        (olaf, reverse("pay_plan", args=[plan.pk]), 4),
        (olaf, reverse("pay_quota_list"), 4),
        (olaf, reverse("pay_quota", args=[quota.pk]), 3),
        (olaf, reverse("pay_run"), 2),
        (olaf, reverse("pay_run_asked", args=[asked.pk]), 3),
    ]
    for user, address, most in budgets:
        client = client_of(user)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        own = of_the_room(asked)
        assert len(own) <= most, f"{address}: {len(own)}\n" + "\n".join(own)
