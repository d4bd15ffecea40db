"""Lists, counts, exports and the API show the same rows, also when somebody or something moved or was shared."""

import pytest
from django.utils import timezone

from makers import LONG_AGO, make_account, make_person, make_product
from makers_pipeline import make_opportunity, make_processes
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Role, User
from tiji.apps.organization.selectors.scope import forget_scope
from tiji.apps.organization.services.access import grant_access
from tiji.apps.organization.services.assignments import move_person
from tiji.apps.organization.services.units import move_unit
from tiji.apps.pipeline.models import Opportunity, OpportunityLine
from visibility.same_rows import assert_same_rows


@pytest.fixture
def deals(company, rita, ray, zoe):
    """One account and one deal each for Rita, Ray and Zoe."""
    make_processes()
    found = {}
    for user in (rita, ray, zoe):
        account = make_account(f"{user.name} 客户", user.person)
        found[user.name] = make_opportunity(user, f"{user.name} 商机", account=account)
    return found


def sees(user: User, deals: dict[str, Opportunity], *names: str) -> None:
    """The user sees exactly the deals of these people, and their accounts, behind every door."""
    forget_scope(user)
    keys = {deals[name].pk for name in names}
    assert_same_rows(user, Opportunity, list_name="opportunities", api_path="/opportunities", expected=keys)


def sees_accounts(user: User, deals: dict[str, Opportunity], *names: str) -> None:
    forget_scope(user)
    keys = {deals[name].account_id for name in names}
    assert_same_rows(user, Account, list_name="accounts", api_path="/accounts", expected=keys)


def test_everybody_sees_the_same_rows_behind_every_door(deals, rita, max_, erin, milo, dora, petra):
    for user, names in (
        (rita, ["Rita"]),
        (max_, ["Rita", "Ray"]),
        (erin, ["Rita", "Ray"]),
        (milo, ["Zoe"]),
        (petra, []),
    ):
        sees(user, deals, *names)
        sees_accounts(user, deals, *names)
    sees(dora, deals, "Rita", "Ray", "Zoe")


def test_a_role_over_the_top_unit_opens_the_lists_also_to_nobodys_colleague(deals, dirk):
    assert dirk.person_id is None
    sees(dirk, deals, *deals)
    sees_accounts(dirk, deals, *deals)


def test_the_rows_of_a_rep_who_moved_follow_him(deals, company, hanna, rita, max_, milo):
    move_person(actor=hanna, person=rita.person, on=timezone.localdate(), unit=company.shenzhen)
    sees(max_, deals, "Ray")
    sees(milo, deals, "Rita", "Zoe")
    sees_accounts(max_, deals, "Ray")
    sees_accounts(milo, deals, "Rita", "Zoe")


def test_the_rows_of_a_unit_that_moved_are_seen_from_its_new_place(deals, company, adam, erin, max_):
    mona = make_person("Mona", company.south, Role.MANAGER).user
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=timezone.localdate())
    sees(erin, deals)
    sees(max_, deals, "Rita", "Ray")
    sees(mona, deals, "Rita", "Ray", "Zoe")


def test_a_deal_shared_by_two_is_seen_by_both(deals, rita, zoe, milo):
    values = {"kind": AccessKind.OPPORTUNITY, "object_id": deals["Rita"].pk, "on": LONG_AGO, "source": "share"}
    grant_access(actor=rita, person=zoe.person, **values)
    sees(zoe, deals, "Rita", "Zoe")
    sees(rita, deals, "Rita")
    sees(milo, deals, "Zoe")


def test_a_product_manager_sees_the_deals_with_his_line(deals, petra):
    product = make_product("EC-100")
    OpportunityLine.objects.create(
        opportunity=deals["Zoe"], product=product, quantity="1", unit_price="100", amount="100", position=0
    )
    sees(petra, deals)
    values = {"kind": AccessKind.PRODUCT_LINE, "object_id": product.line_id, "on": LONG_AGO, "source": "lines"}
    grant_access(actor=None, person=petra.person, **values)
    sees(petra, deals, "Zoe")
