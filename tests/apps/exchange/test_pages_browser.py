"""Imports in a real browser: every step of a file, with the keyboard alone, in both themes and on the phone."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from browser import wait_until
from makers import make_account
from tiji.apps.customers.models import Account
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports import queue
from tiji.apps.exchange.services.imports.progress import Progress
from tiji.apps.exchange.services.imports.running import Chosen, choose, start_import

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "light", "zh-hans"), (1440, "dark", "en"), (390, "light", "en"), (390, "dark", "zh-hans")]
ROWS = [
    ["Level", "Firm so called", "Ref"],
    ["A", "Acme Ltd", "1"],
    ["Z", "Beta Ltd", "2"],
    ["B", "Gamma Ltd", "3"],
    ["C", "", "4"],
]
DATABASE_QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def content(rows=ROWS):
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows(rows)
    return sink.getvalue().encode()


def handed_in(actor, rows=ROWS, name="firms.csv"):
    upload = SimpleUploadedFile(name, content(rows))
    return start_import(actor=actor, upload=upload, kind="accounts", at=timezone.now(), source="old")


def loaded(actor, rows=ROWS):
    imported = handed_in(actor, rows)
    mapping = {"Level": "tier", "Firm so called": "name", "Ref": "key"}
    now = timezone.now()
    imported = choose(actor=actor, imported=imported, chosen=Chosen(mapping, bad_rows="skip"), at=now)
    return queue.queue_import(actor=actor, imported=imported, at=now, here=True)


def fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_every_step_of_a_file_is_accessible_and_fits(open_page, accessible, olaf, width, theme, lang):
    page = open_page(reverse("imports"), user=olaf, theme=theme, lang=lang, width=width)
    accessible(page)
    page.goto(reverse("import_new"))
    accessible(page)
    page.set_input_files("input[type=file]", {"name": "firms.csv", "mimeType": "text/csv", "buffer": content()})
    page.fill("input[name=source]", "old")
    page.locator(".dlg button[type=submit]").click()
    page.wait_for_url("**/columns/")
    for place, field in enumerate(("tier", "name", "key")):
        page.select_option(f"select[name=column-{place}]", field)
    page.locator("button[name=look]").click()
    page.locator("td.wrong").first.wait_for()
    accessible(page)
    fits(page)
    told = [(cell.locator("xpath=../th").inner_text(), cell.inner_text().split()[0]) for cell in wrong_cells(page)]
    assert told == [("3", "Z"), ("5", "—")]
    page.select_option("select[name=bad_rows]", "skip")
    page.locator("button[name=load]").click()
    page.locator("#import-state .kpis").wait_for()
    accessible(page)
    fits(page)
    assert [one.inner_text() for one in page.locator(".kpi .v").all()] == ["2", "0", "0", "2"]
    with page.expect_download() as download:
        page.locator("a[download]").click()
    wrong = download.value.path().read_text(encoding="utf-8-sig")
    assert [line.split(",")[1] for line in wrong.splitlines()[1:]] == ["Beta Ltd", ""]
    page.locator("a[href$='/undo/']").click()
    page.locator("#dialog .dlg").wait_for()
    accessible(page)
    page.locator("#dialog form button[type=submit]").click()
    wait_until(page, lambda: Import.objects.get().state == "undone")
    page.locator("#import-state .note.info").wait_for()
    accessible(page)
    assert Account.objects.live().count() == 0
    page.goto(reverse("imports"))
    accessible(page)
    fits(page)


def wrong_cells(page):
    return page.locator("td.wrong").all()


def press_to(page, target, *, key="Tab", most=80):
    """Walk with the tab key until the element has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if target.evaluate("one => one === document.activeElement"):
            return
    pytest.fail("the keyboard does not reach it")


def test_a_file_is_mapped_loaded_and_undone_with_the_keyboard_alone(open_page, olaf):
    imported = handed_in(olaf)
    page = open_page(reverse("import_map", args=[imported.pk]), user=olaf, lang="en")
    press_to(page, page.locator("select[name=column-1]"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("select[name=column-1]").input_value() == "name"
    press_to(page, page.locator("select[name=bad_rows]"))
    page.keyboard.press("ArrowDown")
    assert page.locator("select[name=bad_rows]").input_value() == "skip"
    press_to(page, page.locator("button[name=look]"), key="Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("td.wrong").first.wait_for()
    press_to(page, page.locator("button[name=load]"))
    page.keyboard.press("Enter")
    page.locator("#import-state .kpis").wait_for()
    press_to(page, page.locator("a[href$='/undo/']"))
    page.keyboard.press("Enter")
    page.locator("#dialog .dlg").wait_for()
    press_to(page, page.locator("#dialog form button[type=submit]"))
    page.keyboard.press("Enter")
    wait_until(page, lambda: Import.objects.get().state == "undone")


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_progress_is_told_until_the_worker_is_done(open_page, accessible, settings, olaf, width, theme, lang):
    settings.TASKS = DATABASE_QUEUE
    imported = handed_in(olaf, [["name"], ["Acme Ltd"], ["Beta Ltd"]])
    queue.queue_import(actor=olaf, imported=imported, at=timezone.now())
    Progress(imported.pk)("accounts", 1, 2)
    page = open_page(imported.get_absolute_url(), user=olaf, theme=theme, lang=lang, width=width)
    page.get_by_text("1 / 2").wait_for()
    accessible(page)
    call_command("worker", once=True)
    page.locator("#import-state .kpis").wait_for()
    assert page.locator(".kpi .v").first.inner_text() == "2"
    assert Account.objects.live().count() == 2


def test_without_a_worker_the_page_says_what_to_do_and_loads_it_itself(
    open_page, accessible, settings, monkeypatch, olaf
):
    settings.TASKS = DATABASE_QUEUE
    monkeypatch.setattr(queue, "PATIENCE", 0)
    imported = handed_in(olaf, [["name"], ["Acme Ltd"]])
    queue.queue_import(actor=olaf, imported=imported, at=timezone.now())
    page = open_page(imported.get_absolute_url(), user=olaf, lang="en")
    page.get_by_text("No worker has taken this up.").wait_for()
    accessible(page)
    page.get_by_role("button", name="Load it here and now").click()
    page.locator("#import-state .kpis").wait_for()
    assert Account.objects.live().count() == 1
    call_command("worker", once=True)
    assert Import.objects.get().state == "done"
    assert Account.objects.live().count() == 1


def test_what_was_built_on_an_import_is_listed_in_the_dialog(open_page, accessible, olaf, rita):
    imported = loaded(olaf)
    parent = Account.objects.get(external_key="1")
    make_account("Daughter Ltd", rita.person, parent=parent)
    page = open_page(imported.get_absolute_url(), user=olaf, lang="en")
    page.locator("a[href$='/undo/']").click()
    page.locator("#dialog form button[type=submit]").click()
    page.get_by_text("This import stays").wait_for()
    accessible(page)
    assert "Daughter Ltd" in page.locator("#dialog").inner_text()
    assert [told for told in open_page.complaints if "409" not in told] == []
    open_page.complaints.clear()
    assert Account.objects.live().count() == 3


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS[1:3])
def test_a_long_preview_is_turned_and_keeps_what_was_chosen(open_page, accessible, olaf, width, theme, lang):
    rows = [ROWS[0], *(["Z", f"Firm {at}", str(at)] for at in range(70))]
    imported = handed_in(olaf, rows)
    page = open_page(reverse("import_map", args=[imported.pk]), user=olaf, theme=theme, lang=lang, width=width)
    for place, field in enumerate(("tier", "name", "key")):
        page.select_option(f"select[name=column-{place}]", field)
    page.locator("button[name=look]").first.click()
    page.get_by_text("Page 1 of 2").wait_for()
    page.locator(".wrongpages button").last.click()
    page.get_by_text("Page 2 of 2").wait_for()
    accessible(page)
    fits(page)
    told = [cell.locator("xpath=../th").inner_text() for cell in wrong_cells(page)]
    assert told == [str(row) for row in range(62, 72)]
    assert page.locator("select[name=column-1]").input_value() == "name"
    assert page.locator(".wrongpages button").last.is_disabled()
