"""Giving out and moving: docs/kernel/target-split.md, "Rebalance and move"; sums by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.targets import Cell, Node, Setup, give_out, has_room, move, open_grid, set_cells, year_gap

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


def applied(grid, found):
    cells = {Cell(node, "2026", kind): units for node, kinds in found.items() for kind, units in kinds.items()}
    return set_cells(grid, cells)


def test_a_gap_goes_by_weight_and_comes_to_the_total():
    """700 over 100, 200, 300: 100 more by 1, 2, 3 is 16.67, 33.33, 50: in whole units 17, 33, 50."""
    grid = grid_of(typed_years(700, 100, 200, 300))
    assert year_gap(grid, "u1") == 100
    after = applied(grid, give_out(grid, "u1", {"a": 1, "b": 2, "c": 3}))
    assert years(after) == [117, 233, 350]
    assert year_gap(after, "u1") == 0


def test_an_excess_comes_off_from_nobody_more_than_he_has():
    """100 of 600 too much, all of it asked from a, who has 30: the other 70 come off evenly."""
    grid = grid_of(typed_years(500, 30, 270, 300))
    after = applied(grid, give_out(grid, "u1", {"a": 1, "b": 0, "c": 0}))
    assert years(after) == [0, 235, 265]
    assert year_gap(after, "u1") == 0


def test_only_the_rows_named_change():
    grid = grid_of(typed_years(700, 100, 200, 300))
    assert years(applied(grid, give_out(grid, "u1", {"b": 1}))) == [100, 300, 300]


def test_each_kind_is_closed_or_each_row_keeps_its_mix():
    """Existing lacks 90, new has 30 too much: 60 in all. a holds 3 to 1, b only existing, c nothing."""
    typed = typed_years(400, 300, 10, 0) | typed_years(70, 100, 0, 0, kind="new")
    grid = grid_of(typed)
    weights = {"a": 1, "b": 1, "c": 1}
    closed = applied(grid, give_out(grid, "u1", weights))
    assert years(closed, "existing") == [330, 40, 30]
    assert years(closed, "new") == [70, 0, 0]
    kept = applied(grid, give_out(grid, "u1", weights, keep_mix=True))
    assert years(kept) == [420, 30, 20]
    assert [kept.amount("a", "2026", kind) for kind in ("existing", "new")] == [315, 105]
    assert kept.amount("b", "2026", "new") == 0
    assert [kept.amount("c", "2026", kind) for kind in ("existing", "new")] == [17, 3], "as the row above: 400 to 70"
    assert sum(years(kept)) == 470


def test_a_row_typed_month_by_month_has_no_room():
    months = {("a", f"2026-M{month:02d}", "existing"): 10 for month in range(1, 13)}
    grid = grid_of(months | {("u1", "2026", "existing"): 700}, kinds=("existing",))
    assert not has_room(grid, "a")
    assert has_room(grid, "b")


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


AMOUNTS = st.integers(0, 10**9)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), st.tuples(*[st.integers(0, 9)] * 3), st.booleans())
def test_giving_out_always_comes_to_the_total(total, held, weights, keep_mix):
    typed = typed_years(total, *held) | typed_years(total // 3, *(one // 2 for one in held), kind="new")
    grid = grid_of(typed)
    after = applied(grid, give_out(grid, "u1", dict(zip(PEOPLE, weights, strict=True)), keep_mix=keep_mix))
    assert sum(years(after)) == total + total // 3
    assert all(amount >= 0 for amount in years(after))


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
