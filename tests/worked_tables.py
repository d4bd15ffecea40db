"""Reads the worked tables of docs/kernel, so that a page and its test cannot drift apart."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs" / "kernel"


def worked_table(page: str, *columns: str) -> list[dict[str, str]]:
    """The rows of the page's only table with exactly these headings. Raises: LookupError if there is not one."""
    found = [rows for head, rows in _tables((DOCS / page).read_text("utf-8")) if tuple(head) == columns]
    if len(found) != 1:
        raise LookupError(f"{page} has {len(found)} tables headed {columns}")
    return [dict(zip(columns, row, strict=True)) for row in found[0]]


def minor(text: str) -> int:
    """1,234.56 as 123456."""
    whole, _, cents = text.replace(",", "").replace("−", "-").partition(".")
    return int(whole + (cents or "00"))


def _tables(text: str) -> list[tuple[list[str], list[list[str]]]]:
    tables: list[tuple[list[str], list[list[str]]]] = []
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            tables.append((rows[0], rows[2:]))
            rows = []
    return tables
