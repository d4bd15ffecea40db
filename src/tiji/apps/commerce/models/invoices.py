"""What was billed, and what was credited back. Posted when made; a correction is a credit note."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models.contracts import AccountDocumentQuerySet, Contract, Instalment
from tiji.apps.commerce.models.orders import Order
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.kernel.money import Money
from tiji.shared.fields import AmountField, CurrencyField
from tiji.shared.models.base import Archivable, External, external_unique


class InvoiceQuerySet(AccountDocumentQuerySet):
    """Invoices."""

    def open(self) -> "InvoiceQuerySet":
        """Those with something left to pay."""
        return self.filter(balance__gt=0)


class Invoice(External, Archivable):
    """An invoice. Only `balance`, which is derived from applications and credit notes, changes after posting."""

    number = models.CharField(_("Number"), max_length=30, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="invoices")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, blank=True, related_name="invoices")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="invoices")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    issued_on = models.DateField(_("Issued on"))
    due_on = models.DateField(pgettext_lazy("payment", "Due on"))
    amount = AmountField(_("Amount"))
    balance = AmountField(_("Outstanding"), editable=False)
    currency = CurrencyField(_("Currency"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        verbose_name = pgettext_lazy("model", "invoice")
        verbose_name_plural = pgettext_lazy("model", "invoices")
        constraints = [
            external_unique("invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount"),
            models.CheckConstraint(condition=Q(balance__gte=0) & Q(balance__lte=F("amount")), name="invoice_balance"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due"),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(balance__gt=0), name="invoice_open"),
            models.Index(fields=["account", "due_on"]),
            models.Index(fields=["-issued_on", "-id"]),
            models.Index(fields=["owner", "due_on"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("invoice", args=[self.pk])

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class CreditNoteQuerySet(OwnedQuerySet):
    """Credit notes are seen with their invoice."""

    owner_path = "invoice__owner_id"

    def granted_q(self, scope: Scope) -> Q:
        return in_ids("invoice__account_id", scope.granted.get(AccessKind.ACCOUNT))


class CreditNote(External):
    """Part of an invoice taken back; a mistake is reversed by a second, negative row."""

    number = models.CharField(_("Number"), max_length=30, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    issued_on = models.DateField(_("Issued on"))
    amount = AmountField(_("Amount"))
    currency = CurrencyField(_("Currency"))
    reason = models.CharField(_("Reason"), max_length=250)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = CreditNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        verbose_name = pgettext_lazy("model", "credit note")
        verbose_name_plural = pgettext_lazy("model", "credit notes")
        constraints = [
            external_unique("creditnote"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="creditnote_sign",
            ),
        ]
        indexes = [models.Index(fields=["-issued_on", "-id"])]

    def __str__(self) -> str:
        return self.number
