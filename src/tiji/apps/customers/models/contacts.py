"""The people at a customer."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.customers.models.accounts import Account
from tiji.apps.organization.selectors.visibility import OwnedQuerySet
from tiji.shared.models.base import Archivable, External, Versioned, external_unique


class ContactQuerySet(OwnedQuerySet):
    """Contacts are seen by whoever sees their account."""

    def visible_to(self, user: Any) -> "ContactQuerySet":
        return self.filter(account__in=Account.objects.visible_to(user).values("pk"))


class Contact(External, Archivable, Versioned):
    """Somebody at a customer, and the part he plays in buying."""

    class Role(models.TextChoices):
        DECIDER = "decider", _("Decides")
        ECONOMIC = "economic", _("Pays")
        TECHNICAL = "technical", _("Checks the technique")
        USER = "user", _("Uses")
        PURCHASING = "purchasing", _("Purchases")
        COACH = "coach", _("Coaches us")

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts")
    name = models.CharField(pgettext_lazy("person", "Name"), max_length=120)
    title = models.CharField(_("Job title"), max_length=80, blank=True)
    role = models.CharField(_("Part in buying"), max_length=12, choices=Role.choices, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    is_primary = models.BooleanField(_("First contact"), default=False)
    note = models.CharField(_("Note"), max_length=250, blank=True)
    sort_key = models.CharField(max_length=240, blank=True, editable=False)
    search_key = models.CharField(max_length=500, blank=True, editable=False)
    search_grams = models.TextField(blank=True, default="", editable=False)

    objects: Any = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "sort_key", "pk"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [external_unique("contact")]
        indexes = [models.Index(fields=["sort_key", "id"])]

    def __str__(self) -> str:
        return self.name
