"""Writing products."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.permissions import can_edit_product
from tiji.apps.catalog.services.facts import clean_bilingual, clean_code, clean_currency
from tiji.apps.catalog.services.keys import product_keys
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require

EDITABLE = ("code", "name", "name_en", "line", "unit_name", "list_price", "standard_cost", "currency")


@transaction.atomic
def create_product(
    *,
    actor: User,
    code: str,
    name: str,
    line: ProductLine,
    currency: str,
    name_en: str = "",
    unit_name: str = "",
    list_price: Decimal | None = None,
    standard_cost: Decimal | None = None,
    external_source: str = "",
    external_key: str = "",
) -> Product:
    """Add a product to a line. Raises: NotAllowed, DomainError at the field that is wrong."""
    require(can_edit_product(actor, line), _denied())
    given = {"code": code, "name": name, "name_en": name_en, "unit_name": unit_name, "line": line}
    prices = {"list_price": list_price, "standard_cost": standard_cost, "currency": currency}
    product = Product(**_clean({**given, **prices}), external_source=external_source, external_key=external_key)
    set_keys(product)
    product.save(force_insert=True)
    audit.record("product.create", product, after=audit.snapshot(product, EDITABLE), actor=actor)
    return product


@transaction.atomic
def edit_product(*, actor: User, product: Product, version: int, **changes: Any) -> Product:
    """Change a product. Raises: NotAllowed; Conflict when somebody was faster; DomainError at the wrong field."""
    product = Product.objects.select_related("line").select_for_update(of=("self",)).get(pk=product.pk)
    require(can_edit_product(actor, product.line), _denied())
    cleaned = _clean(changes, besides=product.pk)
    if "line" in cleaned:
        require(can_edit_product(actor, cleaned["line"]), _denied())
    if product.version != version:
        message = _("Somebody changed this product while you were editing. Compare both versions and save again.")
        raise Conflict(message, current=product, attempted=cleaned)
    before = audit.snapshot(product, EDITABLE)
    for name, value in cleaned.items():
        setattr(product, name, value)
    if audit.snapshot(product, EDITABLE) != before:
        _save(product)
        audit.record("product.edit", product, *audit.changes(before, product), actor=actor)
    return product


@transaction.atomic
def archive_product(*, actor: User, product: Product, at: datetime, reason: str = "") -> Product:
    """Take a product out of choice; documents that name it keep it. Raises: NotAllowed."""
    product = Product.objects.select_related("line").select_for_update(of=("self",)).get(pk=product.pk)
    require(can_edit_product(actor, product.line), _denied())
    if product.archived_at is None:
        product.archived_at = at
        _save(product)
        audit.record("product.archive", product, reason=reason, actor=actor)
    return product


@transaction.atomic
def restore_product(*, actor: User, product: Product) -> Product:
    """Bring an archived product back. Raises: NotAllowed; DomainError when its line is archived."""
    product = Product.objects.select_related("line").select_for_update(of=("self",)).get(pk=product.pk)
    require(can_edit_product(actor, product.line), _denied())
    if product.line.archived_at:
        raise DomainError(_("Its product line is archived. Move the product to another line first."), code="archived")
    if product.archived_at:
        product.archived_at = None
        _save(product)
        audit.record("product.restore", product, actor=actor)
    return product


@transaction.atomic
def insert_products(*, products: list[Product]) -> list[Product]:
    """Insert unsaved, checked products in sets with their keys: for imports and the demo company."""
    for product in products:
        set_keys(product)
    return Product.objects.bulk_create(products, batch_size=1000)  # type: ignore[no-any-return]


def set_keys(product: Product) -> None:
    """Compute the columns that lists and searches go by."""
    keys = product_keys(name=product.name, name_en=product.name_en, code=product.code)
    product.search_key, product.sort_key = keys["search_key"], keys["sort_key"]


def _save(product: Product) -> None:
    set_keys(product)
    product.version += 1
    product.save()


def _denied() -> str:
    return _("Sales operations and the line's product manager keep its products. Ask them.")


def _clean(facts: dict[str, Any], besides: int | None = None) -> dict[str, Any]:
    cleaned = clean_bilingual(facts, EDITABLE)
    if "code" in cleaned:
        cleaned["code"] = clean_code(Product, cleaned["code"], besides)
    if "currency" in cleaned:
        cleaned["currency"] = clean_currency(cleaned["currency"])
    if len(cleaned.get("unit_name") or "") > 20:
        raise DomainError(_("A unit of measure has at most 20 characters."), field="unit_name")
    for name in ("list_price", "standard_cost"):
        if cleaned.get(name) is not None and cleaned[name] < 0:
            raise DomainError(_("A price is never below zero."), field=name)
    line = cleaned.get("line")
    if line is not None and line.archived_at:
        raise DomainError(_("This line is archived. Choose another one."), field="line")
    return cleaned
