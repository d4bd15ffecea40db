"""What the questions about pay tell together: by month and by cause, as a page and as a file."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import Inquiry
from tiji.apps.incentives.selectors.inquiries import Asked, InquiryReport, inquiry_report
from tiji.ui import formats

SPANS = (6, 12, 24)


def cause_text(cause: str) -> str:
    """A cause in words; a question without one is open or was withdrawn."""
    return str(dict(Inquiry.Cause.choices).get(cause, "")) or _("not closed, or withdrawn")


def report_page(on: date, asked_months: str) -> dict[str, Any]:
    """The report over 6, 12 or 24 months."""
    months = int(asked_months) if asked_months.isdecimal() and int(asked_months) in SPANS else 12
    report = inquiry_report(on, months)
    return {
        "report": report,
        "span": months,
        "spans": SPANS,
        "months": [(words.month_label(one.month), one) for one in report.months if one.month],
        "causes": [(cause_text(cause), one, _share(one, report)) for cause, one in report.causes.items()],
        "average": formats.number(report.total.mean_days, 1) if report.total.asked else formats.UNKNOWN,
    }


def _share(one: Asked, report: InquiryReport) -> str:
    return formats.percent(Fraction(one.asked, report.total.asked))


def report_rows(on: date, asked_months: str) -> Iterator[tuple[Any, ...]]:
    """The report as lines of a file: the months, then the causes."""
    page = report_page(on, asked_months)
    counts = (_("Questions"), pgettext("inquiry", "Open"), _("Overdue"), pgettext("inquiry", "Accepted"))
    more = (pgettext("inquiry", "Rejected"), pgettext("inquiry", "Withdrawn"), _("Working days, average"))
    yield (_("Month"), *counts, *more, _("Lines"), _("per 1,000 lines"))
    for label, one in page["months"]:
        yield (label, *_numbers(one), one.lines, one.per_thousand)
    yield ()
    yield (pgettext("inquiry", "Cause"), *counts, *more)
    for label, cause, _part in page["causes"]:
        yield (label, *_numbers(cause))


def _numbers(one: Asked) -> tuple[Any, ...]:
    return (one.asked, one.open, one.overdue, one.accepted, one.rejected, one.withdrawn, one.mean_days)
