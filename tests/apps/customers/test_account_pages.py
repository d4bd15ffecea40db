"""The customers' pages: list, filters, bulk actions, one customer, forms, conflicts."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from makers import LONG_AGO, make_account, moment
from makers_customers import ACME, ACME_CODE, NOON, enter_account, enter_contact, fill_accounts, make_places
from tiji.apps.customers.models import Account, Contact, Industry
from tiji.apps.customers.services.accounts import edit_account
from tiji.apps.organization.models import AccessKind
from tiji.apps.organization.services.access import grant_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def signed_in(user, language="en"):
        client.force_login(user)
        client.cookies["tiji_language"] = language
        return client

    return signed_in


def of_the_room(asked):
    """The queries of the page itself: without sign-in, scope and frame, which cost every page the same."""
    sql = [query["sql"] for query in asked]
    return [one for one in sql if any(word in one.split("WHERE")[0] for word in ("customers_", "shared_savedview"))]


def names(response):
    return [line["row"].name for line in response.context["list"].lines]


def listed(client, query=""):
    response = client.get(f"{reverse('accounts')}?{query}")
    assert response.status_code == 200
    return names(response)


def test_everybody_sees_the_customers_of_his_people(rita, ray, max_, zoe, olaf, signed_in):
    for user, name in [(rita, "甲有限公司"), (ray, "乙有限公司"), (zoe, "丙有限公司")]:
        make_account(name, user.person, sort_key=name)
    assert listed(signed_in(rita)) == ["甲有限公司"]
    assert set(listed(signed_in(max_))) == {"甲有限公司", "乙有限公司"}
    assert len(listed(signed_in(olaf))) == 3


def test_a_granted_customer_is_seen_and_not_changed(rita, zoe, signed_in):
    account = enter_account(rita, ACME)
    grant_access(
        actor=None, person=zoe.person, kind=AccessKind.ACCOUNT, object_id=account.pk, on=LONG_AGO, source="test"
    )
    client = signed_in(zoe)
    assert listed(client) == [ACME]
    assert client.get(account.get_absolute_url()).status_code == 200
    assert client.get(reverse("account_edit", args=[account.pk])).status_code == 403


def test_names_sort_by_pinyin(olaf, signed_in):
    for name in ["重庆长江机电有限公司", "安徽皖江铜业有限公司", "无锡锡澄重工有限公司", "Beta Tools Ltd."]:
        enter_account(olaf, name)
    assert listed(signed_in(olaf)) == [
        "安徽皖江铜业有限公司",
        "Beta Tools Ltd.",
        "重庆长江机电有限公司",
        "无锡锡澄重工有限公司",
    ]
    assert listed(signed_in(olaf), "sort=-sort_key")[0] == "无锡锡澄重工有限公司"


@pytest.mark.parametrize(
    "typed",
    [
        "锡澄",
        "澄重工",
        "xczg",
        "xicheng",
        "XiCheng",
        "锡 澄",
        "ＸＣＺＧ",
        "350100M0",
        "KH-2026-000001",
        "0510-8",
        "锡澄重工",
    ],
)
def test_customers_are_found_by_name_pinyin_code_phone_and_number(rita, signed_in, typed):
    enter_account(rita, ACME, credit_code=ACME_CODE, phone="0510-88881234")
    enter_account(rita, "苏州虎丘电子材料有限公司")
    assert listed(signed_in(rita), f"q={typed}") == [ACME]


@pytest.mark.parametrize("typed", ["有限公司", "工", "限公", "公司"])
def test_what_every_name_has_finds_every_name(rita, signed_in, typed):
    for name in [ACME, "昆山精工机械有限公司"]:
        enter_account(rita, name)
    assert len(listed(signed_in(rita), f"q={typed}")) == 2


@pytest.mark.parametrize("typed", ['"', "'", "%", "_", "AND", "*", "锡澄*", '锡"澄', "\\"])
def test_no_typing_breaks_the_search(rita, signed_in, typed):
    enter_account(rita, ACME)
    assert signed_in(rita).get(reverse("accounts"), {"q": typed}).status_code == 200


def test_a_changed_name_is_found_by_the_new_one_only(rita, signed_in):
    account = enter_account(rita, ACME)
    edit_account(actor=rita, account=account, version=1, at=NOON, name="昆山阳澄机电有限公司", short_name="")
    assert listed(signed_in(rita), "q=阳澄机电") == ["昆山阳澄机电有限公司"]
    assert listed(signed_in(rita), "q=锡澄重工") == []


def test_filters_narrow_the_list(rita, ray, max_, olaf, company, signed_in):
    make_places()
    branch = Industry.objects.get(code="C34")
    enter_account(olaf, "甲重工有限公司", owner=rita.person, tier="A", industry=branch, source="展会")
    ray_account = enter_account(olaf, "乙轻工有限公司", owner=ray.person, tier="B")
    Account.objects.filter(pk=ray_account.pk).update(division_id="320214", last_activity_on="2020-01-01")
    free = make_account("无主有限公司", None, created_at=moment("2024-05-05"))
    client = signed_in(olaf)
    cases = {
        f"owner={rita.person.pk}": ["甲重工有限公司"],
        "owner=none": [free.name],
        "tier=A&tier=B": ["甲重工有限公司", "乙轻工有限公司"],
        f"unit={company.suzhou.pk}": ["甲重工有限公司", "乙轻工有限公司"],
        f"unit={company.south.pk}": [],
        f"industry={branch.pk}": ["甲重工有限公司"],
        f"industry={branch.parent_id}": ["甲重工有限公司"],
        "region=32": ["乙轻工有限公司"],
        "region=3202": ["乙轻工有限公司"],
        "region=33": [],
        "source=展会": ["甲重工有限公司"],
        "idle=30": ["甲重工有限公司", "乙轻工有限公司", free.name],
        "created_from=2024-05-05&created_to=2024-05-05": [free.name],
    }
    found = {query: set(listed(client, query)) for query in cases}
    assert found == {query: set(expected) for query, expected in cases.items()}


def test_pages_follow_each_other_without_gap(olaf, rita, signed_in):
    fill_accounts(120, [rita.person.pk])
    client, seen, query = signed_in(olaf), [], ""
    for _page in range(3):
        response = client.get(f"{reverse('accounts')}?{query}")
        seen += names(response)
        cursor = response.context["list"].page.next
        query = f"cursor={cursor}"
    assert cursor is None
    assert seen == sorted(seen)
    assert len(set(seen)) == 120


def test_the_export_holds_what_one_sees(rita, zoe, signed_in):
    enter_account(rita, ACME, source="=HYPERLINK(1)")
    enter_account(zoe, "深圳鹏城科技有限公司")
    response = signed_in(rita).get(reverse("accounts"), {"export": "csv", "columns": ["name", "owner", "source"]})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1:] == [[ACME, "Rita", "'=HYPERLINK(1)"]]


@pytest.mark.parametrize("rows", [3, 90])
def test_the_list_costs_the_same_whatever_it_holds(rows, max_, rita, ray, signed_in):
    make_places()
    made = fill_accounts(rows, [rita.person.pk, ray.person.pk])
    Account.objects.update(industry=Industry.objects.first(), division_id="320214")
    client = signed_in(max_)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(reverse("accounts"))
    assert len(names(response)) == min(50, len(made))
    assert len(of_the_room(asked)) <= 4
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("accounts"), {"owner": rita.person.pk, "tier": "A", "region": "32", "industry": "1"})
    assert len(of_the_room(asked)) <= 7


@pytest.mark.parametrize("contacts", [1, 12])
def test_the_page_of_a_customer_costs_the_same(contacts, max_, rita, signed_in):
    account = enter_account(rita, ACME)
    for number in range(contacts):
        enter_contact(rita, account, f"王{number}")
    client = signed_in(max_)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(account.get_absolute_url()).content.decode()
    assert len(of_the_room(asked)) <= 3
    assert ACME in page
    assert "王0" in page


def test_what_one_may_not_see_does_not_exist(rita, zoe, signed_in):
    account = enter_account(rita, ACME)
    client = signed_in(zoe)
    for name in ("account", "account_edit"):
        assert client.get(reverse(name, args=[account.pk])).status_code == 404
    assert client.get(reverse("contact_new", args=[account.pk])).status_code == 404


def test_a_customer_is_entered_in_the_form(rita, signed_in):
    make_places()
    sent = {"name": "无锡锡澄重工(有限公司)", "division": ["32", "3202", "320214"], "credit_code": ACME_CODE.lower()}
    response = signed_in(rita).post(reverse("account_new"), sent)
    made = Account.objects.get()
    assert response.headers["Location"] == made.get_absolute_url()
    assert (made.name, made.division_id, made.owner) == ("无锡锡澄重工（有限公司）", "320214", rita.person)


def test_a_new_province_drops_the_old_city(rita, signed_in):
    make_places()
    signed_in(rita).post(reverse("account_new"), {"name": ACME, "division": ["33", "3202", "320214"]})
    assert Account.objects.get().division_id == "33"


def test_a_refusal_stands_at_its_field(rita, signed_in):
    enter_account(rita, ACME)
    response = signed_in(rita).post(reverse("account_new"), {"name": ACME, "credit_code": "123"})
    assert response.status_code == 422
    assert "has 18 characters" in response.context["form"].errors["credit_code"][0]
    response = signed_in(rita).post(reverse("account_new"), {"name": ACME})
    assert "looked after by Rita" in response.context["form"].errors["name"][0]


def test_a_similar_name_is_a_warning_and_masked_for_strangers(rita, zoe, signed_in):
    enter_account(rita, ACME)
    page = signed_in(rita).get(reverse("account_similar"), {"name": "锡澄重工集团"}).content.decode()
    assert ACME in page
    page = signed_in(zoe).get(reverse("account_similar"), {"name": "锡澄重工集团"}).content.decode()
    assert ACME not in page
    assert "无锡***公司" in page
    page = signed_in(zoe).get(reverse("account_similar"), {"name": "杭州西湖旅游"}).content.decode()
    assert "***" not in page


def test_two_editors_get_both_versions(rita, signed_in):
    account = enter_account(rita, ACME, phone="old")
    edit_account(actor=rita, account=account, version=1, at=NOON, phone="theirs")
    client, url = signed_in(rita), reverse("account_edit", args=[account.pk])
    response = client.post(url, {"name": ACME, "short_name": "锡澄重工", "phone": "mine", "version": "1"})
    assert response.status_code == 409
    assert response.context["differences"] == [("Phone", "theirs", "mine")]
    page = response.content.decode()
    assert "theirs" in page
    assert 'value="mine"' in page
    response = client.post(url, {"name": ACME, "short_name": "锡澄重工", "phone": "mine", "version": "2"})
    assert response.status_code == 302
    account.refresh_from_db()
    assert account.phone == "mine"


def test_selected_customers_are_handed_over(max_, rita, ray, signed_in):
    accounts = [enter_account(rita, name) for name in ["甲有限公司", "乙有限公司", "丙有限公司"]]
    url, ids = reverse("accounts_reassign"), [account.pk for account in accounts[:2]]
    client = signed_in(max_)
    assert "2 customers" in client.get(url, {"ids": ids}, HTTP_HX_REQUEST="true").content.decode()
    client.post(url, {"ids": ids, "to_owner": ray.person.pk, "reason": "分工"})
    assert [Account.objects.get(pk=account.pk).owner for account in accounts] == [ray.person, ray.person, rita.person]


def test_all_that_match_are_graded(max_, rita, ray, signed_in):
    fill_accounts(60, [rita.person.pk, ray.person.pk])
    client = signed_in(max_)
    client.post(reverse("accounts_tier"), {"all": "1", "filters": f"owner={rita.person.pk}", "tier": "B"})
    assert Account.objects.filter(tier="B").count() == 30
    assert set(Account.objects.filter(tier="B").values_list("owner", flat=True)) == {rita.person.pk}


def test_a_rep_has_no_bulk_actions(rita, signed_in):
    account = enter_account(rita, ACME)
    client = signed_in(rita)
    assert client.get(reverse("accounts")).context["list"].bulk_actions == []
    for name in ("accounts_reassign", "accounts_tier", "accounts_archive"):
        assert client.post(reverse(name), {"ids": [account.pk]}).status_code == 403


def test_archived_customers_leave_the_list_and_come_back(max_, rita, signed_in):
    account = enter_account(rita, ACME)
    client = signed_in(max_)
    client.post(reverse("accounts_archive"), {"ids": [account.pk], "reason": "停业"})
    assert listed(client) == []
    assert "Archived" in client.get(account.get_absolute_url()).content.decode()
    client.post(reverse("account_restore", args=[account.pk]))
    assert listed(client) == [ACME]


def test_the_tier_strip_counts_what_one_sees(max_, rita, zoe, signed_in):
    for name, tier, owner in [
        ("甲公司", "A", rita),
        ("乙公司", "A", rita),
        ("丙公司", "B", rita),
        ("丁公司", "A", zoe),
    ]:
        make_account(name, owner.person, tier=tier)
    response = signed_in(max_).get(reverse("account_tiers"))
    assert [(one.tier, one.count) for one in response.context["tiers"]] == [("A", 2), ("B", 1), ("C", 0), ("D", 0)]


def test_contacts_are_entered_edited_and_archived(rita, signed_in):
    account = enter_account(rita, ACME)
    client = signed_in(rita)
    client.post(reverse("contact_new", args=[account.pk]), {"name": "王建国", "role": "decider", "phone": "138"})
    contact = Contact.objects.get()
    assert (contact.is_primary, contact.role) == (True, "decider")
    page = client.get(reverse("contacts"), {"q": "wjg"}).content.decode()
    assert "王建国" in page
    sent = {"name": "王建华", "is_primary": "on", "version": "1"}
    assert client.post(reverse("contact_edit", args=[contact.pk]), sent).status_code == 302
    assert client.post(reverse("contact_edit", args=[contact.pk]), sent).status_code == 409
    client.post(reverse("contact_archive", args=[contact.pk]), {})
    assert "王建华" not in client.get(account.get_absolute_url()).content.decode()


def test_an_empty_room_says_what_belongs_there(rita, signed_in):
    assert "No customers yet" in signed_in(rita).get(reverse("accounts")).content.decode()


def test_the_cascade_offers_the_next_level(rita, signed_in):
    make_places()
    client = signed_in(rita)
    page = client.get(reverse("division_choice"), {"division": ["32", ""]}).content.decode()
    assert "无锡市" in page
    assert "江阴市" not in page
    page = client.get(reverse("division_choice"), {"division": ["32", "3202"]}).content.decode()
    assert "江阴市" in page


def test_late_filters_offer_their_choices(max_, rita, company, signed_in):
    make_places()
    enter_account(rita, ACME, source="展会")
    client = signed_in(max_)
    expected = {"owner": "Rita", "unit": "苏州组", "industry": "Manufacturing", "region": "江苏省", "source": "展会"}
    for key, text in expected.items():
        assert text in client.get(reverse("accounts"), {"_filter": key}).content.decode()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("region=32", "32"),
        ("region=32&region=3205", "3205"),
        ("region=32&region=3205&region=320506", "320506"),
        ("region=33&region=3205&region=320506", "33"),  # another province was chosen: the old city does not count
        ("region=DE", "DE"),
        ("region=32;--", None),
        ("region=", None),
    ],
)
def test_a_region_is_as_deep_as_it_was_chosen(query, code):
    from django.http import QueryDict

    from tiji.apps.customers.pages.lists import REGION

    assert REGION.read(QueryDict(query)) == code


def test_the_region_filter_offers_what_lies_in_the_chosen_one(client, rita):
    from tiji.apps.customers.services.divisions import load_divisions

    load_divisions()
    client.force_login(rita)
    text = client.get(reverse("accounts"), {"_filter": "region", "region": "3205"}).content.decode()
    assert text.count("<select") == 3
    assert '<option value="3205" selected' in text
    inside = make_account("昆山", rita.person, division_id="320583")
    make_account("无锡", rita.person, division_id="320211")
    page = client.get(reverse("accounts"), {"region": ["32", "3205"]}).content.decode()
    assert inside.get_absolute_url() in page
    assert "无锡" not in page.split("<tbody")[1]


def test_the_changes_of_a_customer_are_told_in_words(client, rita, max_, ray):
    from makers import moment
    from tiji.apps.customers.services.accounts import create_account, edit_account
    from tiji.apps.customers.services.ownership import change_owner

    made = create_account(actor=rita, at=moment("2026-11-01"), name="无锡锡澄重工有限公司")
    made = edit_account(actor=rita, account=made, version=made.version, at=moment("2026-11-02"), phone="0510-8888")
    change_owner(actor=max_, accounts=[made], to_owner=ray.person, at=moment("2026-11-03"), reason="片区调整")
    client.force_login(max_)
    text = client.get(reverse("account_changes", args=[made.pk])).content.decode()
    for word in ("电话", "0510-8888", "负责人", "Ray", "片区调整"):
        assert word in text
    assert "account.edit" not in text
