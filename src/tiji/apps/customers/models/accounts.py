"""The companies that buy, where they are, and who has looked after them."""

from typing import Any

from babel import Locale
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.shared.indexes import NullsLastIndex
from tiji.shared.models.base import Archivable, BilingualName, External, Versioned, external_unique


class Tier(models.TextChoices):
    """The value letter of a customer."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Industry(BilingualName, Archivable):
    """A branch of business, at most two levels."""

    code = models.CharField(_("Code"), max_length=30, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    objects: Any = models.Manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("industry")
        verbose_name_plural = _("industries")


class Division(models.Model):
    """An administrative division: province (2 digits), city (4), county (6); or a country by its ISO code."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)
    full_name = models.CharField(max_length=160)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    search_key = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.full_name if self.is_chinese else self.label

    @property
    def is_chinese(self) -> bool:
        return self.code.isdecimal()

    @property
    def label(self) -> str:
        """The name alone; a country's in the reader's language."""
        if self.is_chinese:
            return self.name
        language = "en" if (get_language() or "").startswith("en") else "zh"
        return str(Locale(language).territories.get(self.code, self.name))


class AccountQuerySet(OwnedQuerySet):
    """Accounts; some are opened one by one."""

    def granted_q(self, scope: Scope) -> Q:
        return in_ids("pk", scope.granted.get(AccessKind.ACCOUNT))


class Account(External, Archivable, Versioned):
    """A company that buys, or may buy."""

    number = models.CharField(pgettext_lazy("of a document", "Number"), max_length=30, unique=True)
    name = models.CharField(_("Legal name"), max_length=200)
    short_name = models.CharField(_("Short name"), max_length=80, blank=True)
    credit_code = models.CharField(_("Unified credit code"), max_length=18, blank=True)
    industry = models.ForeignKey(Industry, models.PROTECT, null=True, blank=True, verbose_name=_("Industry"))
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name=_("Region"))
    tier = models.CharField(_("Tier"), max_length=1, choices=Tier.choices, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="accounts")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subsidiaries")
    source = models.CharField(_("Source"), max_length=40, blank=True)
    website = models.CharField(_("Website"), max_length=200, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    address = models.CharField(_("Address"), max_length=250, blank=True)
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)
    note = models.TextField(_("Note"), blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    last_activity_on = models.DateField(null=True, blank=True, editable=False)
    name_key = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    search_key = models.CharField(max_length=500, blank=True, editable=False)
    search_grams = models.TextField(blank=True, default="", editable=False)
    sort_key = models.CharField(max_length=240, blank=True, editable=False)

    objects: Any = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = pgettext_lazy("account", "customer")
        verbose_name_plural = _("customers")
        constraints = [
            external_unique("account"),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(archived_at__isnull=True),
                name="account_credit_code_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"]),
            models.Index(fields=["owner", "sort_key", "id"]),
            models.Index(fields=["-created_at", "-id"]),
            NullsLastIndex(fields=["-last_activity_on", "-id"]),
            models.Index(fields=["tier", "sort_key", "id"]),
            models.Index(fields=["source"], condition=Q(source__gt=""), name="account_source"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("account", args=[self.pk])


class OwnershipEvent(models.Model):
    """An account changed hands: appended, never edited."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="ownership_events")
    from_owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    to_owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("change of owner")
        verbose_name_plural = _("changes of owner")
        indexes = [models.Index(fields=["account", "at"])]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.from_owner_id} → {self.to_owner_id}"
