"""What the planning grid's page is made of: the plan asked for, its rows, checks and season."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_date, company, fiscal_calendar, work_calendar
from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.choosing import chosen_plan, chosen_version, plans_of
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.display.heads import GridHead
from tiji.apps.targets.display.rows import Frame, Row, row_of
from tiji.apps.targets.display.switches import Switches
from tiji.apps.targets.display.tags import CheckTag, Gap, gaps_of, refusal_of, tags_of
from tiji.apps.targets.models import TargetNode, TargetPlan, TargetVersion
from tiji.apps.targets.permissions import (
    can_activate_target_version,
    can_create_target_plan,
    can_see_target_node,
    can_shape_targets,
    can_share_target_draft,
    can_type_target,
)
from tiji.apps.targets.rules import over_assignment_allowed
from tiji.apps.targets.selectors.actuals import actuals_by_period
from tiji.apps.targets.selectors.below import head_names
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, open_version
from tiji.kernel.periods import time_progress
from tiji.shared.errors import NotFound
from tiji.ui import formats

LEVELS = ("region", "team", "person")
MANY = 60
MOST_ROWS = 150


class GridPage:
    """One screen of the planning grid."""

    def __init__(self, request: HttpRequest, version: TargetVersion | None = None, params: Any = None) -> None:
        self.request = request
        self.viewer: User = request.user  # type: ignore[assignment]
        self.params = request.GET if params is None else params
        self.asked = version
        self.company = company()
        self.today = business_date(timezone.now(), self.company)
        self.fiscal = fiscal_calendar(self.company)

    # Which plan and version

    @cached_property
    def plans(self) -> list[TargetPlan]:
        return plans_of(self.viewer)

    @cached_property
    def plan(self) -> TargetPlan | None:
        if self.asked:
            return self.asked.plan
        return chosen_plan(self.plans, self.params, self.fiscal.year_of(self.today))

    @cached_property
    def version(self) -> TargetVersion | None:
        if self.asked or self.plan is None:
            return self.asked
        return chosen_version(self.plan, self.params.get("version", ""), self.viewer)

    @property
    def kind(self) -> str:
        kinds = self.opened.grid.setup.kinds if self.version else ()
        asked = self.params.get("kind", "")
        return asked if asked in kinds and len(kinds) > 1 else ""

    @property
    def by_quarter(self) -> bool:
        return self.params.get("by", "") == "quarter"

    # The rows

    @cached_property
    def opened(self) -> PlanGrid:
        if self.version is None:
            raise NotFound(_("There is no plan yet."))
        return open_version(self.version)

    @cached_property
    def nodes(self) -> list[TargetNode]:
        """The rows the viewer may see, in the order of the tree."""
        return [node for node in self.opened.nodes if can_see_target_node(self.viewer, node)]

    @cached_property
    def level(self) -> str:
        asked = self.params.get("level", "")
        if asked in LEVELS:
            return asked
        return "person" if len(self.nodes) <= MANY else "team"

    @property
    def is_whole(self) -> bool:
        """Whether all rows are sent, folded ones too; of a large plan only those that show."""
        return len(self.nodes) <= MOST_ROWS

    @cached_property
    def open_keys(self) -> set[str]:
        """The rows that show: down to the level, people unit by unit until there are as many as a screen takes."""
        found: set[str] = set()
        people = 0
        for node in self.nodes:
            if node.person_id is not None:
                if self.level != "person" or (people >= MOST_ROWS and not self._is_begun(node, found)):
                    continue
                people += 1
            elif self.level == "region" and node.depth > 1 and node.parent and node.parent.key in self.seen_keys:
                continue
            found.add(node.key)
        return found

    def _is_begun(self, node: TargetNode, found: set[str]) -> bool:
        """A unit whose first person shows is shown whole."""
        siblings = self.opened.grid.setup.children.get(node.parent.key if node.parent else None, [])
        first = next((one.key for one in siblings if one.key[0] == "p" and one.key in self.seen_keys), "")
        return first in found

    @cached_property
    def seen_keys(self) -> set[str]:
        return {node.key for node in self.nodes}

    @cached_property
    def frame(self) -> Frame:
        """What every row is worked out with."""
        if self.version is None or self.plan is None:
            raise NotFound(_("There is no plan yet."))
        year = self.plan.fiscal_year
        months, quarters = self.fiscal.months(year), self.fiscal.quarters(year)
        current = next((month for month in months if month.contains(self.today)), None)
        share = time_progress(current, self.today, work_calendar(self.company)).share if current else None
        return Frame(
            plan=self.plan,
            opened=self.opened,
            kind=self.kind,
            columns=tuple(quarters if self.by_quarter else months),
            months=tuple(months),
            today=self.today,
            month_share=share,
            shown=self.seen_keys,
            open_keys=self.open_keys,
            heads=self.heads,
            base=min((node.depth for node in self.nodes), default=0),
            may_type={node.key for node in self.nodes if self.is_draft and can_type_target(self.viewer, node)},
            gaps={gap.node: gap for gap in self.gaps},
        )

    @cached_property
    def heads(self) -> dict[int, str]:
        units = [node.unit_id for node in self.nodes if node.unit_id]
        return head_names(units, self.today)

    def rows(self, keys: set[str] | None = None) -> list[Row]:
        """The rows to send, or those of these keys."""
        sent = keys if keys is not None else self.seen_keys if self.is_whole else self.open_keys
        wanted = [node for node in self.nodes if node.key in sent]
        spans = [(month.start, month.end) for month in self.frame.months]
        actuals = actuals_by_period(
            [node.unit_id for node in wanted if node.unit_id],
            [node.person_id for node in wanted if node.person_id],
            self.frame.plan.measure,
            spans,
            self.frame.plan.currency,
            self.kind,
        )
        return [row_of(self.frame, node, actuals.get(node.key, [])) for node in wanted]

    # What stands above the rows

    @cached_property
    def top(self) -> str:
        """The row whose sums stand in the head: the highest the viewer sees."""
        return min(self.nodes, key=lambda node: node.depth).key if self.nodes else ""

    def amount(self, key: str, period: str) -> Decimal | None:
        units = self.opened.grid.amount(key, period, self.kind or None) if key else None
        return None if units is None else from_units(self.frame.plan, units)

    @cached_property
    def head(self) -> GridHead:
        return GridHead(self)

    @property
    def begins(self) -> bool:
        """Whether the viewer looks at a draft in which nothing has an amount yet, and may type."""
        year = str(self.frame.plan.fiscal_year)
        return self.may_type and all(self.amount(node.key, year) is None for node in self.nodes)

    @cached_property
    def gaps(self) -> list[Gap]:
        """The rows the viewer sees that do not add up."""
        return gaps_of(self.opened.grid, [node.key for node in self.nodes], self.allowed)

    @cached_property
    def allowed(self) -> Decimal:
        """How much over-assignment needs no remark."""
        return over_assignment_allowed(self.today)

    @cached_property
    def tags(self) -> list[CheckTag]:
        return tags_of(self)

    def tag_amount(self, amount: Decimal | None) -> str:
        plan = self.frame.plan
        return formats.number(amount) if amounts.is_count(plan) else formats.money(amount, plan.currency)

    def period_words(self, key: str) -> str:
        """A month by its name, a quarter or the year by its key."""
        return next((month_label(one.start) for one in self.frame.months if one.key == key), key)

    @property
    def top_label(self) -> str:
        return str(self.label(self.top))

    def label(self, key: str) -> Any:
        node = self.opened.by_key[key]
        return node.unit.label if node.unit else node.person

    # What may be done

    @property
    def is_draft(self) -> bool:
        return bool(self.version and self.version.status == TargetVersion.Status.DRAFT)

    @cached_property
    def refusal(self) -> str:
        """Why the version cannot be activated yet; empty when it can."""
        return refusal_of(self)

    @cached_property
    def switch(self) -> Switches:
        return Switches(self)

    @property
    def unit(self) -> str:
        plan = self.frame.plan
        return (
            pgettext("unit of a column", "customers") if amounts.is_count(plan) else formats.unit_label(plan.currency)
        )

    @property
    def can_undo(self) -> bool:
        return self.is_draft and bool(self.may_type) and self.undoable

    @cached_property
    def undoable(self) -> bool:
        return bool(self.version and self.version.edits.filter(undone_at__isnull=True).exists())

    @property
    def may_type(self) -> bool:
        return bool(self.frame.may_type)

    @cached_property
    def balanced(self) -> set[str]:
        """The rows whose gap the viewer can give out: something below them is his to set."""
        may, children = self.frame.may_type, self.opened.grid.setup.children
        return {gap.node for gap in self.gaps if any(child.key in may for child in children.get(gap.node, []))}

    @property
    def has_parts(self) -> bool:
        """Whether there are rows whose weights the viewer sets."""
        parents = {node.parent_id for node in self.nodes if node.key in self.frame.may_type}
        return bool(parents - {None})

    @property
    def view(self) -> str:
        """What the page shows, for the acts that answer with its rows."""
        return self.switch.query()

    @property
    def home_query(self) -> str:
        """The grid of this version."""
        return self.switch.query(version=self.version.number if self.version else "")

    @property
    def locked_text(self) -> str:
        locked = sorted(self.opened.version.locked_months)
        if not locked:
            return _("none")
        months = [month for month in self.frame.months if month.key in locked]
        first, last = (month_label(months[at].start) for at in (0, -1))
        return first if len(months) == 1 else f"{first} – {last}"

    def context(self) -> dict[str, Any]:
        base = {
            "page": self,
            "may_create": can_create_target_plan(self.viewer),
            "may_shape": can_shape_targets(self.viewer),
        }
        if self.version is None or self.plan is None:
            return base
        may_activate = can_activate_target_version(self.viewer, self.plan)
        more = {"may_activate": may_activate, "may_share": can_share_target_draft(self.viewer)}
        return {**base, **more, "version": self.version, "plan": self.plan, "rows": self.rows()}
