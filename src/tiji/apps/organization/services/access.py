"""The dated access table. Upper rooms write what they grant; roles are given here by administrators."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import AccessGrant, AccessKind, Person, Role, RoleGrant, Unit, User
from tiji.apps.organization.permissions import can_manage_roles, can_revoke_role
from tiji.apps.organization.selectors.scope import forget_scope
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


class GrantRow(NamedTuple):
    """One grant for `replace_grants`."""

    person_id: int
    kind: str
    object_id: int
    may_change: bool = False


@transaction.atomic
def grant_access(
    *,
    actor: User | None,
    person: Person,
    kind: str,
    object_id: int,
    on: date,
    source: str,
    may_change: bool = False,
    until: date | None = None,
) -> AccessGrant:
    """Open rows to somebody from a date. The room that calls has asked its own permission. Raises: DomainError.

    An equal grant of the same source that holds already is given back instead of being written twice.
    """
    _check(kind, source, on, until)
    same = AccessGrant.objects.on(on).filter(
        person=person, kind=kind, object_id=object_id, source=source, may_change=may_change, valid_until=until
    )
    found: AccessGrant | None = same.first()
    if found is not None:
        return found
    grant = AccessGrant.objects.create(
        person=person,
        kind=kind,
        object_id=object_id,
        may_change=may_change,
        source=source,
        valid_from=on,
        valid_until=until,
    )
    audit.record("access.granted", person, None, {**_facts(grant), "from": on.isoformat()}, actor=actor)
    return grant


@transaction.atomic
def revoke_access(*, actor: User | None, grant: AccessGrant, on: date) -> None:
    """End a grant on a day; one that has not begun by then is taken out."""
    grant = AccessGrant.objects.select_for_update().select_related("person").get(pk=grant.pk)
    if grant.valid_until is not None and grant.valid_until <= on:
        return
    _end([grant], on)
    audit.record("access.revoked", grant.person, _facts(grant), {"until": on.isoformat()}, actor=actor)


@transaction.atomic
def replace_grants(*, actor: User | None, source: str, rows: Iterable[GrantRow], on: date) -> tuple[int, int]:
    """Make the grants of one source equal to `rows` from `on`; those of other sources are not touched.

    Returns how many began and how many ended. Raises: DomainError.
    """
    wanted = {GrantRow(*row) for row in rows}
    for kind in {row.kind for row in wanted}:
        _check(kind, source, on, None)
    held = AccessGrant.objects.select_for_update().filter(source=source).exclude(valid_until__lte=on).order_by("pk")
    ending, kept = [], set()
    for grant in held:
        row = GrantRow(grant.person_id, grant.kind, grant.object_id, grant.may_change)
        if row in wanted and row not in kept and grant.valid_until is None and grant.valid_from <= on:
            kept.add(row)
        else:
            ending.append(grant)
    _end(ending, on)
    fresh = sorted(wanted - kept)
    AccessGrant.objects.bulk_create(
        [AccessGrant(**row._asdict(), source=source, valid_from=on) for row in fresh], batch_size=2000
    )
    if fresh or ending:
        audit.record_batch(
            "access.replaced",
            AccessGrant,
            batch=source,
            count=len(fresh),
            digest=digest_of(fresh),
            summary={"began": len(fresh), "ended": len(ending), "from": on},
            actor=actor,
        )
    return len(fresh), len(ending)


@transaction.atomic
def grant_role(
    *, actor: User, user: User, role: str, on: date, unit: Unit | None = None, until: date | None = None
) -> RoleGrant:
    """Give a user a role beside his position's, for the whole company or a unit. Raises: NotAllowed, DomainError."""
    require(can_manage_roles(actor))
    if role not in Role.values:
        raise DomainError(_("Choose a role."), field="role", code="choice")
    if until is not None and until <= on:
        raise DomainError(_("The end lies before the beginning. Choose a later day."), field="until", code="dates")
    if RoleGrant.objects.filter(user=user, role=role, unit=unit).exclude(valid_until__lte=on).exists():
        raise DomainError(_("This user has that role already."), field="role", code="no-change")
    grant = RoleGrant.objects.create(user=user, role=role, unit=unit, valid_from=on, valid_until=until)
    forget_scope(user)
    audit.record(
        "role.granted",
        user,
        None,
        {"role": role, "unit": unit.pk if unit else None, "from": on.isoformat()},
        actor=actor,
    )
    return grant


@transaction.atomic
def revoke_role(*, actor: User, grant: RoleGrant, on: date) -> None:
    """End a role on a day. Raises: NotAllowed."""
    require(
        can_revoke_role(actor, grant),
        _("Only an administrator takes roles away, and nobody his own administrator role: ask another administrator."),
    )
    grant = RoleGrant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    if grant.valid_until is not None and grant.valid_until <= on:
        return
    if grant.valid_from >= on:
        grant.delete()
    else:
        grant.valid_until = on
        grant.save(update_fields=["valid_until"])
    forget_scope(grant.user)
    audit.record(
        "role.revoked", grant.user, {"role": grant.role, "unit": grant.unit_id}, {"until": on.isoformat()}, actor=actor
    )


def _end(grants: list[AccessGrant], on: date) -> None:
    """Those that began before `on` end then; the others never were."""
    begun = [grant.pk for grant in grants if grant.valid_from < on]
    AccessGrant.objects.filter(pk__in=begun).update(valid_until=on)
    AccessGrant.objects.filter(pk__in=[grant.pk for grant in grants if grant.valid_from >= on]).delete()


def _check(kind: str, source: str, on: date, until: date | None) -> None:
    if kind not in AccessKind.values:
        raise DomainError(_("“%(kind)s” is nothing that can be opened.") % {"kind": kind}, field="kind", code="choice")
    if not source or len(source) > 60:
        raise DomainError(_("A grant names its source in at most 60 letters."), field="source", code="source")
    if until is not None and until <= on:
        raise DomainError(_("The end lies before the beginning. Choose a later day."), field="until", code="dates")


def _facts(grant: AccessGrant) -> dict[str, object]:
    return {
        "kind": grant.kind,
        "object": grant.object_id,
        "may_change": grant.may_change,
        "source": grant.source,
    }
