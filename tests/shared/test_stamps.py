"""What is kept in memory is true: every change of what it was made from replaces its stamp, whoever makes it."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from makers import assign, day, make_person
from tiji.apps.organization.models import AccessGrant, AccessKind, Assignment, Role, RoleGrant, User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.organization.sign_in_backend import KeptUserBackend
from tiji.shared import stamps, tokens
from tiji.shared.models import ApiToken

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


def test_without_a_stamp_nothing_is_kept(company, erin):
    stamps.Stamp.objects.all().delete()
    assert stamps.read() == {}
    assert scope_of(anew(erin), TODAY).units >= {company.east.pk, company.suzhou.pk}
