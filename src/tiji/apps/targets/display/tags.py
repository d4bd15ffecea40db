"""What holds in a plan and what does not: the total, the year's months, the sums, over-assignment."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.selectors.grids import from_units
from tiji.kernel.targets import Grid, month_gaps, over_assignment, year_gap

if TYPE_CHECKING:
    from tiji.apps.targets.display.planning import GridPage

TAGS = 3
NAMED = 3


@dataclass(frozen=True)
class CheckTag:
    """One finding above the grid; `node` is the row it is about."""

    tone: str
    text: str
    node: str = ""


@dataclass(frozen=True)
class Gap:
    """A row whose level below comes to another sum, over the year or in the months numbered from 0.

    `over` is its over-assignment, None where it is short.
    """

    node: str
    units: int
    over: Fraction | None
    is_allowed: bool
    months: tuple[int, ...]

    @property
    def tone(self) -> str:
        if self.units > 0:
            return "bad"
        return "idle" if self.is_allowed or not self.units else "warn"


def gaps_of(grid: Grid, nodes: Sequence[str], allowed: Decimal) -> list[Gap]:
    """The rows that do not add up, the shortest first, then what is over by most, then what only months differ in."""
    year, found = str(grid.setup.year), []
    for node in nodes:
        units = year_gap(grid, node) if node in grid.setup.children else 0
        months = _months_of(grid, node)
        if units or months:
            total = grid.amount(node, year) or 0
            over = over_assignment(total, total - units) if units < 0 else None
            found.append(Gap(node, units, over, units < 0 and over is not None and over <= allowed, months))
    return sorted(found, key=lambda gap: (gap.units < 0, not gap.units, gap.is_allowed, -abs(gap.units)))


def _months_of(grid: Grid, node: str) -> tuple[int, ...]:
    """The months in which some kind does not add up."""
    by_kind = zip(*(month_gaps(grid, node, kind) for kind in grid.setup.kinds), strict=True)
    return tuple(month for month, gaps in enumerate(by_kind) if any(gaps))


def tags_of(page: "GridPage") -> list[CheckTag]:
    """The findings, those about the whole plan first."""
    grid, total = page.opened.grid, page.amount(page.top, str(page.frame.plan.fiscal_year))
    found = [
        CheckTag("good", _("Quantified: %(total)s") % {"total": page.tag_amount(total)})
        if total is not None
        else CheckTag("bad", _("No total yet"))
    ]
    blank = sum(1 for month in page.frame.months if page.amount(page.top, month.key) is None)
    found.append(
        CheckTag("warn", _("%(n)s months are blank") % {"n": blank})
        if blank
        else CheckTag("good", _("Timed: 12 months"))
    )
    gaps = page.gaps
    found += [CheckTag(gap.tone, in_words(page, gap), gap.node) for gap in gaps[:TAGS]]
    if len(gaps) > TAGS:
        found.append(CheckTag("warn", _("%(n)s more rows do not add up") % {"n": len(gaps) - TAGS}))
    if not gaps and total is not None:
        found.append(CheckTag("good", _("All levels add up")))
    if grid.clashes:
        found.append(CheckTag("bad", _("%(n)s typed totals cannot be met") % {"n": len(grid.clashes)}))
    return found


def in_words(page: "GridPage", gap: Gap) -> str:
    """A row that does not add up, with the amount and what over-assignment it comes to."""
    amount = page.tag_amount(from_units(page.frame.plan, abs(gap.units)))
    words = {"unit": str(page.label(gap.node)), "gap": amount}
    if not gap.units:
        return _("%(unit)s: adds up over the year, not in %(months)s") % {**words, "months": months_in_words(page, gap)}
    if gap.units > 0:
        return _("%(unit)s: level below %(gap)s short") % words
    if gap.over is None:
        return _("%(unit)s: level below %(gap)s over") % words
    share = f"{round(Decimal(gap.over.numerator) * 100 / gap.over.denominator, 1)}%"
    if gap.is_allowed:
        return _("%(unit)s: over-assigned by %(share)s, within the limit") % {**words, "share": share}
    return _("%(unit)s: level below %(gap)s over, %(share)s above the target") % {**words, "share": share}


def months_in_words(page: "GridPage", gap: Gap) -> str:
    """The months that differ: by name, or how many they are."""
    if len(gap.months) > NAMED:
        return ngettext("%(n)s month", "%(n)s months", len(gap.months)) % {"n": len(gap.months)}
    return _(", ").join(month_label(page.frame.months[month].start) for month in gap.months)


def refusal_of(page: "GridPage") -> str:
    """Why the version cannot be activated yet; empty when it can."""
    grid = page.opened.grid
    if grid.clashes:
        return _("Some typed totals cannot be met by what is typed inside them.")
    year = str(page.frame.plan.fiscal_year)
    if all(grid.amount(node, year) is None for node in grid.setup.children if node is not None):
        return _("Nothing has been typed yet.")
    inner = [node.key for node in page.opened.nodes if node.key in grid.setup.children]
    short = next((node for node in inner if year_gap(grid, node) > 0), None)
    if short is None:
        return ""
    return _("%(unit)s: the level below comes to less than its target.") % {"unit": page.label(short)}
