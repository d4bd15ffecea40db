"""A statement as it is handed out: the page's facts and tables on paper and in a workbook."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tiji.apps.incentives.display import words
from tiji.apps.incentives.pages.month_parts import Corrected
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.selectors.statements import Attained
from tiji.apps.incentives.selectors.traces import Line, Part
from tiji.apps.organization.selectors.company import company
from tiji.shared.papers import Facts, Heading, Paper, Text
from tiji.ui import formats
from tiji.ui.grids import Grid, GridColumn, grid_table, rate_written, workbook_of

DOCUMENTS = ("contract", "order", "invoice", "receipt")


def statement_paper(page: StatementPage) -> Paper:
    """The statement to be printed."""
    parts: list[Any] = []
    if not page.is_newest:
        number = page.versions[0].run.number
        parts.append(
            Text(_("Version %(number)s of this month counts; this is an older one.") % {"number": number}, "warn")
        )
    parts += [Text(problem, "warn") for problem in page.problems]
    parts.append(Facts(tuple((label, _text(page, value)) for label, value in _facts(page))))
    for grid in statement_grids(page):
        if grid.rows and any(column.width for column in grid.columns):
            parts += [Heading(grid.title), grid_table(grid)]
    if not page.lines:
        parts += [Text(_("Nothing was credited in this month"), "muted")]
    subtitle = f"{page.person} · {page.plan_text}"
    return Paper(company().label, page.title, subtitle, get_language() or "zh-hans", tuple(parts))


def statement_workbook(page: StatementPage) -> Any:
    """The statement as a workbook: an open file."""
    columns = (GridColumn(_("Fact")), GridColumn(_("Value"), "amount"))
    return workbook_of(Grid(page.month.key, columns, tuple(_facts(page))), statement_grids(page))


def statement_name(page: StatementPage, kind: str) -> str:
    """What the file is called."""
    return f"statement-{page.run.pay_period.key}-{page.person.pk}-v{page.run.number}.{kind}"


def _text(page: StatementPage, value: Any) -> str:
    return formats.money_full(page.money(value)) if isinstance(value, Decimal) else str(value)


def _facts(page: StatementPage) -> list[tuple[str, Any]]:
    """What stands at the top; amounts are in the statement's currency."""
    row, run = page.statement, page.run
    facts: list[tuple[str, Any]] = [
        (_("Person"), str(page.person)),
        (_("Unit"), row.unit.label if row.unit else ""),
        (pgettext("pay", "Month"), page.month_label),
        (_("Version"), f"v{run.number} · {run.get_state_display()}"),
        (_("Earned in the month, before tax"), row.amount),
        (_("Corrections of closed months"), row.corrections),
        (_("Adjustments"), row.adjustments),
        (pgettext("pay", "Due"), row.due),
        (_("To be paid"), row.paid),
        (_("Year to date"), page.year_total.amount),
        (_("Credited"), row.credit),
        (_("Currency"), row.currency),
        (_("Month before"), page.before.amount if page.before else formats.UNKNOWN),
        (_("As of"), f"{run.on:%Y-%m-%d}"),
    ]
    moments = (
        (pgettext("pay", "Calculated"), run.finished_at),
        (pgettext("pay", "In review"), run.reviewed_at),
        (pgettext("pay", "Approved"), run.approved_at),
        (pgettext("pay", "Posted"), run.posted_at),
        (pgettext("pay", "Finalised"), run.pay_period.finalised_at if run.posted_at else None),
    )
    return facts + [(name, formats.moment(at)) for name, at in moments if at]


def statement_grids(page: StatementPage) -> tuple[Grid, ...]:
    """The statement's tables in the order of the page."""
    return (
        _components(page),
        _attainment(page),
        _rates(page),
        _waterfall(page),
        *_month(page),
        _lines(page),
        _slices(page),
        _waiting(page),
        _versions(page),
        _changes(page),
    )


def _components(page: StatementPage) -> Grid:
    columns = (
        GridColumn(pgettext("pay", "Component"), width=22),
        GridColumn(pgettext("pay", "Plan"), width=22),
        GridColumn(_("Lines"), "count", 8),
        GridColumn(_("Credited"), "amount", 14),
        GridColumn(_("Earned"), "amount", 14),
    )
    rows = []
    for one in page.components:
        row = one["earning"]
        plan = f"{row.plan_version.plan.label} v{row.plan_version.number}"
        rows.append((one["title"], plan, row.lines, row.credit, row.amount))
    return Grid(_("Components of the pay"), columns, tuple(rows))


def _month(page: StatementPage) -> list[Grid]:
    """Cells, corrections of closed months, and the steps from due to paid; those that there are."""
    return [grid for grid in (_cells(page), _corrections(page), _steps(page)) if grid.rows]


def _cells(page: StatementPage) -> Grid:
    columns = (
        GridColumn(_("Value"), width=30),
        GridColumn(_("Figure"), width=20),
        GridColumn(_("Earned"), "amount", 16),
    )
    rows = tuple((one.title, one.value, one.earned) for one in page.parts.cells)
    return Grid(_("Values of the month"), columns, rows)


def _corrections(page: StatementPage) -> Grid:
    columns = (
        GridColumn(pgettext("pay", "Month"), width=12),
        GridColumn(pgettext("pay", "Component"), width=20),
        GridColumn(_("Paid before"), "amount", 14),
        GridColumn(_("Earned"), "amount", 14),
        GridColumn(_("Difference"), "amount", 14),
        GridColumn(_("Why"), width=50),
    )
    rows = tuple(
        (one.month, one.title, one.earning.prior_amount, one.earning.amount, one.earning.delta, _causes(one))
        for one in page.parts.corrections
    )
    return Grid(_("Corrections of closed months"), columns, rows)


def _steps(page: StatementPage) -> Grid:
    columns = (
        GridColumn(pgettext("pay", "Step"), width=20),
        GridColumn(_("Note"), width=16),
        GridColumn(_("Change"), "amount", 14),
        GridColumn(_("Opening balance"), "amount", 14),
        GridColumn(_("Closing balance"), "amount", 14),
    )
    rows = tuple((one.title, one.note, one.change, one.opening, one.closing) for one in page.parts.steps)
    return Grid(_("From due to paid"), columns, rows)


def _causes(corrected: Corrected) -> str:
    numbers = ((one.document.number if one.document else "", one.text) for one in corrected.causes)
    return "; ".join(" ".join(part for part in parts if part) for parts in numbers)


def _attainment(page: StatementPage) -> Grid:
    columns = (
        GridColumn(pgettext("pay", "Component"), width=20),
        GridColumn(pgettext("pay", "First day"), "day", 12),
        GridColumn(pgettext("pay", "Last day"), "day", 12),
        GridColumn(_("Counted"), "amount", 15),
        GridColumn(_("Quota"), "amount", 15),
        GridColumn(_("Attainment"), "rate", 13),
        GridColumn(_("Next step"), width=26),
    )
    rows = []
    for one in page.measured:
        last = one.ends_before - timedelta(days=1)
        share = None if one.share is None else round(one.share, 4)
        title = words.title_of(one.component)
        rows.append((title, one.starts_on, last, one.total, one.quota, share, _next(page, one)))
    return Grid(_("Attainment"), columns, tuple(rows))


def _next(page: StatementPage, one: Attained) -> str:
    if one.next_tier is None:
        return ""
    tier, distance = one.next_tier
    facts = {"amount": formats.money_full(page.money(distance)), "rate": words.rate_text(tier.rate)}
    return _("%(amount)s more reach %(rate)s") % facts


def _rates(page: StatementPage) -> Grid:
    columns = (
        GridColumn(pgettext("pay", "Component"), width=24),
        GridColumn(pgettext("pay", "Reach"), width=24),
        GridColumn(pgettext("pay", "Rate"), "rate", 10),
        GridColumn(_("Reached"), width=10),
    )
    rows = [
        (words.title_of(one.component), words.step_text(one.component, tier.from_, tier.to), tier.rate, "●" * tier.on)
        for one in page.measured
        if one.component.rate.mode not in ("flat", "formula")
        for tier in one.tiers
    ]
    return Grid(pgettext("pay", "Rates"), columns, tuple(rows))


def _waterfall(page: StatementPage) -> Grid:
    columns = (GridColumn(pgettext("pay", "Part"), width=30), GridColumn(_("Amount"), "amount", 12))
    steps = page.waterfall["steps"] if page.lines else ()
    return Grid(_("How the amount comes about"), columns, tuple((step["name"], step["value"]) for step in steps))


def _lines(page: StatementPage) -> Grid:
    """On paper customer and documents share a column, and so do what was counted and the person's share of it."""
    columns = (
        GridColumn(pgettext("pay", "Day"), "day", 10),
        GridColumn(_("Customer and documents"), width=30, filed=False),
        GridColumn(_("Customer"), width=0),
        GridColumn(pgettext("pay", "Component"), width=0),
        *(GridColumn(label, width=0) for label in _document_labels()),
        GridColumn(_("Kind"), width=0),
        GridColumn(_("Counted"), "amount", 13),
        GridColumn(pgettext("pay", "Share"), "rate", 9),
        GridColumn(pgettext("pay", "Credit"), "amount", 0),
        GridColumn(pgettext("pay", "Before"), "amount", 0),
        GridColumn(pgettext("pay", "After"), "amount", 0),
        GridColumn(_("Quota"), "amount", 0),
        GridColumn(_("Why"), width=32),
        GridColumn(pgettext("amount", "Commission"), "amount", 12),
    )
    rows = tuple(_line(page, line) for line in page.lines)
    sums = {_("Counted"): None, pgettext("pay", "Credit"): page.credit_total, columns[-1].label: page.lines_total}
    foot = (_("Total"), *(sums.get(column.label) for column in columns[1:]))
    return Grid(_("Credited lines"), columns, rows, foot if rows else ())


def _document_labels() -> tuple[str, ...]:
    return (_("Contract"), pgettext("pay", "Order"), _("Invoice"), _("Receipt"))


def _line(page: StatementPage, line: Line) -> tuple[Any, ...]:
    numbers = [line.documents[kind].number if kind in line.documents else "" for kind in DOCUMENTS]
    named = "  ".join(number for number in numbers if number)
    return (
        line.event_on,
        f"{line.customer}\n{named}" if named else line.customer,
        line.customer,
        page.component_title(line),
        *numbers,
        _kind(line),
        line.event_amount,
        line.share,
        line.credit,
        line.before,
        line.after,
        line.quota,
        short_why(page, line),
        line.amount,
    )


def _kind(line: Line) -> str:
    if line.is_reversal:
        return _("Taken back")
    kinds = {"new": pgettext("customer", "New"), "existing": pgettext("customer", "Existing")}
    return kinds.get(line.business, line.business)


def short_why(page: StatementPage, line: Line) -> str:
    """How a line is computed, in one line: 200,000.00 × 1.6% + 300,000.00 × 2.2%."""
    told = [_slice(page, part) for part in line.parts]
    return " + ".join(told) or page.component_title(line)


def _slice(page: StatementPage, part: Part) -> str:
    if part.kind == "tier":
        return f"{formats.number(part.to_total - part.from_total, 2)} × {rate_written(part.rate)}"
    return f"{page.part_name(part)} {formats.number(part.amount, 2)}"


def _slices(page: StatementPage) -> Grid:
    """Every slice with its line's place; in the workbook only."""
    heads = (pgettext("pay", "Part"), pgettext("pay", "From"), pgettext("pay", "To"), pgettext("pay", "Rate"))
    columns = (
        GridColumn(pgettext("pay", "Day"), "day", 0),
        GridColumn(_("Customer"), width=0),
        GridColumn(heads[0], width=0),
        GridColumn(heads[1], "amount", 0),
        GridColumn(heads[2], "amount", 0),
        GridColumn(heads[3], "rate", 0),
        GridColumn(pgettext("amount", "Commission"), "amount", 0),
    )
    rows = tuple(
        (line.event_on, line.customer, page.part_name(part), part.from_total, part.to_total, part.rate, part.amount)
        for line in page.lines
        for part in line.parts
    )
    return Grid(_("Slices of the lines"), columns, rows)


def _waiting(page: StatementPage) -> Grid:
    columns = (
        GridColumn(_("Customer"), width=30),
        GridColumn(_("Invoice"), width=18),
        GridColumn(_("Due on"), "day", 12),
        GridColumn(_("Days overdue"), "count", 12),
        GridColumn(_("Balance"), "amount", 14),
    )
    rows = []
    for one in page.waiting:
        bill, late = one["invoice"], max(one["late"], 0)
        rows.append((bill.account.name, bill.number, bill.due_on, late, one["balance"]))
    return Grid(_("Waiting for the money"), columns, tuple(rows))


def _versions(page: StatementPage) -> Grid:
    columns = (
        GridColumn(_("Version"), width=10),
        GridColumn(_("State"), width=14),
        GridColumn(pgettext("pay", "Calculated"), width=18),
        GridColumn(_("Earned"), "amount", 14),
        GridColumn(_("To be paid"), "amount", 14),
    )
    rows = tuple(
        (f"v{one.run.number}", one.run.get_state_display(), formats.moment(one.run.finished_at), one.amount, one.paid)
        for one in page.versions
    )
    return Grid(_("Versions of this month"), columns, rows)


def _changes(page: StatementPage) -> Grid:
    columns = (
        GridColumn(_("Customer"), width=34),
        GridColumn(pgettext("pay", "Day"), "day", 12),
        GridColumn(pgettext("pay", "Before"), "amount", 14),
        GridColumn(pgettext("pay", "After"), "amount", 14),
    )
    rows = tuple((one.line.customer, one.line.event_on, one.before, one.after) for one in page.changed)
    return Grid(_("Changed since the version before"), columns, rows)
