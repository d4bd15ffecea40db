"""Plan letters: what a plan says, put to one of those it pays, and his answer."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models.plans import PlanVersion
from tiji.apps.organization.models import Person, User
from tiji.shared.models import StoredFile


class LetterState(models.TextChoices):
    """How far a letter has come."""

    SENT = "sent", pgettext_lazy("letter", "Sent")
    OPENED = "opened", pgettext_lazy("letter", "Opened")
    ACCEPTED = "accepted", pgettext_lazy("letter", "Accepted")
    DECLINED = "declined", pgettext_lazy("letter", "Declined")


class PlanLetterQuerySet(models.QuerySet[Any]):
    """Letters are seen by whom they are for, and by those who look after plans."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """His own letters; all of them for those who see plans as a whole."""
        from tiji.apps.incentives.permissions import letter_q

        return self.filter(letter_q(user))

    def waiting(self) -> Self:
        """Sent, and not answered yet."""
        return self.filter(accepted_at__isnull=True, declined_at__isnull=True)


class PlanLetter(models.Model):
    """A version of a plan as one person reads it. What it says is never changed; another version is another letter.

    `content` is the paper that page and PDF show, `digest` its hash. Of a person and a version one letter stands; after
    it was declined another one may be sent.
    """

    State = LetterState

    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="letters")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    content = models.JSONField(_("What it says"))
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(pgettext_lazy("letter", "Sent"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    mailed_at = models.DateTimeField(_("Mailed"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("Reminded"), null=True, blank=True)
    opened_at = models.DateTimeField(pgettext_lazy("letter", "Opened"), null=True, blank=True)
    accepted_at = models.DateTimeField(pgettext_lazy("letter", "Accepted"), null=True, blank=True)
    accepted_name = models.CharField(_("Name typed"), max_length=120, blank=True)
    declined_at = models.DateTimeField(pgettext_lazy("letter", "Declined"), null=True, blank=True)
    declined_reason = models.CharField(_("Reason"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    PROGRESS = (
        *("mailed_at", "reminded_at", "opened_at", "accepted_at", "accepted_name"),
        *("declined_at", "declined_reason", "file"),
    )

    objects: Any = PlanLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan letter")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_version", "person"], condition=Q(declined_at__isnull=True), name="planletter_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True), name="planletter_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_name="")
                | (Q(accepted_at__isnull=False) & ~Q(accepted_name="")),
                name="planletter_accepted_by_name",
            ),
        ]
        indexes = [models.Index(fields=["person", "-sent_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.plan_version} → {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("plan_letter", args=[self.pk])

    @property
    def state(self) -> LetterState:
        """The last thing that happened to it."""
        if self.accepted_at:
            return LetterState.ACCEPTED
        if self.declined_at:
            return LetterState.DECLINED
        return LetterState.OPENED if self.opened_at else LetterState.SENT

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return not (self.accepted_at or self.declined_at)
