"""How papers are drawn as PDF: A4, fonts embedded as far as they are used, text that can be searched and copied.

The same paper gives the same bytes: nothing in the file says when it was made. Texts are drawn as they are; nothing in
them is taken for markup. Why this library and this font: docs/decisions/0303-pdf.md
"""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, LongTable, PageTemplate, Spacer

from tiji.shared.papers import Bullets, Column, Facts, Heading, Paper, Part, Table, Text

FONTS = Path(__file__).parent / "fonts" / "vendor" / "noto-sans-sc"
REGULAR, BOLD = "NotoSansSC-Regular", "NotoSansSC-Bold"
INK, MUTED, LINE, SHADE, BRAND, WARN = "#1c2430", "#5b6675", "#d5dbe3", "#f4f6f9", "#0f6e78", "#9a3412"
MARGIN, FOOT = 16 * mm, 20 * mm
WIDTH = A4[0] - 2 * MARGIN
FULL = 75  # a table whose columns add up to less is narrower than the page
HIGHEST = 50  # lines of a row
SMALL, BODY, PAD = 7.5, 9.5, 3
# A Chinese letter is a word of its own; what closes something stays with what it closes.
_WORDS = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff](?:[，。、；：！？）》」』】”])*|[^\s\u2e80-\u9fff\uf900-\ufaff]+|\s+"
)


def drawn(paper: Paper) -> bytes:
    """The paper as a file. Raises: FileNotFoundError when set-up has not fetched the fonts."""
    _fonts()
    file = io.BytesIO()
    frame = Frame(MARGIN, FOOT, WIDTH, A4[1] - MARGIN - FOOT, 0, 0, 0, 0)
    made = BaseDocTemplate(file, pagesize=A4, invariant=1, title=paper.title, author=paper.issuer)
    made.subject, made.keywords = paper.subtitle, f"sha256:{paper.digest}"
    made.addPageTemplates([PageTemplate("page", [frame], pagesize=A4)])
    with override(paper.language):
        feet = (paper.title, f"SHA-256 {paper.digest}", _("Page %(page)s of %(pages)s"))
        made.build(_story(paper), canvasmaker=lambda *args, **more: _Pages(*args, paper=paper, feet=feet, **more))
    return file.getvalue()


@cache
def _fonts() -> None:
    """Raises: FileNotFoundError."""
    for name in (REGULAR, BOLD):
        path = FONTS / f"{name}.ttf"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: run tools/assets.py, which fetches it")
        pdfmetrics.registerFont(TTFont(name, str(path)))


class _Pages(Canvas):  # type: ignore[misc]
    """Writes the foot of every page once it is known how many there are."""

    def __init__(self, *args: Any, paper: Paper, feet: tuple[str, str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.feet, self.kept = feet, list[dict[str, Any]]()
        self._doc.Catalog.Lang = pdfdoc.PDFString(paper.language)
        self._doc.Catalog.__NoDefault__ = [*self._doc.Catalog.__NoDefault__, "Lang"]

    def showPage(self) -> None:
        self.kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self.kept, start=1):
            self.__dict__.update(state)
            self._foot(number)
            super().showPage()
        super().save()

    def _foot(self, number: int) -> None:
        title, digest, page = self.feet
        self.setStrokeColor(HexColor(LINE))
        self.line(MARGIN, FOOT - 5 * mm, MARGIN + WIDTH, FOOT - 5 * mm)
        self.setFillColor(HexColor(MUTED))
        self.setFont(REGULAR, SMALL)
        self.drawString(MARGIN, FOOT - 9 * mm, title)
        self.drawRightString(MARGIN + WIDTH, FOOT - 9 * mm, page % {"page": number, "pages": len(self.kept)})
        self.setFont(REGULAR, 6)
        self.drawString(MARGIN, FOOT - 12.5 * mm, digest)


class _Lines(Flowable):  # type: ignore[misc]
    """A text of as many lines as it takes, over pages if it must."""

    def __init__(self, lines: list[str], size: float, *, font: str = REGULAR, color: str = INK, indent: float = 0):
        super().__init__()
        self.lines, self.size, self.font, self.color, self.indent = lines, size, font, color, indent
        self.leading = size * 1.5
        self.keepWithNext = 0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, len(self.lines) * self.leading

    def split(self, width: float, height: float) -> list[Flowable]:
        fit = int(height // self.leading)
        if fit < 1:
            return []
        more: Any = {"font": self.font, "color": self.color, "indent": self.indent}
        return [_Lines(self.lines[:fit], self.size, **more), _Lines(self.lines[fit:], self.size, **more)]

    def draw(self) -> None:
        self.canv.setFont(self.font, self.size)
        self.canv.setFillColor(HexColor(self.color))
        top = len(self.lines) * self.leading
        for number, line in enumerate(self.lines, start=1):
            self.canv.drawString(self.indent, top - number * self.leading + self.size * 0.35, line)


def _story(paper: Paper) -> list[Flowable]:
    story: list[Flowable] = [
        *([_text(paper.issuer, SMALL + 1, color=MUTED)] if paper.issuer else []),
        _text(paper.title, 18, font=BOLD, color=BRAND),
        *([_text(paper.subtitle, BODY, color=MUTED)] if paper.subtitle else []),
        Spacer(1, 4 * mm),
    ]
    for part in paper.parts:
        story += _flowables(part)
    return story


def _flowables(part: Part) -> Iterator[Flowable]:
    match part:
        case Heading():
            yield Spacer(1, 4 * mm)
            heading = _text(part.text, 11.5, font=BOLD)
            heading.keepWithNext = 1
            yield heading
            return
        case Text():
            color = {"muted": MUTED, "warn": WARN}.get(part.tone, INK)
            yield _text(part.text, BODY, font=BOLD if part.tone in ("strong", "warn") else REGULAR, color=color)
        case Bullets():
            for item in part.items:
                lines = wrapped(item, REGULAR, BODY, WIDTH - 16)
                yield _Lines([f"· {lines[0]}", *(f"  {line}" for line in lines[1:])], BODY, indent=2)
        case Facts():
            yield _facts(part)
        case Table():
            yield Spacer(1, 1.5 * mm)
            yield _table(part)
    yield Spacer(1, 1.5 * mm)


def _text(text: str, size: float, *, font: str = REGULAR, color: str = INK) -> _Lines:
    return _Lines(wrapped(text, font, size, WIDTH), size, font=font, color=color)


def _facts(part: Facts) -> Flowable:
    """Two facts a row; the last one may stand alone."""
    pairs = [part.rows[at : at + 2] for at in range(0, len(part.rows), 2)]
    widths = [WIDTH * share for share in (0.17, 0.33, 0.17, 0.33)]
    rows = [[cell for pair in row for cell in pair] + ["", ""] * (2 - len(row)) for row in pairs]
    cells = [line for row in rows for line in _row(tuple(row), widths, (REGULAR, BOLD) * 2)]
    style = [
        *_plain_style(),
        *(("TEXTCOLOR", (at, 0), (at, -1), HexColor(MUTED)) for at in (0, 2)),
        *(("FONT", (at, 0), (at, -1), BOLD, SMALL + 0.5) for at in (1, 3)),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)),
    ]
    return LongTable(cells, colWidths=widths, style=style, hAlign="LEFT")


def _table(part: Table) -> Flowable:
    whole = max(sum(column.width for column in part.columns), FULL)
    widths = [WIDTH * column.width / whole for column in part.columns]
    rows = _row(tuple(column.label for column in part.columns), widths, BOLD)
    for row in part.rows:
        rows += _row(row, widths, REGULAR)
    rows += _row(part.foot, widths, BOLD) if part.foot else []
    style = [
        *_plain_style(),
        *_right(part.columns),
        ("FONT", (0, 0), (-1, 0), BOLD, SMALL),
        ("TEXTCOLOR", (0, 0), (-1, 0), HexColor(MUTED)),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(SHADE)),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)),
        *([("FONT", (0, -1), (-1, -1), BOLD, SMALL)] if part.foot else []),
    ]
    return LongTable(rows, colWidths=widths, repeatRows=1, style=style, hAlign="LEFT")


def _plain_style() -> list[Any]:
    return [
        ("FONT", (0, 0), (-1, -1), REGULAR, SMALL),
        ("LEADING", (0, 0), (-1, -1), SMALL * 1.4),
        ("TEXTCOLOR", (0, 0), (-1, -1), HexColor(INK)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((f"{side}PADDING", (0, 0), (-1, -1), PAD) for side in ("LEFT", "RIGHT")),
        *((f"{side}PADDING", (0, 0), (-1, -1), 2.5) for side in ("TOP", "BOTTOM")),
    ]


def _right(columns: tuple[Column, ...]) -> list[Any]:
    return [("ALIGN", (at, 0), (at, -1), "RIGHT") for at, column in enumerate(columns) if column.right]


def _row(cells: tuple[str, ...], widths: list[float], font: str | tuple[str, ...]) -> list[list[str]]:
    """The cells as wrapped lines; a row that is higher than a page goes on in rows of its own."""
    fonts = (font,) * len(cells) if isinstance(font, str) else font
    lines = [_cell(cell, one, width) for cell, width, one in zip(cells, widths, fonts, strict=True)]
    highest = max(map(len, lines))
    return [["\n".join(cell[at : at + HIGHEST]) for cell in lines] for at in range(0, highest, HIGHEST)]


def _cell(text: str, font: str, width: float) -> list[str]:
    return wrapped(text, font, SMALL + 0.5 if font == BOLD else SMALL, width - 2 * PAD)


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """The text in lines that fit: words stay whole, Chinese breaks anywhere, only what is wider than a line is cut."""
    _fonts()
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if pdfmetrics.stringWidth(paragraph, font, size) <= width:
            lines.append(paragraph)
            continue
        line = ""
        for word in _pieces(paragraph, font, size, width):
            if line and pdfmetrics.stringWidth((line + word).rstrip(), font, size) > width:
                lines.append(line.rstrip())
                line = ""
            line += word if line else word.lstrip()
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[str]:
    for word in _WORDS.findall(text):
        if pdfmetrics.stringWidth(word, font, size) <= width:
            yield word
        else:
            yield from word
