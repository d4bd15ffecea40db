"""What was signed, and when it is to be paid."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models.facts import BusinessKind
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from tiji.shared.fields import AmountField, CurrencyField, RateField
from tiji.shared.indexes import NullsLastIndex
from tiji.shared.models.base import Archivable, External, Versioned, external_unique


class AccountDocumentQuerySet(OwnedQuerySet):
    """Documents of an account: seen with their owner, or with the account where it is granted."""

    def granted_q(self, scope: Scope) -> Q:
        return in_ids("account_id", scope.granted.get(AccessKind.ACCOUNT))


class Contract(External, Archivable, Versioned):
    """A contract. Once signed its amounts stand: a cancellation is a second row that names what it reverses."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", pgettext_lazy("contract", "Signed")
        REVERSED = "reversed", _("Reversed")

    number = models.CharField(_("Number"), max_length=30, unique=True)
    name = models.CharField(_("Subject"), max_length=200)
    account = models.ForeignKey(Account, models.PROTECT, related_name="contracts")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, null=True, blank=True, related_name="contracts")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("Status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    amount = AmountField(_("Amount"))
    cost = AmountField(_("Cost"), null=True, blank=True)
    currency = CurrencyField(_("Currency"))
    kind = models.CharField(_("Business"), max_length=8, choices=BusinessKind.choices, blank=True, editable=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(_("Reason"), max_length=250, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = AccountDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        verbose_name = pgettext_lazy("model", "contract")
        verbose_name_plural = pgettext_lazy("model", "contracts")
        constraints = [
            external_unique("contract"),
            models.CheckConstraint(
                condition=Q(status="draft") | (Q(signed_on__isnull=False) & ~Q(kind="")), name="contract_signed"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gte=0) | Q(reverses__isnull=False, amount__lte=0),
                name="contract_sign",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "signed_on"]),
            models.Index(fields=["owner", "-signed_on", "-id"]),
            NullsLastIndex(fields=["-signed_on", "-id"], name="contract_latest"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("contract", args=[self.pk])

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_draft(self) -> bool:
        """Neither signed nor dropped."""
        return self.status == self.Status.DRAFT and self.archived_at is None

    @property
    def stands(self) -> bool:
        """It is signed, was not taken back, and takes nothing back."""
        return self.status == self.Status.SIGNED and self.reverses_id is None


class Instalment(models.Model):
    """One payment of a contract's plan. The plan's amounts add up to the contract's."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("Label"), max_length=80)
    due_on = models.DateField(pgettext_lazy("payment", "Due on"))
    share_rate = RateField(pgettext_lazy("instalment", "Share"), null=True, blank=True)
    amount = AmountField(_("Amount"))
    condition = models.CharField(_("Condition"), max_length=120, blank=True)

    class Meta:
        ordering = ["contract", "position"]
        verbose_name = pgettext_lazy("model", "instalment")
        verbose_name_plural = pgettext_lazy("model", "instalments")
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="instalment_position_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount"),
        ]
        indexes = [models.Index(fields=["due_on"])]

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.position}"
