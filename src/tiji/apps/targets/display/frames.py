"""What every attainment page is asked for: whose numbers, of which measure, in which period, as of today."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.organization.models import Company, User
from tiji.apps.organization.selectors.company import business_date, company, fiscal_calendar, work_calendar
from tiji.apps.targets.selectors.attainment import counted_until, plan_currency
from tiji.apps.targets.selectors.subjects import Subject, home_subject, subject_of
from tiji.kernel.periods import FiscalCalendar, Period, PeriodKind, WorkCalendar
from tiji.shared.errors import NotFound
from tiji.ui import formats

KINDS = tuple(BusinessKind.values)


@dataclass(frozen=True)
class Frame:
    """One question about attainment."""

    viewer: User
    subject: Subject
    measure: str
    period: Period
    as_of: date
    company: Company
    fiscal: FiscalCalendar

    @cached_property
    def calendar(self) -> WorkCalendar:
        return work_calendar(self.company)

    @cached_property
    def currency(self) -> str:
        return plan_currency(self.measure, self.period.year, self.company.currency)

    @property
    def until(self) -> date:
        """The first day that does not count any more."""
        return counted_until(self.period, self.as_of)

    @property
    def is_count(self) -> bool:
        return self.measure == Measure.NEW_CUSTOMERS

    def query(self, **changes: str) -> str:
        """This question as a query string, with changes."""
        params = QueryDict(mutable=True)
        asked = {"subject": self.subject.key, "measure": self.measure, "period": self.period.key, **changes}
        params.update({name: value for name, value in asked.items() if value})
        return params.urlencode()

    def amount(self, value: object) -> str:
        """An amount of the measure as a card shows it."""
        return formats.number(value) if self.is_count else formats.money(value, self.currency)

    def amount_full(self, value: object) -> str:
        """The same with every digit."""
        if self.is_count:
            exact = formats.exact(value)
            whole = exact is None or exact == exact.to_integral_value()
            return formats.number(value, 0 if whole else 2)
        return formats.money_full(value, self.currency)


def frame_of(viewer: User, *, subject: str = "", measure: str = "", period: str = "") -> Frame | None:
    """The question a query string asks; None where the viewer has no numbers of his own and named nobody.

    Raises: NotFound for a measure, period or subject that does not exist; NotAllowed for numbers of others.
    """
    of = company()
    fiscal, as_of = fiscal_calendar(of), business_date(timezone.now(), of)
    measure = measure or Measure.SIGNED
    if measure not in Measure.values:
        raise NotFound(_("There is no such measure."))
    try:
        span = fiscal.period(period) if period else fiscal.period_of(as_of, PeriodKind.QUARTER)
    except ValueError as error:
        raise NotFound(_("There is no such period. Write 2026, 2026-Q4 or 2026-M11.")) from error
    found = subject_of(viewer, subject) if subject else home_subject(viewer, as_of)
    return Frame(viewer, found, measure, span, as_of, of, fiscal) if found else None


def frame_from(request: HttpRequest) -> Frame | None:
    """The question of a page's URL."""
    asked = {name: request.GET.get(name, "") for name in ("subject", "measure", "period")}
    return frame_of(request.user, **asked)  # type: ignore[arg-type]


def month_label(day: date) -> str:
    """A month by its short name."""
    return date_format(day, pgettext("date format of a short month", "M"))


def period_label(period: Period) -> str:
    """A period in words: 2026 年 11 月."""
    words = {"year": period.year, "number": period.number}
    if period.kind is PeriodKind.YEAR:
        return _("FY %(year)s") % words
    if period.kind is PeriodKind.QUARTER:
        return _("%(year)s Q%(number)s") % words
    return date_format(period.start, "YEAR_MONTH_FORMAT")
