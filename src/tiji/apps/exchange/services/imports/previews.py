"""What will happen to a file's rows, before anything is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from tiji.apps.exchange.services.imports.context import Context, Parsed, Plan
from tiji.apps.exchange.services.imports.kinds import LOADERS
from tiji.apps.exchange.services.imports.parsing import parse
from tiji.apps.exchange.services.imports.problems import Problem
from tiji.apps.exchange.services.imports.sheets import Sheet

WRONG_SHOWN = 60
GOOD_SHOWN = 8


class Cell(NamedTuple):
    """What stands in a cell, and what is wrong with it."""

    text: str
    message: str = ""


class Line(NamedTuple):
    """A row of the file as the preview shows it; `message` is about the row as a whole."""

    number: int
    action: str
    cells: list[Cell]
    message: str = ""


@dataclass(slots=True)
class Preview:
    """Counts of each action, lines to look at (wrong ones first), and how often each column is wrong."""

    headings: list[str]
    counts: dict[str, int]
    lines: list[Line]
    problems: list[Problem]
    by_column: dict[str, int] = field(default_factory=dict)
    page: int = 1
    pages: int = 1

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def make_plan(sheet: Sheet, kind: str, mapping: Mapping[str, str], context: Context) -> Plan:
    """Read, check and compare every row. Raises: DomainError when the mapping will not do."""
    parsed = parse(sheet, kind, mapping, context)
    plan: Plan = LOADERS[kind].plan(parsed, context)
    return plan


def preview_of(plan: Plan, page: int = 1) -> Preview:
    """The plan as a page or terminal shows it: the wrong rows page by page, with some of the good ones at their end."""
    parsed = plan.parsed
    problems = parsed.problems
    wrong = sorted(parsed.wrong)
    pages = max(1, -(-len(wrong) // WRONG_SHOWN))
    page = min(max(page, 1), pages)
    shown = wrong[(page - 1) * WRONG_SHOWN : page * WRONG_SHOWN]
    if page == pages:
        shown += islice((index for index in range(parsed.count) if index not in parsed.wrong), GOOD_SHOWN)
    lines = [_line(plan, index) for index in shown]
    by_column = Counter(problem.heading for problem in problems)
    return Preview(
        headings=parsed.sheet.headings,
        counts=plan.counts(),
        lines=lines,
        problems=problems,
        by_column=dict(by_column.most_common()),
        page=page,
        pages=pages,
    )


def _line(plan: Plan, index: int) -> Line:
    parsed: Parsed = plan.parsed
    told: dict[str, list[str]] = {}
    for problem in parsed.wrong.get(index, ()):
        told.setdefault(problem.heading, []).append(problem.message)
    cells = [
        Cell(str(column[index]), " ".join(told.get(heading, ())))
        for heading, column in zip(parsed.sheet.headings, parsed.sheet.table.columns, strict=True)
    ]
    number: Any = parsed.sheet.rows[index].as_py()
    return Line(number, plan.action(index), cells, " ".join(told.get("", ())))
