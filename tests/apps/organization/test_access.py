"""Grants from upper rooms, roles, users, and the working calendar."""

from datetime import date

import pytest

from makers import LONG_AGO, TODAY, make_user
from tiji.apps.organization.models import AccessGrant, AccessKind, CalendarDay, Role, RoleGrant, User
from tiji.apps.organization.selectors.company import work_calendar
from tiji.apps.organization.selectors.scope import forget_scope, scope_of
from tiji.apps.organization.services.access import (
    GrantRow,
    grant_access,
    grant_role,
    replace_grants,
    revoke_access,
    revoke_role,
)
from tiji.apps.organization.services.company import clear_calendar_day, edit_company, set_calendar_day
from tiji.apps.organization.services.people import let_go
from tiji.apps.organization.services.users import (
    UserRow,
    close_sign_in_of_leavers,
    deactivate_user,
    invite_user,
    invite_users,
    reactivate_user,
    set_password,
    set_preferences,
)
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


def granted(user: User, on: date) -> set[int]:
    forget_scope(user)
    return set(scope_of(user, on).granted.get(AccessKind.ACCOUNT, ()))


def give(user: User, object_id: int, on: date = MAY, **fields: object) -> AccessGrant:
    values = {"kind": AccessKind.ACCOUNT, "source": "share", **fields}
    return grant_access(actor=None, person=user.person, object_id=object_id, on=on, **values)


def test_a_grant_opens_from_its_day_until_it_is_revoked(rita):
    grant = give(rita, 7)
    revoke_access(actor=None, grant=grant, on=JUNE)
    assert [granted(rita, day) for day in (date(2026, 4, 30), MAY, date(2026, 5, 31), JUNE)] == [set(), {7}, {7}, set()]


def test_granting_the_same_again_writes_nothing(rita):
    assert give(rita, 7) == give(rita, 7, on=JUNE)
    assert AccessGrant.objects.count() == 1


def test_a_grant_revoked_before_it_began_never_was(rita):
    revoke_access(actor=None, grant=give(rita, 7, on=JUNE), on=MAY)
    assert not AccessGrant.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"), [({"kind": "planet"}, "kind"), ({"source": ""}, "source"), ({"until": MAY}, "until")]
)
def test_a_grant_that_makes_no_sense_is_refused(rita, fields, field):
    with pytest.raises(DomainError) as refusal:
        give(rita, 7, **fields)
    assert refusal.value.field == field


def rows(*pairs: tuple[User, int]) -> list[GrantRow]:
    return [GrantRow(user.person_id, AccessKind.ACCOUNT, number) for user, number in pairs]


def test_replacing_ends_what_is_missing_begins_what_is_new_and_leaves_the_rest(rita, ray):
    give(rita, 99, source="other")
    assert replace_grants(actor=None, source="t", on=MAY, rows=rows((rita, 1), (rita, 2), (ray, 3))) == (3, 0)
    assert replace_grants(actor=None, source="t", on=JUNE, rows=rows((rita, 2), (ray, 4))) == (1, 2)
    assert (granted(rita, MAY), granted(ray, MAY)) == ({1, 2, 99}, {3})
    assert (granted(rita, JUNE), granted(ray, JUNE)) == ({2, 99}, {4})
    assert AccessGrant.objects.get(object_id=2).valid_from == MAY


def test_replacing_with_the_same_writes_nothing(rita):
    replace_grants(actor=None, source="t", on=MAY, rows=rows((rita, 1)))
    entries = AuditEntry.objects.count()
    assert replace_grants(actor=None, source="t", on=JUNE, rows=rows((rita, 1))) == (0, 0)
    assert AuditEntry.objects.count() == entries


def test_replacing_twice_on_one_day_keeps_no_empty_period(rita):
    replace_grants(actor=None, source="t", on=MAY, rows=rows((rita, 1)))
    replace_grants(actor=None, source="t", on=MAY, rows=rows((rita, 2)))
    assert set(AccessGrant.objects.values_list("object_id", "valid_from", "valid_until")) == {(2, MAY, None)}


def test_a_role_is_given_and_taken_on_days(adam, rita):
    grant = grant_role(actor=adam, user=rita, role=Role.FINANCE, on=MAY)
    assert scope_of(rita, MAY).has(Role.FINANCE)
    revoke_role(actor=adam, grant=grant, on=JUNE)
    forget_scope(rita)
    assert not scope_of(rita, JUNE).has(Role.FINANCE)
    forget_scope(rita)
    assert scope_of(rita, date(2026, 5, 31)).has(Role.FINANCE)


def test_the_same_role_is_not_given_twice(adam, rita):
    grant_role(actor=adam, user=rita, role=Role.FINANCE, on=MAY)
    with pytest.raises(DomainError):
        grant_role(actor=adam, user=rita, role=Role.FINANCE, on=JUNE)


def test_nobody_takes_his_own_administrator_role(adam):
    with pytest.raises(NotAllowed, match="another administrator"):
        revoke_role(actor=adam, grant=RoleGrant.objects.get(user=adam), on=TODAY)


@pytest.mark.parametrize("who", ["rita", "max_", "olaf", "hanna", "dora", "axel", "fiona"])
def test_only_administrators_give_roles_and_manage_users(request, who, zoe):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        grant_role(actor=actor, user=zoe, role=Role.DIRECTOR, on=MAY)
    with pytest.raises(NotAllowed):
        invite_user(actor=actor, email="x@example.com")
    with pytest.raises(NotAllowed):
        set_password(actor=actor, user=zoe, password="correct horse battery 2")
    with pytest.raises(NotAllowed):
        deactivate_user(actor=actor, user=zoe)


def test_an_invited_user_has_no_password_yet(adam):
    user = invite_user(actor=adam, email=" New@Example.com ")
    assert user.email == "new@example.com"
    assert not user.has_usable_password()


def test_an_address_is_used_once_whatever_its_case(adam, rita):
    with pytest.raises(DomainError) as refusal:
        invite_user(actor=adam, email="RITA@example.com")
    assert refusal.value.field == "email"
    with pytest.raises(DomainError):
        invite_users(actor=adam, rows=[UserRow("a@example.com"), UserRow("A@example.com")])


def test_a_person_signs_in_once(adam, rita):
    with pytest.raises(DomainError) as refusal:
        invite_user(actor=adam, email="other@example.com", person=rita.person)
    assert refusal.value.field == "person"


def test_nobody_deactivates_himself(adam):
    with pytest.raises(NotAllowed, match="himself"):
        deactivate_user(actor=adam, user=adam)


def test_a_deactivated_user_has_no_session_and_comes_back(adam, rita, client):
    client.force_login(rita)
    assert client.get("/me/").status_code == 200
    deactivate_user(actor=adam, user=rita)
    assert client.get("/me/").status_code == 302
    assert reactivate_user(actor=adam, user=rita).is_active


def test_leavers_are_closed_on_their_day(adam, hanna, rita, ray):
    let_go(actor=hanna, person=rita.person, on=JUNE)
    assert close_sign_in_of_leavers(today=date(2026, 5, 31)) == 0
    assert close_sign_in_of_leavers(today=JUNE) == 1
    assert not User.objects.get(pk=rita.pk).is_active
    assert User.objects.get(pk=ray.pk).is_active
    with pytest.raises(DomainError, match="left"):
        reactivate_user(actor=adam, user=rita)


def test_a_weak_password_is_refused_at_its_field(adam, rita):
    with pytest.raises(DomainError) as refusal:
        set_password(actor=adam, user=rita, password="rita")
    assert refusal.value.field == "password"


def test_a_password_is_never_in_the_audit_log(adam, rita):
    set_password(actor=adam, user=rita, password="a very secret thing 9")
    entry = AuditEntry.objects.get(action="user.password_set")
    assert "secret thing" not in f"{entry.before}{entry.after}{entry.reason}"


@pytest.mark.parametrize(("name", "value"), [("language", "fr"), ("theme", "pink")])
def test_a_choice_that_is_not_offered_is_refused(rita, name, value):
    with pytest.raises(DomainError) as refusal:
        set_preferences(user=rita, **{name: value})
    assert refusal.value.field == name


def test_the_companys_own_day_goes_before_the_countrys(company, hanna):
    """2026-11-18 is a Wednesday, 2026-11-21 a Saturday."""
    wednesday, saturday = date(2026, 11, 18), date(2026, 11, 21)
    assert (work_calendar().is_workday(wednesday), work_calendar().is_workday(saturday)) == (True, False)
    set_calendar_day(actor=hanna, day=wednesday, is_workday=False, note="公司年会")
    set_calendar_day(actor=hanna, day=saturday, is_workday=True)
    assert (work_calendar().is_workday(wednesday), work_calendar().is_workday(saturday)) == (False, True)
    clear_calendar_day(actor=hanna, day=wednesday)
    assert work_calendar().is_workday(wednesday)
    assert CalendarDay.objects.count() == 1


def test_only_administrators_change_the_company(company, adam, olaf):
    with pytest.raises(NotAllowed):
        edit_company(actor=olaf, name="X")
    assert edit_company(actor=adam, name="华岳智能控制").name == "华岳智能控制"
    with pytest.raises(DomainError) as refusal:
        edit_company(actor=adam, time_zone="Mars/Base")
    assert refusal.value.field == "time_zone"


def test_a_user_without_a_person_sees_nothing_but_what_his_roles_open(company, rita):
    user = make_user("Solo")
    assert scope_of(user, TODAY).people == frozenset()
    RoleGrant.objects.create(user=user, role=Role.MANAGER, unit=company.suzhou, valid_from=LONG_AGO)
    forget_scope(user)
    assert scope_of(user, TODAY).people == {rita.person_id}
