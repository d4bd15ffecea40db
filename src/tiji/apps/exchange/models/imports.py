"""What was loaded from files: by whom, from where, how its columns were read, and which rows it made."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a file holds: one kind of thing, or a whole set of a known system."""

    ACCOUNTS = "accounts", _("Customers")
    CONTACTS = "contacts", _("Contacts")
    OPPORTUNITIES = "opportunities", _("Opportunities")
    SET = "set", _("A set of files")


class Import(models.Model):
    """One file, or one set of files, on its way in. `counts` has created, updated, unchanged and refused per kind.

    `kept` names what an undo left in place because others use it: kind, name and why, the first two hundred.
    """

    class State(models.TextChoices):
        READY = "ready", _("Ready to load")
        RUNNING = "running", _("Loading")
        DONE = "done", _("Loaded")
        FAILED = "failed", _("Not loaded")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    class BadRows(models.TextChoices):
        REFUSE = "refuse", _("Load nothing while a row is wrong")
        SKIP = "skip", _("Load the good rows, leave the others out")

    kind = models.CharField(pgettext_lazy("of an import", "What it holds"), max_length=20, choices=Kind.choices)
    source = models.CharField(_("Source system"), max_length=40)
    file_name = models.CharField(_("File"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    sheet = models.CharField(_("Sheet"), max_length=120, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    bad_rows = models.CharField(_("Wrong rows"), max_length=6, choices=BadRows.choices, default=BadRows.REFUSE)
    state = models.CharField(_("State"), max_length=7, choices=State.choices, default=State.READY)
    message = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    created = models.PositiveIntegerField(_("Created"), default=0)
    updated = models.PositiveIntegerField(_("Updated"), default=0)
    unchanged = models.PositiveIntegerField(_("Unchanged"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    at = models.DateTimeField(_("Handed in"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("By"))
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("Loaded on"), null=True)
    undone_at = models.DateTimeField(_("Undone on"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kept = models.JSONField(default=list)
    kept_count = models.PositiveIntegerField(default=0)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_report", args=[self.pk])

    @property
    def batch(self) -> str:
        """What its audit entries and rows are known by."""
        return f"import:{self.pk}"


class ImportMapping(models.Model):
    """How somebody mapped columns with these headings last time; the next file with the same ones is mapped alike."""

    kind = models.CharField(max_length=20, choices=Kind.choices)
    headings_key = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "import mapping")
        verbose_name_plural = pgettext_lazy("model", "import mappings")
        constraints = [models.UniqueConstraint(fields=["kind", "headings_key"], name="importmapping_one")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.headings_key[:8]}"


class ImportedRows(models.Model):
    """Rows an import made (a run of keys) or changed (one key, with what stood there before): what undo goes by."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    thing = models.CharField(max_length=60)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    created = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    before = models.JSONField(null=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "imported rows")
        verbose_name_plural = pgettext_lazy("model", "imported rows")
        indexes = [models.Index(fields=["imported", "thing"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(last_id__gte=models.F("first_id")), name="importedrows_run")
        ]

    def __str__(self) -> str:
        return f"{self.thing} {self.first_id}–{self.last_id}"
