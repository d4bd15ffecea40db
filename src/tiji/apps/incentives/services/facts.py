"""Facts of payees, typed one by one or in sets. A new value is a new row; nothing is changed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import PayFact
from tiji.apps.incentives.permissions import can_set_quota
from tiji.apps.incentives.problem_words import kind_text
from tiji.apps.incentives.selectors.facts import known_facts
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import company
from tiji.apps.organization.selectors.ids import among
from tiji.kernel.commission import fact_value
from tiji.kernel.money import minor_units
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

LOCK = "incentives.facts"
LONGEST = 200
Key = tuple[int, str, date]


@dataclass(frozen=True)
class FactValue:
    """A person's value from a day on; an empty one says that nothing is known from then on."""

    person: int
    name: str
    valid_from: date
    value: str


@transaction.atomic
def set_pay_fact(
    *,
    actor: User,
    person: Person,
    name: str,
    valid_from: date,
    value: str,
    at: datetime,
    reason: str = "",
    expected: int | None = None,
) -> PayFact:
    """Say what is known of a person from a day on, in place of what was said for that day.

    The same value again changes nothing. `expected` is the version that the actor saw for that day, 0 where there
    was none; None takes whatever stands.
    Raises: NotAllowed, DomainError at the field that is wrong, Conflict when somebody was faster.
    """
    require(can_set_quota(actor), _("Only sales operations and the director set what is known of payees. Ask them."))
    row = FactValue(person.pk, name, valid_from, value.strip())
    _check([row])
    exclusive(LOCK)
    standing = PayFact.objects.filter(person=person, name=name, valid_from=valid_from).order_by("-number")
    last = standing.first()
    if expected is not None and (last.number if last else 0) != expected:
        label = str(_("Value"))
        raise Conflict(
            _("Somebody typed this value in the meantime. Look at it and decide again."),
            current={label: last.value if last else "–"},
            attempted={label: row.value},
        )
    made = _append(actor, [row], at, reason)
    if made:
        audit.record("pay_fact.set", made[0], after=audit.snapshot(made[0]), reason=reason, actor=actor)
    found: PayFact = standing[0]
    return found


@transaction.atomic
def set_pay_facts(*, actor: User, rows: Iterable[FactValue], at: datetime, reason: str = "") -> int:
    """Say many at once; returns how many were new. All of them are taken, or none.

    Raises: NotAllowed, DomainError that names the first row that is wrong.
    """
    require(can_set_quota(actor), _("Only sales operations and the director set what is known of payees. Ask them."))
    given = [FactValue(row.person, row.name, row.valid_from, row.value.strip()) for row in rows]
    _check(given)
    exclusive(LOCK)
    made = _append(actor, given, at, reason)
    if made:
        text = "\n".join(f"{row.person_id} {row.name} {row.valid_from} {row.number} {row.value}" for row in made)
        digest = hashlib.sha256(text.encode()).hexdigest()
        summary = {"facts": sorted({row.name for row in made})}
        audit.record_batch(
            "pay_fact.set", PayFact, batch=digest[:16], count=len(made), digest=digest, summary=summary, actor=actor
        )
    return len(made)


def _check(rows: list[FactValue]) -> None:
    kinds, digits = known_facts(), minor_units(company().currency)
    wanted = {row.person for row in rows}
    known = set(Person.objects.filter(among("pk", wanted)).values_list("pk", flat=True))
    for place, row in enumerate(rows, 1):
        where = _("Row %(place)s: ") % {"place": place} if len(rows) > 1 else ""
        if row.person not in known:
            told = _("There is no person %(person)s.") % {"person": row.person}
            raise DomainError(where + told, field="person", code="unknown")
        if row.name not in kinds:
            names = _(", ").join(sorted(kinds)) or "–"
            told = _("No plan asks for “%(name)s”. Plans ask for: %(known)s.") % {"name": row.name, "known": names}
            raise DomainError(where + told, field="name", code="unknown")
        if len(row.value) > LONGEST:
            raise DomainError(where + _("A value has at most 200 characters."), field="value", code="long")
        if row.value:
            try:
                fact_value(kinds[row.name], row.value, digits)
            except ValueError as error:
                told = _("“%(value)s” is not %(kind)s.") % {"value": row.value, "kind": kind_text(kinds[row.name])}
                raise DomainError(where + told, field="value", code="kind") from error


def _append(actor: User, rows: list[FactValue], at: datetime, reason: str) -> list[PayFact]:
    """New versions of the values that are others. Called under the lock."""
    wanted = {(row.person, row.name, row.valid_from): row.value for row in rows}
    people, names = {row.person for row in rows}, {row.name for row in rows}
    standing: dict[Key, tuple[int, str]] = {}
    known = PayFact.objects.filter(among("person_id", people), name__in=names).order_by("number")
    for person, name, start, number, value in known.values_list("person_id", "name", "valid_from", "number", "value"):
        standing[person, name, start] = (number, value)
    changed = [
        PayFact(
            person_id=person,
            name=name,
            valid_from=start,
            number=standing.get((person, name, start), (0, ""))[0] + 1,
            value=value,
            reason=reason.strip(),
            created_at=at,
            created_by=actor,
        )
        for (person, name, start), value in sorted(wanted.items())
        if standing.get((person, name, start), (0, None))[1] != value
    ]
    return PayFact.objects.bulk_create(changed, batch_size=500)  # type: ignore[no-any-return]
