"""A month's pay: what it comes to, what it leaves behind, and what nothing can change any more."""

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import transaction

from makers import day, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_incentives import SECOND_PLAN, customer_of, make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.commerce.services.receipts import reverse_receipt
from tiji.apps.incentives.models import Earning, PayPeriod, Run, Statement
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.apps.incentives.services import runs
from tiji.apps.incentives.services.artifacts import checksum
from tiji.apps.incentives.services.plans import add_plan_version
from tiji.apps.incentives.services.runs import run_pay
from tiji.shared.errors import DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry

AT = moment("2026-11-18")


@pytest.fixture
def cash(olaf, rita):
    """Rita is paid by the default plan; her quota of the first quarter of 2026 is 1,000,000."""
    version = make_plan(olaf)
    pay_by(olaf, version, rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    return version


@pytest.fixture
def acme(rita):
    return customer_of(rita.person)


def earned(run: Run) -> dict[str, Decimal]:
    return {row.person.name: row.amount for row in Statement.objects.filter(run=run).select_related("person")}


def trace_of(run: Run, name: str = "trace"):
    return pq.read_table(Path(settings.ARTIFACTS_DIR) / run.artifact_path / f"{name}.parquet")


def test_three_months_of_a_quarter_pay_the_slices_that_each_adds(cash, acme, rita, fiona, olaf):
    # Limits at 600,000, 800,000, 1,000,000 and 1,200,000. Running totals 400,000, 900,000 and 1,300,000:
    # F(400,000) = 4,000; F(900,000) = 6,000 + 3,200 + 2,200 = 11,400; F(1,300,000) = 13,600 + 6,000 + 3,500 = 23,100.
    receive(fiona, acme, "400000.00", "2026-01-15")
    receive(fiona, acme, "500000.00", "2026-02-10")
    receive(fiona, acme, "400000.00", "2026-03-05")
    amounts = [earned(run_month(olaf, key))["Rita"] for key in ("2026-M01", "2026-M02", "2026-M03")]
    assert amounts == [Decimal("4000.00"), Decimal("7400.00"), Decimal("11700.00")]


def test_the_slices_of_every_line_add_up_to_it_and_the_lines_to_the_earning(cash, acme, rita, fiona, olaf):
    for amount, on in (("333333.33", "2026-02-02"), ("411111.17", "2026-02-03"), ("299999.99", "2026-02-27")):
        receive(fiona, acme, amount, on)
    run = run_month(olaf, "2026-M02")
    trace, lines = trace_of(run), lines_of(Statement.objects.get(run=run))
    # The first line stays inside of the first step and carries its rate; the other two cross limits.
    assert [(len(line.parts), sum(part.amount for part in line.parts) == line.amount) for line in lines] == [
        (1, True),
        (2, True),
        (3, True),
    ]
    assert trace["rate"].to_pylist() == [1_000_000, None, None]
    # 1,044,444.49: 6,000 + 3,200 + 4,400 + 44,444.49 × 3% = 14,933.3347
    assert earned(run)["Rita"] == Decimal("14933.33")
    assert sum(trace["amount"].to_pylist()) == 1493333


def test_every_line_names_its_documents_up_to_the_contract(cash, acme, rita, fiona, olaf):
    contract = make_signed_contract(rita, acme, "50000.00", "2026-01-05")
    invoice = make_invoice(fiona, acme, "50000.00", issued_on="2026-01-06", due_on="2026-01-06", contract=contract)
    receipt = make_receipt(fiona, acme, "50000.00", "2026-01-20")
    line = trace_of(run_month(olaf, "2026-M01")).to_pylist()[0]
    application = receipt.applications.get()
    expected = f"application:{application.pk}>receipt:{receipt.pk}>invoice:{invoice.pk}>contract:{contract.pk}"
    assert (line["refs"], line["amount"], line["business"]) == (expected, 50000, contract.kind)


def test_a_reversed_receipt_gives_back_what_it_earned(cash, acme, rita, fiona, olaf):
    receipt = receive(fiona, acme, "700000.00", "2026-01-15")
    reverse_receipt(actor=fiona, receipt=receipt, on=day("2026-02-03"), reason="退票")
    january, february = run_month(olaf, "2026-M01"), run_month(olaf, "2026-M02")
    # 6,000 + 100,000 × 1.6% = 7,600, and back.
    assert (earned(january)["Rita"], earned(february)["Rita"]) == (Decimal("7600.00"), Decimal("-7600.00"))


def test_unchanged_inputs_write_nothing_and_say_so(cash, acme, fiona, olaf):
    receive(fiona, acme, "100000.00", "2026-01-15")
    first = run_pay(actor=olaf, period="2026-M01", on=day("2026-11-18"))
    again = run_pay(actor=olaf, period="2026-M01", on=day("2026-11-19"))
    assert (first.written, again.written, again.run) == (True, False, first.run)
    assert (Run.objects.count(), Earning.objects.count()) == (1, 1)


def test_before_a_month_is_posted_a_late_receipt_makes_a_second_version_of_it(cash, acme, fiona, olaf):
    receive(fiona, acme, "100000.00", "2026-01-15")
    first = run_month(olaf, "2026-M01")
    receive(fiona, acme, "50000.00", "2026-01-30")
    second = run_month(olaf, "2026-M01")
    row = Statement.objects.get(run=second)
    assert (second.number, row.amount, row.due, row.paid) == (2, Decimal(1500), Decimal(1500), Decimal(1500))
    assert Statement.objects.get(run=first).amount == Decimal(1000)


def test_a_second_plan_runs_on_the_same_tables_by_its_document_alone(acme, rita, fiona, olaf):
    pay_by(olaf, make_plan(olaf, "second", SECOND_PLAN), rita.person)
    make_signed_contract(rita, acme, "600000.00", "2026-02-03")
    for amount, on in (("350000.00", "2026-02-10"), ("150000.00", "2026-02-11"), ("100000.00", "2026-02-12")):
        receive(fiona, acme, amount, on)
    run = run_month(olaf, "2026-M02")
    amounts = dict(Earning.objects.filter(run=run).values_list("component", "amount"))
    # 600,000 × 2%; 600,000 × 1% is 6,000 and the cap leaves 5,000. On the limit of 500,000 it was 500,000 × 0.8%.
    assert amounts == {"new-signed": Decimal(12000), "month-cash": Decimal(5000)}
    lines = [row["amount"] for row in trace_of(run).to_pylist() if row["component"] == "month-cash"]
    assert lines == [280000, 120000, 100000]


def test_two_plans_pay_one_person_side_by_side(cash, acme, rita, fiona, olaf):
    pay_by(olaf, make_plan(olaf, "second", SECOND_PLAN), rita.person)
    receive(fiona, acme, "200000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    amounts = dict(Earning.objects.filter(run=run).values_list("component", "amount"))
    assert amounts == {"cash": Decimal(2000), "new-signed": Decimal(0), "month-cash": Decimal(1000)}
    assert earned(run)["Rita"] == Decimal(3000)


def test_a_missing_quota_is_told_and_never_taken_as_nothing(olaf, rita, fiona, acme):
    pay_by(olaf, make_plan(olaf), rita.person)
    receive(fiona, acme, "100000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    row = Statement.objects.get(run=run)
    assert (run.problems, row.amount, row.problems[0]["code"]) == (1, Decimal(0), "quota_missing")
    assert row.problems[0]["total"] == 10000000


def test_receipts_of_people_without_a_plan_are_counted_as_not_credited(cash, zoe, fiona, olaf):
    receive(fiona, customer_of(zoe.person, "海蓝"), "100000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    assert (run.events, run.uncredited, run.lines) == (1, 1, 0)


def test_a_new_version_of_the_plan_pays_from_its_date_on(cash, acme, fiona, olaf):
    flat = SECOND_PLAN.replace("0.02", "0.05").replace("month-cash", "cash")
    receive(fiona, acme, "100000.00", "2026-01-15")
    receive(fiona, acme, "100000.00", "2026-02-15")
    add_plan_version(actor=olaf, plan=cash.plan, document=flat, valid_from=day("2026-02-01"), at=AT)
    assert earned(run_month(olaf, "2026-M01"))["Rita"] == Decimal(1000)
    assert earned(run_month(olaf, "2026-M02"))["Rita"] == Decimal(500)


def test_quarterly_pay_comes_with_the_quarters_last_month(rita, acme, fiona, olaf):
    quarterly = """
components:
  - code: bonus
    credit: {event: receipt}
    measure: {interval: quarter}
    rate: {mode: flat, steps: [{from: "0", rate: "0.01"}]}
    pay: {interval: quarter}
"""
    version = make_plan(olaf, "bonus", quarterly)
    pay_by(olaf, version, rita.person)
    pay_by(olaf, make_plan(olaf, "second", SECOND_PLAN), rita.person)
    receive(fiona, acme, "100000.00", "2026-01-15")
    receive(fiona, acme, "200000.00", "2026-03-15")
    march, january = run_month(olaf, "2026-M03"), run_month(olaf, "2026-M01")
    assert Earning.objects.get(run=march, component="bonus").amount == Decimal(3000)
    assert not Earning.objects.filter(run=january, component="bonus").exists()


def test_a_run_that_dies_on_its_way_leaves_everything_as_it_was(cash, acme, fiona, olaf, monkeypatch):
    receive(fiona, acme, "100000.00", "2026-01-15")
    first = run_month(olaf, "2026-M01")
    receive(fiona, acme, "10000.00", "2026-01-16")

    def dies(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(runs, "append_earnings", dies)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            run_month(olaf, "2026-M01")
    assert PayPeriod.objects.get().current == first
    assert (Run.objects.count(), Statement.objects.count()) == (1, 1)
    second = run_month(olaf, "2026-M01")
    kept = sorted(path.name for path in (Path(settings.ARTIFACTS_DIR) / second.artifact_path).parent.iterdir())
    assert kept == sorted(Path(run.artifact_path).name for run in (first, second))


def test_artifacts_carry_the_checksums_that_the_run_keeps(cash, acme, fiona, olaf):
    receive(fiona, acme, "100000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    folder = Path(settings.ARTIFACTS_DIR) / run.artifact_path
    assert {path.name for path in folder.iterdir()} == set(run.artifacts)
    assert all(checksum(folder / name) == facts["sha256"] for name, facts in run.artifacts.items())
    assert run.artifacts["trace.parquet"]["rows"] == 1


@pytest.mark.parametrize("model", [Earning, Statement])
def test_the_database_refuses_to_change_what_was_earned(cash, acme, fiona, olaf, model):
    receive(fiona, acme, "100000.00", "2026-01-15")
    run_month(olaf, "2026-M01")
    with pytest.raises(PostedRowError), transaction.atomic():
        model.objects.update(amount=Decimal(1))
    with pytest.raises(PostedRowError), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_who_may_run_a_month(cash, acme, rita, fiona, adam, max_):
    receive(fiona, acme, "100000.00", "2026-01-15")
    for actor in (rita, max_, fiona, adam):
        with pytest.raises(NotAllowed):
            run_pay(actor=actor, period="2026-M01", on=day("2026-11-18"))


def test_the_run_that_is_overtaken_while_it_computes_begins_anew(cash, acme, fiona, olaf, monkeypatch):
    receive(fiona, acme, "100000.00", "2026-01-15")
    computed = runs._computed
    faster = []

    def meanwhile(read, told):
        if not faster:
            faster.append(None)
            receive(fiona, acme, "1000.00", "2026-01-16")
            faster[0] = run_month(olaf, "2026-M01")
        return computed(read, told)

    with monkeypatch.context() as slow:
        slow.setattr(runs, "_computed", meanwhile)
        found = run_pay(actor=olaf, period="2026-M01", on=day("2026-11-18"))
    assert (found.written, found.run) == (False, faster[0])
    assert earned(found.run)["Rita"] == Decimal(1010)


@pytest.mark.parametrize(("period", "field"), [("2026-M13", "period"), ("2026-Q1", "period"), ("2026-M12", "period")])
def test_a_month_that_is_none_or_has_not_begun_is_refused(cash, olaf, period, field):
    with pytest.raises(DomainError) as refused:
        run_pay(actor=olaf, period=period, on=day("2026-11-18"))
    assert field in refused.value.fields


def test_a_run_is_written_into_the_audit_log(cash, acme, fiona, olaf):
    receive(fiona, acme, "100000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    assert AuditEntry.objects.filter(action="pay_run.finished", object_id=str(run.pk)).count() == 1


@pytest.mark.once
def test_a_run_on_spark_pays_the_same_and_says_so(cash, acme, rita, fiona, olaf, settings):
    """And the inputs are the same, so that DuckDB after it writes nothing."""
    receive(fiona, acme, "400000.00", "2026-01-15")
    settings.ENGINE = "local[2]"
    run = run_month(olaf, "2026-M01")
    assert (run.engine, run.engine_version[:2]) == ("spark", "4.")
    assert earned(run) == {"Rita": Decimal("4000.00")}
    settings.ENGINE = "duckdb"
    assert run_month(olaf, "2026-M01") == run
