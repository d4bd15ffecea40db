"""Questions about pay: what is asked stays as it was asked, and every step after it is a row of its own."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models.adjustments import PayAdjustment
from tiji.apps.incentives.models.earnings import PaidQuerySet, Statement
from tiji.apps.incentives.models.runs import PayPeriod
from tiji.apps.organization.models import Person
from tiji.shared.fields import AmountField, CurrencyField
from tiji.shared.models import StoredFile


class InquiryKind(models.TextChoices):
    """What somebody thinks is wrong."""

    CREDIT = "credit", pgettext_lazy("inquiry", "Wrong credit")
    PAYMENT = "payment", pgettext_lazy("inquiry", "Wrong amount")
    MISSING = "missing", pgettext_lazy("inquiry", "Something is missing")
    OTHER = "other", pgettext_lazy("inquiry", "Something else")


class InquiryState(models.TextChoices):
    """How far a question has come."""

    NEW = "new", pgettext_lazy("inquiry", "New")
    ASSIGNED = "assigned", pgettext_lazy("inquiry", "In work")
    WAITING_PAYEE = "waiting_payee", pgettext_lazy("inquiry", "Waiting for the asker")
    WAITING_DATA = "waiting_data", pgettext_lazy("inquiry", "Waiting for data")
    ACCEPTED = "accepted", pgettext_lazy("inquiry", "Accepted")
    REJECTED = "rejected", pgettext_lazy("inquiry", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("inquiry", "Withdrawn")


OPEN_STATES = (InquiryState.NEW, InquiryState.ASSIGNED, InquiryState.WAITING_PAYEE, InquiryState.WAITING_DATA)


class InquiryCause(models.TextChoices):
    """What was behind a question, said when it is closed."""

    DATA = "data", pgettext_lazy("inquiry", "Wrong or late data")
    CREDIT = "credit", pgettext_lazy("inquiry", "Credited to the wrong person")
    PLAN = "plan", pgettext_lazy("inquiry", "Plan or rate set up wrongly")
    QUOTA = "quota", pgettext_lazy("inquiry", "Wrong quota")
    TIMING = "timing", pgettext_lazy("inquiry", "Paid in another month")
    RULE = "rule", pgettext_lazy("inquiry", "Rule was not understood")
    OTHER = "other", pgettext_lazy("inquiry", "Something else")


class InquiryOutcome(models.TextChoices):
    """How a question that was accepted is put right."""

    ADJUSTMENT = "adjustment", pgettext_lazy("inquiry", "By an adjustment")
    RERUN = "rerun", pgettext_lazy("inquiry", "The data is mended and the month run again")


class InquiryQuerySet(PaidQuerySet):
    """Questions, open to whoever may see the pay they are about."""

    def open(self) -> "InquiryQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, on: date) -> "InquiryQuerySet":
        """Open past their day; the clock stands still while the asker has the word."""
        return self.open().exclude(state=InquiryState.WAITING_PAYEE).filter(due_on__lt=on)


class Inquiry(models.Model):
    """A question about a line of a statement, or about all of it. `frozen` is what the statement said then.

    `due_on` is the working day by which it is to be answered; `paused_on` the day since which the asker has the word.
    """

    Kind, State, Cause, Outcome = InquiryKind, InquiryState, InquiryCause, InquiryOutcome

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="inquiries")
    pay_period = models.ForeignKey(PayPeriod, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    line_key = models.CharField(max_length=160, blank=True)
    kind = models.CharField(_("What is wrong"), max_length=10, choices=InquiryKind.choices)
    expected = AmountField(pgettext_lazy("inquiry", "Expected"), null=True, blank=True)
    paid = AmountField(pgettext_lazy("inquiry", "Paid"))
    currency = CurrencyField(_("Currency"))
    text = models.TextField(pgettext_lazy("inquiry", "Question"))
    frozen = models.JSONField(default=dict)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(pgettext_lazy("inquiry", "Asked on"))
    state = models.CharField(_("State"), max_length=15, choices=InquiryState.choices, default=InquiryState.NEW)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(pgettext_lazy("inquiry", "Due"))
    paused_on = models.DateField(null=True, blank=True)
    cause = models.CharField(pgettext_lazy("inquiry", "Cause"), max_length=10, choices=InquiryCause.choices, blank=True)
    outcome = models.CharField(max_length=10, choices=InquiryOutcome.choices, blank=True)
    adjustment = models.OneToOneField(PayAdjustment, models.PROTECT, null=True, blank=True, related_name="inquiry")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    PROGRESS = ("state", "assignee", "due_on", "paused_on", "cause", "outcome", "adjustment", "closed_at", "version")

    objects: Any = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "inquiry")
        verbose_name_plural = pgettext_lazy("model", "inquiries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "pay_period", "line_key"],
                condition=Q(state__in=OPEN_STATES) & ~Q(line_key=""),
                name="inquiry_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["due_on", "id"]),
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["opened_at"]),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("pay_inquiry", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in OPEN_STATES


class InquiryStep(models.Model):
    """Something said or done about a question. Appended, never changed; its files hang on it."""

    class Kind(models.TextChoices):
        OPENED = "opened", pgettext_lazy("inquiry step", "asked")
        ASSIGNED = "assigned", pgettext_lazy("inquiry step", "took it over")
        WAITING_PAYEE = "waiting_payee", pgettext_lazy("inquiry step", "asked back")
        WAITING_DATA = "waiting_data", pgettext_lazy("inquiry step", "waits for data")
        REPLY = "reply", pgettext_lazy("inquiry step", "wrote")
        ACCEPTED = "accepted", pgettext_lazy("inquiry step", "accepted")
        REJECTED = "rejected", pgettext_lazy("inquiry step", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("inquiry step", "withdrew")

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=15, choices=InquiryState.choices)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: Any = models.Manager()
    files: list[StoredFile]  # put here by who reads the steps with their files

    class Meta:
        verbose_name = pgettext_lazy("model", "step of an inquiry")
        verbose_name_plural = pgettext_lazy("model", "steps of inquiries")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.kind}"
