"""What is kept in memory is true: every change of what it was made from replaces its stamp, whoever makes it."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from makers import assign, day, make_person
from tiji.apps.organization.models import (
    AccessGrant,
    AccessKind,
    Assignment,
    CalendarDay,
    Company,
    Person,
    Role,
    RoleGrant,
    Unit,
    User,
)
from tiji.apps.organization.selectors.company import company as the_company
from tiji.apps.organization.selectors.company import work_calendar
from tiji.apps.organization.selectors.places import known_person, unit_of
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.organization.sign_in_backend import KeptUserBackend
from tiji.apps.pipeline.models import Stage
from tiji.apps.pipeline.selectors.processes import known_stages
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared import stamps, tokens
from tiji.shared.models import ApiToken
from tiji.shared.request_context import acting

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-18")


def anew(user):
    """The user as the next request reads him."""
    return KeptUserBackend().get_user(user.pk)


def seen(user):
    return scope_of(anew(user), TODAY).people


def test_a_role_a_grant_and_a_move_are_seen_by_the_next_request(company, rita, ray, erin, olaf):
    before = seen(rita)
    assert ray.person_id not in before
    AccessGrant.objects.create(
        person_id=rita.person_id, kind=AccessKind.PERSON, object_id=ray.person_id, valid_from=day("2026-01-01")
    )
    assert seen(rita) == before | {ray.person_id}
    RoleGrant.objects.create(user=rita, role=Role.DIRECTOR, valid_from=day("2026-01-01"))
    assert scope_of(anew(rita), TODAY).everything
    RoleGrant.objects.filter(user=rita).delete()
    AccessGrant.objects.all().delete()
    assert seen(rita) == before


def test_a_change_by_sql_alone_is_seen(company, erin, rita):
    assert rita.person_id in seen(erin)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Assignment._meta.db_table} WHERE person_id = %s", [rita.person_id])
    assert rita.person_id not in seen(erin)


def test_a_change_taken_back_leaves_nothing_behind(company, erin):
    before, stamp, unit = seen(erin), stamps.read()["scope"], company.suzhou
    with transaction.atomic():
        person = make_person("Gone again")
        assign(person, unit)
        assert seen(erin) == before | {person.pk}
        transaction.set_rollback(True)
    assert stamps.read()["scope"] == stamp
    other = make_person("Stays")
    assign(other, unit)
    assert seen(erin) == before | {other.pk}, "the same number of changes is not the same state"


def test_a_closed_account_a_revoked_token_and_a_new_name_hold_at_once(company, rita):
    _token, secret = tokens.make_token(actor=rita, name="script", scopes=["*"])
    assert tokens.find(secret).user.name == rita.name
    User.objects.filter(pk=rita.pk).update(name="Rita Newname")
    assert tokens.find(secret).user.name == "Rita Newname" == anew(rita).name
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert tokens.find(secret) is None
    assert anew(rita) is None
    User.objects.filter(pk=rita.pk).update(is_active=True)
    assert tokens.find(secret)
    ApiToken.objects.update(revoked_at=timezone.now())
    assert tokens.find(secret) is None


def test_signing_in_and_using_a_token_leave_the_stamps_alone(company, rita):
    _token, secret = tokens.make_token(actor=rita, name="script", scopes=["*"])
    before = stamps.read()
    User.objects.filter(pk=rita.pk).update(last_login=timezone.now())
    assert tokens.find(secret).last_used_at
    assert stamps.read() == before


def test_a_request_gets_its_own_copy(company, rita):
    mine = anew(rita)
    mine.name = "only here"
    scope_of(mine)
    again = anew(rita)
    assert again.name == rita.name
    assert "_scope" not in again.__dict__


@pytest.fixture
def request_of(db):
    """A request as the middleware opens it; in it the company and the stages are read from memory."""
    return lambda: acting(None, "api")


def test_the_company_is_read_again_after_every_kind_of_change(company, request_of, django_assert_num_queries):
    with request_of():
        assert the_company().currency == "CNY"
    with request_of(), django_assert_num_queries(1):  # the stamps
        assert (the_company().currency, the_company().fiscal_start_month) == ("CNY", 1)
    Company.objects.update(fiscal_start_month=4)
    with request_of():
        assert the_company().fiscal_start_month == 4
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {Company._meta.db_table} SET fiscal_start_month = 7")
        assert the_company().fiscal_start_month == 7, "a change inside the request is seen in it"
        row = Company.objects.get()
        row.fiscal_start_month = 10
        row.save()
        assert the_company().fiscal_start_month == 10


def test_what_was_taken_back_is_not_kept(company, request_of):
    with request_of():
        with transaction.atomic():
            Company.objects.update(fiscal_start_month=4)
            assert the_company().fiscal_start_month == 4
            transaction.set_rollback(True)
        assert the_company().fiscal_start_month == 1
    with request_of():
        assert the_company().fiscal_start_month == 1


def test_what_is_kept_is_handed_out_as_a_copy(company, request_of):
    with request_of():
        the_company().currency = "USD"
        assert the_company().currency == "CNY"


def test_a_working_day_set_by_the_company_counts_at_once(company, request_of):
    sunday = day("2026-11-22")
    with request_of():
        assert not work_calendar().is_workday(sunday)
        CalendarDay.objects.create(day=sunday, is_workday=True)
        assert work_calendar().is_workday(sunday)


def test_the_unit_of_a_person_follows_his_move_and_the_units_name(company, rita, request_of):
    with request_of():
        assert unit_of(rita.person, TODAY) == company.suzhou
        Unit.objects.filter(pk=company.suzhou.pk).update(team_type="efficiency")
        assert unit_of(rita.person, TODAY).team_type == "efficiency"
    Assignment.objects.filter(person=rita.person).delete()
    with request_of():
        assert unit_of(rita.person, TODAY) is None
        assert known_person(rita.person_id) == rita.person
    Person.objects.filter(pk=rita.person_id).update(archived_at=timezone.now())
    with request_of():
        assert known_person(rita.person_id) is None


def test_a_new_stage_is_known_in_the_request_that_made_it(company, request_of):
    found_processes()
    with request_of():
        before = len(known_stages())
        last = Stage.objects.last()
        Stage.objects.create(process=last.process, code="x", position=99, percent=1)
        assert len(known_stages()) == before + 1
        Stage.objects.filter(code="x").delete()
        assert len(known_stages()) == before


def test_without_a_stamp_nothing_is_kept(company, erin):
    stamps.Stamp.objects.all().delete()
    assert stamps.read() == {}
    assert scope_of(anew(erin), TODAY).units >= {company.east.pk, company.suzhou.pk}
