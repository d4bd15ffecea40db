"""Writing price books and their dated prices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import PriceBook, PriceBookEntry, Product
from tiji.apps.catalog.permissions import can_edit_catalog, can_edit_product
from tiji.apps.catalog.services.facts import clean_bilingual, clean_code, clean_currency
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

EDITABLE = ("code", "name", "name_en", "currency", "is_default")


@transaction.atomic
def create_price_book(
    *, actor: User, code: str, name: str, currency: str, name_en: str = "", is_default: bool = False
) -> PriceBook:
    """Add a price book in one currency. Raises: NotAllowed, DomainError."""
    require(can_edit_catalog(actor))
    facts = {"code": code, "name": name, "name_en": name_en, "currency": currency, "is_default": is_default}
    book = PriceBook(**_clean(facts))
    _yield_default(book)
    book.save()
    audit.record("price_book.create", book, after=audit.snapshot(book), actor=actor)
    return book


@transaction.atomic
def edit_price_book(*, actor: User, book: PriceBook, **changes: Any) -> PriceBook:
    """Change a book. Its currency stays once it has prices. Raises: NotAllowed, DomainError."""
    require(can_edit_catalog(actor))
    book = PriceBook.objects.select_for_update().get(pk=book.pk)
    cleaned = _clean(changes, besides=book.pk)
    before = audit.snapshot(book)
    if cleaned.get("currency", book.currency) != book.currency and book.entries.exists():
        message = _("This book has prices in %(currency)s. Make another book for another currency.")
        raise DomainError(message % {"currency": book.currency}, field="currency")
    for name, value in cleaned.items():
        setattr(book, name, value)
    _yield_default(book)
    book.save()
    audit.record("price_book.edit", book, before, audit.snapshot(book), actor=actor)
    return book


@transaction.atomic
def archive_price_book(*, actor: User, book: PriceBook, at: datetime) -> PriceBook:
    """Take a book out of choice; its prices stay for the documents made from it. Raises: NotAllowed."""
    require(can_edit_catalog(actor))
    book = PriceBook.objects.select_for_update().get(pk=book.pk)
    book.archived_at, book.is_default = at, False
    book.save(update_fields=["archived_at", "is_default"])
    audit.record("price_book.archive", book, actor=actor)
    return book


@transaction.atomic
def set_price(
    *,
    actor: User,
    book: PriceBook,
    product: Product,
    price: Decimal,
    valid_from: date,
    today: date,
    floor_price: Decimal | None = None,
) -> PriceBookEntry:
    """Let a product cost `price` in a book from a day on, until the next price that is planned already.

    The price before ends that day; a price that begins on that very day is replaced. A first price may begin earlier.
    Raises: NotAllowed; DomainError for a price of the past, below zero, or below its own floor.
    """
    require(can_edit_product(actor, product.line), _("Sales operations and the line's product manager set its prices."))
    _check(book, product, price, floor_price)
    rows = list(
        PriceBookEntry.objects.select_for_update().filter(price_book=book, product=product).order_by("valid_from")
    )
    if valid_from < today and any(row.valid_until is None or row.valid_until > valid_from for row in rows):
        message = _("A price that has been valid is not changed afterwards. Choose today or a later day.")
        raise DomainError(message, field="valid_from", code="past")
    entry = next((row for row in rows if row.valid_from == valid_from), None)
    before = audit.snapshot(entry) if entry else None
    if entry is None:
        entry = PriceBookEntry(price_book=book, product=product, valid_from=valid_from)
        entry.valid_until = next((row.valid_from for row in rows if row.valid_from > valid_from), None)
        _end_at(rows, valid_from)
    entry.price, entry.floor_price = price, floor_price
    entry.save()
    audit.record("price.set", entry, before, audit.snapshot(entry), actor=actor)
    return entry


@transaction.atomic
def end_price(*, actor: User, book: PriceBook, product: Product, on: date, today: date) -> None:
    """Let a product have no price in a book from a day on. Raises: NotAllowed, DomainError."""
    require(can_edit_product(actor, product.line), _("Sales operations and the line's product manager set its prices."))
    if on < today:
        raise DomainError(_("Choose today or a later day."), field="on", code="past")
    rows = list(PriceBookEntry.objects.select_for_update().filter(price_book=book, product=product))
    ended = [row for row in rows if row.valid_until is None or row.valid_until > on]
    if not ended:
        raise DomainError(_("The product has no price in this book by then."), field="on", code="no-price")
    for row in ended:
        before = audit.snapshot(row)
        if row.valid_from >= on:
            row.delete()
        else:
            row.valid_until = on
            row.save(update_fields=["valid_until"])
        audit.record("price.end", row, before, {"valid_until": on.isoformat()}, actor=actor)


def _end_at(rows: list[PriceBookEntry], day: date) -> None:
    for row in rows:
        if row.valid_from < day and (row.valid_until is None or row.valid_until > day):
            row.valid_until = day
            row.save(update_fields=["valid_until"])


def _check(book: PriceBook, product: Product, price: Decimal, floor_price: Decimal | None) -> None:
    if book.archived_at:
        raise DomainError(_("This price book is archived. Choose another one."), field="price_book")
    if product.archived_at:
        raise DomainError(_("This product is archived. Choose another one."), field="product")
    if price < 0:
        raise DomainError(_("A price is never below zero."), field="price")
    if floor_price is not None and not 0 <= floor_price <= price:
        raise DomainError(_("The floor price lies between zero and the price."), field="floor_price")


def _yield_default(book: PriceBook) -> None:
    if book.is_default:
        others = PriceBook.objects.filter(currency=book.currency, is_default=True).exclude(pk=book.pk)
        others.update(is_default=False)


def _clean(facts: dict[str, Any], besides: int | None = None) -> dict[str, Any]:
    cleaned = clean_bilingual(facts, EDITABLE)
    if "code" in cleaned:
        cleaned["code"] = clean_code(PriceBook, cleaned["code"], besides)
    if "currency" in cleaned:
        cleaned["currency"] = clean_currency(cleaned["currency"])
    return cleaned
