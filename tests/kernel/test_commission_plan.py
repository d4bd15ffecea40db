"""A plan document names every mistake with its path."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tiji.kernel.commission import PlanError, plan_from_dict, plan_to_dict

DOCUMENT: dict[str, Any] = {
    "code": "cash-2026",
    "version": 3,
    "currency": "CNY",
    "fiscal_start_month": 4,
    "components": [
        {
            "code": "cash",
            "credit": {
                "event": "receipt",
                "business": ["new"],
                "valid_from": "2026-02-01",
                "valid_until": "2026-03-01",
            },
            "measure": {"interval": "quarter"},
            "quota": {"code": "cash"},
            "rate": {
                "mode": "marginal",
                "unit": "attainment",
                "steps": [{"from": 0, "to": 1, "rate": "0.01"}, {"from": 1, "rate": "0.02"}],
            },
            "cap": {"amount": "5000.50"},
        }
    ],
}


def test_a_good_document_reads_with_its_defaults() -> None:
    plan = plan_from_dict(DOCUMENT)
    component = plan.component("cash")
    assert (plan.version, plan.fiscal_start_month, plan.digits) == (3, 4, 2)
    assert (component.credit.role, component.credit.share) == ("owner", Decimal(1))
    assert (component.credit.valid_from, component.credit.valid_until) == (date(2026, 2, 1), date(2026, 3, 1))
    assert (component.rate.tie, component.rate.gap, component.rounding) == ("lower", "refuse", "payout")
    assert (component.pay.basis, component.pay.interval) == ("credit", "month")
    assert [step.rate for step in component.rate.steps] == [Decimal("0.01"), Decimal("0.02")]
    assert plan_from_dict(plan_to_dict(plan)) == plan


def broken(path: str, value: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    place: Any = document
    *way, last = path.split("/")
    for part in way:
        place = place[int(part)] if part.isdigit() else place[part]
    if value is KeyError:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return document


RATE = "components/0/rate"


@pytest.mark.parametrize(
    ("where", "value", "path", "words"),
    [
        ("currency", "XYZ", "currency", "not a currency"),
        ("currency", KeyError, "currency", "is missing"),
        ("code", "Big Plan", "code", "small letters"),
        ("version", 0, "version", "whole number from 1"),
        ("colour", "red", "colour", "not a field"),
        ("components", [], "components", "at least one"),
        ("components/0/credit/event", KeyError, "components[0].credit.event", "is missing"),
        ("components/0/credit/share", "1.5", "components[0].credit.share", "at most 1"),
        ("components/0/credit/share", 0.5, "components[0].credit.share", "written as text"),
        ("components/0/credit/valid_until", "2026-01-01", "components[0].credit.valid_until", "after valid_from"),
        ("components/0/credit/valid_from", "January", "components[0].credit.valid_from", "must be a date"),
        ("components/0/measure/interval", "week", "components[0].measure.interval", "one of: month, quarter, year"),
        ("components/0/quota", None, "components[0].quota", "is missing"),
        ("components/0/pay", {"interval": "year"}, "components[0].pay.interval", "cannot be longer"),
        ("components/0/cap/amount", "-1", "components[0].cap.amount", "cannot be negative"),
        ("components/0/cap/amount", "0.001", "components[0].cap.amount", "more than 2 decimals"),
        (f"{RATE}/unit", "amount", "components[0].rate.unit", "must be attainment"),
        (f"{RATE}/mode", "stepwise", "components[0].rate.mode", "one of"),
        (f"{RATE}/mode", "flat", "components[0].rate.steps", "one step"),
        (f"{RATE}/steps/0/rate", "NaN", "components[0].rate.steps[0].rate", "written as text"),
        (f"{RATE}/steps/0/rate", "-0.1", "components[0].rate.steps[0].rate", "cannot be negative"),
        (f"{RATE}/steps/0/rate", KeyError, "components[0].rate.steps[0].rate", "is missing"),
        (f"{RATE}/steps/0/to", "0.9", "components[0].rate.steps[1].from", "leaves a gap from 0.9 to 1"),
        (f"{RATE}/steps/0/to", "1.1", "components[0].rate.steps[1].from", "inside the step before"),
        (f"{RATE}/steps/0/to", "0", "components[0].rate.steps[0].to", "above from"),
        (f"{RATE}/steps/1/to", "2", "components[0].rate.steps[1].to", "nothing is paid above 2"),
    ],
)
def test_a_mistake_is_named_with_its_path(where, value, path, words) -> None:
    with pytest.raises(PlanError) as error:
        plan_from_dict(broken(where, value))
    named = {problem.path: problem.message for problem in error.value.problems}
    assert words in named[path]


def test_all_mistakes_are_named_at_once() -> None:
    document = broken("currency", "XYZ")
    document["components"].append(deepcopy(document["components"][0]))
    document["components"][1]["measure"] = "quarter"
    with pytest.raises(PlanError) as error:
        plan_from_dict(document)
    assert [problem.path for problem in error.value.problems] == [
        "currency",
        "components[1].measure",
        "components[1].code",
    ]


def test_gaps_are_allowed_when_the_plan_says_so() -> None:
    document = broken(f"{RATE}/steps/0/to", "0.9")
    document["components"][0]["rate"]["gap"] = "zero"
    assert len(plan_from_dict(document).component("cash").rate.steps) == 2


TABLED = {
    "code": "tabled",
    "currency": "CNY",
    "fields": {"days_past_due": "count", "channel": "text"},
    "tables": {
        "overdue": {
            "kind": "steps",
            "tie": "upper",
            "rows": [{"from": "0", "to": "30", "value": "1"}, {"from": "30", "value": "0.9"}],
        },
        "range": {"kind": "steps", "gap": "zero", "rows": [{"from": "15", "to": "16", "value": "0.2"}]},
        "bonus": {
            "kind": "curve",
            "rows": [{"from": "0", "to": "1000", "amount": "10"}, {"from": "1000", "to": "3000", "amount": "40"}],
        },
        "payout": {
            "kind": "curve",
            "unit": "attainment",
            "points": [{"at": "0.8", "value": "0.5"}, {"at": "1", "value": "1"}],
        },
        "first": {
            "kind": "curve",
            "below": "first",
            "points": [{"at": "10", "value": "5"}, {"at": "20", "value": "6"}],
        },
        "grades": {
            "kind": "words",
            "rows": [{"word": "A", "value": "1.5"}, {"word": "B+", "value": "1.2"}],
            "otherwise": "1",
        },
        "grid": {
            "kind": "grid",
            "axes": [{"words": ["A", "B"]}, {"rows": [{"from": "0", "to": "10"}, {"from": "10"}]}],
            "values": [["1", "2"], ["3", "4"]],
        },
    },
    "components": [
        {
            "code": "pay",
            "credit": {"event": ["receipt", "refund"], "when": "amount <> 0", "value": "amount * 0.5"},
            "measure": {"interval": "month"},
            "pays": "credit * at(overdue, days_past_due) * at(grid, channel, after)",
            "factor": "at(grades, channel)",
        }
    ],
}


def test_tables_and_formulas_read_back_from_their_document() -> None:
    plan = plan_from_dict(TABLED)
    assert plan_from_dict(plan_to_dict(plan)) == plan
    assert [named.name for named in plan.tables] == list(TABLED["tables"])


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("tables", "range", "gap"), "refuse", "gap"),
        (("tables", "overdue", "rows"), [{"from": "0", "to": "30", "value": "1"}], "open_end"),
        (("tables", "overdue", "rows"), [{"from": "5", "value": "1"}, {"from": "2", "value": "1"}], "overlap"),
        (("tables", "grid", "values"), [["1", "2"]], "size"),
        (("tables", "grid", "axes"), [{"words": ["A"]}], "size"),
        (("tables", "grades", "rows"), [{"word": "A", "value": "1"}, {"word": "A", "value": "2"}], "twice"),
        (("tables", "payout", "points"), [{"at": "1", "value": "1"}, {"at": "1", "value": "2"}], "overlap"),
        (("tables", "overdue", "kind"), "steep", "choice"),
        (("fields", "credit"), "money", "field"),
        (("fields", "channel"), "colour", "choice"),
        (("components", 0, "pays"), "credit * at(overdue, channel)", "formula"),
        (("components", 0, "rate"), {"mode": "flat", "steps": [{"from": "0", "rate": "0.1"}]}, "one_of_two"),
        (("components", 0, "credit", "when"), "amount", "formula"),
        (("components", 0, "credit", "value"), "credit", "formula"),
        (("components", 0, "credit", "event"), [], "entries"),
    ],
)
def test_a_wrong_table_or_formula_is_named_with_its_path(path, value, code) -> None:
    document = deepcopy(TABLED)
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(PlanError) as refused:
        plan_from_dict(document)
    assert code in [problem.code for problem in refused.value.problems]
    assert all(problem.message for problem in refused.value.problems)


@pytest.mark.parametrize("code", [None, ""])
def test_a_component_without_a_code_is_told_and_no_crash(code: str | None) -> None:
    document = deepcopy(DOCUMENT)
    document["components"][0]["code"] = code
    document["components"][0]["rate"]["mode"] = "steep"
    with pytest.raises(PlanError) as refused:
        plan_from_dict(document)
    assert "components[0].rate.mode" in [problem.path for problem in refused.value.problems]
