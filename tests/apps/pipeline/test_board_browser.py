"""The board in a real browser: drag by mouse, by keyboard, a refused drop, and no barrier."""

import pytest

from makers import make_account
from makers_pipeline import make_opportunity
from tiji.apps.pipeline.models import Opportunity, StageEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(rita):
    account = make_account("澄湖精密", rita.person, short_name="澄湖")
    return make_opportunity(rita, stage_code="project", account=account, amount="4120000", expected_on="2026-12-12")


def lane(page, name):
    return page.locator(f'[data-lane][data-name="{name}"]')


def stage_of(deal):
    return Opportunity.objects.get(pk=deal.pk).stage.code


def test_a_card_is_dragged_to_the_next_lane(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    card = page.locator(f'[data-deal="{deal.pk}"]')
    start, end = card.bounding_box(), lane(page, "接触").locator("[data-cards]").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 34)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 44, steps=5)
    page.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    page.mouse.up()
    lane(page, "接触").locator(f'[data-deal="{deal.pk}"][data-version="2"]').wait_for()
    assert stage_of(deal) == "contact"


def test_a_card_is_moved_by_keyboard_and_said(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    page.locator(f'[data-deal="{deal.pk}"]').focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.locator("#live", has_text="接触").wait_for(state="attached")
    page.keyboard.press("Enter")
    page.locator("#toasts", has_text="已移到").wait_for()
    assert stage_of(deal) == "contact"


@pytest.mark.parametrize("how", ["click", "keys"])
def test_a_move_is_taken_back_from_its_message(open_page, accessible, rita, deal, how):
    page = open_page("/opportunities/board/", user=rita)
    page.locator(f'[data-deal="{deal.pk}"]').focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    undo = page.locator("#toasts [role=status], #toasts[role=status]").locator("button", has_text="撤销")
    undo.wait_for()
    lane(page, "接触").locator(f'[data-deal="{deal.pk}"]').wait_for()
    accessible(page)
    if how == "click":
        undo.focus()
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Control+z")
    page.locator("#live", has_text="已退回").wait_for(state="attached")
    back = lane(page, "立项").locator(f'[data-deal="{deal.pk}"]')
    back.wait_for()
    assert page.evaluate("document.activeElement.dataset.deal") == str(deal.pk)
    assert page.locator("#toasts button", has_text="撤销").count() == 0
    steps = StageEvent.objects.filter(opportunity=deal).order_by("pk").values_list("cause", "to_stage__code", "reason")
    assert list(steps)[-2:] == [("moved", "contact", ""), ("returned", "project", "在看板上撤销")]


def test_what_changed_in_between_is_not_taken_back(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    page.locator(f'[data-deal="{deal.pk}"]').focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    undo = page.locator("#toasts button", has_text="撤销")
    undo.wait_for()
    lane(page, "接触").locator(f'[data-deal="{deal.pk}"]').wait_for()
    Opportunity.objects.filter(pk=deal.pk).update(version=9)
    undo.click()
    page.locator("#toasts .toast.bad").wait_for()
    assert stage_of(deal) == "contact"
    open_page.complaints[:] = [text for text in open_page.complaints if "409" not in text]


def test_escape_puts_a_lifted_card_back(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    page.locator(f'[data-deal="{deal.pk}"]').focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    assert lane(page, "立项").locator(f'[data-deal="{deal.pk}"]').count() == 1
    assert stage_of(deal) == "project"


def test_a_refused_drop_returns_and_asks_for_the_reason(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    page.locator(f'[data-deal="{deal.pk}"]').focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator("#dialog [name=reason]").wait_for()
    assert lane(page, "立项").locator(f'[data-deal="{deal.pk}"]').count() == 1
    page.locator("#dialog [name=reason]").fill("客户直接锁定需求")
    page.locator("#dialog button[type=submit]").click()
    lane(page, "需求锁定").locator(f'[data-deal="{deal.pk}"]').wait_for()
    assert stage_of(deal) == "needs"
    open_page.complaints[:] = [text for text in open_page.complaints if "422" not in text]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_board_and_deal_are_accessible(open_page, accessible, rita, deal, theme):
    accessible(open_page("/opportunities/board/", user=rita, theme=theme))
    accessible(open_page(f"/opportunities/{deal.pk}/", user=rita, theme=theme))
