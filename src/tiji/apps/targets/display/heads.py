"""The head of the planning grid: its quarters with their part of the year, its columns as the bars of a season."""

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.frames import month_label

if TYPE_CHECKING:
    from tiji.apps.targets.display.planning import GridPage


class GridHead:
    """What stands above the columns of one page, from the highest row the viewer sees."""

    def __init__(self, page: "GridPage") -> None:
        self.page = page

    @cached_property
    def quarters(self) -> list[dict[str, Any]]:
        plan, year = self.page.frame.plan, self.page.amount(self.page.top, str(self.page.frame.plan.fiscal_year))
        found = []
        for quarter in self.page.fiscal.quarters(plan.fiscal_year):
            amount = self.page.amount(self.page.top, quarter.key)
            share = amount / year if amount is not None and year else None
            found.append({"label": f"Q{quarter.number}", "text": amounts.short(plan, amount), "share": share})
        return found

    @cached_property
    def season(self) -> list[dict[str, Any]]:
        """Each column's share of the year, as a bar."""
        plan, year = self.page.frame.plan, self.page.amount(self.page.top, str(self.page.frame.plan.fiscal_year))
        shares = []
        for period in self.page.frame.columns:
            amount = self.page.amount(self.page.top, period.key)
            shares.append(amount / year if amount is not None and year else None)
        most = max((share for share in shares if share), default=Decimal(1))
        locked = set(self.page.opened.version.locked_months)
        return [
            {
                "period": period,
                "label": self.column_label(period),
                "share": share,
                "height": (share or Decimal(0)) / most,
                "locked": period.key in locked,
                "now": period.contains(self.page.today),
                "past": period.end <= self.page.today,
                "plan": plan,
            }
            for period, share in zip(self.page.frame.columns, shares, strict=True)
        ]

    def column_label(self, period: Any) -> str:
        if self.page.by_quarter:
            return f"Q{period.number}"
        return month_label(period.start)
