"""Pay periods and the runs that computed them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.refusal_words import refusal_text


class PayState(models.TextChoices):
    """How far the pay of a month has come."""

    OPEN = "open", pgettext_lazy("pay", "Open")
    CALCULATED = "calculated", pgettext_lazy("pay", "Calculated")
    IN_REVIEW = "in_review", pgettext_lazy("pay", "In review")
    APPROVED = "approved", pgettext_lazy("pay", "Approved")
    POSTED = "posted", pgettext_lazy("pay", "Posted")
    FINALISED = "finalised", pgettext_lazy("pay", "Finalised")


# Nothing is computed anew while somebody looks at it; what is posted stays for good.
LOOKED_AT = (PayState.IN_REVIEW, PayState.APPROVED)
CLOSED = (PayState.POSTED, PayState.FINALISED)


class PayPeriod(models.Model):
    """A fiscal month that is paid. `current` is its newest run; its state is that run's, until it is finalised."""

    State = PayState

    key = models.CharField(_("Month"), max_length=8, unique=True)
    starts_on = models.DateField()
    ends_before = models.DateField()
    state = models.CharField(_("State"), max_length=10, choices=PayState.choices, default=PayState.OPEN)
    current = models.ForeignKey("Run", models.PROTECT, null=True, blank=True, related_name="+")
    finalised_at = models.DateTimeField(null=True, blank=True)
    finalised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    FINAL = ("state", "finalised_at", "finalised_by")

    objects: Any = models.Manager()

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = pgettext_lazy("model", "month of pay")
        verbose_name_plural = pgettext_lazy("model", "months of pay")
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_before__gt=models.F("starts_on")), name="payperiod_dates")
        ]

    def __str__(self) -> str:
        return self.key


class Run(models.Model):
    """One computing of a pay period. Written whole when it is finished; only its approval and posting follow.

    `inputs_digest` is the hash of everything it read, `earned_digest` of what the month's own earnings come from;
    `plan_versions` the ids of what it paid by; `artifacts` names the files below `artifact_path` with their hash and
    number of rows. `basis` are the runs of other months that it builds on (month → run), `checked` the closed months it
    compared with what is known today (month → hash of that).
    """

    State = PayState

    pay_period = models.ForeignKey(PayPeriod, models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField(_("Version"))
    state = models.CharField(_("State"), max_length=10, choices=PayState.choices, default=PayState.CALCULATED)
    on = models.DateField(_("As of"))
    inputs_digest = models.CharField(max_length=64)
    earned_digest = models.CharField(max_length=64, blank=True)
    basis = models.JSONField(default=dict)
    checked = models.JSONField(default=dict)
    plan_versions = models.JSONField(default=list)
    engine = models.CharField(max_length=40)
    engine_version = models.CharField(max_length=40)
    code_version = models.CharField(max_length=40)
    events = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    uncredited = models.PositiveIntegerField()
    problems = models.PositiveIntegerField()
    artifact_path = models.CharField(max_length=200)
    artifacts = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(_("Handed in for review"), null=True, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    STEPS = ("reviewed", "approved", "posted")
    PROGRESS = ("state", *(f"{step}_{what}" for step in STEPS for what in ("at", "by")))

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("pay run")
        ordering = ["pay_period", "-number"]
        constraints = [models.UniqueConstraint(fields=["pay_period", "number"], name="run_number_unique")]

    def __str__(self) -> str:
        return f"{self.pay_period.key} v{self.number}"


class Reopening(models.Model):
    """Somebody asks for a month in review or approved to be opened again; another person agrees or declines."""

    pay_period = models.ForeignKey(PayPeriod, models.PROTECT, related_name="reopenings")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=250)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    ANSWER = ("agreed", "answered_at", "answered_by")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("pay", "reopening")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pay_period"], condition=models.Q(agreed__isnull=True), name="reopening_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pay_period_id} {self.reason}"


class RunRequest(models.Model):
    """Somebody asks for a month to be run; a worker does it. One of a month is open at a time.

    `run` is the run that counts since then; `written` says whether this one wrote it or found nothing changed. Why it
    stopped is kept as a `code` with its `facts`; `message` are the words of then, for a code that has none today.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("pay run", "Waiting")
        RUNNING = "running", pgettext_lazy("pay run", "Running")
        DONE = "done", pgettext_lazy("pay run", "Done")
        FAILED = "failed", pgettext_lazy("pay run", "Stopped")
        CANCELLED = "cancelled", pgettext_lazy("pay run", "Cancelled")

    OPEN = (State.WAITING, State.RUNNING)

    period = models.CharField(_("Month"), max_length=8)
    on = models.DateField(_("As of"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")
    written = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("asked pay run")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="runrequest_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("pay_run_asked", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in self.OPEN

    @property
    def refusal(self) -> str:
        """Why it stopped, in the reader's language."""
        return refusal_text(self.code, self.facts) or self.message
