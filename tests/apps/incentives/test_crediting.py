"""Whose the events of a company's run are: owners, those who share, and everybody above them."""

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import assign, day, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_crediting import credited, document, ordered, plan_for, trace_of
from makers_incentives import customer_of, make_plan, pay_by, receive, run_month
from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.services.receipts import reverse_receipt
from tiji.apps.commerce.services.shares import AgreedShare, share_contract
from tiji.apps.incentives.models import Earning, Statement
from tiji.apps.incentives.selectors.inputs import inputs_of
from tiji.apps.incentives.services.plans import assign_plan
from tiji.apps.organization.models import Assignment
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.shared.errors import DomainError

AT = moment("2026-11-18")
FEBRUARY, MARCH = "2026-M02", "2026-M03"


# Everybody above


def test_a_manager_earns_an_override_on_everything_his_people_bring(rita, ray, max_, zoe, fiona, olaf):
    plan_for(olaf, "own", "0.10", rita, ray, zoe)
    plan_for(olaf, "override", "0.02", max_, role="manager")
    for user, amount in ((rita, "50000.00"), (ray, "40000.00"), (zoe, "70000.00")):
        receive(fiona, customer_of(user.person, f"客户 {user.person.name}"), amount, "2026-02-10")
    run = run_month(olaf, FEBRUARY)
    amounts = {row.person.name: row.amount for row in Statement.objects.filter(run=run).select_related("person")}
    # Max: 2% of 90,000; what Zoe brings is not his.
    assert amounts == {"Rita": Decimal(5000), "Ray": Decimal(4000), "Zoe": Decimal(7000), "Max": Decimal(1800)}
    assert (run.events, run.uncredited) == (3, 0)


@pytest.mark.parametrize(("levels", "names"), [(None, {"Max", "Erin", "Dora"}), (1, {"Max"}), (2, {"Max", "Erin"})])
def test_the_plan_says_how_far_up_it_reaches(rita, max_, erin, dora, fiona, olaf, levels, names):
    plan_for(olaf, "override", "0.01", max_, erin, dora, role="manager", levels=levels)
    receive(fiona, customer_of(rita.person), "1000.00", "2026-02-10")
    run = run_month(olaf, FEBRUARY)
    assert credited(run) == {("override", name): Decimal(1000) for name in names}


def test_two_components_of_one_plan_may_reach_differently_far(rita, max_, erin, fiona, olaf):
    near, far = (document(rate, role="manager", levels=levels) for rate, levels in (("0.02", 1), ("0.005", None)))
    far["components"][0]["code"] = "all"
    version = make_plan(olaf, "override", {"components": [*near["components"], *far["components"]]})
    for user in (max_, erin):
        pay_by(olaf, version, user.person)
    receive(fiona, customer_of(rita.person), "1000.00", "2026-02-10")
    rows = Earning.objects.filter(run=run_month(olaf, FEBRUARY)).values_list("person__name", "component", "amount")
    assert set(rows) == {
        ("Max", "cash", Decimal(20)),
        ("Max", "all", Decimal(5)),
        ("Erin", "cash", Decimal(0)),
        ("Erin", "all", Decimal(5)),
    }


@pytest.mark.parametrize(
    ("hierarchy", "expected"),
    [("event", {"Max": 300, "Milo": 400}), ("period_end", {"Milo": 700}), ("current", {"Max": 700})],
)
def test_the_hierarchy_is_that_of_the_event_of_the_period_or_of_the_run(
    company, rita, max_, milo, fiona, olaf, hierarchy, expected
):
    # Rita works for Milo from 15 February to the end of March, and for Max before and after.
    plan_for(olaf, "override", "0.01", max_, milo, role="manager", hierarchy=hierarchy)
    Assignment.objects.filter(person=rita.person).update(valid_until=day("2026-02-15"))
    assign(rita.person, company.shenzhen, valid_from="2026-02-15", valid_until="2026-04-01")
    assign(rita.person, company.suzhou, valid_from="2026-04-01")
    account = customer_of(rita.person)
    receive(fiona, account, "300.00", "2026-02-14")
    receive(fiona, account, "400.00", "2026-02-15")
    found = credited(run_month(olaf, FEBRUARY))
    assert found == {("override", name): Decimal(amount) for name, amount in expected.items()}


def test_a_month_counts_by_its_own_end_in_the_runs_after_it(company, rita, max_, milo, fiona, olaf):
    # The quarter's running total of March holds January as January's run paid it: for Max, who led then.
    plan_for(olaf, "override", "0.01", max_, milo, role="manager", hierarchy="period_end")
    Assignment.objects.filter(person=rita.person).update(valid_until=day("2026-02-01"))
    assign(rita.person, company.shenzhen, valid_from="2026-02-01")
    account = customer_of(rita.person)
    receive(fiona, account, "300.00", "2026-01-14")
    receive(fiona, account, "500.00", "2026-03-14")
    measures = {
        row.person.name: row.measures[0]["total"]
        for row in Statement.objects.filter(run=run_month(olaf, MARCH)).select_related("person")
    }
    assert measures == {"Max": 30000, "Milo": 50000}


def test_a_managers_plan_that_ends_ends_his_credit(rita, max_, fiona, olaf):
    version = make_plan(olaf, "override", document("0.01", role="manager"))
    assign_plan(
        actor=olaf, plan=version.plan, person=max_.person, valid_from=day("2026-01-01"), valid_until=day("2026-02-15")
    )
    account = customer_of(rita.person)
    receive(fiona, account, "300.00", "2026-02-14")
    receive(fiona, account, "400.00", "2026-02-15")
    assert credited(run_month(olaf, FEBRUARY)) == {("override", "Max"): Decimal(300)}


def test_money_taken_back_is_taken_back_from_who_led_when_it_came(company, rita, max_, milo, fiona, olaf):
    plan_for(olaf, "override", "0.01", max_, milo, role="manager")
    receipt = receive(fiona, customer_of(rita.person), "1000.00", "2026-01-20")
    Assignment.objects.filter(person=rita.person).update(valid_until=day("2026-02-01"))
    assign(rita.person, company.shenzhen, valid_from="2026-02-01")
    reverse_receipt(actor=fiona, receipt=receipt, on=day("2026-04-03"), reason="退票")
    # The run of April begins its quarter in April; the day that counts lies before it.
    assert credited(run_month(olaf, "2026-M04")) == {("override", "Max"): Decimal(-1000)}


# Contracts that several people share


@pytest.fixture
def shared(rita, ray, zoe, max_, fiona):
    """A contract of Rita's over 1,000,000, 80% hers and 20% Zoe's from 1 February on; an invoice for all of it."""
    account = customer_of(rita.person)
    contract = make_signed_contract(rita, account, "1000000.00", "2026-01-05")
    parts = [AgreedShare(rita.person, Decimal("0.8")), AgreedShare(zoe.person, Decimal("0.2"))]
    share_contract(actor=max_, contract=contract, shares=parts, valid_from=day("2026-02-01"), reason="协作", at=AT)
    make_invoice(fiona, account, "1000000.00", issued_on="2026-01-06", due_on="2026-01-06", contract=contract)
    return account


def test_a_shared_contract_counts_for_each_with_his_part_from_its_day_on(shared, rita, zoe, fiona, olaf):
    plan_for(olaf, "own", "0.05", rita, zoe)
    make_receipt(fiona, shared, "100.00", "2026-01-31")
    make_receipt(fiona, shared, "999900.00", "2026-02-01")
    january, february = run_month(olaf, "2026-M01"), run_month(olaf, FEBRUARY)
    assert credited(january) == {("own", "Rita"): Decimal(100)}
    assert credited(february) == {("own", "Rita"): Decimal("799920.00"), ("own", "Zoe"): Decimal("199980.00")}
    assert (february.uncredited, {row["share"] for row in trace_of(february)}) == (0, {80_000_000, 20_000_000})


def test_cents_of_a_shared_contract_are_paid_once_over_two_plans(shared, rita, ray, zoe, max_, fiona, olaf):
    half = [AgreedShare(rita.person, Decimal("0.5")), AgreedShare(zoe.person, Decimal("0.5"))]
    contract = Contract.objects.get()
    share_contract(actor=max_, contract=contract, shares=half, valid_from=day("2026-02-02"), reason="对半", at=AT)
    plan_for(olaf, "east", "0.05", rita)
    plan_for(olaf, "south", "0.05", zoe)
    make_receipt(fiona, shared, "0.01", "2026-02-03")
    # The first of the two has the cent; rounded apart, both would have it.
    assert credited(run_month(olaf, FEBRUARY)) == {("east", "Rita"): Decimal("0.01")}


def test_what_nobody_with_a_plan_holds_of_a_contract_is_left(shared, rita, fiona, olaf):
    plan_for(olaf, "own", "0.05", rita)
    make_receipt(fiona, shared, "1000.00", "2026-02-03")
    run = run_month(olaf, FEBRUARY)
    assert credited(run) == {("own", "Rita"): Decimal(800)}
    left = pq.read_table(Path(settings.ARTIFACTS_DIR) / run.artifact_path / "uncredited.parquet")
    assert left["amount"].to_pylist() == [20000]


def test_managers_are_credited_with_what_their_people_hold_of_it(
    shared, rita, zoe, max_, milo, erin, dora, fiona, olaf
):
    plan_for(olaf, "override", "0.01", max_, milo, erin, dora, role="manager")
    make_receipt(fiona, shared, "1000.00", "2026-02-03")
    # Dora stands above both and has it once.
    assert credited(run_month(olaf, FEBRUARY)) == {
        ("override", "Max"): Decimal(800),
        ("override", "Erin"): Decimal(800),
        ("override", "Milo"): Decimal(200),
        ("override", "Dora"): Decimal(1000),
    }


def test_a_manager_of_two_who_share_has_it_once(rita, ray, max_, fiona, olaf):
    account = customer_of(rita.person)
    contract = make_signed_contract(rita, account, "1000.00", "2026-01-05")
    parts = [AgreedShare(rita.person, Decimal("0.6")), AgreedShare(ray.person, Decimal("0.4"))]
    share_contract(actor=max_, contract=contract, shares=parts, valid_from=day("2026-01-05"), reason="协作", at=AT)
    make_invoice(fiona, account, "1000.00", issued_on="2026-01-06", due_on="2026-01-06", contract=contract)
    make_receipt(fiona, account, "1000.00", "2026-02-03")
    plan_for(olaf, "override", "0.01", max_, role="manager")
    run = run_month(olaf, FEBRUARY)
    assert credited(run) == {("override", "Max"): Decimal(1000)}
    assert [row["credit"] for row in trace_of(run)] == [100000]


def test_what_still_comes_in_after_a_leaver_counts_for_whom_it_was_handed_to(shared, rita, ray, max_, fiona, olaf):
    # Rita leaves at the end of March and keeps half of what comes in until the end of June; then all of it is Ray's.
    plan_for(olaf, "own", "0.05", rita, ray)
    contract = Contract.objects.get()
    half = [AgreedShare(rita.person, Decimal("0.5")), AgreedShare(ray.person, Decimal("0.5"))]
    rest = [AgreedShare(ray.person, Decimal(1))]
    for parts, on in ((half, "2026-04-01"), (rest, "2026-07-01")):
        share_contract(actor=max_, contract=contract, shares=parts, valid_from=day(on), reason="离职交接", at=AT)
    for on in ("2026-05-10", "2026-07-10"):
        make_receipt(fiona, shared, "1000.00", on)
    assert credited(run_month(olaf, "2026-M05")) == {("own", "Rita"): Decimal(500), ("own", "Ray"): Decimal(500)}
    assert credited(run_month(olaf, "2026-M07")) == {("own", "Ray"): Decimal(1000)}


# What a run freezes, and what it costs


def test_whoever_changes_places_makes_another_version_and_nothing_else_does(company, rita, max_, milo, fiona, olaf):
    plan_for(olaf, "override", "0.01", max_, milo, role="manager")
    receive(fiona, customer_of(rita.person), "1000.00", "2026-02-10")
    first = run_month(olaf, FEBRUARY)
    assert run_month(olaf, FEBRUARY) == first
    Assignment.objects.filter(person=rita.person).update(valid_until=day("2026-02-01"))
    assign(rita.person, company.shenzhen, valid_from="2026-02-01")
    second = run_month(olaf, FEBRUARY)
    assert (second.number, credited(second)) == (2, {("override", "Milo"): Decimal(1000)})


def test_three_roles_are_read_in_a_fixed_number_of_queries(lines, shared, rita, max_, zoe, petra, company, fiona, olaf):
    plan_for(olaf, "own", "0.05", rita, zoe)
    plan_for(olaf, "override", "0.01", max_, role="manager")
    plan_for(olaf, "overlay", "0.015", petra, role="product_manager")
    month = fiscal_calendar().period(FEBRUARY)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            inputs_of(month)
        return len(seen)

    def pay_for_an_order(number: int) -> None:
        account = customer_of(rita.person, f"客户 {number}")
        order = ordered(rita, account, (lines[0], "600.00"), (lines[1], "400.00"))
        make_invoice(fiona, account, "1000.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
        make_receipt(fiona, account, "500.00", "2026-02-10")

    make_receipt(fiona, shared, "1000.00", "2026-02-03")
    pay_for_an_order(0)
    few = queries()
    for number in range(1, 6):
        pay_for_an_order(number)
    assert queries() == few
    # Plans, their versions and payees (8), events, kinds of sharing, hierarchy (4), keepers, and lines of documents.
    assert few <= 22


# What a plan may say


@pytest.mark.parametrize(
    ("credit", "path"),
    [
        ({"role": "boss"}, "components[0].credit.role"),
        ({"role": "manager", "sharing": "split"}, "components[0].credit.sharing"),
        ({"levels": 1}, "components[0].credit.levels"),
        ({"role": "product_manager", "hierarchy": "current"}, "components[0].credit.hierarchy"),
        ({"role": "manager", "levels": 0}, "components[0].credit.levels"),
    ],
)
def test_what_a_role_cannot_say_is_refused_at_its_place(olaf, credit, path):
    with pytest.raises(DomainError) as refused:
        make_plan(olaf, "wrong", document("0.01", **credit))
    assert [problem["path"] for problem in refused.value.extra["problems"]] == [path]


def test_a_roll_up_writes_out_that_everybody_is_credited_for_himself(olaf):
    version = make_plan(olaf, "override", document("0.01", role="manager", levels=2))
    credit = version.document["components"][0]["credit"]
    assert (credit["sharing"], credit["levels"], credit["hierarchy"]) == ("each", 2, "event")
