"""Files that are not what they say, or hide what they hold: never half read, and told what to do."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from makers import moment
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports import workbooks
from tiji.apps.exchange.services.imports.formula_errors import formula_errors
from tiji.apps.exchange.services.imports.running import preview_import, start_import
from tiji.apps.exchange.services.imports.sheets import read_sheet
from tiji.shared.errors import DomainError

HEADS = ["客户编号", "客户名称", "客户等级", "员工人数", "创建时间"]
ROWS = [["K1", "甲有限公司", "A", "12", "2024-01-02"], ["K2", "乙有限公司", "B", "13", "2024-01-03"]]
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
FILES = Path(__file__).parent / "files"


def workbook(*pages):
    """Pages are functions that fill a sheet, or rows to put into one."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        for name, fill in pages:
            page = book.add_worksheet(name)
            fill(page) if callable(fill) else put(page, fill)
    return sink.getvalue()


def put(page, rows, below=0):
    for number, row in enumerate(rows, start=below):
        page.write_row(number, 0, row)


def cells(sheet):
    return [list(row) for row in zip(*(column.to_pylist() for column in sheet.table.columns), strict=True)]


def far(page):
    put(page, [HEADS, *ROWS])
    page.write(1_048_575, 16_383, "x")


def bomb():
    """A megabyte that says it unpacks to more than any table."""
    good, sink = zipfile.ZipFile(io.BytesIO(workbook(("a", [HEADS, *ROWS])))), io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            archive.writestr(name, good.read(name))
        with archive.open("xl/media/image1.png", "w", force_zip64=True) as image:
            for _piece in range(12):
                image.write(bytes(1_000_000))
    return sink.getvalue()


def archive_of(name):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(name, "客户名称\n甲\n")
    return sink.getvalue()


WRONG = {
    "a PDF called a workbook": ("a.xlsx", b"%PDF-1.7\n\x00\xff", "This is a PDF."),
    "a PDF called a CSV": ("a.csv", b"%PDF-1.7\n\x00\xff", "This is a PDF."),
    "a web page called a workbook": ("a.xls", b"<html><table><tr><td>x", "This is a web page"),
    "a workbook under a password": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "by a password"),
    "an archive": ("a.xlsx", archive_of("a.csv"), "This is an archive"),
    "a torn workbook": ("a.xlsx", workbook(("a", [HEADS, *ROWS]))[:2000], "is damaged"),
    "nothing": ("a.csv", b"", "This file is empty."),
    "blank lines": ("a.csv", b"\n\n\n", "No row of headings"),
    "headings alone": ("a.csv", ",".join(HEADS).encode(), "no rows below"),
    "a workbook of headings": ("a.xlsx", workbook(("a", [HEADS])), "no rows below"),
    "a workbook of nothing": ("a.xlsx", workbook(("a", []), ("b", [])), "No row of headings"),
    "a picture": ("a.png", b"\x89PNG", "Choose a CSV file"),
    "a picture called a CSV": ("a.csv", b"\x89PNG\x00\x01\x02", "no text file"),
    "a quotation mark left open": ("a.csv", '客户名称,备注\n甲,x\n乙,"y\n丙,z\n'.encode(), "opened in row 3 is never"),
    "a cell without end": ("a.csv", b"name,note\na," + b"x" * 200_000, "Row 2 has a cell"),
    "a cell at the end of the world": ("a.xlsx", workbook(("a", far)), "far below or beside"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_and_says_what_to_do(name):
    file, content, message = WRONG[name]
    with translation.override("en"), pytest.raises(DomainError, match=message) as refused:
        read_sheet(file, content)
    assert list(refused.value.fields) == ["file"]


def test_a_file_made_to_fill_the_memory_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 10_000_000)
    with translation.override("en"), pytest.raises(DomainError, match="unpacks to far more"):
        read_sheet("a.xlsx", bomb())


def test_the_name_of_a_file_does_not_decide_what_it_is():
    book, text = workbook(("a", [HEADS, *ROWS])), "\n".join(",".join(row) for row in [HEADS, *ROWS])
    assert cells(read_sheet("a.csv", book)) == cells(read_sheet("a.xls", text.encode("gb18030"))) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_every_encoding_an_office_writes(encoding):
    text = "\n".join(",".join(row) for row in [HEADS, *ROWS])
    sheet = read_sheet("a.csv", text.encode(encoding))
    assert (sheet.headings, cells(sheet), sheet.encoding) == (HEADS, ROWS, encoding)


def titled(page):
    page.merge_range(0, 0, 0, 4, "客户清单")
    put(page, [HEADS, *ROWS], below=1)


def grouped(page):
    page.merge_range(0, 0, 0, 1, "基本信息")
    page.merge_range(0, 2, 0, 4, "其他")
    put(page, [HEADS, *ROWS], below=1)


def two_deep(page):
    for place in (0, 1, 4):
        page.merge_range(0, place, 1, place, HEADS[place])
    page.merge_range(0, 2, 0, 3, "规模")
    page.write(1, 2, HEADS[2])
    page.write(1, 3, HEADS[3])
    put(page, ROWS, below=2)


def lower_fuller(page):
    page.merge_range(0, 0, 1, 0, HEADS[0])
    page.merge_range(0, 1, 0, 4, "其他")
    page.write_row(1, 1, HEADS[1:])
    put(page, ROWS, below=2)


@pytest.mark.parametrize("fill", [titled, grouped, two_deep, lower_fuller])
def test_merged_headings_are_one_row_of_headings(fill):
    sheet = read_sheet("a.xlsx", workbook(("a", fill)))
    assert (sheet.headings, cells(sheet)) == (HEADS, ROWS)
    assert sheet.rows.to_pylist() == [3, 4], "the numbers a spreadsheet shows"


def test_the_table_is_found_among_several_sheets_and_another_may_be_named():
    book = workbook(("封面", [["报表"], ["制表", "张三"]]), ("客户", [HEADS, *ROWS]), ("旧", [HEADS, ROWS[1]]))
    assert (read_sheet("a.xlsx", book).name, read_sheet("a.xlsx", book).sheets) == ("客户", ["封面", "客户", "旧"])
    assert cells(read_sheet("a.xlsx", book, sheet="旧")) == [ROWS[1]]
    with translation.override("en"), pytest.raises(DomainError, match="The file has: 封面, 客户, 旧"):
        read_sheet("a.xlsx", book, sheet="新")


def failing(page):
    put(page, [HEADS, *ROWS])
    page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    page.write_formula(2, 1, "=VLOOKUP(1,A:A,2)", None, "#N/A")
    page.write_formula(2, 3, "=6*7", None, 42)


@pytest.mark.django_db
@translation.override("en")
def test_a_formula_that_failed_is_wrong_at_its_cell_and_not_empty(olaf):
    content = workbook(("封面", []), ("客户", failing))
    upload = SimpleUploadedFile("a.xlsx", content)
    imported = start_import(actor=olaf, upload=upload, kind="accounts", at=moment("2026-11-18"))
    told = preview_import(actor=olaf, imported=imported, at=moment("2026-11-18"))
    assert [(one.row, one.heading, one.value) for one in told.problems] == [
        (2, "员工人数", "#DIV/0!"),
        (3, "客户名称", "#N/A"),
    ]
    assert {one.message for one in told.problems} == {
        "A formula failed in this cell. Mend the formula, or type the value."
    }
    assert Import.objects.count() == 1


# One sheet saved by Gnumeric and by LibreOffice: “客户” with seven formulas that fail and one, =6*7, that does not.
SAVED = ["failed-gnumeric.xls", "failed-libreoffice.xls", "failed-libreoffice.ods"]
FAILED = {(1, 3), (2, 1), (3, 3), (3, 4), (4, 3), (5, 3), (8, 1)}


@pytest.mark.parametrize("name", SAVED)
def test_every_formula_that_failed_is_found_in_its_cell_and_on_its_sheet(name):
    """1/0 in D2, a VLOOKUP without a find in B3, NA() in D6; the others every program calls in its own way."""
    content = (FILES / name).read_bytes()
    found = {(row, column): error for row, column, error in formula_errors(content, ["封面", "客户"], "客户")}
    assert set(found) == FAILED
    assert (found[1, 3], found[2, 1], found[5, 3]) == ("#DIV/0!", "#N/A", "#N/A")
    assert formula_errors(content, ["封面", "客户"], "封面") == [(1, 0, "#DIV/0!")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAVED)
@translation.override("en")
def test_old_workbooks_and_open_documents_are_refused_at_the_cells_that_failed(olaf, name):
    upload = SimpleUploadedFile(name, (FILES / name).read_bytes())
    imported = start_import(actor=olaf, upload=upload, kind="accounts", at=moment("2026-11-18"))
    told = preview_import(actor=olaf, imported=imported, at=moment("2026-11-18"))
    failed = "A formula failed in this cell. Mend the formula, or type the value."
    heads = {(row + 1, HEADS[column]) for row, column in FAILED}
    assert {(one.row, one.heading) for one in told.problems if one.message == failed} == heads
    assert [one.value for one in told.problems if (one.row, one.heading) == (2, "员工人数")] == ["#DIV/0!"]
    assert not [one for one in told.problems if (one.row, one.heading) == (3, "员工人数")], "6 × 7 is no mistake"


@pytest.mark.parametrize("name", SAVED[:2])
def test_a_workbook_cut_off_anywhere_gives_no_more_than_it_holds(name):
    content = (FILES / name).read_bytes()
    for length in range(0, len(content), 97):
        assert set(formula_errors(OLE + content[8:length], ["封面", "客户"], "客户")) <= set(
            formula_errors(content, ["封面", "客户"], "客户")
        )
