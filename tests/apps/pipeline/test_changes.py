"""What was changed, as people read it; and what a default subject is called."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from makers import make_account, make_company, make_product
from makers_pipeline import make_opportunity, make_visit, move
from tiji.apps.pipeline.models import Rival
from tiji.apps.pipeline.pages.changes import deal_changes
from tiji.apps.pipeline.services.lines import Line
from tiji.apps.pipeline.services.opportunities import change_owner, edit_opportunity


@pytest.fixture
def acme(rita):
    return make_account("苏州澄湖精密制造有限公司", rita.person, short_name="澄湖精密")


@pytest.fixture
def deal(rita, acme):
    return make_opportunity(rita, stage_code="project", account=acme, amount="1000", expected_on="2025-12-12")


def said(deal, language="zh-hans"):
    """The latest deed: (label, before, after) of each change."""
    with override(language):
        found = deal_changes(deal, 10)[0]
    return {one.label: (one.before, one.after) for one in found.changes}


def test_fields_have_their_labels_and_values_their_names(rita, deal):
    other = make_account("湖州南泽科技有限公司", rita.person, short_name="南泽科技")
    rival = Rival.objects.create(name="海拓", name_en="Haituo")
    edit_opportunity(
        actor=rita, opportunity=deal, expected_version=1, account=other, amount=Decimal("1234567.5"), rival=rival,
        forecast_category="commit", expected_on=date(2025, 12, 20),
    )  # fmt: skip
    assert said(deal) == {
        "客户": ("澄湖精密", "南泽科技"),
        "金额": ("¥1,000", "¥1,234,567.50"),
        "主要对手": ("—", "海拓"),
        "预测类别": ("—", "承诺"),
        "预计签约": ("2025-12-12", "2025-12-20"),
        "延期次数": ("0", "1"),
    }
    assert said(deal, "en")["Main competitor"] == ("—", "Haituo")
    assert said(deal, "en")["Forecast category"] == ("—", "Commit")


def test_lines_are_told_in_words(rita, deal):
    product = make_product("EC-40", name="边缘控制器")
    line = Line(product, Decimal(3), Decimal(80000), Decimal("0.05"))
    edit_opportunity(actor=rita, opportunity=deal, expected_version=1, lines=[line])
    assert said(deal)["产品"] == ("—", "边缘控制器 × 3 = ¥228,000 (−5.0%)")


def test_steps_and_owners_by_name(rita, max_, ray, deal):
    move(rita, deal, "contact")
    assert said(deal)["阶段"] == ("立项", "接触")
    change_owner(actor=max_, opportunities=[deal], to_owner=ray.person, on=date(2026, 11, 18))
    assert said(deal)["负责人"] == ("Rita", "Ray")


def test_the_tab_shows_no_field_of_the_program(client, rita, deal):
    client.force_login(rita)
    text = client.get(reverse("opportunity_changes", args=[deal.pk])).content.decode()
    assert "¥1,000" in text
    for raw in ("account_id", "expected_on", "forecast_category", "opportunity.create"):
        assert raw not in text


@pytest.mark.parametrize(
    ("own", "companys", "kind"), [("", "zh-hans", "拜访"), ("en", "zh-hans", "Visit"), ("", "en", "Visit")]
)
def test_a_default_subject_is_in_his_language_else_the_companys(rita, deal, own, companys, kind):
    make_company(language=companys)
    rita.language = own
    rita.save()
    with override("zh-hans" if kind == "Visit" else "en"):
        visit = make_visit(rita, opportunity=deal)
    assert visit.subject == f"{kind} · {deal.name}"
