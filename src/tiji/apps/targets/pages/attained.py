"""What the attainment page is made of: the subject's figures, each with the door to what it was made of."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.display.frames import Frame, period_label
from tiji.apps.targets.selectors.attainment import Forecast, Standing, forecast, standings
from tiji.apps.targets.selectors.below import subjects_above, subjects_below
from tiji.apps.targets.selectors.subjects import Subject, can_see_numbers_of
from tiji.kernel.periods import PeriodKind
from tiji.kernel.targets import Attainment
from tiji.ui import formats


@dataclass(frozen=True)
class Figure:
    """One number: as a card shows it, with every digit, and where it opens."""

    text: str
    full: str
    href: str = ""


@dataclass(frozen=True)
class Line:
    """One subject's row: all kinds together, then existing and new."""

    subject: Subject
    href: str
    attainment: Attainment
    actual: Figure
    target: Figure
    gap: Figure
    kinds: tuple["Kind", ...]

    @property
    def tone(self) -> str:
        return str(self.attainment.status or "")


@dataclass(frozen=True)
class Kind:
    """One business kind within a row."""

    key: str
    actual: Figure
    target: Figure
    completion: Fraction | None


class AttainmentPage:
    """The page of one subject, measure and period."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @cached_property
    def below(self) -> list[Subject]:
        return subjects_below(self.frame.subject, self.frame.as_of)

    @cached_property
    def found(self) -> dict[str, dict[str, Standing]]:
        frame = self.frame
        return standings(
            [frame.subject, *self.below],
            frame.measure,
            frame.period,
            as_of=frame.as_of,
            calendar=frame.calendar,
            currency=frame.currency,
        )

    @cached_property
    def forecast(self) -> Forecast:
        frame = self.frame
        return forecast(
            frame.subject,
            frame.measure,
            frame.period,
            as_of=frame.as_of,
            calendar=frame.calendar,
            currency=frame.currency,
            found=self.found[frame.subject.key],
        )

    @cached_property
    def main(self) -> Line:
        return self.line(self.frame.subject)

    @cached_property
    def lines(self) -> list[Line]:
        return [self.line(subject) for subject in self.below]

    @cached_property
    def rest(self) -> Figure | None:
        """What belongs to the unit but to nobody listed: people who moved or left. None where all adds up.

        A person's row counts all his facts, wherever he was; the unit's counts what happened in it.
        """
        if not self.below:
            return None
        parts = sum((line.attainment.actual for line in self.lines), Decimal(0))
        rest = self.main.attainment.actual - parts
        return self.figure(rest) if rest else None

    def line(self, subject: Subject) -> Line:
        standing = self.found[subject.key]
        done = standing[""].attainment
        open_to_viewer = subject == self.frame.subject or can_see_numbers_of(self.frame.viewer, subject)
        return Line(
            subject,
            f"{reverse('attainment')}?{self.frame.query(subject=subject.key)}" if open_to_viewer else "",
            done,
            self.figure(done.actual, self.facts(subject) if open_to_viewer else ""),
            self.figure(done.target),
            self.figure(done.gap),
            tuple(self.kind(subject, standing[kind]) for kind in self.kinds),
        )

    def kind(self, subject: Subject, standing: Standing) -> Kind:
        done = standing.attainment
        return Kind(
            standing.kind,
            self.figure(done.actual, self.facts(subject, standing.kind)),
            self.figure(done.target),
            done.completion,
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("new",) if self.frame.is_count else ("existing", "new")

    def figure(self, value: Any, href: str = "") -> Figure:
        return Figure(self.frame.amount(value), self.frame.amount_full(value), href)

    def facts(self, subject: Subject, kind: str = "") -> str:
        return f"{reverse('attainment_facts')}?{self.frame.query(subject=subject.key, kind=kind)}"

    @property
    def landing(self) -> Figure:
        outlook = self.forecast.outlook
        text = formats.number(outlook.amount, 1) if self.frame.is_count else self.frame.amount(outlook.amount)
        href = f"{reverse('attainment_landing')}?{self.frame.query()}"
        return Figure(text, self.frame.amount_full(outlook.amount), href)

    @property
    def uncovered(self) -> Figure:
        left = self.forecast.uncovered
        if left is None or not self.frame.is_count:
            return self.figure(left)
        return Figure(formats.number(left, 1), self.frame.amount_full(left))

    @property
    def is_covered(self) -> bool:
        left = self.forecast.uncovered
        return left is not None and left <= 0

    @property
    def pipeline(self) -> Figure:
        return self.figure(self.forecast.outlook.pipeline)

    @property
    def needed(self) -> Figure:
        return self.figure(self.main.attainment.needed_per_day)

    @property
    def daily(self) -> Figure:
        return self.figure(self.main.attainment.daily_so_far)

    # The switches above

    @cached_property
    def above(self) -> list[tuple[str, str]]:
        """(label, address) of the units above; no address where the viewer may not see their numbers."""
        return [
            (
                one.label,
                f"{reverse('attainment')}?{self.frame.query(subject=one.key)}"
                if can_see_numbers_of(self.frame.viewer, one)
                else "",
            )
            for one in subjects_above(self.frame.subject, self.frame.as_of)
        ]

    @property
    def measures(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "href": f"?{self.frame.query(measure=key)}", "on": key == self.frame.measure}
            for key, label in Measure.choices
        ]

    @property
    def lengths(self) -> list[dict[str, Any]]:
        """Month, quarter, year: the one that today lies in, or the one around the period shown."""
        labels = {PeriodKind.MONTH: _("Month"), PeriodKind.QUARTER: _("Quarter"), PeriodKind.YEAR: _("Year")}
        frame = self.frame
        day = min(max(frame.as_of, frame.period.start), frame.period.last_day)
        return [
            {
                "label": label,
                "href": f"?{frame.query(period=frame.fiscal.period_of(day, kind).key)}",
                "on": kind is frame.period.kind,
            }
            for kind, label in labels.items()
        ]

    @property
    def previous(self) -> str:
        return f"?{self.frame.query(period=self.frame.fiscal.previous(self.frame.period).key)}"

    @property
    def following(self) -> str:
        """The next period, unless it has not begun."""
        frame = self.frame
        if frame.period.end > frame.as_of:
            return ""
        return f"?{frame.query(period=frame.fiscal.period_of(frame.period.end, frame.period.kind).key)}"

    @property
    def period_text(self) -> str:
        return period_label(self.frame.period)

    @property
    def share_of_time(self) -> Fraction:
        return self.forecast.progress.share

    def context(self) -> dict[str, Any]:
        return {"page": self, "frame": self.frame, "done": self.main.attainment, "forecast": self.forecast}
