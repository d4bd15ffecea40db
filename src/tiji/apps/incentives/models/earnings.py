"""What a run says somebody earned: a statement a person, with an earning a component. Appended, never changed."""

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models.plans import PlanVersion
from tiji.apps.incentives.models.runs import PayPeriod, Run
from tiji.apps.organization.models import Person, Unit, User
from tiji.shared.fields import AmountField, CurrencyField


class PaidQuerySet(models.QuerySet[Any]):
    """Rows of pay. Pay has its own rule, narrower than that of other rows."""

    current_path = "run__pay_period__current_id"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the people whose pay this user may see today."""
        from tiji.apps.incentives.permissions import pay_q

        return self.filter(pay_q(user))

    def current(self) -> Self:
        """Those of the newest run of their period."""
        return self.filter(run_id=F(self.current_path))


class Statement(models.Model):
    """What a person earns in a pay period by one run of it, with everything the run measured.

    `amount` is what the month earned; with `corrections` of closed months and `adjustments` it is `due`; after the
    plan's steps of payment it is `paid`. `measures` holds the totals and quotas behind the attainment, `cells` the
    values of the plan's cells, `problems` why something could not be paid; amounts there are minor units.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="statements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()
    amount = AmountField(_("Amount"))
    corrections = AmountField(_("Corrections of closed months"), default=0)
    adjustments = AmountField(_("Adjustments"), default=0)
    due = AmountField(_("Due"), default=0)
    paid = AmountField(_("To be paid"), default=0)
    credit = AmountField(_("Credited"))
    currency = CurrencyField(_("Currency"))
    lines = models.PositiveIntegerField(_("Lines"))
    measures = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    objects: Any = PaidQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        ordering = ["-starts_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "person", "currency"], name="statement_one_person")]
        indexes = [
            models.Index(fields=["person", "-starts_on", "-id"]),
            models.Index(fields=["run", "-amount", "-id"]),
            models.Index(fields=["-starts_on", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.person_id}"

    def get_absolute_url(self) -> str:
        return reverse("statement", args=[self.pk])


class Earning(models.Model):
    """A component's or cell's part of a statement: of the month itself, or of a closed month, `of_period`.

    For a closed month `amount` is what it earns as known today, `prior_amount` what was paid for it until then and
    `delta` the difference, which this month pays; `causes` are the lines that make it, `causes_more` how many besides.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="earnings")
    run = models.ForeignKey(Run, models.PROTECT, related_name="earnings")
    pay_period = models.ForeignKey(PayPeriod, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    component = models.CharField(_("Component"), max_length=60)
    amount = AmountField(_("Amount"))
    prior_amount = AmountField(_("Posted before"))
    delta = AmountField(_("Difference"))
    credit = AmountField(_("Credited"))
    currency = CurrencyField(_("Currency"))
    lines = models.PositiveIntegerField(_("Lines"))
    of_period = models.ForeignKey(PayPeriod, models.PROTECT, null=True, related_name="+")
    causes = models.JSONField(default=list)
    causes_more = models.PositiveIntegerField(default=0)

    objects: Any = PaidQuerySet.as_manager()

    class Meta:
        verbose_name = _("earning")
        ordering = ["statement", "plan_version", "component"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "person", "plan_version", "component"],
                condition=models.Q(of_period__isnull=True),
                name="earning_one_own",
            ),
            models.UniqueConstraint(
                fields=["run", "person", "plan_version", "component", "of_period"],
                condition=models.Q(of_period__isnull=False),
                name="earning_one_of_period",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "pay_period"]),
            models.Index(fields=["of_period"], condition=models.Q(of_period__isnull=False), name="earning_of_period"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.component}: {self.amount}"


class PaymentStep(models.Model):
    """What one step of a plan's payment did to a statement: the sum `before` and `after` it, and its balance.

    The balance that a month ends with is the one that the person's next month by the same plan begins with.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="payment_steps")
    run = models.ForeignKey(Run, models.PROTECT, related_name="payment_steps")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(_("Order"))
    step = models.CharField(_("Step"), max_length=60)
    balance = models.CharField(_("Balance"), max_length=80)
    before = AmountField(_("Before"))
    after = AmountField(_("After"))
    opening = AmountField(_("Opening balance"))
    closing = AmountField(_("Closing balance"))
    currency = CurrencyField(_("Currency"))
    note = models.CharField(max_length=20, blank=True)

    objects: Any = PaidQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("pay", "payment step")
        ordering = ["statement", "plan_version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "person", "plan_version", "place"], name="paymentstep_one")
        ]
        indexes = [models.Index(fields=["person", "balance"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.balance}: {self.before} → {self.after}"
