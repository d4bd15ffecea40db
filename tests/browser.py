"""A real Chromium for tests: pages by language, theme and width, sign-in without the form, accessibility checks."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

CHROMIUM = Path(os.environ.get("TIJI_TEST_CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium"))
OPTIONS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HEIGHTS = {360: 780, 390: 844, 768: 1024}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The machine's own Chromium, started once; nothing is ever downloaded."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.is_file():
        pytest.fail("no Chromium: `make test` installs it as root or with sudo (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Open a page: `open_page("/pipeline/", user=rita, theme="dark", lang="en", width=390)`.

    A message on the browser's error console or an uncaught error fails the test when it ends.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(
        path: str = "/", *, user: Any = None, theme: str = "light", lang: str = "zh-hans", width: int = 1440
    ) -> Any:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme=theme,
            locale="zh-CN" if lang.startswith("zh") else "en-GB",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            has_touch=width < 600,
        )
        contexts.append(context)
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies(user, lang).items()]
        )
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    open_page.complaints = complaints
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], "the browser complained: " + " | ".join(complaints)


def cookies(user: Any, lang: str) -> dict[str, str]:
    """The language, and the session of someone who has signed in."""
    found = {settings.LANGUAGE_COOKIE_NAME: lang}
    if user is not None:
        client = Client()
        client.force_login(user)
        found[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Check a page against WCAG 2.2 AA with axe-core: `accessible(page)`."""
    from axe_playwright_python.sync_playwright import Axe

    def accessible(page: Any) -> None:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARD}}).response["violations"]
        report = [
            f"{violation['id']} ({violation['help']}): {node['target']} {node['html'][:160]}"
            for violation in found
            for node in violation["nodes"][:3]
        ]
        assert not report, f"{page.url} is not accessible:\n" + "\n".join(report)

    return accessible


def wait_until(page: Any, happened: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for what no selector can say; the pages' own rules forbid handing them code to evaluate."""
    for _ in range(int(seconds * 20)):
        if happened():
            return
        page.wait_for_timeout(50)
    pytest.fail("the page did not change in time")
