"""Plans, typing, closing, versions: numbers of docs/kernel/target-split.md and sums by hand."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import LONG_AGO, assign, make_person, make_unit, moment
from makers_targets import NEW_YEAR, cells, kept, key_of, make_active_plan, make_plan, shown, type_in
from tiji.apps.organization.models import AccessKind
from tiji.apps.organization.services.access import grant_access
from tiji.apps.targets.models import TargetCell, TargetPlan
from tiji.apps.targets.selectors.grids import open_version
from tiji.apps.targets.services.plans import (
    activate_target_version,
    create_target_plan,
    discard_target_version,
    lock_target_months,
    start_target_version,
)
from tiji.apps.targets.services.shaping import set_target_season, set_target_weights
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.services.undo import undo_typing
from tiji.kernel.targets import Cell
from tiji.shared.errors import Conflict, DomainError, NotAllowed

pytestmark = pytest.mark.django_db
SEASON = ("5.5", "4", "8.5", "7.5", "8", "9.5", "7.5", "8.5", "11", "8", "9.5", "12.5")


@pytest.fixture
def team(company, max_, rita, ray):
    """Suzhou with rita and ray, and a third seller, Rose."""
    company.rose = make_person("Rose", company.suzhou).user
    return company


def test_a_plan_begins_with_the_tree_of_its_day(team, olaf, zoe, rita, ray):
    make_unit("早已撤销", team.root, archived_at=moment("2025-01-01"))
    make_person("Late", team.suzhou, valid_from="2026-06-01")
    version = make_plan(olaf)
    rows = {node.key: (node.parent.key if node.parent else None, node.depth) for node in open_version(version).nodes}
    root, east, suzhou, south, shenzhen = (
        key_of(unit) for unit in (team.root, team.east, team.suzhou, team.south, team.shenzhen)
    )
    assert {key: row for key, row in rows.items() if key[0] == "u"} == {
        root: (None, 0),
        east: (root, 1),
        suzhou: (east, 2),
        south: (root, 1),
        shenzhen: (south, 2),
    }
    assert {key for key, row in rows.items() if row == (suzhou, 3)} == {key_of(one) for one in (rita, ray, team.rose)}
    assert rows[key_of(zoe)] == (shenzhen, 3)
    assert len(rows) == 9, "neither max, who leads, nor who comes in June, nor a unit that was closed"


def test_one_plan_a_year_and_measure(company, olaf, rita):
    make_plan(olaf)
    with pytest.raises(DomainError, match="plan for this year"):
        make_plan(olaf)
    make_plan(olaf, measure="cash")
    with pytest.raises(DomainError, match="year such as"):
        make_plan(olaf, year=1999)
    with pytest.raises(NotAllowed):
        make_plan(rita, year=2027)
    assert TargetPlan.objects.count() == 2


def test_what_is_typed_stays_and_the_rest_is_shared_to_the_cent(team, olaf, rita, ray):
    """1,000.00 over weights 1, 1, 1 with nothing and 400.00 typed; the last cent goes to one of them."""
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1000.00"))
    thirds = sorted(shown(version, person, "2026") for person in (rita, ray, team.rose))
    assert thirds == [Decimal("333.33"), Decimal("333.33"), Decimal("333.34")]
    type_in(olaf, version, (team.rose, "2026", "400.00"))
    assert [shown(version, person, "2026") for person in (rita, ray, team.rose)] == [300, 300, 400]
    assert shown(version, team.east, "2026") == 1000, "the sum goes up"
    for person in (rita, ray, team.rose):
        months = [kept(version, person, f"2026-M{month:02d}") for month in range(1, 13)]
        quarters = [kept(version, person, f"2026-Q{quarter}") for quarter in range(1, 5)]
        assert sum(months) == sum(quarters) == kept(version, person, "2026")


def test_the_season_gives_the_quarters_of_the_worked_table(team, olaf):
    version = make_plan(olaf, season={"existing": SEASON})
    type_in(olaf, version, (team.suzhou, "2026", "1000.00"))
    assert [kept(version, team.suzhou, f"2026-Q{n}") for n in range(1, 5)] == [180, 250, 270, 300]
    type_in(olaf, version, (team.suzhou, "2026", "1200.00"))
    even = {"existing": [Decimal(1)] * 12}
    set_target_season(actor=olaf, version=version, season=even, at=NEW_YEAR)
    assert [kept(version, team.suzhou, f"2026-Q{n}") for n in range(1, 5)] == [300, 300, 300, 300]
    with pytest.raises(DomainError, match="weight of 0 or more"):
        set_target_season(actor=olaf, version=version, season={"existing": [Decimal(0)] * 12}, at=NEW_YEAR)


def test_the_worked_table_of_the_grid(team, olaf, rita, ray):
    """Team 1,200.00; Ann 600.00; Ben's December 40.00: docs/kernel/target-split.md."""
    ann, ben, cem = rita, ray, team.rose
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200.00"))
    type_in(olaf, version, (ann, "2026", "600.00"))
    type_in(olaf, version, (ben, "2026-M12", "40.00"))
    assert [kept(version, who, "2026-M12") for who in (ann, ben, cem)] == [50, 40, 10]
    assert [kept(version, who, "2026") for who in (ann, ben, cem)] == [600, 315, 285]
    type_in(olaf, version, (ann, "2026-M12", "105.00"))
    assert [kept(version, who, "2026-M11") for who in (ann, ben, cem)] == [
        Decimal("45.00"),
        Decimal("27.50"),
        Decimal("27.50"),
    ]
    assert [kept(version, who, "2026") for who in (ann, ben, cem)] == [600, Decimal("342.50"), Decimal("302.50")]
    undo_typing(actor=olaf, version=version, at=NEW_YEAR)
    undo_typing(actor=olaf, version=version, at=NEW_YEAR)
    assert [kept(version, who, "2026") for who in (ann, ben, cem)] == [600, 300, 300]


def test_blank_is_not_zero(team, olaf, rita, ray):
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "300.00"), (rita, "2026", "0"))
    assert [kept(version, who, "2026") for who in (rita, ray, team.rose)] == [0, 150, 150]
    type_in(olaf, version, (rita, "2026", None))
    assert [kept(version, who, "2026") for who in (rita, ray, team.rose)] == [100, 100, 100]
    assert kept(version, team.shenzhen, "2026") is None, "nobody answered: no row"


def test_all_kinds_together_are_typed_in_todays_proportions(team, olaf, rita):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "300.00"), kind="existing")
    type_in(olaf, version, (rita, "2026", "100.00"), kind="new")
    type_in(olaf, version, (rita, "2026", "1000.00"), kind="")
    assert kept(version, rita, "2026", "existing") == 750
    assert kept(version, rita, "2026", "new") == 250
    type_in(olaf, version, (rita, "2026", None), kind="")
    assert kept(version, rita, "2026", "new") is None


@pytest.mark.parametrize(
    ("amount", "words"), [("-1", "0 or more"), ("0.001", "two decimals"), ("1e13", "more than can be kept")]
)
def test_an_amount_that_cannot_be_is_refused_at_its_cell(team, olaf, rita, amount, words):
    version = make_plan(olaf)
    with pytest.raises(DomainError, match=words) as refused:
        type_in(olaf, version, (rita, "2026", amount))
    assert refused.value.extra["cell"] == [key_of(rita), "2026", "existing"]
    assert not TargetCell.objects.exists()


def test_new_customers_are_whole(team, olaf, rita):
    version = make_plan(olaf, measure="new_customers")
    with pytest.raises(DomainError, match="whole customers"):
        type_in(olaf, version, (rita, "2026", "1.5"), kind="new")
    type_in(olaf, version, (team.suzhou, "2026", "7"), kind="new")
    assert sorted(kept(version, who, "2026", "new") for who in (rita, team.rose)) in ([2, 2], [2, 3])


def test_a_total_that_its_parts_exceed_is_refused(team, olaf, rita):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026-M11", "80"), (rita, "2026-M12", "90"))
    with pytest.raises(DomainError, match="typed or closed inside") as refused:
        type_in(olaf, version, (rita, "2026-Q4", "169.99"))
    assert refused.value.code == "clash"
    type_in(olaf, version, (rita, "2026-Q4", "180"))
    assert kept(version, rita, "2026-M10") == 10


def test_one_paste_is_one_act_and_one_undo(team, olaf, rita, ray):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026-M01", "10"), (rita, "2026-M02", "20"), (ray, "2026-M01", "30"))
    assert version.edits.count() == 1
    undo_typing(actor=olaf, version=version, at=NEW_YEAR)
    assert not TargetCell.objects.exists()
    with pytest.raises(DomainError, match="nothing to undo"):
        undo_typing(actor=olaf, version=version, at=NEW_YEAR)


def test_typing_what_is_there_changes_nothing(team, olaf, rita):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "100"))
    version.refresh_from_db()
    before = version.version
    type_in(olaf, version, (rita, "2026", "100"))
    version.refresh_from_db()
    assert version.version == before
    assert version.edits.count() == 1


def test_who_types_later_on_an_old_state_is_told(team, olaf, rita):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "100"))
    with pytest.raises(Conflict):
        type_targets(actor=olaf, version=version, amounts=cells((rita, "2026", "5")), at=NEW_YEAR, expected_version=1)
    assert kept(version, rita, "2026") == 100


def test_managers_type_below_their_own_units_only(team, olaf, max_, erin, milo, rita, zoe, fiona):
    version = make_plan(olaf)
    type_in(max_, version, (rita, "2026", "100"))
    type_in(erin, version, (team.suzhou, "2026", "300"))
    for actor, thing in [
        (max_, team.suzhou),
        (max_, team.east),
        (milo, rita),
        (erin, team.east),
        (max_, zoe),
        (rita, rita),
        (fiona, rita),
    ]:
        with pytest.raises(NotAllowed):
            type_in(actor, version, (thing, "2026", "1"))
    assert kept(version, rita, "2026") == 100


def test_a_unit_shown_to_a_manager_is_not_his_to_set(team, olaf, milo, rita, zoe):
    version = make_plan(olaf)
    grant_access(
        actor=None, person=milo.person, kind=AccessKind.UNIT, object_id=team.suzhou.pk, on=LONG_AGO, source="test"
    )
    with pytest.raises(NotAllowed):
        type_in(milo, version, (rita, "2026", "1"))
    type_in(milo, version, (zoe, "2026", "1"))


def test_a_manager_cannot_undo_what_lies_above_him(team, olaf, max_):
    version = make_plan(olaf)
    type_in(olaf, version, (team.east, "2026", "100"))
    with pytest.raises(NotAllowed):
        undo_typing(actor=max_, version=version, at=NEW_YEAR)
    assert kept(version, team.east, "2026") == 100


def test_closed_months_stand_whatever_is_typed(team, olaf, rita, ray):
    """Suzhou 1,200.00 over three: 33.33 or 33.34 a month. January closed; then 2,400.00: (2,400 − 100) / 11 a month."""
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200.00"))
    january = {who: kept(version, who, "2026-M01") for who in (rita, ray, team.rose)}
    lock_target_months(actor=olaf, version=version, months=["2026-M01"])
    type_in(olaf, version, (team.suzhou, "2026", "2400.00"))
    assert {who: kept(version, who, "2026-M01") for who in january} == january
    assert kept(version, team.suzhou, "2026-M01") == 100
    rest = [kept(version, team.suzhou, f"2026-M{month:02d}") for month in range(2, 13)]
    assert sum(rest) == 2300
    assert set(rest) == {Decimal("209.09"), Decimal("209.10")}
    with pytest.raises(DomainError, match="closed"):
        type_in(olaf, version, (rita, "2026-M01", "5"))
    with pytest.raises(DomainError, match="months of this plan"):
        lock_target_months(actor=olaf, version=version, months=["2026-Q1"])


def test_a_plan_is_activated_only_when_it_adds_up(team, olaf, rita, ray):
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "300"), *[(who, "2026", "90") for who in (rita, ray, team.rose)])
    with pytest.raises(DomainError, match=r"30\.00 less") as refused:
        activate_target_version(actor=olaf, version=version, at=NEW_YEAR)
    assert refused.value.code == "under-assigned"
    type_in(olaf, version, (rita, "2026", "130"))
    assert activate_target_version(actor=olaf, version=version, at=NEW_YEAR).status == "active"
    with pytest.raises(DomainError, match="not a draft"):
        type_in(olaf, version, (rita, "2026", "1"))


def test_a_new_version_needs_a_reason_and_supersedes(team, olaf, max_, rita):
    plan = make_active_plan(olaf, (team.suzhou, "2026", "1200"), (rita, "2026", "600"))
    with pytest.raises(DomainError, match="why"):
        start_target_version(actor=olaf, plan=plan, reason=" ", at=NEW_YEAR)
    with pytest.raises(NotAllowed):
        start_target_version(actor=max_, plan=plan, reason="x", at=NEW_YEAR)
    second = start_target_version(actor=olaf, plan=plan, reason="调整", at=NEW_YEAR)
    assert (second.number, second.status) == (2, "draft")
    with pytest.raises(DomainError, match="being worked on"):
        start_target_version(actor=olaf, plan=plan, reason="again", at=NEW_YEAR)
    first = plan.versions.get(number=1)
    assert set(first.cells.values_list("period", "kind", "amount", "origin")) == set(
        second.cells.values_list("period", "kind", "amount", "origin")
    )
    type_in(olaf, second, (rita, "2026", "700"))
    assert kept(first, rita, "2026") == 600, "the one that counts is untouched"
    activate_target_version(actor=olaf, version=second, at=NEW_YEAR)
    first.refresh_from_db()
    assert first.status == "superseded"
    with pytest.raises(DomainError, match="superseded"):
        lock_target_months(actor=olaf, version=first, months=["2026-M01"])


def test_a_draft_is_discarded_but_never_the_first(team, olaf, rita):
    plan = make_active_plan(olaf, (rita, "2026", "600"))
    draft = start_target_version(actor=olaf, plan=plan, reason="x", at=NEW_YEAR)
    type_in(olaf, draft, (rita, "2026", "1"))
    discard_target_version(actor=olaf, version=draft)
    assert [row.number for row in plan.versions.all()] == [1]
    with pytest.raises(DomainError, match="later draft"):
        discard_target_version(actor=olaf, version=plan.versions.get())


def test_a_version_for_a_later_tree_takes_in_who_joined_and_who_moved(team, olaf, rita, ray):
    plan = make_active_plan(olaf, (team.suzhou, "2026", "1200"))
    rita.person.assignments.update(valid_until="2026-07-01")
    assign(rita.person, team.shenzhen, valid_from="2026-07-01")
    version = start_target_version(
        actor=olaf, plan=plan, reason="rita moved", at=NEW_YEAR, tree_on=moment("2026-08-01").date()
    )
    assert open_version(version).by_key[key_of(rita)].parent.unit_id == team.shenzhen.pk
    assert [kept(version, who, "2026") for who in (ray, team.rose)] == [600, 600]
    assert kept(version, rita, "2026") is None, "nothing comes down in Shenzhen"


def test_weights_share_what_was_not_typed(team, olaf, max_, rita, ray):
    """600.00 over weights 1, 2, 3."""
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "600"))
    weights = {key_of(ray): Decimal(2), key_of(team.rose): Decimal(3)}
    set_target_weights(actor=max_, version=version, weights=weights, at=NEW_YEAR)
    assert [kept(version, who, "2026") for who in (rita, ray, team.rose)] == [100, 200, 300]
    with pytest.raises(DomainError, match="0 to 1,000"):
        set_target_weights(actor=max_, version=version, weights={key_of(ray): Decimal(-1)}, at=NEW_YEAR)


def test_a_plan_made_in_one_go_is_the_same_as_one_made_step_by_step(team, olaf, rita, ray):
    """What the demo does, against create, type, close."""
    typed = cells((team.suzhou, "2026", "1000.00"), (rita, "2026", "400.00"))
    steps = make_plan(olaf, season={"existing": SEASON})
    type_targets(actor=olaf, version=steps, amounts=typed, at=NEW_YEAR)
    lock_target_months(actor=olaf, version=steps, months=["2026-M01", "2026-M02"])
    expected = sorted(steps.cells.values_list("node__unit", "node__person", "period", "amount", "origin"), key=str)
    TargetPlan.objects.update(archived_at=NEW_YEAR)
    once = make_plan(olaf, season={"existing": SEASON}, amounts=typed, locked_months=["2026-M01", "2026-M02"])
    found = sorted(once.cells.values_list("node__unit", "node__person", "period", "amount", "origin"), key=str)
    assert found == expected
    assert once.locked_months == ["2026-M01", "2026-M02"]


def test_typing_writes_only_what_changed(team, olaf, rita, zoe):
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200"), (zoe, "2026", "100"))
    untouched = set(TargetCell.objects.filter(node__person=zoe.person).values_list("pk", flat=True))
    year = TargetCell.objects.get(node__unit=team.suzhou, period="2026", kind="existing").pk
    type_in(olaf, version, (rita, "2026", "600"))
    assert set(TargetCell.objects.filter(node__person=zoe.person).values_list("pk", flat=True)) == untouched
    assert TargetCell.objects.get(node__unit=team.suzhou, period="2026", kind="existing").pk == year
    with CaptureQueriesContext(
        connection,
    ) as asked:
        lock_target_months(actor=olaf, version=version, months=["2026-M01"])
    assert len(asked) < 20
    assert Cell(key_of(zoe), "2026-M02", "existing") not in open_version(version).grid.typed_cells()


def test_plans_of_the_wrong_measure_are_refused(company, olaf):
    with pytest.raises(DomainError, match="what the targets"):
        create_target_plan(actor=olaf, fiscal_year=2026, measure="steps", tree_on=LONG_AGO, at=NEW_YEAR)
