"""A statement on paper and as a workbook, read back by other libraries, says what its page says."""

import io
import sys
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from makers import day
from makers_incentives import SECOND_PLAN, customer_of, make_plan, pay_by, receive, run_month
from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.pages.statement_files import short_why, statement_paper, statement_workbook
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.shared.pdf import pdf_of

TODAY = day("2026-11-18")
LONGEST = 5_000
SECONDS = 30


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def sheets_of(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def money(value: object) -> Decimal:
    """What a spreadsheet keeps as a binary number, as the cents it stands for."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_the_paper_says_what_the_page_says(paid, rita):
    response = client_of(rita).get(reverse("statement_pdf", args=[paid.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert 'filename="statement-2026-M02-' in response["Content-Disposition"]
    text = text_of(response.content)
    # F(900,000) = 6,000 + 3,200 + 2,200 = 11,400, of which January paid 5,000; quota 1,000,000.
    for said in ("¥6,400", "¥11,400", "¥5,000", "90.0%", "400,000.00", "900,000.00", "1,000,000.00"):
        assert said in text
    assert "¥100,000 more reach 3.0%" in text
    assert f"客户 {rita.person.name}" in text
    assert "2026-02-20" in text
    assert "Page 1 of" in text


def test_a_line_says_in_short_why_it_pays_what_it_pays(paid):
    page = StatementPage(paid, TODAY)
    with override("en"):
        # 500,000 → 900,000 of a quota of 1,000,000: the steps end at 60%, 80% and 100%.
        assert short_why(page, page.lines[0]) == "100,000.00 × 1.0% + 200,000.00 × 1.6% + 100,000.00 × 2.2%"


def test_the_workbook_holds_numbers_that_add_up(paid, rita):
    response = client_of(rita).get(reverse("statement_xlsx", args=[paid.pk]))
    sheets = sheets_of(b"".join(response.streaming_content))
    facts = dict(sheets["2026-M02"][1:])
    assert (money(facts["To be paid"]), money(facts["Year to date"])) == (Decimal(6400), Decimal(11400))
    heads, line, foot = sheets["Credited lines"]
    assert line[0] == date(2026, 2, 20)
    found = dict(zip(heads, line, strict=True))
    assert (found["Counted"], found["Share"], found["Before"], found["After"]) == (400000, 1, 500000, 900000)
    assert money(foot[-1]) == money(found["Commission"]) == Decimal(6400)
    parts = [row[-1] for row in sheets["Slices of the lines"][1:]]
    assert [money(part) for part in parts] == [Decimal(1000), Decimal(3200), Decimal(2200)]
    assert [tuple(row[3:6]) for row in sheets["Attainment"][1:]] == [(900000, 1000000, 0.9)]


def test_a_name_in_the_workbook_cannot_become_a_formula(paid, olaf, rita, fiona):
    receive(fiona, customer_of(rita.person, '=HYPERLINK("x")'), "10.00", "2026-03-20")
    last = Statement.objects.get(run=run_month(olaf, "2026-M03"), person=rita.person)
    with override("en"):
        sheets = sheets_of(statement_workbook(StatementPage(last, TODAY)).read())
    assert sheets["Credited lines"][1][1] == '\'=HYPERLINK("x")'


def test_two_plans_and_a_taken_over_version_are_told_apart(paid, olaf, rita):
    pay_by(olaf, make_plan(olaf, "second", SECOND_PLAN), rita.person)
    newest = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)
    with override("en"):
        older = text_of(pdf_of(statement_paper(StatementPage(Statement.objects.get(pk=paid.pk), TODAY))))
        text = text_of(pdf_of(statement_paper(StatementPage(newest, TODAY))))
    assert "Version 2 of this month counts; this is an older one." in older
    assert "Version 2 of this month counts" not in text
    # All of the month's 400,000 at 0.8%, beside the first plan's 6,400.
    for said in ("3,200.00", "6,400.00", "9,600", "Changed since the version before"):
        assert said in text


def test_the_files_speak_the_readers_language(paid, rita):
    client = client_of(rita)
    client.cookies["tiji_language"] = "zh-hans"
    text = text_of(client.get(reverse("statement_pdf", args=[paid.pk])).content)
    assert "提成单 2026 年 2 月" in text or "2026 年 02 月" in text
    assert "第 1 页，共" in text
    assert "Credited lines" not in text


@pytest.mark.parametrize("name", ["statement_pdf", "statement_xlsx"])
def test_nobody_gets_a_file_whose_page_he_may_not_see(paid, rita, zoe, hanna, adam, name):
    url = reverse(name, args=[paid.pk])
    assert [client_of(user).get(url).status_code for user in (rita, zoe, hanna, adam)] == [200, 404, 404, 404]


def test_a_statement_of_5000_lines_is_printed_in_seconds(paid):
    page = StatementPage(paid, TODAY)
    one = page.lines[0]
    page.__dict__["lines"] = [replace(one, seq=at, amount=Decimal(at)) for at in range(LONGEST)]
    begun = time.perf_counter()
    paper = pdf_of(statement_paper(page))
    printed = time.perf_counter()
    book = statement_workbook(page).read()
    filed = time.perf_counter()
    seconds = f"PDF {printed - begun:.1f} s, {len(paper)} bytes; workbook {filed - printed:.1f} s"
    rows = sheets_of(book)
    lines = next(rows for rows in rows.values() if len(rows) == LONGEST + 2)
    assert money(lines[-1][-1]) == Decimal(LONGEST * (LONGEST - 1) // 2)
    assert f"{LONGEST - 1:,}.00" in text_of(paper)
    assert filed - begun < SECONDS, seconds
    sys.stdout.write(f"{LONGEST} lines: {seconds}\n")
