"""`tiji pay compute`: a plan over files, in an empty folder, without a company."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiji.apps.incentives.services.pay_files import compute_files, window_of
from tiji.shared.errors import DomainError

PLAN = """
currency: CNY
fields: {days_past_due: count}
tables: {overdue: {kind: steps, rows: [{from: "0", to: "30", value: "1"}, {from: "30", value: "0.9"}]}}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: month}
    quota: {code: cash}
    rate: {mode: marginal, unit: attainment, steps: [{from: "0", to: "1", rate: 0.03}, {from: "1", rate: 0.05}]}
    factor: at(overdue, days_past_due)
    rounding: line
"""
EVENTS = """event_id,event_on,kind,subject_id,amount,currency,days_past_due
1,2026-02-03,receipt,7,1000.00,CNY,0
2,2026-02-10,receipt,7,500.5050,CNY,45
3,2026-02-11,receipt,8,10,CNY,0
"""
FILES = {"plan": "yaml", "events": "csv", "quotas": "csv"}
QUOTAS = "payee_id,code,amount\n7,cash,1200\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "quotas.csv").write_text(QUOTAS, encoding="utf-8")
    return tmp_path


def computed(folder, **files):
    paths = {"plan": "plan.yaml", "events": "events.csv", "quotas": "quotas.csv", "out": "out"} | files
    return compute_files(**{name: folder / path for name, path in paths.items()})


def test_the_command_needs_no_company(folder):
    """1,000.00 × 3% = 30.00; of 500.51, 200.00 at 3% and 300.51 at 5% are 21.0255, times 0.9 are 18.92."""
    command = [sys.executable, "-m", "tiji", "pay", "compute", "--plan=plan.yaml", "--events=events.csv"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TIJI_", "DJANGO_"))}
    done = subprocess.run(
        [*command, "--quotas=quotas.csv", "--out=out"], cwd=folder, env=bare, capture_output=True, text=True, check=True
    )
    assert "2 lines" in done.stdout
    lines = pq.read_table(folder / "out" / "trace.parquet").to_pylist()
    assert [(row["payee_id"], row["amount"]) for row in lines] == [(7, 3000), (7, 1892)]
    problems = pq.read_table(folder / "out" / "problems.parquet").to_pylist()
    assert [(row["payee_id"], row["code"]) for row in problems] == [(8, "quota_missing")]
    record = json.loads((folder / "out" / "run.json").read_text("utf-8"))
    assert record["read"]["events.csv"] == sha256((folder / "events.csv").read_bytes()).hexdigest()
    assert not (folder / "var").exists()


def test_parquet_gives_the_same_rows_as_csv(folder):
    computed(folder)
    exact = pa.decimal128(18, 4)
    table = pa.table(
        {
            "event_id": [1, 2, 3],
            "event_on": pa.array(["2026-02-03", "2026-02-10", "2026-02-11"]).cast(pa.date32()),
            "kind": ["receipt"] * 3,
            "subject_id": [7, 7, 8],
            "amount": pa.array([Decimal("1000"), Decimal("500.5050"), Decimal("10")], exact),
            "currency": ["CNY"] * 3,
            "days_past_due": [0, 45, 0],
        }
    )
    pq.write_table(table, folder / "events.parquet")
    computed(folder, events="events.parquet", out="again")
    for name in ("trace", "slices", "earnings", "problems"):
        once, again = (pq.read_table(folder / out / f"{name}.parquet") for out in ("out", "again"))
        assert once.equals(again)


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("events.csv", "1000.00", "1000.00001", "amount"),
        ("events.csv", "1000.00", "a lot", "amount"),
        ("events.csv", "event_on,", "day,", "event_on"),
        ("events.csv", ",CNY,0", ",USD,0", "USD"),
        ("events.csv", "days_past_due", "days", "days_past_due"),
        ("plan.yaml", "mode: marginal", "mode: steep", "components[0].rate.mode"),
        ("plan.yaml", "components:", "components: [", "YAML"),
        ("quotas.csv", "7,cash,1200", "7,cash,12.345", "amount"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(folder, name, before, after, told):
    path = folder / name
    assert before in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DomainError, match=re.escape(told)):
        computed(folder)


@pytest.mark.once
def test_both_engines_write_the_same_tables_and_say_which_it_was(folder):
    for engine in ("duckdb", "local[2]"):
        paths = {name: folder / f"{name}.{kind}" for name, kind in FILES.items()}
        compute_files(**paths, out=folder / engine, engine=engine)
    records = [json.loads((folder / engine / "run.json").read_text("utf-8")) for engine in ("duckdb", "local[2]")]
    assert [record["engine"].split()[0] for record in records] == ["duckdb", "spark"]
    assert records[0]["rows"] == records[1]["rows"]
    for name in records[0]["written"]:
        assert pq.read_table(folder / "local[2]" / name).equals(pq.read_table(folder / "duckdb" / name)), name


def test_an_unknown_engine_is_refused_with_those_there_are(folder):
    with pytest.raises(DomainError, match="spark://host:7077") as refused:
        compute_files(plan=folder / "plan.yaml", events=folder / "events.csv", out=folder / "out", engine="sparkle")
    assert refused.value.field == "engine"


def test_floats_and_missing_files_are_refused(folder):
    pq.write_table(pa.table({"event_id": [1], "amount": [0.1]}), folder / "floats.parquet")
    for code, events in (("float", "floats.parquet"), ("file", "nothing.parquet")):
        with pytest.raises(DomainError) as refused:
            computed(folder, events=events)
        assert refused.value.code == code
    with pytest.raises(DomainError, match="--until"):
        window_of(None, date(2026, 1, 1))


DRAW = """
currency: CNY
facts: {hired_on: date, draws: flag}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: quarter}
    rate: {mode: flat, steps: [{from: "0", rate: 1}]}
cells: [{code: bonus, pays: case when cash_total >= 5000 then 100 else 0 end, to_date: quarter}]
payment: [{code: draw, draw: "2000", when: draws}]
"""
EARNED = """event_id,event_on,kind,subject_id,amount,currency
1,2026-01-31,receipt,7,2750,CNY
2,2026-02-28,receipt,7,1500,CNY
3,2026-03-31,receipt,7,2375,CNY
"""
KNOWN = "payee_id,name,value\n7,hired_on,2025-12-01\n7,draws,true\n"


@pytest.fixture
def months(folder):
    (folder / "plan.yaml").write_text(DRAW, encoding="utf-8")
    (folder / "events.csv").write_text(EARNED, encoding="utf-8")
    (folder / "facts.csv").write_text(KNOWN, encoding="utf-8")
    return folder


def paid(folder, out):
    return [(row["month"], row["due"], row["paid"]) for row in pq.read_table(folder / out / "paid.parquet").to_pylist()]


def test_months_in_one_go_and_one_after_the_other_pay_the_same(months):
    """1,500 are filled up to 2,000; of March's 2,375 and 100 of bonus 475 are above the draw and pay it back."""
    computed(months, facts="facts.csv")
    whole = [("2026-01", 275000, 275000), ("2026-02", 150000, 200000), ("2026-03", 247500, 200000)]
    assert paid(months, "out") == whole
    balances = {}
    one_by_one = []
    for month in (1, 2, 3):
        window = window_of(date(2026, month, 1), date(2026, month + 1, 1))
        paths = {"facts": "facts.csv", "out": f"out{month}"} | balances
        compute_files(
            **{name: months / path for name, path in ({"plan": "plan.yaml", "events": "events.csv"} | paths).items()},
            window=window,
        )
        one_by_one += paid(months, f"out{month}")
        assert pq.read_table(months / f"out{month}" / "trace.parquet").num_rows == 1
        balances = {"balances": f"out{month}/balances.parquet"}
    assert one_by_one == whole
    owed = pq.read_table(months / "out3" / "balances.parquet").to_pylist()
    assert [(row["balance"], row["amount"]) for row in owed] == [("draw", 2500)]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("draws,true", "draws,perhaps", "fact"),
        ("draws,true", "weather,fine", "fact"),
        ("name,value", "name,what", "column"),
    ],
)
def test_a_wrong_fact_is_refused(months, before, after, code):
    (months / "facts.csv").write_text(KNOWN.replace(before, after), encoding="utf-8")
    with pytest.raises(DomainError) as refused:
        computed(months, facts="facts.csv")
    assert refused.value.code == code


def test_cells_pay_whole_months(months):
    with pytest.raises(DomainError) as refused:
        compute_files(
            plan=months / "plan.yaml",
            events=months / "events.csv",
            out=months / "out",
            window=window_of(date(2026, 1, 5), date(2026, 2, 1)),
        )
    assert refused.value.code == "window"


def test_a_role_has_its_own_subjects_in_a_file(folder):
    """Receipt 1 is of document 77, 60% of which are of the line that 9 keeps; the others are of no document."""
    plan = """
currency: CNY
components:
  - code: overlay
    credit: {event: receipt, role: product_manager}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.1"}]}
"""
    header, first, *rest = EVENTS.splitlines()
    rows = [f"{header},subject:product_manager", f"{first},77", *(f"{row}," for row in rest)]
    (folder / "plan.yaml").write_text(plan, encoding="utf-8")
    (folder / "events.csv").write_text("\n".join(rows), encoding="utf-8")
    shares = "subject_id,role,seq,payee_id,share\n77,product_manager,1,9,0.6\n"
    (folder / "shares.csv").write_text(shares, encoding="utf-8")
    computed(folder, shares="shares.csv")
    earned = pq.read_table(folder / "out" / "earnings.parquet").to_pylist()
    assert [(row["payee_id"], row["credit"], row["amount"]) for row in earned] == [(9, 600_00, 60_00)]
