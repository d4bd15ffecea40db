"""Bits that many tables share."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class BilingualName(models.Model):
    """A name that a company gives in its own language and, if it likes, in English."""

    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (self.name_en or self.name) if (get_language() or "").startswith("en") else self.name


class External(models.Model):
    """What came from elsewhere keeps where it came from and its key there, so that a later load finds it again."""

    external_source = models.CharField(max_length=40, blank=True, editable=False)
    external_key = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        abstract = True


def external_unique(table: str) -> models.UniqueConstraint:
    """One row for each source and key."""
    return models.UniqueConstraint(
        fields=["external_source", "external_key"], condition=~Q(external_key=""), name=f"{table}_external_unique"
    )


class Archivable(models.Model):
    """Nothing with a history is deleted: it leaves the lists and stays in the sums of its time."""

    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A document two people may edit at once: the later one is shown both versions."""

    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


def field_of(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A column's own field, for its length and its name as people read it. Raises: FieldDoesNotExist, TypeError."""
    found = model._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return found


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from a date until another, half-open."""

    def on(self, day: date) -> Self:
        """Those that hold on `day`."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)


class Dated(models.Model):
    """A fact that holds from `valid_from` until before `valid_until`; open while that is empty."""

    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    objects: Any = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def dated_check(table: str) -> models.CheckConstraint:
    """The end lies after the beginning."""
    return models.CheckConstraint(
        condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")), name=f"{table}_dates"
    )
