"""What was ordered."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.models.contracts import AccountDocumentQuerySet, Contract
from tiji.apps.commerce.models.facts import BusinessKind
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, Unit
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from tiji.shared.fields import AmountField, CurrencyField, QuantityField
from tiji.shared.models.base import Archivable, External, Versioned, external_unique


class Order(External, Archivable, Versioned):
    """An order. Without a contract it counts as signed when it is confirmed."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", pgettext_lazy("order", "Confirmed")
        REVERSED = "reversed", _("Reversed")

    number = models.CharField(_("Number"), max_length=30, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="orders")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="orders")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, null=True, blank=True, related_name="orders")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("Status"), max_length=9, choices=Status.choices, default=Status.DRAFT)
    ordered_on = models.DateField(_("Ordered on"))
    confirmed_on = models.DateField(_("Confirmed on"), null=True, blank=True)
    amount = AmountField(_("Amount"))
    cost = AmountField(_("Cost"), null=True, blank=True)
    currency = CurrencyField(_("Currency"))
    kind = models.CharField(_("Business"), max_length=8, choices=BusinessKind.choices, blank=True, editable=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(_("Reason"), max_length=250, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = AccountDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-ordered_on", "-pk"]
        verbose_name = pgettext_lazy("model", "order")
        verbose_name_plural = pgettext_lazy("model", "orders")
        constraints = [
            external_unique("order"),
            models.CheckConstraint(
                condition=Q(status="draft") | (Q(confirmed_on__isnull=False) & ~Q(kind="")), name="order_confirmed"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gte=0) | Q(reverses__isnull=False, amount__lte=0),
                name="order_sign",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "confirmed_on"]),
            models.Index(fields=["owner", "-ordered_on", "-id"]),
            models.Index(fields=["-ordered_on", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("order", args=[self.pk])

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_draft(self) -> bool:
        """Neither confirmed nor dropped."""
        return self.status == self.Status.DRAFT and self.archived_at is None

    @property
    def stands(self) -> bool:
        """It is confirmed, was not taken back, and takes nothing back."""
        return self.status == self.Status.CONFIRMED and self.reverses_id is None


class OrderLine(models.Model):
    """One product of an order, priced with at most four decimals."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = QuantityField(_("Quantity"))
    unit_price = AmountField(_("Unit price"))
    amount = AmountField(_("Amount"))
    cost = AmountField(_("Cost"), null=True, blank=True)

    class Meta:
        ordering = ["order", "position"]
        verbose_name = pgettext_lazy("model", "line of an order")
        verbose_name_plural = pgettext_lazy("model", "lines of orders")
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="orderline_position_unique")]
        indexes = [models.Index(fields=["product"])]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"
