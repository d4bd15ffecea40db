"""Writing product lines, and giving them to product managers."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.permissions import can_assign_product_line, can_edit_catalog
from tiji.apps.catalog.services.facts import clean_bilingual, clean_code
from tiji.apps.organization.models import AccessGrant, AccessKind, Person, User
from tiji.apps.organization.services.access import grant_access, revoke_access
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

SOURCE = "catalog.product_line"
EDITABLE = ("code", "name", "name_en", "position")


@transaction.atomic
def create_product_line(
    *, actor: User, code: str, name: str, name_en: str = "", position: int = 0, **external: str
) -> ProductLine:
    """Add a line of products. Raises: NotAllowed, DomainError."""
    require(can_edit_catalog(actor))
    facts = _clean({"code": code, "name": name, "name_en": name_en, "position": position})
    line: ProductLine = ProductLine.objects.create(**facts, **external)
    audit.record("product_line.create", line, after=audit.snapshot(line), actor=actor)
    return line


@transaction.atomic
def edit_product_line(*, actor: User, line: ProductLine, **changes: Any) -> ProductLine:
    """Change a line's code, names or order. Raises: NotAllowed, DomainError."""
    require(can_edit_catalog(actor))
    line = ProductLine.objects.select_for_update().get(pk=line.pk)
    facts = _clean(changes, besides=line.pk)
    before = audit.snapshot(line)
    for name, value in facts.items():
        setattr(line, name, value)
    line.save()
    audit.record("product_line.edit", line, before, audit.snapshot(line), actor=actor)
    return line


@transaction.atomic
def archive_product_line(*, actor: User, line: ProductLine, at: datetime) -> ProductLine:
    """Take a line without products out of the lists. Raises: NotAllowed, DomainError."""
    require(can_edit_catalog(actor))
    line = ProductLine.objects.select_for_update().get(pk=line.pk)
    left = Product.objects.filter(line=line, archived_at__isnull=True).count()
    if left:
        message = _("This line still has %(count)s products. Archive them or move them to another line first.")
        raise DomainError(message % {"count": left}, code="not-empty")
    line.archived_at = at
    line.save(update_fields=["archived_at"])
    audit.record("product_line.archive", line, actor=actor)
    return line


@transaction.atomic
def assign_product_line(
    *,
    actor: User,
    person: Person,
    line: ProductLine,
    valid_from: date,
    valid_until: date | None = None,
    may_change: bool = True,
) -> AccessGrant:
    """Give a product manager a line for a time: he sees its deals, and keeps its products when he may change.

    Raises: NotAllowed, DomainError.
    """
    require(can_assign_product_line(actor))
    return grant_access(
        actor=actor,
        person=person,
        kind=AccessKind.PRODUCT_LINE,
        object_id=line.pk,
        on=valid_from,
        until=valid_until,
        may_change=may_change,
        source=SOURCE,
    )


@transaction.atomic
def end_product_line(*, actor: User, line: ProductLine, grant: AccessGrant, on: date, today: date) -> None:
    """Let a product manager keep a line no longer from a day on. Raises: NotAllowed, DomainError."""
    require(can_assign_product_line(actor))
    if grant.source != SOURCE or grant.object_id != line.pk:
        raise DomainError(_("This product manager does not keep that line."), code="another-line")
    if on < today:
        raise DomainError(_("Choose today or a later day."), field="on", code="past")
    if grant.valid_until is not None and grant.valid_until <= on:
        message = _("It already ends on %(day)s.") % {"day": grant.valid_until}
        raise DomainError(message, field="on", code="ended")
    revoke_access(actor=actor, grant=grant, on=on)


def _clean(facts: dict[str, Any], besides: int | None = None) -> dict[str, Any]:
    cleaned = clean_bilingual(facts, EDITABLE)
    if "code" in cleaned:
        cleaned["code"] = clean_code(ProductLine, cleaned["code"], besides)
    return cleaned
