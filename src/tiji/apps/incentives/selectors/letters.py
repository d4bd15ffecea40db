"""Plan letters: whom a version reaches, how far its letters are, and who is paid by what he has not accepted."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tiji.apps.incentives.models import Earning, PlanLetter, PlanVersion, Run
from tiji.apps.incentives.selectors.plans import people_of
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.ids import among

NOT_SENT = "none"


def letters(viewer: User) -> "QuerySet[Any, Any]":
    """The letters that the viewer may see, newest first."""
    rows = PlanLetter.objects.visible_to(viewer)
    return rows.select_related("person", "plan_version__plan", "file").order_by("-sent_at", "-pk")


def own_letters(viewer: User) -> "QuerySet[Any, Any]":
    """The letters that are for the viewer."""
    return letters(viewer).filter(person_id=viewer.person_id) if viewer.person_id else PlanLetter.objects.none()


def letter_waiting_for(viewer: User) -> PlanLetter | None:
    """The newest letter that waits for the viewer's answer."""
    if viewer.person_id is None:
        return None
    rows: Any = own_letters(viewer)
    found: PlanLetter | None = rows.waiting().first()
    return found


def reached_by(version: PlanVersion, on: date) -> set[int]:
    """The people whom a version pays: those its plan is assigned to on the day, or on its first if that is later."""
    day = max(version.valid_from, on)
    spans = people_of(version.plan.assignments.all(), day)
    return {
        person
        for person, found in spans.items()
        if any(start <= day and (end is None or day < end) for start, end in found)
    }


def people_reached(version: PlanVersion, on: date) -> "QuerySet[Any, Any]":
    """The same as rows, with those who have a letter and are no longer reached."""
    written = set(PlanLetter.objects.filter(plan_version=version).values_list("person_id", flat=True))
    return Person.objects.filter(among("pk", reached_by(version, on) | written))  # type: ignore[no-any-return]


def newest_letters(version: PlanVersion, people: Iterable[int]) -> dict[int, PlanLetter]:
    """Person → the last letter of the version that he was sent."""
    rows = PlanLetter.objects.filter(among("person_id", set(people)), plan_version=version).order_by("pk")
    return {row.person_id: row for row in rows.defer("content")}


def to_be_sent(version: PlanVersion, on: date, *, declined: bool = False) -> list[Person]:
    """Whom the version reaches and who has no letter of it; with `declined` also who declined his last one."""
    reached = reached_by(version, on)
    last = newest_letters(version, reached)
    wanted = {key for key in reached if key not in last or (declined and last[key].declined_at)}
    return list(Person.objects.filter(among("pk", wanted), archived_at__isnull=True).order_by("sort_key", "pk"))


def letter_counts(version: PlanVersion, on: date) -> Counter[str]:
    """State → people, of those whom the version reaches; `none` are without a letter."""
    reached = reached_by(version, on)
    last = newest_letters(version, reached)
    return Counter(str(last[key].state.value) if key in last else NOT_SENT for key in reached)


def unaccepted(run: Run) -> "QuerySet[Any, Any]":
    """The people to whom a run still pays something by a version of a plan that they have not accepted."""
    accepted = PlanLetter.objects.filter(
        plan_version_id=OuterRef("plan_version_id"), person_id=OuterRef("person_id"), accepted_at__isnull=False
    )
    owed = Earning.objects.filter(run=run).exclude(delta=0).filter(~Exists(accepted))
    return Person.objects.filter(pk__in=owed.values("person_id")).order_by("sort_key", "pk")  # type: ignore[no-any-return]
