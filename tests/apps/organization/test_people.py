"""Hiring, moving and letting go: the history stays."""

from datetime import date

import pytest

from makers import LONG_AGO, assign, make_person
from tiji.apps.organization.models import Assignment, Person, Position, Role
from tiji.apps.organization.selectors.places import unit_of, units_of
from tiji.apps.organization.services.assignments import assign_person, cancel_assignment, end_assignment, move_person
from tiji.apps.organization.services.people import edit_person, hire_person, let_go, take_back
from tiji.apps.organization.services.positions import archive_position, open_position
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

MARCH = date(2026, 3, 1)
APRIL = date(2026, 4, 1)
JULY = date(2026, 7, 1)


def history(person: Person) -> list[tuple[str, date, date | None]]:
    rows = Assignment.objects.filter(person=person).order_by("valid_from").select_related("position__unit")
    return [(row.position.unit.name, row.valid_from, row.valid_until) for row in rows]


def test_somebody_hired_holds_a_position_from_that_day(company, hanna):
    person = hire_person(actor=hanna, name="陈昊然", hired_on=MARCH, unit=company.suzhou, role=Role.REP, number="0007")
    assert history(person) == [("苏州组", MARCH, None)]
    assert (person.sort_key, person.initials) == ("chen hao ran", "chr")


def test_a_number_is_given_once(company, hanna):
    hire_person(actor=hanna, name="A", hired_on=MARCH, number="0007")
    with pytest.raises(DomainError) as refusal:
        hire_person(actor=hanna, name="B", hired_on=MARCH, number="0007")
    assert refusal.value.field == "number"
    assert not Person.objects.filter(name="B").exists()


def test_a_move_closes_the_old_position_and_opens_the_new(company, hanna, rita):
    move_person(actor=hanna, person=rita.person, on=APRIL, unit=company.shenzhen)
    assert history(rita.person) == [("苏州组", LONG_AGO, APRIL), ("深圳组", APRIL, None)]
    assert unit_of(rita.person, date(2026, 3, 31)) == company.suzhou
    assert unit_of(rita.person, APRIL) == company.shenzhen


def test_a_move_keeps_the_role_unless_told(company, hanna, max_):
    moved = move_person(actor=hanna, person=max_.person, on=APRIL, unit=company.shenzhen)
    assert moved.position.role == Role.MANAGER
    promoted = move_person(actor=hanna, person=max_.person, on=JULY, unit=company.shenzhen, role=Role.REP)
    assert promoted.position.role == Role.REP


def test_a_move_takes_a_vacant_seat_before_making_one(company, hanna, rita):
    vacant = open_position(actor=hanna, unit=company.shenzhen, role=Role.REP, name="高级销售")
    moved = move_person(actor=hanna, person=rita.person, on=APRIL, unit=company.shenzhen)
    assert moved.position == vacant


def test_a_held_seat_is_not_given_twice(company, hanna, rita, zoe):
    held = zoe.person.assignments.get().position
    with pytest.raises(DomainError, match="Zoe holds this position"):
        move_person(actor=hanna, person=rita.person, on=APRIL, position=held)
    assert history(rita.person) == [("苏州组", LONG_AGO, None)]


def test_a_move_back_in_time_that_would_overlap_is_refused(company, hanna, rita):
    move_person(actor=hanna, person=rita.person, on=JULY, unit=company.shenzhen)
    with pytest.raises(DomainError) as refusal:
        move_person(actor=hanna, person=rita.person, on=APRIL, unit=company.south)
    assert refusal.value.code == "already-moves"
    assert history(rita.person) == [("苏州组", LONG_AGO, JULY), ("深圳组", JULY, None)]


def test_a_planned_move_can_be_called_off(company, hanna, rita):
    planned = move_person(actor=hanna, person=rita.person, on=JULY, unit=company.shenzhen)
    cancel_assignment(actor=hanna, assignment=planned, today=APRIL)
    assert history(rita.person) == [("苏州组", LONG_AGO, None)]


def test_a_move_that_has_begun_is_history(company, hanna, rita):
    moved = move_person(actor=hanna, person=rita.person, on=MARCH, unit=company.shenzhen)
    with pytest.raises(DomainError) as refusal:
        cancel_assignment(actor=hanna, assignment=moved, today=MARCH)
    assert refusal.value.code == "begun"


def test_the_larger_share_of_two_positions_says_where_facts_belong(company, hanna, rita):
    seat = open_position(actor=hanna, unit=company.shenzhen, role=Role.REP)
    assign_person(actor=hanna, person=rita.person, position=seat, on=APRIL, share_percent=40)
    assert unit_of(rita.person, APRIL) == company.suzhou
    Assignment.objects.filter(person=rita.person, position__unit=company.suzhou).update(share_percent=30)
    assert unit_of(rita.person, APRIL) == company.shenzhen
    assert units_of([rita.person_id], APRIL) == {rita.person_id: company.shenzhen.pk}


def test_who_left_belongs_where_he_was_last(company, hanna, rita):
    move_person(actor=hanna, person=rita.person, on=APRIL, unit=company.shenzhen)
    let_go(actor=hanna, person=rita.person, on=JULY)
    assert history(rita.person)[-1] == ("深圳组", APRIL, JULY)
    assert unit_of(rita.person, date(2026, 12, 1)) == company.shenzhen


def test_who_has_not_begun_belongs_where_he_will_begin(company):
    person = make_person("New", company.suzhou, valid_from="2026-06-01")
    assert unit_of(person, MARCH) == company.suzhou
    assert units_of([person.pk], MARCH) == {person.pk: company.suzhou.pk}


def test_the_last_to_end_wins_over_the_last_to_begin(company):
    """A short help elsewhere that began later does not hide where somebody stayed until he left."""
    person = make_person("Helper", company.suzhou, valid_from="2026-01-01", valid_until="2026-06-01")
    assign(person, company.shenzhen, valid_from="2026-02-01", valid_until="2026-03-01")
    assert unit_of(person, JULY) == company.suzhou


def test_nobody_moves_who_has_left(company, hanna, rita):
    let_go(actor=hanna, person=rita.person, on=APRIL)
    with pytest.raises(DomainError, match="left"):
        move_person(actor=hanna, person=rita.person, on=JULY, unit=company.shenzhen)


def test_who_left_is_taken_back_into_a_position(company, hanna, rita):
    let_go(actor=hanna, person=rita.person, on=APRIL)
    seat = open_position(actor=hanna, unit=company.shenzhen, role=Role.REP)
    back = take_back(actor=hanna, person=rita.person, position=seat, on=JULY)
    assert back.left_on is None
    assert history(rita.person) == [("苏州组", LONG_AGO, APRIL), ("深圳组", JULY, None)]


def test_a_position_ends_on_a_day_and_not_before_it_began(company, hanna, rita):
    row = rita.person.assignments.get()
    with pytest.raises(DomainError):
        end_assignment(actor=hanna, assignment=row, on=LONG_AGO)
    assert end_assignment(actor=hanna, assignment=row, on=APRIL).valid_until == APRIL


def test_a_held_position_is_not_archived(company, hanna, rita):
    with pytest.raises(DomainError, match="Rita"):
        archive_position(actor=hanna, position=rita.person.assignments.get().position)
    vacant = Position.objects.create(name="x", unit=company.suzhou)
    assert archive_position(actor=hanna, position=vacant).archived_at


@pytest.mark.parametrize("who", ["rita", "max_", "fiona", "dora", "axel", "petra"])
def test_who_does_not_look_after_people_is_refused(company, request, who, zoe):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        move_person(actor=actor, person=zoe.person, on=APRIL, unit=company.suzhou)
    with pytest.raises(NotAllowed):
        edit_person(actor=actor, person=zoe.person, name="X")
    with pytest.raises(NotAllowed):
        let_go(actor=actor, person=zoe.person, on=APRIL)


def test_a_move_is_in_the_audit_log(company, hanna, rita):
    moved = move_person(actor=hanna, person=rita.person, on=APRIL, unit=company.shenzhen)
    entry = AuditEntry.objects.get(action="person.moved")
    assert (entry.actor_id, entry.object_id) == (hanna.pk, rita.person_id)
    assert entry.before["positions"][0]["unit"] == company.suzhou.pk
    assert entry.after["positions"][0]["position"] == moved.position_id
