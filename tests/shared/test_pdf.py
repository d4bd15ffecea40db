"""A paper's PDF is read back by another library: what it says is there to be searched, on every page as it should."""

import io

import pypdf
import pytest
from pypdf.generic import IndirectObject

from tiji.shared.papers import (
    Bullets,
    Column,
    Facts,
    Heading,
    Paper,
    Table,
    Text,
    paper_from_dict,
    paper_to_dict,
)
from tiji.shared.pdf import pdf_of
from tiji.shared.pdf_drawing import REGULAR, wrapped

HEADS = (Column("客户", 20), Column("Why", 30), Column("提成", 10, right=True))


def paper(lines: int = 3, language: str = "zh-hans") -> Paper:
    rows = tuple((f"澄湖精密 {at}", "100.00 × 1.6%", f"{at}.00") for at in range(lines))
    return Paper(
        "澄湖医疗",
        "提成单 2026 年 10 月",
        "李雪 · 回款提成 v3",
        language,
        (
            Facts((("本月", "¥12.00"), ("年累计", "¥99.00"), ("达成", "71.0%"))),
            Heading("明细"),
            Text("计入回款。"),
            Bullets(("按季累计。", "每月支付。")),
            Table(HEADS, rows, ("合计", "", "3.00")),
        ),
    )


def read(said: Paper) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf_of(said)))


def test_everything_a_paper_says_can_be_searched_and_copied():
    text = read(paper()).pages[0].extract_text()
    for said in ("澄湖医疗", "提成单 2026 年 10 月", "¥99.00", "按季累计。", "澄湖精密 2", "100.00 × 1.6%", "合计"):
        assert said in text


def test_every_page_has_its_number_the_digest_and_the_headings_of_the_table():
    said = paper(lines=150)
    pages = read(said).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"第 {number} 页，共 {len(pages)} 页" in text
        assert said.digest in text
        assert "Why" in text
    rows = "".join(page.extract_text() for page in pages)
    assert all(f"澄湖精密 {at}" in rows for at in range(150))


def test_a_row_stays_on_one_page_and_the_headings_stand_once_on_each():
    rows = tuple((f"row {at}\nsecond of {at};", "why", "1") for at in range(100))
    pages = [page.extract_text() for page in read(Paper("", "t", "", "en", (Table(HEADS, rows),))).pages]
    assert [text.count("Why") for text in pages] == [1] * len(pages)
    for at in range(100):
        (holding,) = (text for text in pages if f"second of {at};" in text)
        assert f"row {at}\n" in holding


def test_the_page_numbers_are_in_the_papers_language():
    assert "Page 1 of 1" in read(paper(language="en")).pages[0].extract_text()
    assert read(paper(language="en")).trailer["/Root"]["/Lang"] == "en"


def test_fonts_are_embedded_as_far_as_they_are_used():
    made = pdf_of(paper())
    fonts = pypdf.PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"]
    files = [font.get_object()["/FontDescriptor"] for font in fonts.values() if "/FontDescriptor" in font.get_object()]
    assert files
    assert all(isinstance(one.raw_get("/FontFile2"), IndirectObject) for one in files)
    assert len(made) < 100_000


def test_what_looks_like_markup_is_text():
    hostile = '<b>bold</b> <img src="file:///etc/passwd"/> <font color="[x for x in 1]">& &amp;'
    said = Paper("", "t", "", "en", (Text(hostile), Facts((("<i>a", "</para>"),)), Table(HEADS[:1], (("<br/>",),))))
    text = read(said).pages[0].extract_text()
    for part in ("<b>bold</b>", 'src="file:///etc/passwd"', "& &amp;", "<i>a", "</para>", "<br/>"):
        assert part in text


def test_the_same_paper_gives_the_same_file_and_digest_also_after_it_was_kept_as_data():
    said = paper()
    kept = paper_from_dict(paper_to_dict(said))
    assert kept == said
    assert kept.digest == said.digest
    assert pdf_of(kept) == pdf_of(said)


def test_another_word_anywhere_is_another_digest():
    first = paper()
    others = [
        paper(lines=4),
        paper(language="en"),
        Paper("x", *(getattr(first, n) for n in ("title", "subtitle")), "en", ()),
    ]
    assert len({first.digest, *(one.digest for one in others)}) == 4


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two", ["one two"]),
        ("alpha beta gamma", ["alpha beta", "gamma"]),
        ("一二三四五六七八，九十", ["一二三四五六七", "八，九十"]),
        ("first\nsecond", ["first", "second"]),
    ],
)
def test_words_stay_whole_and_chinese_breaks_anywhere_but_before_a_comma(text: str, lines: list[str]):
    assert wrapped(text, REGULAR, 10, 75) == lines


def test_a_word_wider_than_the_line_is_cut():
    found = wrapped("x" * 40, REGULAR, 10, 75)
    assert len(found) > 1
    assert "".join(found) == "x" * 40


TALL = "\n".join(f"line {at};" for at in range(120))


@pytest.mark.parametrize("part", [Text(TALL), Table(HEADS, (("a", TALL, "1"),)), Facts((("a", TALL),))])
def test_a_part_higher_than_a_page_is_printed_whole(part):
    pages = read(Paper("", "t", "", "en", (part,))).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) > 1
    assert all(f"line {at};" in text for at in range(120))
