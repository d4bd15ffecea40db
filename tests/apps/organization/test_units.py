"""The dated tree of units."""

from datetime import date

import pytest

from makers import LONG_AGO, make_unit
from tiji.apps.organization.models import Unit, UnitPath
from tiji.apps.organization.selectors.places import units_under
from tiji.apps.organization.selectors.tree import unit_tree
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.apps.organization.services.units import archive_unit, create_unit, edit_unit, move_unit
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

APRIL = date(2026, 4, 1)
MAY = date(2026, 5, 1)
JULY = date(2026, 7, 1)


def ancestors(unit: Unit, on: date) -> list[str]:
    """Names of the units above, itself first."""
    rows = UnitPath.objects.on(on).filter(unit=unit).order_by("depth")
    return [row.ancestor.name for row in rows.select_related("ancestor")]


def test_a_new_unit_stands_below_its_parent_from_its_first_day(company, adam):
    made = create_unit(actor=adam, name="无锡组", parent=company.east, valid_from=APRIL)
    assert ancestors(made, APRIL) == ["无锡组", "华东大区", "华岳智控"]
    assert ancestors(made, date(2026, 3, 31)) == []


def test_a_moved_unit_leaves_earlier_days_where_they_were(company, adam):
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=APRIL)
    assert ancestors(company.suzhou, date(2026, 3, 31)) == ["苏州组", "华东大区", "华岳智控"]
    assert ancestors(company.suzhou, APRIL) == ["苏州组", "华南大区", "华岳智控"]
    assert units_under(company.east, date(2026, 3, 31)) == {company.east.pk, company.suzhou.pk}
    assert units_under(company.east, APRIL) == {company.east.pk}


def test_what_stands_below_a_moved_unit_moves_along(company, adam):
    move_unit(actor=adam, unit=company.east, parent=company.south, on=APRIL)
    assert ancestors(company.suzhou, APRIL) == ["苏州组", "华东大区", "华南大区", "华岳智控"]
    assert ancestors(company.suzhou, LONG_AGO) == ["苏州组", "华东大区", "华岳智控"]


def test_a_circle_is_refused_and_nothing_changes(company, adam):
    before = list(UnitPath.objects.order_by("pk").values())
    with pytest.raises(DomainError, match="below itself"):
        move_unit(actor=adam, unit=company.east, parent=company.suzhou, on=APRIL)
    assert list(UnitPath.objects.order_by("pk").values()) == before


def test_two_later_moves_that_would_make_a_circle_together_are_refused(company, adam):
    move_unit(actor=adam, unit=company.south, parent=company.suzhou, on=JULY)
    with pytest.raises(DomainError) as refusal:
        move_unit(actor=adam, unit=company.suzhou, parent=company.shenzhen, on=MAY)
    assert refusal.value.code == "unit-cycle"


def test_swapping_places_one_after_the_other_is_no_circle(company, adam):
    """Suzhou is below East until April; East may go below Suzhou once Suzhou has left."""
    move_unit(actor=adam, unit=company.suzhou, parent=company.root, on=APRIL)
    move_unit(actor=adam, unit=company.east, parent=company.suzhou, on=MAY)
    assert ancestors(company.east, MAY) == ["华东大区", "苏州组", "华岳智控"]
    assert ancestors(company.suzhou, date(2026, 3, 31)) == ["苏州组", "华东大区", "华岳智控"]


def test_a_move_before_a_move_already_planned_is_refused_with_its_day(company, adam):
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=JULY)
    with pytest.raises(DomainError, match="2026") as refusal:
        move_unit(actor=adam, unit=company.suzhou, parent=company.root, on=MAY)
    assert refusal.value.field == "on"


def test_a_move_on_the_day_of_a_move_corrects_it(company, adam):
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=MAY)
    move_unit(actor=adam, unit=company.suzhou, parent=company.root, on=MAY)
    assert ancestors(company.suzhou, MAY) == ["苏州组", "华岳智控"]
    assert company.suzhou.placements.count() == 2


def test_the_root_does_not_move(company, adam):
    with pytest.raises(DomainError, match="top"):
        move_unit(actor=adam, unit=company.root, parent=company.east, on=MAY)


def test_a_unit_cannot_go_below_one_that_begins_later(company, adam):
    late = create_unit(actor=adam, name="西部大区", parent=company.root, valid_from=JULY)
    with pytest.raises(DomainError) as refusal:
        move_unit(actor=adam, unit=company.suzhou, parent=late, on=MAY)
    assert refusal.value.field == "on"


def test_a_unit_with_people_is_not_archived(company, adam, rita):
    with pytest.raises(DomainError, match="Rita"):
        archive_unit(actor=adam, unit=company.suzhou, on=MAY)


def test_a_unit_with_units_is_not_archived(company, adam):
    with pytest.raises(DomainError, match="苏州组"):
        archive_unit(actor=adam, unit=company.east, on=MAY)


def test_an_archived_unit_is_out_of_the_tree_and_still_in_its_time(company, adam):
    archive_unit(actor=adam, unit=company.suzhou, on=MAY)
    assert "苏州组" not in [node.unit.name for node in unit_tree(MAY)]
    assert "苏州组" in [node.unit.name for node in unit_tree(APRIL)]
    with pytest.raises(DomainError):
        move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=JULY)


def test_a_code_is_given_once(company, adam):
    edit_unit(actor=adam, unit=company.east, code="E")
    with pytest.raises(DomainError) as refusal:
        edit_unit(actor=adam, unit=company.south, code="E")
    assert refusal.value.field == "code"


@pytest.mark.parametrize("who", ["rita", "max_", "fiona", "dora", "axel"])
def test_who_does_not_shape_units_is_refused(company, request, who):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        create_unit(actor=actor, name="X", parent=company.root, valid_from=MAY)


def test_a_move_is_in_the_audit_log_with_before_and_after(company, adam):
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=APRIL)
    entry = AuditEntry.objects.get(action="unit.moved")
    assert entry.actor_id == adam.pk
    assert entry.before["parent"] == company.east.pk
    assert entry.after == {"parent": company.south.pk, "from": "2026-04-01"}


def test_paths_can_be_dropped_and_rebuilt(company, adam):
    move_unit(actor=adam, unit=company.east, parent=company.south, on=APRIL)
    move_unit(actor=adam, unit=company.suzhou, parent=company.root, on=MAY)
    columns = ("ancestor_id", "unit_id", "depth", "valid_from", "valid_until")
    before = sorted(map(str, UnitPath.objects.values_list(*columns)))
    UnitPath.objects.all().delete()
    rebuild_paths()
    assert sorted(map(str, UnitPath.objects.values_list(*columns))) == before


def test_makers_and_services_agree_on_paths(company):
    """The makers of the tests write paths by hand: the same that the rule writes."""
    columns = ("ancestor_id", "unit_id", "depth", "valid_from", "valid_until")
    make_unit("宁波组", company.east, valid_from=MAY)
    before = sorted(map(str, UnitPath.objects.values_list(*columns)))
    rebuild_paths()
    assert sorted(map(str, UnitPath.objects.values_list(*columns))) == before


def test_the_tree_shows_heads_and_head_counts_in_two_queries(
    company, rita, ray, max_, erin, zoe, milo, dora, django_assert_num_queries
):
    with django_assert_num_queries(2):
        tree = unit_tree(date(2026, 11, 18))
    shown = [(node.unit.name, node.depth, node.head_name, node.people, node.people_below) for node in tree]
    assert shown == [
        ("华岳智控", 0, "Dora", 1, 7),
        ("华东大区", 1, "Erin", 1, 4),
        ("苏州组", 2, "Max", 3, 3),
        ("华南大区", 1, "", 0, 2),
        ("深圳组", 2, "Milo", 2, 2),
    ]
