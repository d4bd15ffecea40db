"""People hold positions, positions sit in units and answer to positions: all of it dated."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.organization.models.access import Role
from tiji.apps.organization.models.units import Unit
from tiji.shared.models.base import Archivable, BilingualName, Dated, External, dated_check, external_unique


class Person(External, Archivable):
    """Somebody who works, or worked, for the company."""

    name = models.CharField(_("Name"), max_length=120)
    sort_key = models.CharField(max_length=240, blank=True, editable=False, db_index=True)
    initials = models.CharField(max_length=40, blank=True, editable=False)
    number = models.CharField(_("Staff number"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    hired_on = models.DateField(_("Hired on"), null=True, blank=True)
    left_on = models.DateField(_("Left on"), null=True, blank=True)
    currency = models.CharField(_("Pay currency"), max_length=3, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = pgettext_lazy("model", "person")
        verbose_name_plural = pgettext_lazy("model", "people")
        constraints = [
            external_unique("person"),
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="person_number_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])


class Position(BilingualName, External, Archivable):
    """A seat in a unit: what its holder may do follows from its role."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="positions")
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices, default=Role.REP)
    grade = models.CharField(_("Grade"), max_length=20, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["unit", "pk"]
        verbose_name = pgettext_lazy("model", "position")
        verbose_name_plural = pgettext_lazy("model", "positions")
        constraints = [external_unique("position")]


class Assignment(Dated):
    """A person holds a position for a time. The first one by `share`, then by date, is where his facts belong."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    position = models.ForeignKey(Position, models.PROTECT, related_name="assignments")
    share_percent = models.PositiveSmallIntegerField(_("Share of time"), default=100)

    class Meta:
        verbose_name = pgettext_lazy("model", "assignment")
        verbose_name_plural = pgettext_lazy("model", "assignments")
        constraints = [
            dated_check("assignment"),
            models.UniqueConstraint(fields=["person", "position", "valid_from"], name="assignment_one_start"),
            models.CheckConstraint(
                condition=models.Q(share_percent__gte=1, share_percent__lte=100), name="assignment_share"
            ),
        ]
        indexes = [models.Index(fields=["position", "valid_from"]), models.Index(fields=["person", "valid_from"])]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.position_id}"


class ReportingLine(Dated):
    """A position answers to another for a time; without one it answers to the head of its unit."""

    class Kind(models.TextChoices):
        LINE = "line", pgettext_lazy("reporting", "Line")
        DOTTED = "dotted", _("Dotted line")
        PRODUCT = "product", pgettext_lazy("reporting", "Product")

    position = models.ForeignKey(Position, models.PROTECT, related_name="reporting_lines")
    manager = models.ForeignKey(Position, models.PROTECT, related_name="report_lines")
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.LINE)

    class Meta:
        verbose_name = pgettext_lazy("model", "reporting line")
        verbose_name_plural = pgettext_lazy("model", "reporting lines")
        constraints = [
            dated_check("reportingline"),
            models.UniqueConstraint(fields=["position", "kind", "valid_from"], name="reportingline_one_start"),
            models.CheckConstraint(condition=~models.Q(position=models.F("manager")), name="reportingline_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} → {self.manager_id}"
