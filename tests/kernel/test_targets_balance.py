"""Moving: docs/kernel/target-split.md, "Move"; sums by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.targets import Cell, Node, Setup, move, open_grid, set_cells, year_gap

NODES = (Node("u1"), Node("a", "u1"), Node("b", "u1", 2), Node("c", "u1", 3))
PEOPLE = ("a", "b", "c")


def grid_of(typed, **fields):
    cells = {Cell(node, period, kind): amount for (node, period, kind), amount in typed.items()}
    return open_grid(Setup(2026, NODES, **fields), cells)


def years(grid, kind=None):
    return [grid.amount(one, "2026", kind) for one in PEOPLE]


def typed_years(total, *amounts, kind="existing"):
    return {("u1", "2026", kind): total} | {
        (one, "2026", kind): amount for one, amount in zip(PEOPLE, amounts, strict=True)
    }


def test_an_amount_moves_to_a_row_beside_it():
    """1,200 a year by 1, 2, 3: December holds 100 as 17, 33, 50. 20 go from c to a."""
    grid = grid_of({("u1", "2026", "existing"): 1200}, kinds=("existing",))
    before = [grid.amount(one, "2026-M12") for one in PEOPLE]
    after = set_cells(grid, move(grid, ("c", "2026-M12"), ("a", "2026-M12"), 20))
    assert [after.amount(one, "2026-M12") for one in PEOPLE] == [before[0] + 20, before[1], before[2] - 20]
    assert sum(after.amount(one, "2026-M12") for one in PEOPLE) == 100
    assert sum(years(after)) == 1200


def test_a_typed_year_moves_with_its_month():
    grid = grid_of(typed_years(1200, 240, 360, 600), kinds=("existing",))
    after = set_cells(grid, move(grid, ("c", "2026-M12"), ("a", "2026-M12"), 20))
    assert years(after) == [260, 360, 580]
    assert year_gap(after, "u1") == 0


def test_a_move_between_months_holds_the_year_and_typed_quarters_follow():
    typed = {("u1", "2026", "existing"): 1200, ("a", "2026-Q3", "existing"): 90, ("a", "2026-Q4", "existing"): 60}
    grid = grid_of(typed, kinds=("existing",))
    year = grid.amount("a", "2026")
    held = [grid.amount("a", f"2026-M{month:02d}") for month in (9, 12)]
    after = set_cells(grid, move(grid, ("a", "2026-M12"), ("a", "2026-M09"), 5))
    assert [after.amount("a", f"2026-M{month:02d}") for month in (9, 12)] == [held[0] + 5, held[1] - 5]
    assert [after.amount("a", period) for period in ("2026-Q3", "2026-Q4", "2026")] == [95, 55, year]


@pytest.mark.parametrize(
    ("source", "target", "amount"),
    [
        (("a", "2026-M12"), ("a", "2026-M12"), 1),
        (("a", "2026-M12"), ("b", "2026-M11"), 1),
        (("a", "2026-M12"), ("a", "2026-Q1"), 1),
        (("a", "2026-M12"), ("u1", "2026-M12"), 1),
        (("a", "2026-M12"), ("b", "2026-M12"), 0),
        (("a", "2026-M12"), ("b", "2026-M12"), 10**6),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(source, target, amount):
    grid = grid_of({("u1", "2026", "existing"): 1200})
    with pytest.raises(ValueError, match=r"amount|source"):
        move(grid, source, target, amount)


@settings(max_examples=60, deadline=None)
@given(st.integers(1200, 10**10), st.integers(1, 99), st.integers(0, 11), st.integers(0, 11))
def test_moving_between_months_loses_nothing(total, percent, source, target):
    grid = grid_of({("u1", "2026", "existing"): total, ("u1", "2026", "new"): total // 7})
    places = [("b", f"2026-M{month + 1:02d}") for month in (source, target)]
    amount = (grid.amount(*places[0]) or 0) * percent // 100
    if source == target or not amount:
        return
    after = set_cells(grid, move(grid, places[0], places[1], amount))
    assert after.amount(*places[0]) == grid.amount(*places[0]) - amount
    assert after.amount(*places[1]) == grid.amount(*places[1]) + amount
    assert after.amount("b", "2026") == grid.amount("b", "2026")
    assert sum(years(after)) == total + total // 7
