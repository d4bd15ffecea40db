"""Entering, editing, archiving customers, and who may."""

import pytest

from makers import make_account, make_person, moment
from makers_customers import ACME, ACME_CODE, NOON, enter_account
from tiji.apps.customers.models import Account, OwnershipEvent
from tiji.apps.customers.services.accounts import (
    NewAccount,
    archive_account,
    archive_accounts,
    edit_account,
    insert_accounts,
    restore_account,
)
from tiji.apps.customers.services.ownership import change_owner, set_tier
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_whoever_enters_a_customer_looks_after_it(rita, company):
    account = enter_account(rita, "无锡 锡澄重工(有限公司)", short_name="", credit_code=ACME_CODE.lower())
    assert (account.owner, account.created_by, account.created_at) == (rita.person, rita, NOON)
    assert account.name == "无锡锡澄重工（有限公司）"
    assert account.credit_code == ACME_CODE
    assert account.number == "KH-2026-000001"
    event = account.ownership_events.get()
    assert (event.from_owner, event.to_owner, event.to_unit, event.by) == (None, rita.person, company.suzhou, rita)
    assert AuditEntry.objects.get(action="account.create").object_id == account.pk


def test_a_short_name_is_derived_when_none_is_typed(rita):
    assert enter_account(rita, ACME).short_name == "锡澄重工"
    assert enter_account(rita, "苏州虎丘电子材料有限公司", short_name="虎丘").short_name == "虎丘"


@pytest.mark.parametrize("name", ["", " ", "（）", "甲"])
def test_a_customer_has_a_name(rita, name):
    with pytest.raises(DomainError) as refusal:
        enter_account(rita, name)
    assert refusal.value.field == "name"


def test_the_same_company_is_refused_naming_its_owner(rita, ray, max_, zoe):
    enter_account(rita, "ABB（中国）有限公司")
    with pytest.raises(DomainError) as refusal:
        enter_account(max_, "ABB(中国)有限公司")
    assert refusal.value.code == "duplicate"
    assert "Rita" in str(refusal.value)
    with pytest.raises(DomainError) as refusal:
        enter_account(zoe, "abb 中国 有限公司")
    assert "Rita" not in str(refusal.value)
    assert "ABB（中国）有限公司" not in str(refusal.value)
    assert Account.objects.count() == 1


def test_the_same_code_is_refused_at_the_code(rita, ray):
    enter_account(rita, ACME, credit_code=ACME_CODE)
    with pytest.raises(DomainError) as refusal:
        enter_account(ray, "另一家有限公司", credit_code=ACME_CODE)
    assert refusal.value.field == "credit_code"


def test_two_companies_of_one_name_are_told_apart_by_their_codes(rita):
    enter_account(rita, ACME, credit_code=ACME_CODE)
    assert enter_account(rita, ACME, credit_code="91110000802100433B").pk
    with pytest.raises(DomainError):
        enter_account(rita, ACME)


def test_an_archived_customer_can_be_entered_anew_and_not_restored_then(max_):
    old = enter_account(max_, ACME, credit_code=ACME_CODE)
    archive_account(actor=max_, account=old, at=NOON)
    enter_account(max_, ACME, credit_code=ACME_CODE)
    with pytest.raises(DomainError) as refusal:
        restore_account(actor=max_, account=old, at=NOON)
    assert refusal.value.code == "duplicate"


@pytest.mark.parametrize("name", ["axel", "hanna", "fiona"])
def test_those_who_do_not_sell_enter_nothing(name, request):
    with pytest.raises(NotAllowed):
        enter_account(request.getfixturevalue(name), ACME)


def test_a_rep_enters_for_himself_only_a_manager_for_his_people(rita, ray, max_, zoe):
    with pytest.raises(NotAllowed):
        enter_account(rita, ACME, owner=ray.person)
    with pytest.raises(NotAllowed):
        enter_account(max_, ACME, owner=zoe.person)
    assert enter_account(max_, ACME, owner=ray.person).owner == ray.person


def test_a_rep_does_not_grade(rita, max_):
    with pytest.raises(NotAllowed):
        enter_account(rita, ACME, tier="A")
    assert enter_account(max_, ACME, tier="A").tier == "A"


def test_an_edit_of_an_older_version_shows_both(rita, ray):
    account = enter_account(rita, ACME)
    edit_account(actor=rita, account=account, version=1, at=NOON, phone="0510-8888")
    with pytest.raises(Conflict) as refusal:
        edit_account(actor=rita, account=account, version=1, at=NOON, phone="0510-9999")
    assert refusal.value.current.phone == "0510-8888"
    assert refusal.value.attempted == {"phone": "0510-9999"}
    account.refresh_from_db()
    assert (account.version, account.phone) == (2, "0510-8888")


def test_an_edit_that_changes_nothing_writes_nothing(rita):
    account = enter_account(rita, ACME, phone="1")
    edit_account(actor=rita, account=account, version=1, at=NOON, phone=" 1 ")
    account.refresh_from_db()
    assert account.version == 1
    assert not AuditEntry.objects.filter(action="account.edit").exists()


def test_a_renamed_customer_is_found_and_sorted_by_its_new_name(rita):
    account = enter_account(rita, ACME)
    account = edit_account(actor=rita, account=account, version=1, at=NOON, name="昆山阳澄机电有限公司", short_name="")
    assert account.short_name == "阳澄机电"
    assert account.sort_key.startswith("kun shan")
    assert "ycjd" in account.search_key
    assert "xczg" not in account.search_key


def test_colleagues_do_not_edit(rita, ray, zoe, max_, erin, axel):
    account = enter_account(rita, ACME)
    for other in (ray, zoe, axel):
        with pytest.raises(NotAllowed):
            edit_account(actor=other, account=account, version=1, at=NOON, phone="1")
    account = edit_account(actor=max_, account=account, version=1, at=NOON, phone="1")
    assert edit_account(actor=erin, account=account, version=2, at=NOON, phone="2").phone == "2"


def test_a_customer_does_not_belong_to_its_own_subsidiary(olaf):
    parent = enter_account(olaf, ACME)
    child = enter_account(olaf, "锡澄备件有限公司", parent=parent)
    with pytest.raises(DomainError) as refusal:
        edit_account(actor=olaf, account=parent, version=1, at=NOON, parent=child)
    assert refusal.value.field == "parent"


def test_a_change_of_owner_is_an_event_with_reason_and_unit(rita, ray, max_, company):
    account = enter_account(rita, ACME, at=moment("2026-11-01"))
    assert change_owner(actor=max_, accounts=[account], to_owner=ray.person, at=NOON, reason="分工调整") == 1
    account.refresh_from_db()
    assert (account.owner, account.version) == (ray.person, 2)
    last = account.ownership_events.last()
    assert (last.from_owner, last.to_owner, last.to_unit, last.by) == (rita.person, ray.person, company.suzhou, max_)
    assert (last.at, last.reason) == (NOON, "分工调整")
    assert change_owner(actor=max_, accounts=[account], to_owner=ray.person, at=NOON) == 0
    assert account.ownership_events.count() == 2


def test_many_change_hands_in_a_fixed_number_of_queries(rita, ray, max_, django_assert_max_num_queries):
    few = [make_account(f"少{n}公司", rita.person) for n in range(3)]
    many = [make_account(f"多{n}公司", rita.person) for n in range(300)]
    for accounts in (few, many):
        with django_assert_max_num_queries(16):
            assert change_owner(actor=max_, accounts=accounts, to_owner=ray.person, at=NOON) == len(accounts)
    assert OwnershipEvent.objects.filter(to_owner=ray.person).count() == 303


def test_customers_are_handed_over_among_ones_own_people_only(rita, ray, max_, zoe, milo, olaf):
    account = enter_account(rita, ACME)
    for actor, to_owner in [(rita, ray), (max_, zoe), (milo, zoe)]:
        with pytest.raises(NotAllowed):
            change_owner(actor=actor, accounts=[account], to_owner=to_owner.person, at=NOON)
    assert OwnershipEvent.objects.filter(account=account).count() == 1
    assert change_owner(actor=olaf, accounts=[account], to_owner=zoe.person, at=NOON) == 1


def test_one_customer_that_is_not_ours_stops_the_whole_set(rita, ray, zoe, max_):
    ours, theirs = enter_account(rita, ACME), enter_account(zoe, "深圳鹏城科技有限公司")
    with pytest.raises(NotAllowed):
        change_owner(actor=max_, accounts=[ours, theirs], to_owner=ray.person, at=NOON)
    ours.refresh_from_db()
    assert ours.owner == rita.person


def test_nothing_is_handed_to_somebody_who_left(rita, max_, company):
    gone = make_person("Gone", company.suzhou, left_on=moment("2026-10-31").date(), sign_in=False)
    with pytest.raises(DomainError) as refusal:
        change_owner(actor=max_, accounts=[enter_account(rita, ACME)], to_owner=gone, at=NOON)
    assert refusal.value.field == "to_owner"


@pytest.mark.django_db(transaction=True)
def test_ownership_events_are_never_rewritten(rita):
    event = enter_account(rita, ACME).ownership_events.get()
    event.reason = "another story"
    with pytest.raises(Exception) as refusal:
        event.save()
    assert isinstance(refusal.value, PostedRowError) or "posted" in str(refusal.value)


def test_managers_grade_and_archive(rita, max_, milo):
    account = enter_account(rita, ACME)
    for service, more in [(set_tier, {"tier": "B"}), (archive_accounts, {})]:
        for other in (rita, milo):
            with pytest.raises(NotAllowed):
                service(actor=other, accounts=[account], at=NOON, **more)
        assert service(actor=max_, accounts=[account], at=NOON, **more) == 1
        assert service(actor=max_, accounts=[account], at=NOON, **more) == 0
    account.refresh_from_db()
    assert (account.tier, account.archived_at, account.version) == ("B", NOON, 3)


def test_a_tier_is_a_letter_or_none(rita, max_):
    with pytest.raises(DomainError) as refusal:
        set_tier(actor=max_, accounts=[enter_account(rita, ACME)], tier="E", at=NOON)
    assert refusal.value.field == "tier"


def test_sets_are_inserted_with_keys_numbers_and_ownership(rita, zoe, company, django_assert_max_num_queries):
    rows = [
        NewAccount(
            name=f"批量{n}有限公司",
            owner_id=(rita if n % 2 else zoe).person.pk,
            external_source="x",
            external_key=str(n),
        )
        for n in range(500)
    ]
    rows.append(NewAccount(name="无主有限公司", number="OLD-1"))
    with django_assert_max_num_queries(40):  # SQLite takes so many parameters a statement, not so many rows
        accounts = insert_accounts(rows=rows, at=NOON)
    assert [account.name for account in accounts] == [row.name for row in rows]
    assert len({account.number for account in accounts}) == 501
    assert accounts[-1].number == "OLD-1"
    events = OwnershipEvent.objects.filter(account__in=[account.pk for account in accounts])
    assert events.count() == 500
    assert set(events.values_list("to_unit", flat=True)) == {company.suzhou.pk, company.shenzhen.pk}
    stored = Account.objects.get(pk=accounts[3].pk)
    assert stored.sort_key.startswith("pi liang")
    assert stored.name_key == "批量3有限公司"
