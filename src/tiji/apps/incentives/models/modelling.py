"""Models of pay: a changed plan over months that are over, to be compared. Nothing in here is ever paid."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models.plans import PlanVersion
from tiji.apps.incentives.models.runs import RunRequest
from tiji.apps.incentives.refusal_words import refusal_text
from tiji.apps.organization.models import Person, Role, Unit
from tiji.shared.fields import AmountField, CurrencyField, RateField

SUMS = ("amount", "then_amount", "replayed_amount", "credit", "replayed_credit")


class PayModel(models.Model):
    """What a changed plan would have paid from `first` to `last`, and how far its computing is.

    It pays whom the plan paid, or one person, unit or role instead. `growth` is added to every event. Once it is done
    its sums stand in it: by the model, as the runs earned it then, and by the plan of then over what is known today.
    """

    State = RunRequest.State
    OPEN = (State.WAITING, State.RUNNING)

    name = models.CharField(_("Name"), max_length=120)
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    first = models.CharField(_("From"), max_length=8)
    last = models.CharField(_("To"), max_length=8)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices, blank=True)
    growth = RateField(_("Growth"), default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    people = models.PositiveIntegerField(default=0)
    amount = AmountField(_("By the model"), default=0)
    then_amount = AmountField(_("Earned then"), default=0)
    replayed_amount = AmountField(default=0)
    credit = AmountField(_("Credited"), default=0)
    replayed_credit = AmountField(default=0)
    currency = CurrencyField(_("Currency"))

    PROGRESS = (
        *("state", "code", "facts", "message", "asked_at", "begun_at", "ended_at", "cancelled_by", "people", *SUMS),
    )

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("pay model")
        verbose_name_plural = pgettext_lazy("model", "pay models")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, unit__isnull=True)
                | Q(person__isnull=True, role="")
                | Q(unit__isnull=True, role=""),
                name="paymodel_one_target",
            ),
            models.CheckConstraint(condition=Q(first__lte=models.F("last")), name="paymodel_months"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pay_model", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in self.OPEN

    @property
    def refusal(self) -> str:
        """Why it stopped, in the reader's language."""
        return refusal_text(self.code, self.facts) or self.message

    @property
    def to(self) -> str:
        """Whom it pays instead of those whom the plan paid; nothing when it pays those."""
        if self.person_id:
            return str(self.person)
        return self.unit.label if self.unit else str(self.get_role_display() if self.role else "")


class PayModelResult(models.Model):
    """One person in one month of a model. Units: the model's currency."""

    model = models.ForeignKey(PayModel, models.PROTECT, related_name="results")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    period = models.CharField(_("Month"), max_length=8)
    amount = AmountField(_("By the model"))
    then_amount = AmountField(_("Earned then"))
    replayed_amount = AmountField()
    credit = AmountField(_("Credited"))
    replayed_credit = AmountField()

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("month of a pay model")
        verbose_name_plural = pgettext_lazy("model", "months of pay models")
        ordering = ["model", "period", "person"]
        constraints = [models.UniqueConstraint(fields=["model", "period", "person"], name="paymodelresult_one")]

    def __str__(self) -> str:
        return f"{self.model_id} {self.period} {self.person_id}"


class PayModelPerson(models.Model):
    """One person over all months of a model: `attainment` is what the plan's first quota was reached to."""

    model = models.ForeignKey(PayModel, models.PROTECT, related_name="persons")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    amount = AmountField(_("By the model"))
    then_amount = AmountField(_("Earned then"))
    change = AmountField(_("Difference"))
    credit = AmountField(_("Credited"))
    attainment = RateField(_("Attainment"), null=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("person in a pay model")
        verbose_name_plural = pgettext_lazy("model", "people in pay models")
        ordering = ["model", "-change", "-id"]
        constraints = [models.UniqueConstraint(fields=["model", "person"], name="paymodelperson_one")]
        indexes = [
            models.Index(fields=["model", "-change", "-id"]),
            models.Index(fields=["model", "-amount", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} {self.person_id}"

    @property
    def change_share(self) -> Any:
        """The difference as a share of what was earned then; None where nothing was."""
        return self.change / self.then_amount if self.then_amount else None


class PayModelGrowth(models.Model):
    """What the model costs when every event is larger or smaller by a share.

    `replayed_amount` is the plan of then over the same events; the runs that only look for the break-even lack it.
    """

    model = models.ForeignKey(PayModel, models.PROTECT, related_name="growths")
    growth = RateField(_("Growth"))
    amount = AmountField(_("By the model"))
    credit = AmountField(_("Credited"))
    replayed_amount = AmountField(null=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("growth of a pay model")
        verbose_name_plural = pgettext_lazy("model", "growths of pay models")
        ordering = ["model", "growth"]
        constraints = [models.UniqueConstraint(fields=["model", "growth"], name="paymodelgrowth_one")]

    def __str__(self) -> str:
        return f"{self.model_id} {self.growth}"
