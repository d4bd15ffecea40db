"""Who answers to whom on a day."""

from datetime import date

import pytest

from makers import LONG_AGO, TODAY, assign, make_person
from tiji.apps.organization.models import Role
from tiji.apps.organization.selectors.managers import heads_of, manager_of, managers_of, reports_of
from tiji.apps.organization.services.assignments import end_assignment, move_person
from tiji.apps.organization.services.reporting import set_reporting_line
from tiji.apps.organization.services.units import move_unit
from tiji.shared.errors import DomainError

MAY = date(2026, 5, 1)


def seat(user):
    return user.person.assignments.get().position


def test_the_head_of_the_unit_is_the_manager(rita, max_):
    assert manager_of(rita.person, TODAY) == max_.person


def test_the_head_of_a_unit_answers_to_the_next_head_above(rita, max_, erin, dora):
    assert manager_of(max_.person, TODAY) == erin.person
    assert manager_of(erin.person, TODAY) == dora.person
    assert manager_of(dora.person, TODAY) is None


def test_a_unit_without_a_head_is_passed_over(company, zoe, dora):
    assert manager_of(zoe.person, TODAY) == dora.person


def test_a_line_goes_before_the_unit(hanna, rita, max_, milo):
    set_reporting_line(actor=hanna, position=seat(rita), manager=seat(milo), on=MAY)
    assert manager_of(rita.person, date(2026, 4, 30)) == max_.person
    assert manager_of(rita.person, MAY) == milo.person
    set_reporting_line(actor=hanna, position=seat(rita), manager=None, on=TODAY)
    assert manager_of(rita.person, TODAY) == max_.person
    assert manager_of(rita.person, MAY) == milo.person


def test_a_line_to_a_vacant_position_does_not_count(hanna, rita, max_, milo):
    set_reporting_line(actor=hanna, position=seat(rita), manager=seat(milo), on=LONG_AGO)
    end_assignment(actor=hanna, assignment=milo.person.assignments.get(), on=TODAY)
    assert manager_of(rita.person, TODAY) == max_.person


def test_a_dotted_line_makes_no_manager(hanna, rita, max_, milo):
    set_reporting_line(actor=hanna, position=seat(rita), manager=seat(milo), on=LONG_AGO, kind="dotted")
    assert manager_of(rita.person, TODAY) == max_.person


def test_a_circle_of_lines_is_refused(hanna, rita, max_, milo):
    set_reporting_line(actor=hanna, position=seat(rita), manager=seat(milo), on=MAY)
    set_reporting_line(actor=hanna, position=seat(milo), manager=seat(max_), on=MAY)
    with pytest.raises(DomainError) as refusal:
        set_reporting_line(actor=hanna, position=seat(max_), manager=seat(rita), on=LONG_AGO)
    assert refusal.value.code == "line-cycle"


def test_the_manager_follows_the_unit_that_moved(company, adam, max_, erin, milo):
    mona = make_person("Mona", company.south, Role.MANAGER)
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=TODAY)
    assert manager_of(max_.person, date(2026, 11, 17)) == erin.person
    assert manager_of(max_.person, TODAY) == mona


def test_who_moved_has_the_manager_of_the_day(company, hanna, rita, max_, milo):
    move_person(actor=hanna, person=rita.person, on=MAY, unit=company.shenzhen)
    assert manager_of(rita.person, date(2026, 4, 30)) == max_.person
    assert manager_of(rita.person, MAY) == milo.person


def test_the_larger_share_decides_between_two_positions(company, rita, max_, milo):
    second = assign(rita.person, company.shenzhen)
    type(second).objects.filter(pk=second.pk).update(share_percent=20)
    assert manager_of(rita.person, TODAY) == max_.person


def test_who_holds_no_position_has_no_manager(rita, max_):
    assert manager_of(rita.person, date(2019, 1, 1)) is None


def test_many_are_asked_in_few_queries(company, rita, ray, max_, erin, zoe, milo, dora, django_assert_max_num_queries):
    users = [rita, ray, max_, erin, zoe, milo, dora]
    with django_assert_max_num_queries(5):
        found = managers_of([user.person_id for user in users], TODAY)
    assert found == {
        rita.person_id: max_.person_id,
        ray.person_id: max_.person_id,
        max_.person_id: erin.person_id,
        erin.person_id: dora.person_id,
        zoe.person_id: milo.person_id,
        milo.person_id: dora.person_id,
    }


def test_reports_are_those_whose_manager_he_is(hanna, company, rita, ray, max_, erin, zoe, milo, dora):
    set_reporting_line(actor=hanna, position=seat(zoe), manager=seat(max_), on=LONG_AGO)
    set_reporting_line(actor=hanna, position=seat(ray), manager=seat(milo), on=LONG_AGO)
    assert {person.name for person in reports_of(max_.person, TODAY)} == {"Rita", "Zoe"}
    assert {person.name for person in reports_of(milo.person, TODAY)} == {"Ray"}
    assert {person.name for person in reports_of(erin.person, TODAY)} == {"Max"}
    assert {person.name for person in reports_of(dora.person, TODAY)} == {"Erin", "Milo", "Hanna"}
    assert not reports_of(rita.person, TODAY)


def test_of_two_managers_the_first_to_begin_leads_the_unit(company, max_):
    make_person("Second", company.suzhou, Role.MANAGER, valid_from="2025-01-01")
    assert heads_of([company.suzhou.pk], TODAY) == {company.suzhou.pk: max_.person_id}
