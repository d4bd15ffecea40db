"""Visits, calls, meetings and tasks: planned, done, and what came of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tiji.apps.customers.models import Account, Contact
from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.apps.pipeline.models.opportunities import Opportunity
from tiji.shared.indexes import NullsLastIndex
from tiji.shared.models.base import Archivable, External, Versioned, external_unique


class ActivityQuerySet(OwnedQuerySet):
    """Activities are seen with their owner, their account or their opportunity."""

    def granted_q(self, scope: Scope) -> Q:
        return in_ids("account_id", scope.granted.get(AccessKind.ACCOUNT)) | in_ids(
            "opportunity_id", scope.granted.get(AccessKind.OPPORTUNITY)
        )


class Activity(External, Archivable, Versioned):
    """Something somebody does for a customer. A task is done when `done_at` is set; a visit is logged as done."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        MESSAGE = "message", _("Message")
        TASK = "task", _("Task")
        NOTE = "note", _("Note")

    class Result(models.TextChoices):
        PROGRESS = "progress", _("Progress")
        LEVEL = "level", _("No change")
        RISK = "risk", _("Risk")

    kind = models.CharField(_("Kind"), max_length=8, choices=Kind.choices)
    subject = models.CharField(_("Subject"), max_length=200)
    purpose = models.CharField(_("Purpose"), max_length=40, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="activities")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, null=True, blank=True, related_name="activities")
    contacts = models.ManyToManyField(Contact, blank=True, related_name="activities")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="activities")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField(_("Planned for"), null=True, blank=True)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    done_at = models.DateTimeField(_("Done at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("Minutes"), null=True, blank=True)
    result = models.CharField(_("Result"), max_length=8, choices=Result.choices, blank=True)
    note = models.TextField(_("Note"), blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("Next step on"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-done_at", "-pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [external_unique("activity")]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(done_at__isnull=True), name="activity_open"),
            models.Index(fields=["owner", "done_at", "id"]),
            models.Index(fields=["opportunity", "done_at"]),
            models.Index(fields=["account", "done_at"]),
            NullsLastIndex(fields=["-done_at", "-id"], name="activity_latest"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("activity", args=[self.pk])

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
