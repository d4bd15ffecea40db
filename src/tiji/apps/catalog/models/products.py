"""What the company sells."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.shared.fields import AmountField, CurrencyField
from tiji.shared.models.base import Archivable, BilingualName, External, Versioned, external_unique


class ProductLine(BilingualName, External, Archivable):
    """A family of products that is planned, sold and measured together."""

    code = models.CharField(_("Code"), max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(pgettext_lazy("position", "Order"), default=0)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = pgettext_lazy("model", "product line")
        verbose_name_plural = pgettext_lazy("model", "product lines")
        constraints = [external_unique("productline")]


class Product(BilingualName, External, Archivable, Versioned):
    """One thing that can stand on an opportunity, a contract or an order."""

    code = models.CharField(_("Code"), max_length=50, unique=True)
    line = models.ForeignKey(ProductLine, models.PROTECT, related_name="products", verbose_name=_("Product line"))
    unit_name = models.CharField(_("Unit of measure"), max_length=20, blank=True)
    list_price = AmountField(_("List price"), null=True, blank=True)
    standard_cost = AmountField(_("Standard cost"), null=True, blank=True)
    currency = CurrencyField(_("Currency"))
    search_key = models.CharField(max_length=400, blank=True, editable=False)
    sort_key = models.CharField(max_length=240, blank=True, editable=False, db_index=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = pgettext_lazy("model", "product")
        verbose_name_plural = pgettext_lazy("model", "products")
        constraints = [external_unique("product")]

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.pk])
