"""The planning grid: the worked table of docs/kernel/target-split.md, and what is never lost."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.targets import (
    Cell,
    Grid,
    LockedCell,
    Node,
    Origin,
    Setup,
    TargetClash,
    checks,
    lock_months,
    open_grid,
    set_cell,
    set_cells,
    set_total,
)

MONTHS = [f"2026-M{number:02d}" for number in range(1, 13)]
PERIODS = ["2026", *[f"2026-Q{number}" for number in range(1, 5)], *MONTHS]
TEAM = (Node("team"), Node("ann", "team"), Node("ben", "team"), Node("cem", "team"))
KIND = "new"


def cell(node: str, period: str, kind: str = KIND) -> Cell:
    return Cell(node, period, kind)


def of(grid: Grid, node: str) -> tuple[set[int | None], int | None, int | None]:
    """January to November (all alike), December, the year."""
    months = {grid.amount(node, month, KIND) for month in MONTHS[:11]}
    return months, grid.amount(node, "2026-M12", KIND), grid.amount(node, "2026", KIND)


@pytest.fixture
def team() -> Grid:
    return set_cell(open_grid(Setup(2026, TEAM, (KIND,))), cell("team", "2026"), 120_000)


def worked(team: Grid) -> Grid:
    grid = set_cell(team, cell("ann", "2026"), 60_000)
    grid = set_cell(grid, cell("ben", "2026-M12"), 4_000)
    return set_cell(grid, cell("ann", "2026-M12"), 10_500)


def test_the_worked_table_step_by_step(team):
    assert of(team, "team") == ({10_000}, 10_000, 120_000)
    grid = set_cell(team, cell("ann", "2026"), 60_000)
    assert of(grid, "ann") == ({5_000}, 5_000, 60_000)
    assert of(grid, "ben") == of(grid, "cem") == ({2_500}, 2_500, 30_000)
    grid = set_cell(grid, cell("ben", "2026-M12"), 4_000)
    assert of(grid, "ann") == ({5_000}, 5_000, 60_000)
    assert of(grid, "ben") == ({2_500}, 4_000, 31_500)
    assert of(grid, "cem") == ({2_500}, 1_000, 28_500)
    grid = set_cell(grid, cell("ann", "2026-M12"), 10_500)
    assert of(grid, "ann") == ({4_500}, 10_500, 60_000)
    assert of(grid, "ben") == ({2_750}, 4_000, 34_250)
    assert of(grid, "cem") == ({2_750}, 0, 30_250)


def test_the_sum_check_of_the_worked_table(team):
    found = {(check.period, check.kind): check for check in checks(worked(team))}
    november, december, year = (found[period, KIND] for period in ("2026-M11", "2026-M12", "2026"))
    assert (november.amount, november.children, november.gap, november.over_assignment) == (10_000, 10_000, 0, 0)
    assert (december.amount, december.children, december.gap) == (10_000, 14_500, -4_500)
    assert december.over_assignment == Fraction(45, 100)
    assert (year.children, year.gap, year.over_assignment) == (124_500, -4_500, Fraction(375, 10_000))
    assert len(found) == 17 * 2


def test_where_nobody_is_free_a_sibling_makes_room_so_that_every_month_adds_up():
    nodes = (Node("team"), Node("ann", "team"), Node("ben", "team"))
    typed = {cell("team", "2026"): 24_000, cell("ann", "2026"): 12_000, cell("ben", "2026"): 12_000}
    grid = set_cell(open_grid(Setup(2026, nodes, (KIND,)), typed), cell("ann", "2026-M12"), 1_110)
    assert of(grid, "ann") == ({990}, 1_110, 12_000)
    assert of(grid, "ben") == ({1_010}, 890, 12_000)
    assert all(check.gap == 0 for check in checks(grid))


def test_each_cell_says_where_it_comes_from(team):
    grid = lock_months(worked(team), ["2026-M01"])
    assert grid.origin(cell("ann", "2026")) is Origin.TYPED
    assert grid.origin(cell("ann", "2026-M12")) is Origin.TYPED
    assert grid.origin(cell("ann", "2026-M05")) is Origin.DERIVED
    assert grid.origin(cell("ben", "2026")) is Origin.SUMMED
    assert grid.origin(cell("ben", "2026-M01")) is Origin.LOCKED
    assert open_grid(Setup(2026, TEAM, (KIND,))).origin(cell("ann", "2026")) is Origin.BLANK


def test_clearing_a_cell_takes_its_effect_back(team):
    assert set_cell(set_cell(team, cell("ben", "2026-M12"), 4_000), cell("ben", "2026-M12"), None).shown == team.shown


def test_blank_is_not_zero(team):
    grid = set_cell(team, cell("ben", "2026"), 0)
    assert of(grid, "ben") == ({0}, 0, 0)
    assert of(grid, "ann") == ({5_000}, 5_000, 60_000)
    blank = open_grid(Setup(2026, TEAM, (KIND,)))
    assert of(blank, "team") == ({None}, None, None)
    assert {(check.amount, check.gap, check.blank) for check in checks(blank)} == {(None, None, 3)}


def test_where_nothing_came_down_a_unit_shows_the_sum_of_its_people():
    grid = open_grid(Setup(2026, TEAM, (KIND,)), {cell("ann", "2026-Q1"): 900, cell("ben", "2026-M02"): 50})
    assert [grid.amount("team", month, KIND) for month in MONTHS[:4]] == [300, 350, 300, None]
    assert grid.amount("team", "2026", KIND) == 950
    assert grid.origin(cell("team", "2026-Q1")) is Origin.SUMMED


def test_a_typed_quarter_and_a_typed_year_hold_together(team):
    grid = set_cells(
        team, {cell("ann", "2026"): 60_000, cell("ann", "2026-Q4"): 24_000, cell("ann", "2026-M12"): 3_000}
    )
    assert grid.amount("ann", "2026-Q4", KIND) == 24_000
    assert grid.amount("ann", "2026", KIND) == 60_000
    assert [grid.amount("ann", month, KIND) for month in MONTHS] == [4_000] * 9 + [10_500, 10_500, 3_000]


def test_a_total_below_its_typed_parts_is_refused_and_says_which(team):
    grid = set_cell(team, cell("ann", "2026-M12"), 10_500)
    with pytest.raises(TargetClash, match="ann 2026 new") as refused:
        set_cell(grid, cell("ann", "2026"), 10_000)
    assert (refused.value.total, refused.value.held) == (10_000, 10_500)


def test_parts_that_fill_a_typed_total_must_meet_it(team):
    grid = set_cell(team, cell("ann", "2026-Q1"), 300)
    grid = set_cells(grid, {cell("ann", "2026-M01"): 100, cell("ann", "2026-M02"): 100})
    assert grid.amount("ann", "2026-M03", KIND) == 100
    with pytest.raises(TargetClash):
        set_cell(grid, cell("ann", "2026-M03"), 90)
    assert set_cell(grid, cell("ann", "2026-M03"), 100).amount("ann", "2026-Q1", KIND) == 300


def test_a_loaded_clash_is_listed_and_can_be_mended_step_by_step():
    loaded = {cell("ann", "2026-Q1"): 100, cell("ann", "2026-M01"): 200}
    grid = open_grid(Setup(2026, TEAM, (KIND,)), loaded)
    assert [(clash.total, clash.held) for clash in grid.clashes["ann", KIND]] == [(100, 200)]
    assert grid.amount("ann", "2026-Q1", KIND) == 200
    smaller = set_cell(grid, cell("ann", "2026-M01"), 150)
    with pytest.raises(TargetClash):
        set_cell(smaller, cell("ann", "2026-M01"), 160)
    assert set_cell(smaller, cell("ann", "2026-M01"), 80).clashes == {}


def test_a_locked_month_cannot_be_typed_and_stands_when_the_year_changes(team):
    grid = lock_months(team, MONTHS[:10])
    with pytest.raises(LockedCell):
        set_cell(grid, cell("ann", "2026-M10"), 1)
    with pytest.raises(LockedCell):
        set_cell(grid, cell("ann", "2026-Q2"), 1)
    raised = set_cell(grid, cell("team", "2026"), 150_000)
    assert [raised.amount("team", month, KIND) for month in MONTHS] == [10_000] * 10 + [25_000, 25_000]
    with pytest.raises(TargetClash):
        set_cell(grid, cell("team", "2026"), 99_999)


def test_someone_who_joined_after_a_lock_is_blank_before():
    setup = Setup(2026, TEAM, (KIND,), locked_months=frozenset(MONTHS[:2]), locked={cell("ann", "2026-M01"): 7})
    grid = open_grid(setup, {cell("team", "2026-Q1"): 300})
    assert [grid.amount("cem", month, KIND) for month in MONTHS[:3]] == [None, None, 97]
    assert [grid.amount("team", month, KIND) for month in MONTHS[:3]] == [7, None, 293]


def test_weights_by_month_leave_a_joiner_out_before_his_first():
    weights = {("cem", KIND): (0,) * 6 + (1,) * 6}
    grid = open_grid(Setup(2026, TEAM, (KIND,), month_weights=weights), {cell("team", "2026"): 120_000})
    assert [grid.amount("cem", month, KIND) for month in (MONTHS[0], MONTHS[5], MONTHS[6])] == [0, 0, 3_333]
    assert grid.amount("cem", "2026", KIND) == 20_000
    assert all(check.gap == 0 for check in checks(grid))


def test_a_share_of_the_year_is_rounded_once():
    nodes = (Node("team"), Node("ann", "team"), Node("ben", "team"))
    grid = open_grid(Setup(2026, nodes, (KIND,)), {cell("team", "2026"): 12 * 101})
    assert grid.amount("ann", "2026", KIND) == grid.amount("ben", "2026", KIND) == 606


def test_both_kinds_typed_together_keep_their_proportions():
    grid = open_grid(Setup(2026, TEAM), {cell("ann", "2026", "existing"): 6_600, cell("ann", "2026", "new"): 3_400})
    grid = set_total(grid, "ann", "2026", 20_000)
    assert [grid.amount("ann", "2026", kind) for kind in ("existing", "new", None)] == [13_200, 6_800, 20_000]
    grid = set_total(grid, "ben", "2026", 101)
    assert [grid.amount("ben", "2026", kind) for kind in ("existing", "new")] == [51, 50]
    grid = set_total(grid, "cem", "2026", 100, {"existing": 1, "new": 3})
    assert [grid.amount("cem", "2026", kind) for kind in ("existing", "new")] == [25, 75]


@pytest.mark.parametrize(
    "nodes",
    [
        (Node("a"), Node("a")),
        (Node("a", "ghost"),),
        (Node("a", "b"), Node("b", "a")),
    ],
)
def test_a_tree_that_is_none_is_refused(nodes):
    with pytest.raises(ValueError, match="tree"):
        Setup(2026, nodes)


@pytest.mark.parametrize(
    ("where", "amount"), [(cell("zoe", "2026"), 1), (cell("ann", "2025"), 1), (cell("ann", "2026"), -1)]
)
def test_cells_and_amounts_that_cannot_be_are_refused(team, where, amount):
    with pytest.raises(ValueError):
        set_cell(team, where, amount)


def test_a_unit_alone_comes_down_as_it_does_in_the_whole():
    nodes = (
        Node("co"),
        Node("east", "co", 3),
        Node("west", "co", 2),
        *(Node(f"e{n}", "east", n + 1) for n in range(7)),
    )
    season = {KIND: (5, 4, 8, 7, 8, 9, 7, 8, 11, 8, 9, 12)}
    whole = open_grid(Setup(2026, nodes, (KIND,), season), {cell("co", "2026"): 1_000_003, cell("e2", "2026-Q3"): 777})
    own = {cell("east", month): whole.amount("east", month, KIND) or 0 for month in MONTHS}
    alone = Setup(2026, (Node("east"), *nodes[3:]), (KIND,), season)
    part = open_grid(alone, {**own, cell("e2", "2026-Q3"): 777})
    assert all(part.shown[f"e{n}", KIND] == whole.shown[f"e{n}", KIND] for n in range(7))


def test_a_grid_of_150_people_opens_and_answers_an_edit_in_a_tenth_of_a_second():
    nodes = (Node("co"), *(Node(f"t{n}", "co", n % 5 + 1) for n in range(25)))
    nodes += tuple(Node(f"p{n}", f"t{n % 25}", n % 7 + 1) for n in range(150))
    setup = Setup(2026, nodes)
    started = time.process_time()
    grid = open_grid(setup, {cell("co", "2026", kind): 48_000_000_00 for kind in setup.kinds})
    opened = time.process_time()
    set_cell(grid, cell("co", "2026-Q4"), 15_000_000_00)
    assert opened - started < 0.1
    assert time.process_time() - opened < 0.1


# What is never lost, on any tree and any typing.

TREE = st.lists(st.integers(0, 100), min_size=2, max_size=10).map(
    lambda picks: (Node("n0"), *(Node(f"n{at}", f"n{pick % at}", pick % 4) for at, pick in enumerate(picks, 1)))
)


@st.composite
def plans(draw) -> tuple[Setup, dict[Cell, int]]:
    nodes = draw(TREE)
    season = draw(st.lists(st.integers(0, 20), min_size=12, max_size=12))
    closed = draw(st.sets(st.sampled_from(MONTHS), max_size=5))
    where = st.builds(cell, st.sampled_from([node.key for node in nodes]), st.sampled_from(PERIODS))
    locked = (
        draw(st.dictionaries(where.filter(lambda c: c.period in closed), st.integers(0, 9_999), max_size=8))
        if closed
        else {}
    )
    typed = draw(st.dictionaries(where, st.integers(0, 10**6), max_size=12))
    return Setup(2026, nodes, (KIND,), {KIND: season}, locked_months=frozenset(closed), locked=locked), typed


def inside(setup: Setup, period: str) -> set[str]:
    first, after = setup.span(period)
    return set(MONTHS[first:after])


@settings(deadline=None)
@given(plans())
def test_typed_and_locked_cells_stand_and_sums_are_exact(plan):
    setup, typed = plan
    grid = open_grid(setup, typed)
    for where, amount in (setup.locked or {}).items():
        assert grid.amount(*where) == amount
    for where, amount in typed.items():
        clashing = {grid.setup.keys[clash.span] for clash in grid.clashes.get((where.node, KIND), ())}
        if where.period not in clashing and not inside(setup, where.period) <= setup.locked_months:
            held_by_clash = any(inside(setup, period) < inside(setup, where.period) for period in clashing)
            assert held_by_clash or grid.amount(*where) == amount
    for node in setup.by_key:
        months = [grid.amount(node, month, KIND) for month in MONTHS]
        assert all(amount is None or amount >= 0 for amount in months)
        quarters = [grid.amount(node, f"2026-Q{number}", KIND) for number in range(1, 5)]
        assert sum(filter(None, months)) == sum(filter(None, quarters)) == (grid.amount(node, "2026", KIND) or 0)


@settings(deadline=None)
@given(plans())
def test_a_gap_is_left_only_where_nobody_free_could_take_it(plan):
    setup, typed = plan
    grid = open_grid(setup, typed)
    for check in checks(grid):
        if check.period not in MONTHS or check.kind is None or not check.gap or check.period in setup.locked_months:
            continue
        free = [
            child
            for child in setup.children[check.node]
            if not any(check.period in inside(setup, where.period) for where in typed if where.node == child.key)
        ]
        if check.gap > 0:
            assert all(child.weight == 0 for child in free)
        else:
            assert all(not grid.amount(child.key, check.period, KIND) for child in free)


@settings(deadline=None)
@given(plans())
def test_working_it_out_again_changes_nothing(plan):
    grid = open_grid(*plan)
    assert open_grid(grid.setup, grid.typed_cells()) == grid


@settings(deadline=None)
@given(plans(), st.data())
def test_an_edit_gives_what_opening_the_whole_plan_gives(plan, data):
    setup, typed = plan
    grid = open_grid(setup, typed)
    where = data.draw(st.builds(cell, st.sampled_from(list(setup.by_key)), st.sampled_from(PERIODS)))
    amount = data.draw(st.none() | st.integers(0, 10**6))
    try:
        edited = set_cell(grid, where, amount)
    except (LockedCell, TargetClash):
        return
    fresh = open_grid(setup, edited.typed_cells())
    assert (fresh.flow, fresh.shown, fresh.clashes) == (edited.flow, edited.shown, edited.clashes)
    contradicted = {clash.span for clash in edited.clashes.get((where.node, where.kind), ())}
    assert amount is None or edited.amount(*where) == amount or setup.check(where) in contradicted


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    st.lists(st.integers(0, 50), min_size=12, max_size=12),
)
def test_years_that_add_up_make_months_that_add_up(years, season):
    nodes = (Node("team"), *(Node(f"p{n}", "team") for n in range(len(years))))
    typed = {cell(f"p{n}", "2026"): amount for n, amount in enumerate(years)} | {cell("team", "2026"): sum(years)}
    grid = open_grid(Setup(2026, nodes, (KIND,), {KIND: season}), typed)
    assert all(check.gap == 0 for check in checks(grid))
    assert [grid.amount(f"p{n}", "2026", KIND) for n in range(len(years))] == years


@settings(deadline=None)
@given(plans(), st.sets(st.sampled_from(MONTHS), min_size=1))
def test_locking_keeps_what_the_months_showed(plan, closing):
    grid = open_grid(*plan)
    locked = lock_months(grid, closing)
    assert all(
        locked.amount(node, month, KIND) == grid.amount(node, month, KIND)
        for node in grid.setup.by_key
        for month in closing
    )
