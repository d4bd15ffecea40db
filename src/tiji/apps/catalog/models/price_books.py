"""Prices, dated."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models.products import Product
from tiji.shared.fields import AmountField, CurrencyField
from tiji.shared.models.base import Archivable, BilingualName, Dated, dated_check


class PriceBook(BilingualName, Archivable):
    """A list of prices in one currency."""

    code = models.CharField(_("Code"), max_length=30, unique=True)
    currency = CurrencyField(_("Currency"))
    is_default = models.BooleanField(_("Default"), default=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["code"]
        verbose_name = pgettext_lazy("model", "price book")
        verbose_name_plural = pgettext_lazy("model", "price books")
        constraints = [
            models.UniqueConstraint(
                fields=["currency"], condition=models.Q(is_default=True), name="pricebook_one_default"
            )
        ]


class PriceBookEntry(Dated):
    """The price of a product in a book from a date; below `floor_price` it needs approval."""

    price_book = models.ForeignKey(PriceBook, models.CASCADE, related_name="entries")
    product = models.ForeignKey(Product, models.PROTECT, related_name="prices")
    price = AmountField(_("Price"))
    floor_price = AmountField(_("Floor price"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "price")
        verbose_name_plural = pgettext_lazy("model", "prices")
        constraints = [
            dated_check("pricebookentry"),
            models.UniqueConstraint(fields=["price_book", "product", "valid_from"], name="pricebookentry_one_start"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="pricebookentry_price"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.price}"
