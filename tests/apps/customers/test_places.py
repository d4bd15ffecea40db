"""Divisions and industries: what is loaded, how it is named, and that loading again changes nothing."""

import pytest

from tiji.apps.customers.models import Division, Industry
from tiji.apps.customers.selectors.divisions import division_choice, divisions, find_divisions, in_division
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.customers.services.industries import found_industries

pytestmark = pytest.mark.django_db


def test_divisions_are_loaded_once_and_named_in_full():
    count = load_divisions()
    assert Division.objects.count() == count
    names = dict(Division.objects.values_list("code", "full_name"))
    expected = {
        "11": "北京市",
        "1101": "北京市",
        "110105": "北京市朝阳区",
        "3202": "江苏省无锡市",
        "320281": "江苏省无锡市江阴市",
        "441900": "广东省东莞市",
        "500229": "重庆市城口县",
        "419001": "河南省济源市",
        "81": "香港特别行政区",
        "82": "澳门特别行政区",
        "71": "台湾省",
        "US": "美国",
    }
    assert {code: names[code] for code in expected} == expected
    assert Division.objects.get(code="1101").name == "北京市"
    assert not Division.objects.filter(full_name__contains="市辖区").exists()
    assert not Division.objects.filter(full_name__contains="直辖").exists()
    assert Division.objects.get(code="320281").parent_id == "3202"
    assert load_divisions() == count == Division.objects.count()


def test_divisions_are_found_by_prefix_name_and_pinyin():
    load_divisions()
    assert set(Division.objects.filter(in_division("3202", "code")).values_list("parent_id", flat=True)) == {
        "32",
        "3202",
    }
    assert find_divisions("wuxi")[0].code == "3202"
    assert find_divisions("jys")[0].full_name
    assert divisions(under="").filter(code="32").exists()
    assert {row.code[:4] for row in divisions(under="3202")} == {"3202"}


def test_the_cascade_costs_one_query(django_assert_num_queries):
    load_divisions()
    with django_assert_num_queries(1):
        choice = division_choice("320281")
    assert choice.chosen == ("32", "3202", "320281")
    assert {row.parent_id for row in choice.counties} == {"3202"}


def test_industries_have_two_levels_and_stay_as_the_company_made_them():
    assert found_industries() == Industry.objects.count()
    Industry.objects.filter(code="C34").update(name="机床")
    assert found_industries() == 0
    branch = Industry.objects.select_related("parent").get(code="C34")
    assert (branch.name, branch.parent.code, branch.parent.name) == ("机床", "C", "制造业")
    assert set(Industry.objects.filter(parent__isnull=True).values_list("code", flat=True)) == set(
        "ABCDEFGHIJKLMNOPQRST"
    )
