"""What a cockpit is about: whose numbers, of which period, on which day."""

from dataclasses import dataclass
from datetime import date

from tiji.apps.organization.models import Company, User
from tiji.apps.organization.selectors.company import fiscal_calendar, kept_company
from tiji.apps.targets.selectors.subjects import Subject, home_subject, subject_of
from tiji.kernel.periods import FiscalCalendar, Period, PeriodKind, TimeProgress, WorkCalendar, time_progress

KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


@dataclass(frozen=True)
class Frame:
    """The frame of a screen: everything that its figures are asked with."""

    viewer: User
    subject: Subject
    period: Period
    on: date
    company: Company
    fiscal: FiscalCalendar
    calendar: WorkCalendar

    @property
    def currency(self) -> str:
        return str(self.company.currency)

    @property
    def progress(self) -> TimeProgress:
        return time_progress(self.period, self.on, self.calendar)


def frame_for(viewer: User, on: date, *, subject: str = "", period: str = "") -> Frame | None:
    """The frame asked for, else the viewer's own and this quarter; None for somebody without numbers of his own.

    `period` is a kind (month, quarter, year: the current one) or a key such as 2026-Q3.
    Raises: NotFound or NotAllowed for a subject that is not there or not the viewer's to see.
    """
    chosen = subject_of(viewer, subject) if subject else home_subject(viewer, on)
    facts = kept_company()
    if chosen is None or facts is None:
        return None
    fiscal = fiscal_calendar(facts.company)
    return Frame(viewer, chosen, period_for(fiscal, on, period), on, facts.company, fiscal, facts.calendar)


def period_for(fiscal: FiscalCalendar, on: date, asked: str) -> Period:
    """The period a URL asks for; this quarter when it asks for nothing that exists."""
    if asked in {str(kind) for kind in KINDS}:
        return fiscal.period_of(on, asked)
    try:
        return fiscal.period(asked)
    except ValueError:
        return fiscal.period_of(on, PeriodKind.QUARTER)
