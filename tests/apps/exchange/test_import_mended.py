"""Looking at a long file page by page, mending its wrong rows, and turning to another sheet."""

import csv
import html
import io
import re

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tiji.apps.customers.models import Account
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports.previews import WRONG_SHOWN

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = ["Ref", "So called", "Level"]
FIELDS = {"column-0": "key", "column-1": "name", "column-2": "tier"}


@pytest.fixture
def page(client, olaf):
    client.force_login(olaf)
    client.cookies["tiji_language"] = "zh-hans"
    return client


def text_of(rows):
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows(rows)
    return sink.getvalue().encode("gb18030")


def hand_in(page, content, name="firms.csv"):
    file = SimpleUploadedFile(name, content)
    answer = page.post(reverse("import_new"), {"file": file, "kind": "accounts", "source": "old"})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk"), answer.url


def wrong_on(page, url, number):
    """Row numbers whose cell in the third column is marked wrong on a page of the preview."""
    text = page.post(url, {**FIELDS, "bad_rows": "skip", "look": number}).content.decode()
    rows = re.findall(r'<th scope="row" class="r bad">(\d+).*?</tr>', text, re.DOTALL)
    marked = re.findall(r'<td class="wrong">', text)
    assert len(marked) == len(rows)
    return [int(row) for row in rows], text


def test_every_wrong_row_stands_on_a_page_of_the_preview(page):
    rows = [[f"R{at}", f"Firm {at}", "Z" if at % 2 else "A"] for at in range(2 * (2 * WRONG_SHOWN + 7))]
    _imported, url = hand_in(page, text_of([HEADS, *rows]))
    first, text = wrong_on(page, url, "1")
    second, _text = wrong_on(page, url, "2")
    third, last = wrong_on(page, url, "3")
    assert (len(first), len(second), len(third)) == (WRONG_SHOWN, WRONG_SHOWN, 7)
    assert first + second + third == [at + 2 for at in range(len(rows)) if at % 2]
    assert "第 1 页，共 3 页" in text
    assert 'value="3"' not in last.split('id="rows"')[1].split("wrongpages")[1]
    assert wrong_on(page, url, "99")[0] == third


def test_the_file_of_wrong_rows_is_mended_and_comes_in_like_the_first(page):
    rows = [["1", "Acme Ltd", "A"], ["2", "Beta Ltd", "Z"], ["3", "", "B"]]
    imported, url = hand_in(page, text_of([HEADS, *rows]))
    page.post(url, {**FIELDS, "bad_rows": "skip", "load": "1"})
    imported.refresh_from_db()
    assert (imported.created, imported.refused) == (1, 2)
    answer = page.get(reverse("import_errors", args=[imported.pk]))
    assert "firms-%E5%BE%85%E4%BF%AE%E6%AD%A3" in answer.headers["Content-Disposition"]
    wrong = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:3] for row in wrong] == [HEADS, *rows[1:]]
    mended = [wrong[0], ["2", "Beta Ltd", "B", wrong[1][3]], ["3", "Gamma Ltd", "B", wrong[2][3]]]
    report = page.get(imported.get_absolute_url()).content.decode()
    form = page.get(html.unescape(re.search(r'href="(/imports/new/\?[^"]*)"', report)[1])).content.decode()
    assert re.search(r'name="source"[^>]*value="old"', form), "keys are kept under the source of the first file"
    again, url = hand_in(page, text_of(mended), "firms-待修正.csv")
    assert again.options["origin"] == "remembered", "the column of verdicts makes it another file"
    assert again.mapping == {"Ref": "key", "So called": "name", "Level": "tier"}
    page.post(url, {**FIELDS, "bad_rows": "refuse", "load": "1"})
    again.refresh_from_db()
    assert (again.state, again.created, again.refused) == ("done", 2, 0)
    assert dict(Account.objects.values_list("external_key", "name")) == {
        "1": "Acme Ltd",
        "2": "Beta Ltd",
        "3": "Gamma Ltd",
    }
    whole, url = hand_in(page, text_of([HEADS, rows[0], *(row[:3] for row in mended[1:])]))
    page.post(url, {**FIELDS, "bad_rows": "refuse", "load": "1"})
    whole.refresh_from_db()
    assert (whole.created, whole.updated, whole.unchanged) == (0, 0, 3)


def workbook():
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        for name, rows in (
            ("Firms", [["account name", "tier", "phone"], ["Acme Ltd", "A", "1"]]),
            ("Others", [["so called", "city"], ["Beta Ltd", ""]]),
        ):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return sink.getvalue()


def test_another_sheet_of_the_workbook_is_looked_at_before_anything_is_loaded(page):
    imported, url = hand_in(page, workbook(), "firms.xlsx")
    assert imported.sheet == "Firms"
    assert '<select name="sheet"' in page.get(url).content.decode()
    told = {"column-0": "name", "column-1": "tier", "column-2": "phone", "bad_rows": "refuse"}
    answer = page.post(url, {**told, "sheet": "Others", "load": "1"})
    imported.refresh_from_db()
    assert (imported.sheet, imported.state, imported.mapping) == ("Others", "ready", {"city": "division"})
    assert "so called" in answer.content.decode()
    assert Account.objects.count() == 0
    page.post(url, {"column-0": "name", "column-1": "", "bad_rows": "refuse", "sheet": "Others", "load": "1"})
    assert [account.name for account in Account.objects.all()] == ["Beta Ltd"]
