"""Products and lines of a load that was taken back: archived, and brought back when the same load comes again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.permissions import can_edit_catalog
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.permissions import require


@transaction.atomic
def withdraw_products(*, actor: User, ids: Collection[int], at: datetime, batch: str) -> int:
    """Archive products; they keep code and key. Whether anything uses them the caller has asked.

    Returns how many. Raises: NotAllowed.
    """
    return _archive(Product, "product.withdraw", actor, ids, at, batch, version=F("version") + 1)


@transaction.atomic
def withdraw_product_lines(*, actor: User, ids: Collection[int], at: datetime, batch: str) -> int:
    """Archive product lines without products; they keep code and key. Returns how many. Raises: NotAllowed."""
    return _archive(ProductLine, "product_line.withdraw", actor, ids, at, batch)


@transaction.atomic
def revive_products(*, actor: User, ids: Collection[int], batch: str) -> int:
    """Bring archived products back. Returns how many. Raises: NotAllowed."""
    return _archive(Product, "product.revive", actor, ids, None, batch, version=F("version") + 1)


@transaction.atomic
def revive_product_lines(*, actor: User, ids: Collection[int], batch: str) -> int:
    """Bring archived product lines back. Returns how many. Raises: NotAllowed."""
    return _archive(ProductLine, "product_line.revive", actor, ids, None, batch)


def _archive(
    model: Any, action: str, actor: User, ids: Collection[int], at: datetime | None, batch: str, **facts: Any
) -> int:
    require(can_edit_catalog(actor))
    rows = model.objects.filter(among("pk", ids), archived_at__isnull=at is not None)
    if model is Product:
        facts["updated_at"] = timezone.now()
    count: int = rows.update(archived_at=at, **facts)
    audit.record_batch(action, model, batch=batch, count=count, digest=digest_of([sorted(ids)]), actor=actor)
    return count
