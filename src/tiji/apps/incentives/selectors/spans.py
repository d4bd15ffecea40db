"""Half-open spans of days with a share each: met, stacked, cut out of each other."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

ALWAYS, NEVER = date.min, date.max


class Held(NamedTuple):
    """So much is held from `start` until before `end`. Units: shares in 1/100,000,000."""

    start: date
    end: date
    share: int


def meet(one: Held, spans: Iterable[tuple[date, date | None]]) -> list[Held]:
    """What of it lies inside of the spans, which do not overlap each other."""
    found = []
    for first, last in spans:
        start, end = max(one.start, first), min(one.end, last or NEVER)
        if start < end:
            found.append(Held(start, end, one.share))
    return found


def outside(one: Held, spans: Iterable[tuple[date, date | None]]) -> list[Held]:
    """What of it lies outside of the spans."""
    found, start = [], one.start
    for first, last in sorted(spans, key=lambda span: span[0]):
        if start < min(first, one.end):
            found.append(Held(start, min(first, one.end), one.share))
        start = max(start, last or NEVER)
    if start < one.end:
        found.append(Held(start, one.end, one.share))
    return found


def stacked(rows: list[Held], most: int | None = None) -> list[Held]:
    """The sum of all shares that hold, day by day, at most `most`; neighbours that are equal are one."""
    if len(rows) == 1:
        return rows
    days = sorted({edge for row in rows for edge in (row.start, row.end)})
    found: list[Held] = []
    for start, end in pairwise(days):
        share = sum(row.share for row in rows if row.start <= start < row.end)
        share = share if most is None else min(share, most)
        if not share:
            continue
        if found and found[-1].end == start and found[-1].share == share:
            found[-1] = Held(found[-1].start, end, share)
        else:
            found.append(Held(start, end, share))
    return found
