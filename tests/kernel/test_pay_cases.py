"""Every figure of every worked pay case, from a plan in the product's own words run through the engine."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from pay_cases import Run, cases, figure, leaves, matches, run_case, worked
from tiji.kernel.commission import Results
from tiji.kernel.engine import SparkEngine

CASES = cases()
EXPECTED = worked()


def test_every_worked_case_has_a_plan() -> None:
    assert [case["id"] for case in CASES] == list(EXPECTED)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_figure_of_the_case_comes_out(case: dict[str, Any]) -> None:
    runs: dict[str, Run] = {}
    for name, document in case["runs"].items():
        runs[name] = run_case(document, runs)
        assert runs[name].plan, runs[name].problems
    for path, expected in leaves(EXPECTED[case["id"]]):
        if path.endswith(".id"):  # says whose figures follow
            continue
        asked = next((query for pattern, query in case["figures"].items() if matches(pattern, path)), None)
        assert asked is not None, f"{path} is not asked for"
        place = next(found.groups() for pattern in case["figures"] if (found := matches(pattern, path)))
        query = asked.format(*place, *(str(int(one) + 1) for one in place if one.isdigit()))
        found = figure(runs, query)
        wanted = Decimal(str(expected)) if isinstance(found, Decimal) else expected
        assert found == wanted, f"{path}: {query}"


# Formulas by line and by payout, tables marginal, retroactive and flat, ties, a factor, several components.
ON_SPARK = ["V02", "V03", "V07", "V11", "V13", "D07"]


@pytest.mark.once
@pytest.mark.parametrize("code", ON_SPARK)
def test_the_case_has_the_same_rows_on_spark(code: str) -> None:
    case = next(one for one in CASES if one["id"] == code)
    duck: dict[str, Run] = {}
    spark: dict[str, Run] = {}
    for name, document in case["runs"].items():
        duck[name] = run_case(document, duck)
        spark[name] = run_case(document, spark, SparkEngine("local[2]"))
        for field in fields(Results):
            found, expected = (getattr(runs[name].results, field.name) for runs in (spark, duck))
            assert found.equals(expected), (name, field.name)
        assert duck[name].results.trace.num_rows > 0
