"""The planning grid worked with the keyboard: ranges, fills, pastes, panels; and every page and dialog checked."""

from decimal import Decimal

import pytest
from django.urls import reverse

from browser import wait_until
from makers import make_account, moment
from makers_commerce import make_signed_contract
from makers_pipeline import make_opportunity
from makers_targets import kept, key_of, make_active_plan, make_plan, type_in
from tiji.apps.targets.services.plans import start_target_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def draft(company, olaf, rita, ray):
    """1,200,000 for Suzhou, 600,000 and 400,000 typed below: 200,000 short."""
    version = make_plan(olaf)
    type_in(olaf, version, (company.suzhou, "2026", "1200000"), (rita, "2026", "600000"), (ray, "2026", "400000"))
    return version


def cell_of(page, thing, period):
    return page.locator(f"#row-{key_of(thing)} [data-p='{period}']")


def acts(page, kind, press):
    with page.expect_response(f"**/{kind}/**"):
        press()
    page.wait_for_selector("tr.flash")


def test_a_range_is_filled_and_taken_back_with_the_keyboard(open_page, draft, olaf, rita, ray):
    page = open_page("/targets/?level=person&kind=existing", user=olaf)
    cell_of(page, ray, "2026-M11").focus()
    page.keyboard.type("7")
    acts(page, "cells", lambda: page.keyboard.press("Enter"))
    cell_of(page, ray, "2026-M11").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("td.sel").count() == 2
    acts(page, "cells", lambda: page.keyboard.press("Control+r"))
    wait_until(page, lambda: kept(draft, ray, "2026-M12") == 70_000)
    cell_of(page, ray, "2026-M11").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    acts(page, "cells", lambda: page.keyboard.press("Control+d"))
    wait_until(page, lambda: kept(draft, rita, "2026-M12") == 70_000)
    assert kept(draft, rita, "2026-M11") == 70_000
    assert draft.edits.first().action == "fill"
    acts(page, "undo", lambda: page.keyboard.press("Control+z"))
    wait_until(page, lambda: kept(draft, rita, "2026-M12") != 70_000)
    assert kept(draft, ray, "2026-M12") == 70_000, "one undo takes one fill back"
    assert kept(draft, rita, "2026") == 600_000


def test_a_block_is_copied_and_pasted_as_one_act(open_page, draft, olaf, rita, ray):
    page = open_page("/targets/?level=person&kind=existing", user=olaf)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for period, amount in (("2026-M11", "3"), ("2026-M12", "4.5")):
        cell_of(page, rita, period).focus()
        page.keyboard.type(amount)
        acts(page, "cells", lambda: page.keyboard.press("Enter"))
    cell_of(page, rita, "2026-M11").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+c")
    cell_of(page, ray, "2026-M11").focus()
    acts(page, "cells", lambda: page.keyboard.press("Control+v"))
    wait_until(page, lambda: kept(draft, ray, "2026-M12") == 45_000)
    assert kept(draft, ray, "2026-M11") == 30_000
    assert draft.edits.first().action == "paste"


def test_the_handle_fills_what_it_is_dragged_over(open_page, draft, olaf, rita, ray):
    page = open_page("/targets/?level=person&kind=existing", user=olaf)
    cell_of(page, rita, "2026-M10").focus()
    page.keyboard.type("2")
    acts(page, "cells", lambda: page.keyboard.press("Enter"))
    cell_of(page, rita, "2026-M10").focus()
    start, end = cell_of(page, rita, "2026-M10").bounding_box(), cell_of(page, rita, "2026-M12").bounding_box()
    page.mouse.move(start["x"] + start["width"] - 3, start["y"] + start["height"] - 3)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 10, steps=5)
    acts(page, "cells", page.mouse.up)
    wait_until(page, lambda: kept(draft, rita, "2026-M12") == 20_000)
    assert kept(draft, rita, "2026-M11") == 20_000


def test_a_gap_is_given_out_with_the_keyboard_alone(open_page, draft, company, olaf, rita, ray):
    page = open_page("/targets/?level=person", user=olaf, lang="en")
    opener = page.locator(f"#row-{key_of(company.suzhou)} button.tag")
    opener.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#target-panel:popover-open [data-slider]:focus")
    page.keyboard.press("Home")
    page.wait_for_selector(f"#target-panel [name='s-{key_of(ray)}']")
    page.locator("#target-panel button[type=submit]").focus()
    with page.expect_response("**/rebalance/**"):
        page.keyboard.press("Enter")
    wait_until(page, lambda: kept(draft, rita, "2026") + kept(draft, ray, "2026") == 1_200_000)
    assert {kept(draft, rita, "2026"), kept(draft, ray, "2026")} in ({600_000}, {800_000, 400_000})
    page.wait_for_selector("#target-panel:not(:popover-open)", state="attached")
    page.wait_for_selector(f"#row-{key_of(company.suzhou)} .good-t")


def test_an_amount_is_moved_with_the_keyboard_alone(open_page, draft, olaf, rita, ray):
    before = kept(draft, rita, "2026-M12")
    page = open_page("/targets/?level=person&kind=existing", user=olaf, lang="en")
    cell_of(page, rita, "2026-M12").focus()
    page.keyboard.press("m")
    page.wait_for_selector("#target-panel:popover-open select:focus")
    with page.expect_response("**/move/**"):
        page.locator("#target-panel [name=amount]").fill("10")
        page.keyboard.press("Tab")
    page.wait_for_selector("#target-panel dl.mv")
    with page.expect_response("**/move/**"):
        page.locator("#target-panel [name=amount]").press("Enter")
    wait_until(page, lambda: kept(draft, rita, "2026-M12") == before - 10_000)
    assert kept(draft, rita, "2026") + kept(draft, ray, "2026") == Decimal(1_000_000)


def test_a_season_is_dragged_moved_with_the_keys_and_typed_and_one_undo_takes_it_back(
    open_page, draft, company, olaf, rita
):
    """Even weights, so the bars reach to 1.25: December is dragged to the top, stepped, emptied, then typed."""
    page = open_page("/targets/?level=person&kind=existing", user=olaf, lang="en")
    page.click("[hx-get$='/season/']")
    december = page.locator("#dialog [role=slider]").nth(11)
    field = page.locator("#dialog [name=m12]")
    assert (december.get_attribute("aria-valuenow"), december.get_attribute("aria-valuemax")) == ("1", "1.25")
    box = december.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] - 40, steps=5)
    assert field.input_value() == "1.25", "above the track is its top, and the scale stands while it is held"
    page.mouse.up()
    page.keyboard.press("ArrowDown")
    assert (field.input_value(), december.get_attribute("aria-valuenow")) == ("1.2", "1.2")
    page.keyboard.press("Home")
    assert (field.input_value(), december.get_attribute("aria-valuetext")) == ("0", "0, 0.0% of the year")
    field.fill("13")
    assert december.get_attribute("aria-valuenow") == "13"
    assert december.get_attribute("aria-valuetext") == "13, 54.2% of the year", "13 of 24"
    page.click("#dialog button[type=submit]")
    wait_until(page, lambda: kept(draft, company.suzhou, "2026-M12") == 650_000)
    page.wait_for_selector("#dialog[open]", state="detached")
    assert kept(draft, company.suzhou, "2026-M11") == 50_000
    cell_of(page, rita, "2026-M12").focus()
    acts(page, "undo", lambda: page.keyboard.press("Control+z"))
    wait_until(page, lambda: kept(draft, company.suzhou, "2026-M12") == 100_000)


def test_a_finger_drags_a_bar_of_the_season(open_page, draft, olaf):
    page = open_page(reverse("target_season", args=[draft.pk]), user=olaf, width=390)
    bar = page.locator("[role=slider]").first
    box = bar.bounding_box()
    touch = page.context.new_cdp_session(page)
    x, low, high = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.5, box["y"] + box["height"] * 0.2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": low}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": high}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_until(page, lambda: bar.get_attribute("aria-valuenow") == "1")
    assert page.locator("[name=m1]").input_value() == "1"


def test_escape_closes_a_panel_and_gives_the_focus_back(open_page, draft, company, olaf):
    page = open_page("/targets/?level=person", user=olaf)
    page.locator(f"#row-{key_of(company.suzhou)} button.tag").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#target-panel:popover-open")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#row-{key_of(company.suzhou)} button.tag:focus")


def test_rows_of_a_large_plan_come_when_they_are_opened(open_page, monkeypatch, draft, company, olaf, rita):
    monkeypatch.setattr("tiji.apps.targets.display.planning.MOST_ROWS", 3)
    page = open_page("/targets/?level=team&kind=existing", user=olaf)
    assert page.locator(f"#row-{key_of(rita)}").count() == 0
    page.locator(f"#row-{key_of(company.suzhou)} [data-fold]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#row-{key_of(rita)}")
    cell_of(page, rita, "2026-M12").focus()
    page.keyboard.type("9")
    acts(page, "cells", lambda: page.keyboard.press("Enter"))
    assert kept(draft, rita, "2026-M12") == 90_000


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_and_dialog_is_accessible(open_page, accessible, company, olaf, rita, ray, theme, width):
    plan = make_active_plan(olaf, (company.suzhou, "2026", "120000"), measure="cash")
    later = start_target_version(actor=olaf, plan=plan, reason="Q4", at=NOON)
    draft = make_plan(olaf)
    type_in(olaf, draft, (company.suzhou, "2026", "1200"), (rita, "2026", "600"), (ray, "2026", "400"))
    make_signed_contract(rita, make_account("甲", rita.person), "200", "2026-10-10")
    make_opportunity(
        rita,
        "deal",
        account=make_account("乙", rita.person),
        amount="90",
        expected_on="2026-12-01",
        stage_code="solution",
        at="2026-11-01",
    )
    suzhou = key_of(company.suzhou)
    pages = [
        "/targets/?level=person",
        "/targets/?measure=gross_profit",
        reverse("target_weights", args=[draft.pk]) + f"?unit={suzhou}&by=mix",
        reverse("target_weights", args=[draft.pk]) + f"?unit={suzhou}",
        reverse("target_rebalance", args=[draft.pk, suzhou]),
        reverse("target_rebalance", args=[draft.pk, suzhou]) + "?how=manual",
        reverse("target_move", args=[draft.pk, key_of(rita), "2026-M12"]),
        *(reverse(name, args=[draft.pk]) for name in ("target_season", "target_lock", "target_share", "target_import")),
        *(reverse(f"target_version_{name}", args=[later.pk]) for name in ("activate", "discard")),
        *(reverse(name, args=[later.pk]) for name in ("target_history", "target_compare")),
        reverse("target_plan_new"),
        reverse("target_version_new", args=[plan.pk]),
        "/attainment/",
        "/attainment/?measure=cash",
        "/attainment/facts/",
        "/attainment/landing/",
    ]
    page = open_page(pages[0], user=olaf, theme=theme, width=width)
    page.wait_for_selector(".tgtcards")
    accessible(page)
    if width > 700:
        page.locator(f"#row-{suzhou} button.tag").click()
        page.wait_for_selector("#target-panel:popover-open")
        accessible(page)
    for path in pages[1:]:
        page.goto(path)
        accessible(page)
