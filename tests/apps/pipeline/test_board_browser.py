"""The board in a real browser: drag by mouse, by keyboard, a refused drop, and no barrier."""

import pytest

from makers import make_account
from makers_pipeline import make_opportunity, reason
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


def let_go_over(page, deal, zone):
    """The card is dragged onto one of the places that close it."""
    start = page.locator(f'[data-deal="{deal.pk}"]').bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 34)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 44, steps=5)
    for _ in range(3):  # the lane that it passes makes room, so that the bar below moves
        end = page.locator(f'[data-zone="{zone}"]').bounding_box()
        page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.locator(f'[data-zone="{zone}"].over').wait_for()
    page.mouse.up()


def say_why(page, how):
    if how == "move":
        page.locator("#dialog [name=stage]").select_option(label="需求锁定 · 40%")
        page.locator("#dialog [name=reason]").fill("客户直接锁定需求")
    if how == "lose":
        page.locator("#dialog [name=close_reason]").select_option(label=str(reason("lost-timing").label))
    if how == "pause":
        page.locator("#dialog [name=resume_on]").fill("2099-01-04")
    page.locator("#dialog button[type=submit]").click()


@pytest.mark.parametrize(
    ("how", "width", "key"),
    [("lose", 1440, True), ("win", 1440, False), ("pause", 1440, False), ("move", 390, True)],
)
def test_what_a_dialog_did_is_taken_back_from_its_message(open_page, accessible, rita, deal, how, width, key):
    page = open_page("/opportunities/board/", user=rita, width=width)
    if width == 390:
        page.locator("[data-lane-pick]", has_text="立项").click()
    if how == "move":
        page.locator(f'[data-deal="{deal.pk}"] .mv').click()
    else:
        let_go_over(page, deal, how)
    page.locator("#dialog form").wait_for()
    if how == "win":
        page.locator("#dialog [name=note]").fill("跳过，已签意向")
    say_why(page, how)
    undo = page.locator("#toasts button", has_text="撤销")
    undo.wait_for()
    accessible(page)
    assert StageEvent.objects.filter(opportunity=deal).count() == 2
    if key:
        page.keyboard.press("Control+z")
    else:
        undo.click()
    page.locator("#toasts", has_text="回到「立项」").wait_for()
    lane(page, "立项").locator(f'[data-deal="{deal.pk}"]').wait_for()
    assert page.evaluate("document.activeElement.dataset.deal") == str(deal.pk)
    assert page.locator("#toasts button", has_text="撤销").count() == 0
    back = StageEvent.objects.filter(opportunity=deal).order_by("pk").last()
    assert (back.to_stage.code, back.to_status, back.reason) == ("project", "open", "撤销")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_loss_is_taken_back_on_the_page_of_the_opportunity(open_page, rita, deal, width):
    page = open_page(f"/opportunities/{deal.pk}/", user=rita, width=width)
    page.locator('[popovertarget="deal-menu"]').click()
    page.locator("#deal-menu [role=menuitem]", has_text="输单").click()
    page.locator("#dialog form").wait_for()
    say_why(page, "lose")
    page.locator("#toasts button", has_text="撤销").click()
    page.locator("#toasts", has_text="回到「立项」").wait_for()
    assert (stage_of(deal), Opportunity.objects.get(pk=deal.pk).status) == ("project", "open")


def test_what_changed_after_the_dialog_is_not_taken_back(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita)
    let_go_over(page, deal, "lose")
    page.locator("#dialog form").wait_for()
    say_why(page, "lose")
    undo = page.locator("#toasts button", has_text="撤销")
    undo.wait_for()
    Opportunity.objects.filter(pk=deal.pk).update(version=9)
    undo.click()
    page.locator("#toasts .toast.bad", has_text="未撤销").wait_for()
    assert Opportunity.objects.get(pk=deal.pk).status == "lost"
    open_page.complaints[:] = [text for text in open_page.complaints if "409" not in text]


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
