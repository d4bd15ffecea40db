"""A list page: filters from the URL, order, keyset pages, selection, and exports of what one sees."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from python_calamine import CalamineWorkbook

from tiji.shared.models import SavedView
from tiji.ui.export import csv_cell, safe
from tiji.ui.filters import AmountRange, Choice, Contains, DateRange, Multi, Search
from tiji.ui.lists import Bulk, Column, ListPage, View, same_query

pytestmark = pytest.mark.django_db


class Views(ListPage):
    name, title = "views", "Views"
    default_sort = "name"
    page_size = 2
    columns = (
        Column("name", "Name", sort="name"),
        Column("position", "Position", show="num", sort="position"),
        Column("query", "Query", shown=False),
    )
    filters = (
        Search(label="Name", field="name"),
        Multi(key="shared", label="Shared", options=[("True", "yes"), ("False", "no")]),
        Contains(key="query", label="Query"),
        AmountRange(key="position", label="Position"),
    )
    views = (View("all", "All"), View("shared", "Shared", "shared=True"))
    actions = (Bulk("go", "Go", "components"), Bulk("no", "No", "components", allowed=lambda user: False))

    def rows(self):
        return SavedView.objects.visible_to(self.request.user)


@pytest.fixture
def five(rita):
    names = ["alpha", "beta", "gamma", "delta", "=SUM(A1)"]
    for at, name in enumerate(names):
        SavedView.objects.create(owner=rita, list_key="x", name=name, position=at, shared=at % 2 == 0)
    return rita


def page(rf, user, query="", method="get"):
    request = getattr(rf, method)("/list/" + (f"?{query}" if query and method == "get" else ""), QueryDict(query))
    request.user = user
    return Views(request)


def names(found):
    return [row.name for row in found.page.rows]


def test_pages_go_forth_and_back_without_losing_a_row(rf, five):
    first = page(rf, five)
    assert names(first) == ["=SUM(A1)", "alpha"]
    second = page(rf, five, f"cursor={first.page.next}")
    assert names(second) == ["beta", "delta"]
    assert names(page(rf, five, f"cursor={second.page.previous}")) == names(first)


def test_an_order_the_list_does_not_offer_is_ignored(rf, five):
    assert names(page(rf, five, "sort=-position")) == ["=SUM(A1)", "delta"]
    assert page(rf, five, "sort=owner__password").sort == "name"


def test_filters_narrow_and_say_their_value(rf, five):
    found = page(rf, five, "shared=False")
    assert names(found) == ["beta", "delta"]
    chip = next(chip for chip in found.chips if chip["filter"].key == "shared")
    assert (chip["on"], chip["text"]) == (True, "no")
    assert names(page(rf, five, "position_from=1&position_to=2")) == ["beta", "gamma"]
    assert names(page(rf, five, "q=ELT")) == ["delta"]


def test_an_unreadable_filter_is_off_and_an_unknown_choice_finds_nothing(rf, five):
    assert page(rf, five, "position_from=abc").active == []
    assert names(page(rf, five, "shared=perhaps")) == []


def test_removing_a_filter_keeps_the_others_and_leaves_the_page(rf, five):
    found = page(rf, five, "shared=True&q=a&cursor=zzz")
    chip = next(chip for chip in found.chips if chip["filter"].key == "shared")
    assert chip["remove"] == "/list/?q=a"


def test_the_selection_is_what_is_ticked_among_what_one_sees(rf, five, zoe):
    mine = SavedView.objects.get(name="beta")
    assert list(page(rf, five, f"ids={mine.pk}", "post").selected()) == [mine]
    assert list(page(rf, zoe, f"ids={mine.pk}", "post").selected()) == []


def test_all_that_match_are_selected_through_their_filters(rf, five):
    found = page(rf, five, "all=1&filters=shared%3DFalse", "post")
    assert sorted(row.name for row in found.selected()) == ["beta", "delta"]
    assert found.selection_inputs() == [("all", "1"), ("filters", "shared=False")]


def test_only_allowed_actions_are_offered(rf, five):
    assert [action["key"] for action in page(rf, five).bulk_actions] == ["go"]


def test_the_current_view_is_the_one_with_the_same_query(rf, five):
    assert [tab["key"] for tab in page(rf, five, "shared=True").tabs if tab["on"]] == ["shared"]
    assert same_query("a=1&b=2&b=3", "b=3&a=1&b=2&c=")


def test_csv_is_what_one_sees_and_no_cell_becomes_a_formula(rf, five):
    response = page(rf, five, "export=csv&q=a&sort=name").response()
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["Name,Position", "'=SUM(A1),4", "alpha,0", "beta,1", "delta,3", "gamma,2"]


def test_excel_keeps_numbers_as_numbers(rf, five):
    response = page(rf, five, "export=xlsx&columns=name&columns=position&shared=False").response()
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    assert book.get_sheet_by_index(0).to_python() == [["Name", "Position"], ["beta", 1.0], ["delta", 3.0]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_text_that_starts_a_formula_is_quoted(text):
    assert safe(text) == f"'{text}"


def test_amounts_and_dates_of_an_export_are_plain():
    cells = [csv_cell(value) for value in (Decimal("-1200.50"), date(2026, 11, 18), None, 7)]
    assert cells == ["-1200.50", "2026-11-18", "", "7"]


def test_a_range_reads_amounts_and_dates_as_typed():
    amounts = AmountRange(key="amount", label="Amount").read(QueryDict("amount_from=1.2万"))
    assert amounts == (Decimal(12_000), None)
    days = DateRange(key="on", label="On", moment=True)
    assert days.lookup((date(2026, 1, 1), None)) == {"on__date__gte": date(2026, 1, 1)}


def test_options_may_come_from_the_request(rf, five):
    one = Choice(key="owner", label="Owner", options=lambda request: [(request.user.pk, "me")])
    found = page(rf, five)
    assert one.text(str(five.pk), found.request) == "me"


def test_a_list_answers_with_few_queries(client, five, django_assert_max_num_queries):
    client.force_login(five)
    client.get("/components/")
    with django_assert_max_num_queries(10):
        assert client.get("/components/").status_code == 200


class Opened(Views):
    opens_with = "shared"


def opened(rf, user, query=""):
    request = rf.get("/list/" + (f"?{query}" if query else ""))
    request.user = user
    return Opened(request)


def test_the_bare_address_shows_the_view_that_the_list_opens_with(rf, five):
    found = opened(rf, five)
    assert names(found) == names(page(rf, five, "shared=True"))
    assert [tab["on"] for tab in found.tabs] == [False, True]
    assert found.query == "shared=True"


def test_the_others_are_one_click_away(rf, five):
    everything = opened(rf, five).tabs[0]["url"]
    assert everything == "/list/?view=all"
    found = opened(rf, five, "view=all")
    assert found.count.number == 5
    assert [tab["on"] for tab in found.tabs] == [True, False]
    assert opened(rf, five, "q=alpha").count.number == 1, "a filter is not narrowed by the view nobody asked for"


def test_taking_the_views_filter_away_shows_all(rf, five):
    found = opened(rf, five)
    chip = next(chip for chip in found.chips if chip["filter"].key == "shared")
    assert chip["remove"] == found.unfiltered == "/list/?view=all"
    assert ("view", "all") in found.kept(["shared"])
    assert opened(rf, five, "view=all&shared=False").query == "shared=False"


def test_a_list_without_any_rows_says_what_belongs_there(rf, rita):
    assert not opened(rf, rita).hides_rows
    assert opened(rf, rita, "q=nothing").hides_rows
    SavedView.objects.create(owner=rita, list_key="x", name="one", shared=False)
    assert opened(rf, rita).hides_rows
