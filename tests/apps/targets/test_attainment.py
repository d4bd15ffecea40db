"""Attainment against sums by hand, and every number against the facts it opens."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from makers import assign, cny, day, make_account, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_pipeline import make_opportunity
from makers_targets import cells, key_of, make_active_plan, make_plan
from tiji.apps.commerce.models import MeasureFact
from tiji.apps.organization.models import Unit
from tiji.apps.organization.selectors.company import fiscal_calendar, work_calendar
from tiji.apps.organization.services.units import move_unit
from tiji.apps.targets.selectors.actuals import facts_of
from tiji.apps.targets.selectors.attainment import counted_until, forecast, standings
from tiji.apps.targets.selectors.subjects import home_subject, person_subject, subject_of, unit_subject
from tiji.apps.targets.services.plans import activate_target_version
from tiji.apps.targets.services.typing import type_targets
from tiji.shared.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")
TODAY = day("2026-11-18")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock stands at noon of 18 November 2026 in Shanghai."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def stand(subject, period="2026-Q4", measure="signed", as_of=TODAY):
    span = fiscal_calendar().period(period)
    found = standings([subject], measure, span, as_of=as_of, calendar=work_calendar(), currency="CNY")
    return {kind: one.attainment for kind, one in found[subject.key].items()}


def subject(thing):
    return unit_subject(thing) if isinstance(thing, Unit) else person_subject(thing.person)


def sell(actor, owner, amount, on, name="甲公司", **fields):
    return make_signed_contract(actor, make_account(name, owner.person), amount, on, **fields)


def test_the_worked_quarter(company, olaf, rita):
    """31 of 62 working days, target 3,100,000, actual 1,271,000: the second row of docs/kernel/attainment.md."""
    make_active_plan(olaf, (rita, "2026-Q4", "3100000"))
    sell(rita, rita, "1271000", "2026-10-20")
    done = stand(subject(rita))[""]
    assert (done.actual, done.target, done.completion) == (1_271_000, 3_100_000, Fraction(41, 100))
    assert done.time_share == Fraction(1, 2)
    assert done.pace_gap == Fraction(-9, 100)
    assert str(done.status) == "warn"
    assert (done.days_ahead, done.gap, done.needed_per_day) == (Decimal("-5.6"), 1_829_000, 59_000)


def test_tomorrow_does_not_count_and_other_quarters_neither(company, rita):
    sell(rita, rita, "100", "2026-09-30")
    sell(rita, rita, "30", "2026-10-01", name="乙公司")
    sell(rita, rita, "4", "2026-11-18", name="丙公司")
    assert stand(subject(rita))[""].actual == 34
    assert stand(subject(rita), as_of=day("2026-11-17"))[""].actual == 30
    assert stand(subject(rita), "2026")[""].actual == 134
    assert stand(subject(rita), "2026-M10")[""].actual == 30


def test_kinds_have_targets_and_actuals_of_their_own(company, olaf, rita):
    version = make_plan(olaf)
    amounts = cells((rita, "2026-Q4", "600")) | cells((rita, "2026-Q4", "400"), kind="new")
    type_targets(actor=olaf, version=version, amounts=amounts, at=NOON)
    activate_target_version(actor=olaf, version=version, at=NOON)
    buyer = make_account("老客户", rita.person)
    make_signed_contract(rita, buyer, "999", "2025-03-01")
    make_signed_contract(rita, buyer, "50", "2026-11-02")
    sell(rita, rita, "100", "2026-10-12")
    done = stand(subject(rita))
    assert (done["new"].actual, done["existing"].actual, done[""].actual) == (100, 50, 150)
    assert (done["new"].target, done["existing"].target, done[""].target) == (400, 600, 1000)
    assert done["new"].completion == Fraction(1, 4)


def test_a_person_who_moved_leaves_his_facts_with_the_unit_of_their_day(company, rita, zoe):
    sell(rita, rita, "70", "2026-10-10")
    rita.person.assignments.update(valid_until="2026-11-01")
    assign(rita.person, company.shenzhen, valid_from="2026-11-01")
    sell(rita, rita, "5", "2026-11-05", name="乙公司")
    assert stand(subject(company.suzhou))[""].actual == 70
    assert stand(subject(company.east))[""].actual == 70
    assert stand(subject(company.shenzhen))[""].actual == 5
    assert stand(subject(rita))[""].actual == 75
    assert stand(subject(company.root))[""].actual == 75


def test_a_unit_that_moved_leaves_its_facts_with_what_was_above_it_on_their_day(company, adam, rita):
    sell(rita, rita, "70", "2026-10-10")
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=day("2026-11-01"))
    sell(rita, rita, "5", "2026-11-05", name="乙公司")
    assert stand(subject(company.east))[""].actual == 70
    assert stand(subject(company.south))[""].actual == 5
    assert stand(subject(company.suzhou))[""].actual == 75
    assert stand(subject(company.root))[""].actual == 75


def test_currencies_are_not_mixed_but_customers_are_counted_whatever_they_pay_in(company, rita):
    sell(rita, rita, "70", "2026-10-10")
    foreign = MeasureFact.objects.get(measure="signed")
    for name, amount in (("signed", "900"), ("new_customers", "1")):
        MeasureFact.objects.create(
            measure=name,
            on=day("2026-10-11"),
            kind="new",
            account=foreign.account,
            owner=rita.person,
            unit=company.suzhou,
            amount=Decimal(amount),
            currency="USD",
            source="contract",
            source_id=999,
        )
    assert stand(subject(rita))[""].actual == 70
    assert stand(subject(company.root))[""].actual == 70
    assert stand(subject(rita), measure="new_customers")[""].actual == 2


def test_without_a_plan_there_is_an_actual_and_nothing_else(company, rita):
    sell(rita, rita, "70", "2026-10-10")
    done = stand(subject(rita))[""]
    assert (done.actual, done.target, done.completion, done.gap, done.days_ahead) == (70, None, None, None, None)


def test_landing_gap_and_coverage(company, olaf, rita):
    """200 signed, target 1,000; open 400 at 50 % in November, 300 next January (not in the quarter)."""
    make_active_plan(olaf, (rita, "2026-Q4", "1000"))
    sell(rita, rita, "200", "2026-10-10")
    assert open_deal(rita, "400", "2026-11-30").percent == 50
    open_deal(rita, "300", "2027-01-10")
    seen = look(rita)
    assert seen.outlook.amount == 400
    assert sum(line.amount.amount for line in seen.outlook.lines) == 400
    assert seen.uncovered == 600
    assert seen.coverage == Fraction(400, 800)


def test_a_period_that_is_over_has_landed_where_it_is(company, rita):
    sell(rita, rita, "200", "2026-08-10")
    open_deal(rita, "400", "2026-09-20")
    assert look(rita, "2026-Q3").outlook.amount == 200


def test_cash_lands_by_what_falls_due_in_the_period(company, fiona, rita):
    """Received 100; an invoice of 80 due in December; one of 50 that fell due in September is not in the rule."""
    account = make_account("甲公司", rita.person)
    make_receipt(fiona, account, "100", "2026-10-10")
    make_invoice(fiona, account, "80", due_on="2026-12-10", issued_on="2026-11-01")
    other = make_account("乙公司", rita.person)
    make_invoice(fiona, other, "50", due_on="2026-09-10", issued_on="2026-08-01")
    seen = look(rita, measure="cash")
    assert sum(line.amount.amount for line in seen.outlook.lines) == seen.outlook.amount
    assert seen.outlook.amount >= 100
    assert seen.outlook.amount <= 180


def look(user, period="2026-Q4", measure="signed"):
    span = fiscal_calendar().period(period)
    return forecast(subject(user), measure, span, as_of=TODAY, calendar=work_calendar(), currency="CNY")


def open_deal(user, amount, expected, code="solution"):
    account = make_account(f"客户{amount}", user.person)
    return make_opportunity(
        user, f"deal {amount}", account=account, amount=amount, expected_on=expected, stage_code=code, at="2026-11-01"
    )


# Whose numbers


def test_who_may_ask_for_whose_numbers(company, rita, ray, max_, erin, zoe, hanna, axel):
    for viewer, thing in [(rita, rita), (max_, rita), (erin, company.suzhou), (hanna, company.south), (axel, zoe)]:
        assert subject_of(viewer, key_of(thing)).key == key_of(thing)
    for viewer, thing in [(rita, ray), (rita, company.suzhou), (max_, company.east), (max_, zoe)]:
        with pytest.raises(NotAllowed):
            subject_of(viewer, key_of(thing))
    for key in ("u999999", "x1", "u²", "p" + "9" * 30, ""):
        with pytest.raises(NotFound):
            subject_of(erin, key)


def test_where_one_begins(company, rita, max_, erin, hanna):
    assert [home_subject(one, TODAY).key for one in (rita, max_, erin, hanna)] == [
        key_of(rita),
        key_of(company.suzhou),
        key_of(company.east),
        key_of(company.root),
    ]


# The pages


def numbers_of(response):
    """name → the address that a number opens."""
    text = response.content.decode()
    links = re.findall(r'href="([^"]+)"[^>]*data-number="([^"]+)"', text)
    return {name: address.replace("&amp;", "&") for address, name in links}


@pytest.mark.parametrize("period", ["2026-Q4", "2026", "2026-M10"])
@pytest.mark.parametrize("who", ["erin", "max_", "rita"])
def test_every_number_is_the_sum_of_the_facts_it_opens(request, client, company, olaf, rita, ray, who, period):
    viewer = request.getfixturevalue(who)
    make_active_plan(olaf, (company.suzhou, "2026", "100000"))
    account = make_account("甲公司", rita.person)
    make_signed_contract(rita, account, "1000.10", "2026-10-12")
    make_signed_contract(rita, account, "200.02", "2026-11-02")
    sell(ray, ray, "30.03", "2026-11-03", name="乙公司")
    sell(ray, ray, "7", "2026-02-03", name="丙公司")
    client.force_login(viewer)
    client.cookies["tiji_language"] = "en"
    page = client.get(reverse("attainment"), {"period": period})
    context = page.context["page"]
    found = numbers_of(page)
    assert "actual" in found
    for name, address in found.items():
        if name == "landing":
            continue
        line = {one.subject.key: one.attainment.actual for one in context.lines} | {
            kind.key: context.found[context.frame.subject.key][kind.key].attainment.actual
            for kind in context.main.kinds
        }
        expected = line.get(name, context.main.attainment.actual)
        facts = client.get(address)
        assert facts.context["list"].sum == expected, (name, address)
        shown = sum(row["row"].amount for row in facts.context["list"].lines)
        assert shown == expected
    landing = client.get(found["landing"])
    assert sum(row.exact for row in landing.context["rows"]) == landing.context["forecast"].outlook.amount


def test_a_fact_of_somebody_elses_document_is_evidence_without_a_name(client, company, rita, max_, zoe):
    """Rita's customer goes to Zoe: Max keeps the number of October, not the customer."""
    contract = sell(rita, rita, "70", "2026-10-10", name="天衡重工")
    contract.account.owner = zoe.person
    contract.account.save()
    rita.person.assignments.update(valid_until="2026-11-01")
    assign(rita.person, company.shenzhen, valid_from="2026-11-01")
    client.force_login(max_)
    client.cookies["tiji_language"] = "en"
    page = client.get(reverse("attainment_facts"), {"subject": key_of(company.suzhou)})
    text = page.content.decode()
    assert page.context["list"].sum == 70
    assert "evidence only" in text
    assert "天衡重工" not in text
    assert contract.number not in text


def test_the_pages_keep_their_query_budgets(client, company, olaf, erin, rita, ray):
    make_active_plan(olaf, (company.suzhou, "2026", "100000"))
    for number in range(3):
        sell(rita, rita, "30", "2026-11-03", name=f"公司{number}")
    client.force_login(erin)
    for name, most in (("targets", 10), ("attainment", 14), ("attainment_facts", 10)):
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        own = of_the_room(asked)
        assert len(own) <= most, "\n".join(own)


def of_the_room(asked):
    """The queries of the page itself: without sign-in, scope and frame, which cost every page the same."""
    words = ("targets_", "commerce_", "pipeline_", "customers_", "organization_unit", "organization_assignment")
    sql = [query["sql"] for query in asked]
    return [one for one in sql if any(word in one.split("WHERE")[0] for word in words) and "h_what" not in one]


def test_numbers_of_others_are_refused(client, company, rita, ray):
    client.force_login(rita)
    for name in ("attainment", "attainment_facts", "attainment_landing"):
        assert client.get(reverse(name), {"subject": key_of(ray)}).status_code == 403
        assert client.get(reverse(name), {"subject": "u0"}).status_code == 404
        assert client.get(reverse(name), {"period": "2026-Q9"}).status_code == 404
        assert client.get(reverse(name), {"measure": "steps"}).status_code == 404


def test_the_api_says_the_same(client, company, olaf, rita):
    make_active_plan(olaf, (rita, "2026-Q4", "3100000"))
    sell(rita, rita, "1271000", "2026-10-20")
    client.force_login(rita)
    body = client.get("/api/v1/attainment", {"period": "2026-Q4"}).json()
    assert body["subject"] == key_of(rita)
    first = body["standings"][0]
    assert (Decimal(first["actual"]), Decimal(first["completion"])) == (1_271_000, Decimal("0.41"))
    facts = client.get("/api/v1/attainment/facts", {"period": "2026-Q4"}).json()
    assert sum(Decimal(row["amount"]) for row in facts["items"]) == 1_271_000
    assert client.get("/api/v1/attainment", {"subject": key_of(company.suzhou)}).status_code == 403


def test_facts_of_a_subject_are_those_that_count(company, rita, max_):
    sell(rita, rita, "70", "2026-10-10")
    span = fiscal_calendar().period("2026-Q4")
    for thing in (company.suzhou, rita):
        rows = facts_of(subject(thing), "signed", span.start, counted_until(span, TODAY), currency="CNY", kind="new")
        assert rows.aggregate(total=Sum("amount"))["total"] == 70
    assert cny("70").amount == 70
