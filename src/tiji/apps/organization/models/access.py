"""Roles, and the dated access table into which every upper room writes what it grants."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.shared.models.base import Dated, dated_check


class Role(models.TextChoices):
    """What somebody is in Tiji: it decides his home, what he may do and how far he sees."""

    REP = "rep", _("Sales representative")
    MANAGER = "manager", _("Sales manager")
    PRODUCT_MANAGER = "product_manager", _("Product manager")
    SALES_OPERATIONS = "sales_operations", _("Sales operations")
    FINANCE = "finance", _("Finance")
    HR = "hr", _("HR")
    DIRECTOR = "director", _("Sales director")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class RoleGrant(Dated):
    """A role beside the one that somebody's position gives. It reaches over `unit` and below, or the whole company."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey("organization.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = pgettext_lazy("model", "role granted")
        verbose_name_plural = pgettext_lazy("model", "roles granted")
        constraints = [dated_check("rolegrant")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class AccessKind(models.TextChoices):
    """What a grant opens: the rows of a person, of a unit, of a product line, or one row."""

    PERSON = "person", _("Rows of a person")
    UNIT = "unit", _("Rows of a unit")
    PRODUCT_LINE = "product_line", _("Rows of a product line")
    ACCOUNT = "account", _("One account")
    OPPORTUNITY = "opportunity", _("One opportunity")


class AccessGrant(Dated):
    """`person` may see, and perhaps change, what `kind` and `object_id` name. `source` says who granted it and why."""

    person = models.ForeignKey("organization.Person", models.CASCADE, related_name="access_grants")
    kind = models.CharField(max_length=20, choices=AccessKind.choices)
    object_id = models.BigIntegerField()
    may_change = models.BooleanField(default=False)
    source = models.CharField(max_length=60)

    class Meta:
        verbose_name = pgettext_lazy("model", "access granted")
        verbose_name_plural = pgettext_lazy("model", "access granted")
        constraints = [dated_check("accessgrant")]
        indexes = [models.Index(fields=["person", "kind"]), models.Index(fields=["kind", "object_id"])]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind} {self.object_id}"
