"""The components page, sign-in and the shell in a real browser: accessible in both themes, usable with keys alone."""

import pytest

from browser import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("theme", "lang"), [("light", "zh-hans"), ("dark", "en")])
def test_every_component_is_accessible(open_page, accessible, rita, theme, lang, width):
    page = open_page("/components/", user=rita, theme=theme, lang=lang, width=width)
    page.wait_for_selector("#kit-ageing svg")
    accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sign_in_is_accessible(open_page, accessible, company, theme):
    accessible(open_page("/account/login/", theme=theme))


@pytest.mark.parametrize("path", ["/account/sessions/", "/account/2fa/", "/views/new/?list_key=x&path=/x/"])
def test_account_pages_are_accessible(open_page, accessible, rita, path):
    accessible(open_page(path, user=rita, theme="dark"))


def test_the_palette_opens_finds_and_closes_with_keys_and_gives_the_focus_back(open_page, rita):
    page = open_page("/components/", user=rita)
    page.focus("a.brandmark")
    page.keyboard.press("Control+k")
    assert page.locator("#palette").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()
    assert page.evaluate("document.activeElement.className") == "brandmark"


def test_the_key_sheet_turns_single_letters_off(open_page, rita):
    page = open_page("/components/", user=rita)
    page.keyboard.press("?")
    page.uncheck("#keys [data-act='keys-switch']")
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()


def test_letters_typed_into_a_field_are_text(open_page, rita):
    page = open_page("/components/", user=rita)
    page.fill("#id_amount", "")
    page.type("#id_amount", "?")
    assert not page.locator("#keys").is_visible()
    assert page.input_value("#id_amount") == "?"


def test_a_theme_switch_redraws_the_charts_in_the_new_colours(open_page, rita):
    page = open_page("/components/", user=rita)
    page.wait_for_selector("#kit-ring svg")
    before = page.inner_html("#kit-ring")
    page.click("[data-act='theme']")
    page.wait_for_selector("html[data-theme='dark']")
    wait_until(page, lambda: page.inner_html("#kit-ring") != before)
    assert page.get_attribute("html", "data-theme") == "dark"


def test_a_disabled_button_says_why(open_page, rita):
    page = open_page("/components/", user=rita)
    button = page.locator("button[aria-disabled='true'][title]").first
    button.click(force=True)
    assert button.get_attribute("title") in page.locator("#toasts").inner_text()
