"""The deals, and the ledger of every step they took."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Person, Unit
from tiji.apps.organization.selectors.scope import Scope
from tiji.apps.organization.selectors.visibility import OwnedQuerySet, in_ids
from tiji.apps.pipeline.models.processes import ForecastCategory, SalesProcess, Stage
from tiji.kernel.money import Money
from tiji.kernel.pipeline import forecast_category, weighted
from tiji.shared.fields import AmountField, CurrencyField, QuantityField, RateField
from tiji.shared.models.base import Archivable, BilingualName, External, Versioned, external_unique


class CloseReason(BilingualName, Archivable):
    """Why a deal was won, lost or paused."""

    class For(models.TextChoices):
        WON = "won", _("Won")
        LOST = "lost", _("Lost")
        PAUSED = "paused", _("Paused")

    code = models.CharField(_("Code"), max_length=30, unique=True)
    for_status = models.CharField(max_length=6, choices=For.choices)
    asks_rival = models.BooleanField(_("Asks for the competitor"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["for_status", "position"]
        verbose_name = _("close reason")
        verbose_name_plural = _("close reasons")


class Rival(BilingualName, Archivable):
    """A competitor."""

    sort_key = models.CharField(max_length=240, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints = [models.UniqueConstraint(fields=["name"], name="rival_name_unique")]


class OpportunityQuerySet(OwnedQuerySet):
    """Opportunities; one may be shared, an account may be opened, a product manager sees those with his lines."""

    def granted_q(self, scope: Scope) -> Q:
        return (
            in_ids("pk", scope.granted.get(AccessKind.OPPORTUNITY))
            | in_ids("account_id", scope.granted.get(AccessKind.ACCOUNT))
            | self._line_q(scope.granted.get(AccessKind.PRODUCT_LINE))
        )

    def _line_q(self, lines: frozenset[int] | None) -> Q:
        if not lines:
            return Q(pk__in=[])
        return Q(pk__in=OpportunityLine.objects.filter(product__line_id__in=lines).values("opportunity_id"))

    def open(self) -> "OpportunityQuerySet":
        """Neither won, lost nor paused."""
        return self.filter(status=Opportunity.Status.OPEN)


LIVE = Q(status="open", archived_at__isnull=True)
COMPLETE = Q(account__isnull=False, amount__isnull=False, expected_on__isnull=False) & ~Q(next_step="")


class Opportunity(External, Archivable, Versioned):
    """A deal that may be signed. Stage, percent and status change only through the move service."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")
        PAUSED = "paused", _("Paused")

    number = models.CharField(_("Number"), max_length=30, unique=True)
    name = models.CharField(_("Subject"), max_length=200)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="opportunities")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="opportunities")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    process = models.ForeignKey(SalesProcess, models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="opportunities")
    status = models.CharField(_("Status"), max_length=6, choices=Status.choices, default=Status.OPEN)
    percent = models.PositiveSmallIntegerField(_("Percent"), editable=False)
    amount = AmountField(_("Amount"), null=True, blank=True)
    gross_profit = AmountField(_("Expected gross profit"), null=True, blank=True)
    currency = CurrencyField(_("Currency"))
    expected_on = models.DateField(_("Expected signing"), null=True, blank=True)
    expected_first_on = models.DateField(_("First expected signing"), null=True, blank=True, editable=False)
    slips = models.PositiveSmallIntegerField(_("Times put off"), default=0, editable=False)
    forecast_category = models.CharField(
        _("Forecast category"), max_length=10, choices=ForecastCategory.choices, blank=True
    )
    entered_stage_at = models.DateTimeField(_("In this stage since"), editable=False)
    stalls_on = models.DateField(_("Stalls on"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("Closed on"), null=True, blank=True, editable=False)
    close_reason = models.ForeignKey(CloseReason, models.PROTECT, null=True, blank=True, related_name="+")
    close_note = models.CharField(_("Review note"), max_length=500, blank=True)
    rival = models.ForeignKey(Rival, models.PROTECT, null=True, blank=True, related_name="+")
    resume_on = models.DateField(_("Wake up on"), null=True, blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("Next step on"), null=True, blank=True)
    source = models.CharField(_("Source"), max_length=40, blank=True)
    note = models.TextField(_("Note"), blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    last_activity_on = models.DateField(null=True, blank=True, editable=False)
    search_key = models.CharField(max_length=500, blank=True, editable=False)
    search_grams = models.TextField(blank=True, default="", editable=False)

    objects: Any = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["expected_on", "pk"]
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            external_unique("opportunity"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="opportunity_percent"),
        ]
        indexes = [
            models.Index(fields=["owner", "stage", "expected_on", "id"]),
            models.Index(fields=["stage", "expected_on", "id"]),
            models.Index(fields=["expected_on", "id"]),
            models.Index(fields=["owner", "expected_on", "id"]),
            models.Index(
                fields=["status", "stage", "percent", "currency", "owner", "amount", "stalls_on"],
                condition=Q(archived_at__isnull=True),
                name="opportunity_summary",
            ),
            models.Index(fields=["account", "status"]),
            models.Index(
                fields=["owner", "next_step_on"],
                condition=Q(status="open", archived_at__isnull=True),
                name="opportunity_next_step",
            ),
            models.Index(fields=["status", "closed_on"], name="opportunity_closed"),
            models.Index(fields=["owner"], condition=LIVE & COMPLETE, name="opportunity_complete"),
            models.Index(fields=["owner"], condition=LIVE & Q(next_step=""), name="opportunity_bare"),
            models.Index(fields=["source"], condition=Q(source__gt=""), name="opportunity_source"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("opportunity", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return bool(self.status == self.Status.OPEN)

    @property
    def money(self) -> Money | None:
        """The amount with its currency, or None while nobody knows it."""
        return None if self.amount is None else Money(self.amount, self.currency)

    @property
    def forecast(self) -> str:
        """The category it is counted in, in words; `stage` should be joined."""
        category = forecast_category(self.status, self.forecast_category, self.stage.forecast_category)
        return str(ForecastCategory(category).label)

    @property
    def weighted(self) -> Money | None:
        """The amount times the percent: what the deal counts for while it is open."""
        return None if self.amount is None else weighted(Money(self.amount, self.currency), self.percent)


class OpportunityLine(External):
    """What is to be sold, and for how much."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = QuantityField(_("Quantity"))
    unit_price = AmountField(_("Unit price"))
    discount_rate = RateField(_("Discount"), default=Decimal(0), db_default=Decimal(0))
    amount = AmountField(_("Amount"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("product of an opportunity")
        verbose_name_plural = _("products of an opportunity")
        constraints = [external_unique("opportunityline")]
        indexes = [models.Index(fields=["product", "opportunity"])]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.product_id}"

    @property
    def quantity_text(self) -> str:
        """The quantity with the decimals it has."""
        return f"{self.quantity.normalize():,f}"


class StageEvent(External):
    """A step in a deal's life. Appended by the move service, never edited: funnel and velocity are made of these.

    `from_status`/`to_status` tell wins, losses and pauses from moves between stages. `owner`, `unit`, `amount` and
    `percent` are as they were at that moment.
    """

    class Cause(models.TextChoices):
        CREATED = "created", pgettext_lazy("step", "Created")
        MOVED = "moved", pgettext_lazy("step", "Moved")
        SKIPPED = "skipped", _("Skipped stages")
        RETURNED = "returned", _("Went back")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Re-opened")
        REVERSED = "reversed", _("Reversed")

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="stage_events")
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    from_status = models.CharField(max_length=6, choices=Opportunity.Status.choices, blank=True)
    to_status = models.CharField(max_length=6, choices=Opportunity.Status.choices)
    cause = models.CharField(max_length=8, choices=Cause.choices)
    at = models.DateTimeField()
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    days_in_stage = models.PositiveIntegerField(default=0)
    amount = AmountField(null=True)
    currency = CurrencyField()
    percent = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [external_unique("stageevent")]
        indexes = [models.Index(fields=["opportunity", "at", "id"]), models.Index(fields=["on", "to_stage"])]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.from_stage_id} → {self.to_stage_id}"


class AccountBuying(models.Model):
    """When a customer signed for the first and the last time: what tells new business from existing in an open deal.

    Derived: commerce writes it through `record_account_buying` whenever something is signed or reversed.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="buying")
    first_signed_on = models.DateField()
    last_signed_on = models.DateField()

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "customer's buying")
        verbose_name_plural = pgettext_lazy("model", "customers' buying")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_signed_on__gte=models.F("first_signed_on")), name="accountbuying_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.first_signed_on} – {self.last_signed_on}"
