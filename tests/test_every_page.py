"""Every page that there is, as somebody who may open it: accessible in both themes and no wider than a phone.

The pages come from the tables of tests/visibility/, so a new page is looked at as soon as it has its line there. The
browser's requests are answered here, in this process, out of the rows that all tests of this file share.
"""

import mimetypes
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from cast import found_company, hire
from test_visibility import PAGES, _url
from visibility.doors import CAST, Door
from visibility.world import build

pytestmark = pytest.mark.browser
HOST = "http://localhost"
FIRST_ASKED = ("olaf", "erin", "fiona", "adam", "rita", "hanna", "dora", "axel")
PREFERRED = {"home": "erin", "cockpit": "erin"}
VARIANTS = {"light": ("light", "zh-hans", 1440), "dark": ("dark", "en", 390)}
SHELL = "/account/sessions/"
LOOSE = ("<tr", "<td", "<li", "<option", "<th")


def opened() -> Iterator[tuple[str, int]]:
    """Every page that answers a GET with a page or a part of one."""
    for name, doors in sorted(PAGES.items()):
        for place, door in enumerate(doors):
            if door.method == "GET" and door.may and 200 in door.ok:
                yield name, place


def viewer(name: str, door: Door) -> str:
    names = [PREFERRED.get(name, ""), *FIRST_ASKED, *sorted(door.may)]
    return next(one for one in names if one in door.may)


CASES = [pytest.param(name, place, id=f"{name}{place or ''}") for name, place in opened()]


@pytest.fixture(scope="module")
def world(chromium: Any, module_rows: None) -> SimpleNamespace:
    """The company and its people. The browser comes first: from then on Django keeps connections by context."""
    company = found_company()
    return build(SimpleNamespace(company=company, **{name: hire(name, company) for name in CAST}))


@pytest.fixture(scope="module")
def stage(world: SimpleNamespace, chromium: Any) -> Iterator[Callable[..., SimpleNamespace]]:
    """One browser tab for each variant; who looks changes with the page."""
    tabs: dict[str, SimpleNamespace] = {}

    def stage(variant: str, who: str) -> SimpleNamespace:
        if variant not in tabs:
            tabs[variant] = _tab(chromium, *VARIANTS[variant])
        tab = tabs[variant]
        tab.complaints.clear()
        tab.client = Client(HTTP_HOST="localhost")
        tab.client.force_login(getattr(world, who))
        tab.client.cookies[settings.LANGUAGE_COOKIE_NAME] = VARIANTS[variant][1]
        tab.here = copy_context()
        return tab

    yield stage
    for tab in tabs.values():
        tab.context.close()


def _tab(chromium: Any, theme: str, lang: str, width: int) -> SimpleNamespace:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        locale="zh-CN" if lang.startswith("zh") else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        has_touch=width < 600,
    )
    tab = SimpleNamespace(context=context, page=context.new_page(), complaints=[], client=None, here=None)
    tab.page.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    context.route("**/*", lambda route: _answer(tab, route))
    return tab


def _answer(tab: SimpleNamespace, route: Any) -> None:
    """Static files from their folders, everything else from Django, as the tab's user."""
    asked = urlsplit(route.request.url)
    if asked.path.startswith(settings.STATIC_URL):
        found = finders.find(asked.path.removeprefix(settings.STATIC_URL))
        if not found:
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(str(found))[0] or "application/octet-stream"
        route.fulfill(status=200, content_type=kind, body=Path(str(found)).read_bytes())
        return
    given = {
        f"HTTP_{key.upper().replace('-', '_')}": value
        for key, value in route.request.headers.items()
        if key.startswith("hx-") or key == "accept"
    }
    query = f"?{asked.query}" if asked.query else ""
    response = tab.here.run(tab.client.get, asked.path + query, follow=True, **given)
    if response.redirect_chain and response.redirect_chain[-1][0].startswith(reverse("account_login")):
        tab.complaints.append(f"{asked.path} asks for a sign-in")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    route.fulfill(status=response.status_code, headers=dict(response.headers.items()), body=body)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_page_is_accessible_and_fits(
    world: SimpleNamespace,
    stage: Callable[..., SimpleNamespace],
    accessible: Callable[[Any], None],
    name: str,
    place: int,
    variant: str,
) -> None:
    door = PAGES[name][place]
    tab = stage(variant, viewer(name, door))
    url = _url(name, door, world)
    answer = tab.client.get(url, follow=True)
    assert answer.status_code in door.ok
    if answer.status_code != 200:
        pytest.skip("nothing to show to somebody without it, such as a second step of sign-in")
    kind = answer.headers.get("Content-Type", "")
    if answer.streaming or not kind.startswith("text/html") or answer.content.lstrip()[:4].decode().startswith(LOOSE):
        pytest.skip("no page: a file, data or rows of a table")
    if b"<html" in answer.content[:400]:
        tab.page.goto(HOST + url, wait_until="networkidle")
    else:
        tab.page.goto(HOST + SHELL)
        tab.page.evaluate(_PUT_IN, answer.content.decode())
    accessible(tab.page)
    wide, seen = tab.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{url} is {wide} px wide on a screen of {seen} px: {tab.page.evaluate(_TOO_WIDE)}"
    assert tab.complaints == [], f"the browser complained at {url}: {tab.complaints}"


_TOO_WIDE = """() => [...document.querySelectorAll('main *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""
_PUT_IN = """html => {
  const main = document.querySelector('main');
  const options = html.includes('role="option"') ? ' role="listbox" aria-label="Found"' : '';
  main.innerHTML = `<h1>Part</h1><div class="grid"><div class="c12"${options}>${html}</div></div>`;
  main.querySelectorAll('dialog:not([open])').forEach(one => one.showModal());
}"""
