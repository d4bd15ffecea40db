"""The switches above the grid: year, measure, version, kind, columns, levels; each an address of the page."""

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.models import TargetVersion

if TYPE_CHECKING:
    from tiji.apps.targets.display.planning import GridPage


class Switches:
    """Addresses of one page with one thing changed."""

    def __init__(self, page: "GridPage") -> None:
        self.page = page

    def query(self, **changes: Any) -> str:
        """This page's address with changes."""
        params = QueryDict(mutable=True)
        plan, asked = self.page.plan, self.page.params
        kept = {
            "year": plan.fiscal_year if plan else asked.get("year", ""),
            "measure": plan.measure if plan else asked.get("measure", ""),
            "version": asked.get("version", ""),
            "kind": asked.get("kind", ""),
            "by": asked.get("by", ""),
            "level": asked.get("level", ""),
            **changes,
        }
        params.update({key: str(value) for key, value in kept.items() if value})
        return params.urlencode()

    @property
    def month_query(self) -> str:
        return self.query(by="")

    @property
    def quarter_query(self) -> str:
        return self.query(by="quarter")

    @property
    def years(self) -> list[dict[str, Any]]:
        plan = self.page.plan
        return [
            {
                "year": year,
                "href": f"?{self.query(year=year, version='')}",
                "on": bool(plan and year == plan.fiscal_year),
            }
            for year in sorted({one.fiscal_year for one in self.page.plans}, reverse=True)
        ]

    @property
    def measures(self) -> list[dict[str, Any]]:
        plan = self.page.plan
        on = plan.measure if plan else self.page.params.get("measure", Measure.SIGNED)
        return [
            {"label": label, "href": f"?{self.query(measure=key, version='', kind='')}", "on": key == on}
            for key, label in Measure.choices
        ]

    @property
    def versions(self) -> list[dict[str, Any]]:
        plan, version = self.page.plan, self.page.version
        return [
            {
                "version": one,
                "href": f"?{self.query(version=one.number)}",
                "on": bool(version and one.pk == version.pk),
            }
            for one in (plan.versions.all() if plan else ())
        ]

    @property
    def draft(self) -> TargetVersion | None:
        return next((one["version"] for one in self.versions if one["version"].is_draft), None)

    @property
    def kinds(self) -> list[dict[str, Any]]:
        if len(self.page.opened.grid.setup.kinds) < 2:
            return []
        labels = (("", _("All")), ("existing", _("Existing")), ("new", _("New customers")))
        return [
            {"label": label, "href": f"?{self.query(kind=key)}", "on": key == self.page.kind} for key, label in labels
        ]

    @property
    def levels(self) -> list[dict[str, Any]]:
        labels = (("region", _("To regions")), ("team", _("To teams")), ("person", _("To people")))
        return [
            {"key": key, "label": label, "href": f"?{self.query(level=key)}", "on": key == self.page.level}
            for key, label in labels
        ]
