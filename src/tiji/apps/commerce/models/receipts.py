"""Money received, and what it paid. Posted when made; a mistake is reversed by a second row."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models.contracts import AccountDocumentQuerySet
from tiji.apps.commerce.models.invoices import Invoice
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, Unit
from tiji.kernel.money import Money
from tiji.shared.fields import AmountField, CurrencyField
from tiji.shared.models.base import External, external_unique


class Receipt(External):
    """Money that came in. Only `unapplied`, which is derived from its applications, changes after posting."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        BILL = "bill", _("Bank acceptance bill")
        CASH = "cash", _("Cash")
        OTHER = "other", _("Other")

    number = models.CharField(_("Number"), max_length=30, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="receipts")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    received_on = models.DateField(_("Received on"))
    amount = AmountField(_("Amount"))
    unapplied = AmountField(_("Not applied yet"), editable=False)
    currency = CurrencyField(_("Currency"))
    method = models.CharField(_("Method"), max_length=8, choices=Method.choices, default=Method.TRANSFER)
    bank_reference = models.CharField(_("Bank reference"), max_length=80, blank=True)
    note = models.CharField(_("Note"), max_length=250, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = AccountDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        verbose_name = pgettext_lazy("model", "receipt")
        verbose_name_plural = pgettext_lazy("model", "receipts")
        constraints = [
            external_unique("receipt"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="receipt_sign",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "received_on"]),
            models.Index(fields=["-received_on", "-id"]),
            models.Index(fields=["owner", "-received_on", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("receipt", args=[self.pk])

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class ReceiptApplication(models.Model):
    """Part of a receipt paid part of an invoice. `owner`, `unit`: of the invoice, on that day."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="applications")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="applications")
    applied_on = models.DateField(_("Applied on"))
    amount = AmountField(_("Amount"))
    currency = CurrencyField(_("Currency"))
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["applied_on", "pk"]
        verbose_name = pgettext_lazy("model", "receipt applied")
        verbose_name_plural = pgettext_lazy("model", "receipts applied")
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="receiptapplication_sign",
            )
        ]
        indexes = [models.Index(fields=["invoice", "applied_on"]), models.Index(fields=["applied_on", "id"])]

    def __str__(self) -> str:
        return f"{self.receipt_id} → {self.invoice_id}"
