"""A payee's month: cells, groups, prizes and the steps of payment, on worked months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.commission import PlanError, Window, plan_from_dict, plan_to_dict
from tiji.kernel.commission.sheet import SheetInputs, SheetResults, compute_sheet

YEAR = Window(date(2026, 1, 1), date(2027, 1, 1))
EARN = {
    "code": "earn",
    "credit": {"event": "sale"},
    "measure": {"interval": "month"},
    "rate": {"mode": "flat", "steps": [{"from": "0", "rate": "1"}]},
}


def plan_with(**document: Any) -> Any:
    return plan_from_dict({"code": "sheet", "currency": "CNY", "components": [EARN], **document})


def cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def month_no(month: int) -> int:
    return 2026 * 12 + month - 1


def totals(earned: dict[int, list[str]], component: str = "earn") -> list[dict[str, Any]]:
    """What each payee earned in January, February, …"""
    return [
        {
            "component": component,
            "payee_id": payee,
            "month_no": month_no(at),
            "credit": cents(text),
            "amount": cents(text),
        }
        for payee, months in earned.items()
        for at, text in enumerate(months, 1)
    ]


def facts(
    payee: int, *rows: tuple[str, Any], valid_from: date | None = None, valid_until: date | None = None
) -> list[dict[str, Any]]:
    return [
        {"payee_id": payee, "name": name, "valid_from": valid_from, "valid_until": valid_until, "value": value}
        for name, value in rows
    ]


def payees(*numbers: int) -> list[dict[str, Any]]:
    return [{"payee_id": number, "valid_from": None, "valid_until": None} for number in numbers]


def run(plan: Any, earned: dict[int, list[str]], known: list[dict[str, Any]] = (), **more: Any) -> SheetResults:  # type: ignore[assignment]
    months = max((len(row) for row in earned.values()), default=1)
    window = more.pop("window", Window(date(2026, 1, 1), date(2026 + months // 12, months % 12 + 1, 1)))
    given_ = SheetInputs(totals(earned), payees(*earned), known, **more)
    return compute_sheet(plan, given_, window)


def paid(results: SheetResults, payee: int = 1) -> list[str]:
    return [
        str(Decimal(row.paid).scaleb(-2)) for (who, _month), row in sorted(results.payments.items()) if who == payee
    ]


def closing(results: SheetResults, step: str, payee: int = 1) -> list[str]:
    rows = [row for (who, _month), row in sorted(results.payments.items()) if who == payee]
    return [str(Decimal(next(rung.closing for rung in row.rungs if rung.step == step)).scaleb(-2)) for row in rows]


def test_a_recoverable_draw_over_six_months() -> None:  # V14
    plan = plan_with(payment=[{"code": "draw", "draw": "2000"}])
    done = run(plan, {1: ["2750.00", "3000.00", "1500.00", "2375.00", "3000.00", "2750.00"]})
    assert paid(done) == ["2750.00", "3000.00", "2000.00", "2000.00", "2875.00", "2750.00"]
    assert closing(done, "draw") == ["0.00", "0.00", "500.00", "125.00", "0.00", "0.00"]


@pytest.mark.parametrize(
    ("recoverable", "pays", "owed"),
    [(True, ["1500.00", "2000.00"], ["1000.00", "0.00"]), (False, ["1500.00", "3000.00"], ["0.00", "0.00"])],
)
def test_a_draw_is_owed_or_given(recoverable: bool, pays: list[str], owed: list[str]) -> None:  # V16
    plan = plan_with(payment=[{"code": "draw", "draw": "1500", "recoverable": recoverable}])
    done = run(plan, {1: ["500.00", "3000.00"]})
    assert (paid(done), closing(done, "draw")) == (pays, owed)


@pytest.mark.parametrize(
    ("excess", "pays", "carried"),
    [
        ("forfeit", ["10000.00", "6000.00", "9000.00"], ["0.00", "0.00", "0.00"]),
        ("later", ["10000.00", "9000.00", "9000.00"], ["3000.00", "0.00", "0.00"]),
    ],
)
def test_what_is_above_a_cap_is_forfeited_or_paid_later(
    excess: str, pays: list[str], carried: list[str]
) -> None:  # D03
    plan = plan_with(payment=[{"code": "cap", "ceiling": "10000", "excess": excess}])
    done = run(plan, {1: ["13000.00", "6000.00", "9000.00"]})
    assert (paid(done), closing(done, "cap")) == (pays, carried)


def test_a_guarantee_for_three_months() -> None:  # D21
    step = {"code": "guarantee", "floor": "8000", "when": "months(hired_on, period_start) < 3"}
    plan = plan_with(facts={"hired_on": "date"}, payment=[step])
    done = run(plan, {1: ["2500.00", "9200.00", "7000.00", "5000.00"]}, facts(1, ("hired_on", date(2026, 1, 10))))
    assert paid(done) == ["8000.00", "9200.00", "8000.00", "5000.00"]


def test_a_holdback_is_released_by_acceptance_and_by_what_was_collected() -> None:  # D20
    step = {
        "code": "hold",
        "hold": "case when earned > 0 then 0.2 else 0 end",
        "release": "case when accepted then held_ever * 0.5"
        " when month(period_start) = 3 then held * collected else 0 end",
        "forfeit": "case when month(period_start) = 3 then held - round(held * collected, 2) else 0 end",
    }
    plan = plan_with(facts={"accepted": "flag", "collected": {"kind": "rate", "optional": False}}, payment=[step])
    known = facts(1, ("collected", 70_000_000)) + facts(1, ("accepted", False))
    known += facts(1, ("accepted", True), valid_from=date(2026, 2, 1), valid_until=date(2026, 3, 1))
    known += facts(1, ("accepted", False), valid_from=date(2026, 3, 1))
    done = run(plan, {1: ["50000.00", "0.00", "0.00"]}, known)
    assert paid(done) == ["40000.00", "5000.00", "3500.00"]
    assert closing(done, "hold") == ["10000.00", "5000.00", "0.00"]
    assert (
        closing(done, "hold.forfeited")[-1:] == ["1500.00"] if False else done.balances[1]["hold.forfeited"] == 150_000
    )


def test_a_debt_is_taken_back_within_a_share_of_the_wage() -> None:  # D19
    step = {"code": "clawback", "debt": "case when month(period_start) = 1 then 9000 else 0 end", "limit": "wage * 0.2"}
    plan = plan_with(facts={"wage": "money"}, payment=[step])
    wages = ["15000", "15000", "10000", "15000"]
    known = [
        row for at, wage in enumerate(wages, 1) for row in facts(1, ("wage", cents(wage)), valid_from=date(2026, at, 1))
    ]
    done = run(plan, {1: ["0.00"] * 4}, known)
    assert paid(done) == ["-3000.00", "-3000.00", "-2000.00", "-1000.00"]
    assert closing(done, "clawback") == ["6000.00", "3000.00", "1000.00", "0.00"]


def test_a_sum_below_zero_is_carried() -> None:  # D33
    plan = plan_with(payment=[{"code": "below", "below_zero": "carry"}])
    done = run(plan, {1: ["1000.00", "-1800.00", "3000.00"]})
    assert (paid(done), closing(done, "below")) == (["1000.00", "0.00", "1200.00"], ["0.00", "-1800.00", "0.00"])


def cell(results: SheetResults, part: str) -> dict[int, int]:
    return {row.payee_id: row.value for row in results.cells if row.part == part}


def test_a_pool_is_shared_by_points_and_grade_after_the_leader() -> None:  # D16
    plan = plan_with(
        facts={"team": "count", "leads": "flag", "points": "count", "grade": "rate"},
        cells=[
            {"code": "collected", "sum_of": "earn_total", "by": "team"},
            {"code": "pool", "is": "round(collected * 0.012 * 1.1, 2)"},
            {"code": "leader", "pays": "case when leads then pool * 0.2 else 0 end"},
            {"code": "leaders", "sum_of": "leader", "by": "team"},
            {"code": "member", "share_out": "pool - leaders", "weight": "points * grade", "by": "team"},
        ],
    )
    own = {1: (True, 0, 0), 2: (False, 40, 120_000_000), 3: (False, 30, 10**8), 4: (False, 22, 10**8)}
    known = [
        row
        for payee, (leads, points, grade) in own.items()
        for row in facts(payee, ("team", 7), ("leads", leads), ("points", points), ("grade", grade))
    ]
    done = run(plan, {1: ["3000000.00"], 2: ["0.00"], 3: ["0.00"], 4: ["0.00"]}, known)
    assert set(cell(done, "pool").values()) == {3_960_000}
    assert cell(done, "leader")[1] == 792_000
    assert cell(done, "member") == {1: 0, 2: 1_520_640, 3: 950_400, 4: 696_960}


def test_level_places_share_their_prizes() -> None:  # D26
    contest = {"code": "prize", "contest": "score", "prizes": ["5000", "3000", "1000"]}
    plan = plan_with(facts={"score": "count"}, cells=[contest])
    scores = {1: 88, 2: 75, 3: 75, 4: 60}
    known = [row for payee, score in scores.items() for row in facts(payee, ("score", score))]
    earned = {payee: ["0.00"] for payee in scores}
    assert cell(run(plan, earned, known), "prize") == {1: 500_000, 2: 200_000, 3: 200_000, 4: 0}
    best = plan_with(facts={"score": "count"}, cells=[contest | {"ties": "all"}])
    assert cell(run(best, earned, known), "prize") == {1: 500_000, 2: 300_000, 3: 300_000, 4: 0}


def test_grades_scores_and_goals_are_plain_cells() -> None:  # D14, D15, D29, D38
    plan = plan_with(
        facts={
            "revenue": "rate",
            "collection": "rate",
            "fresh": "rate",
            "visits": "rate",
            "quality": "rate",
            "grade": "text",
        },
        tables={"grades": {"kind": "words", "rows": [{"word": "A", "value": "1.5"}, {"word": "B", "value": "1"}]}},
        cells=[
            {
                "code": "score",
                "is": "revenue * 0.5 + collection * 0.2 + least(fresh, 1.2) * 0.1 + visits * 0.1 + quality * 0.1",
            },
            {"code": "month_pay", "pays": "6000 * score"},
            {"code": "annual", "pays": "60000 * at(grades, grade) * 0.9 * 9 / 12"},
            {"code": "interest", "is": "round(120000 * 0.06 * 59 / 365, 2)"},
            {"code": "charged", "is": "round(120000 * 0.06 * 59 / 365 * 0.5, 2)"},
        ],
    )
    shares = {"revenue": 95, "collection": 88, "fresh": 135, "visits": 100, "quality": 90}
    known = facts(1, *((name, share * 10**6) for name, share in shares.items()), ("grade", "A"))
    done = run(plan, {1: ["0.00"]}, known)
    assert cell(done, "month_pay") == {1: 576_600}
    assert cell(done, "annual") == {1: 6_075_000}
    assert (cell(done, "interest"), cell(done, "charged")) == ({1: 116_384}, {1: 58_192})


def test_what_is_earned_to_date_pays_only_what_is_new() -> None:
    """5% of the quarter so far, half of it while less than 1,000 came in: 20, then 75 in all, then 75 − 5 in all."""
    formula = "case when earn_total < 1000 then earn_total * 0.025 else earn_total * 0.05 end"
    quarter = EARN | {"code": "earn", "measure": {"interval": "quarter"}, "pay": {"interval": "month"}}
    plan = plan_with(
        components=[quarter], cells=[{"code": "bonus", "pays": formula.replace("_q", ""), "to_date": "quarter"}]
    )
    done = run(plan, {1: ["800.00", "700.00", "-100.00", "400.00"]})
    earned = [(row.month_no, row.earned) for row in done.cells]
    assert earned == [(month_no(1), 2_000), (month_no(2), 5_500), (month_no(3), -500), (month_no(4), 1_000)]
    later = run(plan, {1: ["800.00", "700.00", "-100.00", "400.00"]}, window=Window(date(2026, 3, 1), date(2026, 4, 1)))
    assert [(row.month_no, row.earned) for row in later.cells] == [(month_no(3), -500)]


def test_who_lacks_a_fact_is_a_problem_and_not_a_zero() -> None:
    plan = plan_with(facts={"wage": "money"}, cells=[{"code": "bonus", "pays": "wage * 0.1"}])
    done = run(plan, {1: ["0.00"], 2: ["0.00"]}, facts(2, ("wage", 100_000)))
    assert [(row.payee_id, row.code, row.name) for row in done.problems] == [(1, "fact_missing", "wage")]
    assert cell(done, "bonus") == {2: 10_000}


def test_months_that_are_only_looked_back_to_are_no_problem_of_this_one() -> None:
    plan = plan_with(facts={"wage": "money"}, cells=[{"code": "bonus", "pays": "wage * 0.1", "to_date": "quarter"}])
    known = facts(1, ("wage", 100_000), valid_from=date(2026, 2, 1))
    done = run(plan, {1: ["0.00", "0.00"]}, known, window=Window(date(2026, 2, 1), date(2026, 3, 1)))
    assert (done.problems, cell(done, "bonus")) == ([], {1: 10_000})


DOCUMENT: dict[str, Any] = {
    "facts": {"team": "count", "wage": {"kind": "money", "optional": True}, "grade": "text"},
    "cells": [
        {"code": "base", "is": "coalesce(wage, 0) * 0.1"},
        {"code": "bonus", "pays": "base * 0.5", "to_date": "quarter", "title": "奖金"},
        {"code": "team_total", "sum_of": "earn_total", "by": "team"},
        {"code": "part", "share_out": "team_total", "weight": "earn", "by": "team"},
        {"code": "prize", "contest": "earn_total", "prizes": ["10.50"], "ties": "all", "when": "grade = 'A'"},
    ],
    "payment": [
        {"code": "cap", "ceiling": "10000", "excess": "later"},
        {"code": "guarantee", "floor": "80", "when": "grade = 'A'"},
        {"code": "draw", "draw": "20", "recover": "all", "limit": "5"},
        {"code": "hold", "hold": "0.2", "release": "held", "forfeit": "0"},
        {"code": "debt", "debt": "1", "limit": "coalesce(wage, 0) * 0.2"},
        {"code": "below", "below_zero": "carry"},
    ],
}


def test_a_sheet_reads_back_from_its_document() -> None:
    plan = plan_with(**DOCUMENT)
    assert plan_from_dict(plan_to_dict(plan)) == plan


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"cells": [{"code": "x", "is": "nothing_known"}]}, "cells[0].is", "formula"),
        ({"cells": [{"code": "x", "pays": "grade"}]}, "cells[0].pays", "formula"),
        ({"cells": [{"code": "x"}]}, "cells[0].is", "one_of_two"),
        ({"cells": [{"code": "x", "is": "1", "pays": "1"}]}, "cells[0].is", "one_of_two"),
        ({"cells": [{"code": "earn", "is": "1"}]}, "cells[0].code", "twice"),
        ({"cells": [{"code": "due", "is": "1"}]}, "cells[0].code", "twice"),
        ({"cells": [{"code": "a b", "is": "1"}]}, "cells[0].code", "field"),
        ({"cells": [{"code": "x", "is": "y"}, {"code": "y", "is": "1"}]}, "cells[0].is", "formula"),
        ({"cells": [{"code": "x", "sum_of": "grade"}]}, "cells[0].sum_of", "choice"),
        ({"cells": [{"code": "x", "sum_of": "earn", "by": "wage"}]}, "cells[0].by", "choice"),
        ({"cells": [{"code": "x", "contest": "earn", "prizes": []}]}, "cells[0].prizes", "entries"),
        ({"cells": [{"code": "x", "contest": "earn", "prizes": ["a"]}]}, "cells[0].prizes[0]", "number"),
        ({"payment": [{"code": "x", "draw": "wage"}]}, "payment[0].draw", "formula"),
        ({"payment": [{"code": "x", "draw": "1", "limit": "grade"}]}, "payment[0].limit", "formula"),
        ({"payment": [{"code": "x", "floor": "1", "ceiling": "1"}]}, "payment[0].code", "one_of_two"),
        ({"payment": [{"code": "x", "below_zero": "never"}]}, "payment[0].below_zero", "choice"),
        ({"facts": {"team": "colour"}}, "facts.team.kind", "choice"),
        ({"facts": {"earn_total": "money"}}, "facts.earn_total", "twice"),
    ],
)
def test_a_mistake_in_a_sheet_is_named_with_its_path(changes: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(PlanError) as refused:
        plan_with(**(DOCUMENT | {"cells": [], "payment": []} | changes))
    assert (path, code) in [(problem.path, problem.code) for problem in refused.value.problems]
    assert all(problem.message for problem in refused.value.problems)


STEPS = st.lists(
    st.sampled_from(
        [
            {"ceiling": "70", "excess": "later"},
            {"ceiling": "90"},
            {"draw": "30"},
            {"draw": "40", "recover": "all", "limit": "7"},
            {"hold": "0.3", "release": "held * 0.5", "forfeit": "held * 0.1"},
            {"debt": "5", "limit": "12"},
            {"floor": "20"},
            {"below_zero": "carry"},
        ]
    ),
    max_size=5,
)
MONTHS = st.lists(st.integers(-9_000, 15_000), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(STEPS, MONTHS)
def test_no_cent_is_lost_between_what_is_due_and_what_is_paid(steps: list[dict[str, Any]], months: list[int]) -> None:
    """Every rung's difference is told by its balance, or is a gift, a forfeit or a debt of its own kind."""
    plan = plan_with(payment=[{"code": f"s{at}", **step} for at, step in enumerate(steps)])
    done = run(plan, {1: [str(Decimal(amount).scaleb(-2)) for amount in months]})
    for (_payee, _month), row in done.payments.items():
        assert row.due + sum(rung.after - rung.before for rung in _once(row.rungs)) == row.paid
    for at, step in enumerate(steps):
        code = f"s{at}"
        moved = sum(
            rung.after - rung.before for row in done.payments.values() for rung in _once(row.rungs) if rung.step == code
        )
        left = done.balances[1].get(code, 0)
        if "draw" in step:
            assert moved == left  # what was added and not yet paid back
        elif step.get("excess") == "later":
            assert moved == -left
        elif "hold" in step:
            assert moved == -left - done.balances[1].get(f"{code}.forfeited", 0)
        elif "below_zero" in step:
            assert moved == -left


def _once(rungs: Any) -> list[Any]:
    """The rungs of a step with several balances tell its difference once."""
    return [rung for rung in rungs if "." not in rung.step]
