"""The cells of a workbook in which a formula failed: the reader of cells shows nothing there.

    formula_errors(content, names, sheet) -> [(row, column, "#N/A"), ...]    row and column from 0

Three kinds of files say it in three ways: .xlsx with `t="e"`, .xls with a code in a record, .ods with a type of value.
"""

import html
import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from tiji.apps.exchange.services.imports.compound import stream_of

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
Failed = list[tuple[int, int, str]]

BROKEN = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"(?:[^>]*[^/>])?>(?:<f[^>]*/>|<f.*?</f>)?<v>(.*?)</v>', re.DOTALL)
SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


def formula_errors(content: bytes, names: Sequence[str], sheet: str) -> Failed:
    """Of one sheet; `names` are all sheets of the workbook in their order."""
    if content.startswith(OLE):
        return list(_of_xls(content, names.index(sheet)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" in archive.namelist():
            return _of_ods(archive.read("content.xml"), sheet)
        path = _path_of(archive, sheet)
        return _of_xlsx(archive.read(path)) if path in archive.namelist() else []


# .xlsx


def _of_xlsx(xml: bytes) -> Failed:
    if b't="e"' not in xml:
        return []
    return [
        (int(one[2]) - 1, column_number(one[1]) - 1, html.unescape(one[3].decode("utf-8", "replace")))
        for one in BROKEN.finditer(xml)
    ]


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Where a sheet of this name lies in the file."""
    if "xl/workbook.xml" not in archive.namelist() or "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return ""
    sheets = [dict(ATTRIBUTE.findall(one)) for one in SHEET.findall(archive.read("xl/workbook.xml").decode())]
    relations = RELATION.findall(archive.read("xl/_rels/workbook.xml.rels").decode())
    targets = {row.get("Id"): row.get("Target", "") for row in (dict(ATTRIBUTE.findall(one)) for one in relations)}
    key = next((one.get("r:id") for one in sheets if html.unescape(one.get("name", "")) == sheet), None)
    target = targets.get(key, "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def column_number(letters: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# .xls: records of a kind, a length and so many bytes

BEGIN, END, SHEET_AT, FORMULA, CONSTANT = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205
CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def _of_xls(content: bytes, sheet: int) -> Iterator[tuple[int, int, str]]:
    stream = stream_of(content, ("Workbook", "Book"))
    places = [
        struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == SHEET_AT and len(body) >= 4
    ]
    if sheet >= len(places):
        return
    for kind, body in _records(stream, places[sheet]):
        if kind == CONSTANT and len(body) >= 8 and body[7]:
            code = body[6]
        elif kind == FORMULA and len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff":
            code = body[8]
        else:
            continue
        row, column = struct.unpack_from("<HH", body)
        yield row, column, CODES.get(code, "#VALUE!")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Those of one part of the file, from its first to the one that ends it; a chart inside is a part of its own."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BEGIN) - (kind == END)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


# .ods

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
SHOWN = re.compile(r"#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!)")
OWN_CODE = re.compile(r"\d{3}")
CELLS = {f"{TABLE} table-cell", f"{TABLE} covered-table-cell"}


def _of_ods(xml: bytes, sheet: str) -> Failed:
    if b'"error"' not in xml and b">#" not in xml:
        return []
    reader = _Spreadsheet(sheet)
    reader.read(xml)
    return reader.failed


class _Spreadsheet:
    """The failed cells of one table of content.xml; rows and cells that repeat stand there once."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.failed = sheet, Failed()
        self.inside, self.row, self.column, self.rows, self.columns = False, 0, 0, 1, 1
        self.said_so, self.formula, self.remarks = False, False, 0
        self.texts: list[str] = []

    def read(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _begin(self, name: str, facts: dict[str, str]) -> None:
        if name == f"{TABLE} table":
            self.inside, self.row, self.column = facts.get(f"{TABLE} name") == self.sheet, 0, 0
        elif name == f"{TABLE} table-row":
            self.rows, self.column = int(facts.get(f"{TABLE} number-rows-repeated", 1)), 0
        elif name in CELLS:
            self.columns = int(facts.get(f"{TABLE} number-columns-repeated", 1))
            self.said_so = facts.get(f"{CALC} value-type") == "error"
            self.formula, self.texts = f"{TABLE} formula" in facts, []
        elif name == f"{OFFICE} annotation":
            self.remarks += 1

    def _text(self, text: str) -> None:
        if self.inside and not self.remarks:
            self.texts.append(text)

    def _end(self, name: str) -> None:
        if name == f"{OFFICE} annotation":
            self.remarks -= 1
        elif name == f"{TABLE} table-row":
            self.row += self.rows
        elif name in CELLS:
            if self.inside and (error := self._error("".join(self.texts).strip())):
                self._note(error)
            self.column += self.columns

    def _error(self, text: str) -> str:
        """What the cell shows if it failed; an error of LibreOffice's own is told by its number, as in Err:502."""
        if SHOWN.fullmatch(text) and (self.said_so or self.formula):
            return text
        if not self.said_so:
            return ""
        code = OWN_CODE.search(text)
        return f"Err:{code[0]}" if code else "#VALUE!"

    def _note(self, error: str) -> None:
        columns = range(self.column, self.column + self.columns)
        self.failed += [(row, column, error) for row in range(self.row, self.row + self.rows) for column in columns]
