"""What counts towards a target, one row a fact: derived from the posted documents and rebuilt from them at will."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.shared.fields import AmountField, CurrencyField


class Measure(models.TextChoices):
    """What a target is set for."""

    SIGNED = "signed", _("Signed")
    CASH = "cash", _("Cash received")
    GROSS_PROFIT = "gross_profit", _("Gross profit")
    NEW_CUSTOMERS = "new_customers", _("New customers")


class BusinessKind(models.TextChoices):
    """Whether the customer was already buying."""

    EXISTING = "existing", _("Existing customer")
    NEW = "new", _("New customer")


class MeasureFactQuerySet(OwnedQuerySet):
    """Facts are seen with their owner or their account."""

    def granted_q(self, scope: Scope) -> Q:
        return in_ids("account_id", scope.granted.get(AccessKind.ACCOUNT))


class MeasureFact(models.Model):
    """So much of a measure came about on a day, for an owner and the unit he was in on that day.

    Units: `amount` is money in `currency`, or a count for new customers. `source` and `source_id` name the document.
    """

    class Source(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        ORDER = "order", pgettext_lazy("document", "Order")
        RECEIPT = "receipt", pgettext_lazy("document", "Receipt")
        APPLICATION = "application", _("Receipt applied")

    measure = models.CharField(max_length=15, choices=Measure.choices)
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=BusinessKind.choices)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    amount = AmountField()
    currency = CurrencyField()
    source = models.CharField(max_length=12, choices=Source.choices)
    source_id = models.BigIntegerField()
    part = models.PositiveIntegerField(default=0)

    objects: Any = MeasureFactQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = pgettext_lazy("model", "measure fact")
        verbose_name_plural = pgettext_lazy("model", "measure facts")
        constraints = [
            models.UniqueConstraint(fields=["measure", "source", "source_id", "part"], name="measurefact_one_source")
        ]
        indexes = [
            models.Index(fields=["measure", "on", "owner", "kind", "amount"], name="measurefact_owner"),
            models.Index(fields=["measure", "unit", "on"]),
            models.Index(fields=["account", "measure", "on"]),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.on}: {self.amount}"
