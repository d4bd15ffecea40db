"""Everybody above somebody over time, by position: who, at which level, from when until when."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import assign, day, make_person, make_unit
from tiji.apps.organization.models import Assignment, Person, Position, ReportingLine, Role
from tiji.apps.organization.selectors.managers import managers_of
from tiji.apps.organization.selectors.superiors import superiors
from tiji.apps.organization.services.units import move_unit

START, END = day("2026-01-01"), day("2026-07-01")


def above(person: Person, start: date = START, end: date = END) -> list[tuple[str, int, str, str]]:
    """(name, level, from, until) in order of time and level."""
    names = dict(Person.objects.values_list("pk", "name"))
    rows = superiors([person.pk], start, end)
    assert {row.person for row in rows} <= {person.pk}
    found = [(names[row.manager], row.level, row.start.isoformat(), row.end.isoformat()) for row in rows]
    return sorted(found, key=lambda row: (row[2], row[1]))


def leave(person: Person, on: str) -> None:
    Assignment.objects.filter(person=person).update(valid_until=day(on))


def seat(person: Person) -> Position:
    return Position.objects.get(assignments__person=person)


def test_the_heads_of_the_units_above_by_level(rita, max_, erin, dora):
    whole = ("2026-01-01", "2026-07-01")
    assert above(rita.person) == [("Max", 1, *whole), ("Erin", 2, *whole), ("Dora", 3, *whole)]
    assert above(max_.person) == [("Erin", 1, *whole), ("Dora", 2, *whole)]
    assert above(dora.person) == []


def test_a_vacant_position_is_a_level_without_anybody(rita, max_, erin):
    leave(max_.person, "2026-03-10")
    assert above(rita.person) == [
        ("Max", 1, "2026-01-01", "2026-03-10"),
        ("Erin", 2, "2026-01-01", "2026-07-01"),
    ]


def test_a_vacant_position_passes_on_to_whom_it_answers(rita, max_, erin, milo):
    # Suzhou's head answers to Milo by a line, not to the head of East; so do Suzhou's people while the seat is empty.
    ReportingLine.objects.create(position=seat(max_.person), manager=seat(milo.person), valid_from=day("2026-01-01"))
    leave(max_.person, "2026-03-10")
    found = above(rita.person)
    assert found == [("Max", 1, "2026-01-01", "2026-03-10"), ("Milo", 2, "2026-01-01", "2026-07-01")]


def test_a_successor_takes_over_on_his_first_day(company, rita, max_, erin):
    leave(max_.person, "2026-03-10")
    make_person("Mona", company.suzhou, Role.MANAGER, valid_from="2026-04-01")
    assert [row for row in above(rita.person) if row[1] == 1] == [
        ("Max", 1, "2026-01-01", "2026-03-10"),
        ("Mona", 1, "2026-04-01", "2026-07-01"),
    ]


def test_a_line_goes_before_the_head_of_the_unit_while_it_holds(rita, max_, erin, milo):
    ReportingLine.objects.create(
        position=seat(rita.person),
        manager=seat(milo.person),
        valid_from=day("2026-02-01"),
        valid_until=day("2026-05-01"),
    )
    assert [row for row in above(rita.person) if row[1] == 1] == [
        ("Max", 1, "2026-01-01", "2026-02-01"),
        ("Milo", 1, "2026-02-01", "2026-05-01"),
        ("Max", 1, "2026-05-01", "2026-07-01"),
    ]


def test_whoever_moves_takes_nobody_along(company, rita, max_, milo):
    leave(rita.person, "2026-04-01")
    assign(rita.person, company.shenzhen, valid_from="2026-04-01")
    assert above(rita.person) == [
        ("Max", 1, "2026-01-01", "2026-04-01"),
        ("Milo", 1, "2026-04-01", "2026-07-01"),
    ]


def test_whoever_has_left_is_where_he_was_last(company, rita, max_, erin):
    leave(rita.person, "2026-02-01")
    whole = ("2026-01-01", "2026-07-01")
    assert above(rita.person) == [("Max", 1, *whole), ("Erin", 2, *whole)]


def test_a_unit_that_moves_answers_elsewhere_from_then_on(company, adam, rita, max_, erin):
    south = make_person("Sven", company.south, Role.MANAGER)
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=day("2026-05-01"))
    assert [row for row in above(rita.person) if row[1] == 2] == [
        ("Erin", 2, "2026-01-01", "2026-05-01"),
        (south.name, 2, "2026-05-01", "2026-07-01"),
    ]


def test_one_person_on_two_positions_counts_once_at_the_nearest_level(company, rita, erin, dora):
    assign(erin.person, company.suzhou, Role.MANAGER)
    whole = ("2026-01-01", "2026-07-01")
    assert above(rita.person) == [("Erin", 1, *whole), ("Dora", 2, *whole)]


def test_nobody_stands_above_himself(company, erin, dora):
    team = make_unit("常州组", company.east)
    person = make_person("Cleo", team)
    assign(person, team, Role.MANAGER)
    assert [name for name, *_rest in above(person)] == ["Erin", "Dora"]


def test_level_one_is_the_manager_that_the_organisation_shows(company, rita, ray, max_, erin, zoe, milo, dora):
    people = [user.person.pk for user in (rita, ray, max_, erin, zoe, milo)]
    nearest = {row.person: row.manager for row in superiors(people, START, day("2026-01-02")) if row.level == 1}
    assert nearest == managers_of(people, START)


def test_a_whole_company_takes_four_queries(company, rita, max_, erin, dora):
    people = [make_person(f"R{number}", company.suzhou, sign_in=False).pk for number in range(30)]
    with CaptureQueriesContext(connection) as seen:
        rows = superiors([*people, rita.person.pk], START, END)
    assert (len(seen), len(rows)) == (4, 31 * 3)


@pytest.mark.parametrize("end", ["2026-01-02", "2027-01-01"])
def test_pieces_lie_inside_of_what_was_asked(rita, max_, erin, end):
    assert {(row.start, row.end) for row in superiors([rita.person.pk], START, day(end))} == {(START, day(end))}
