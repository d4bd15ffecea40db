"""The last number given to a kind of document in a year."""

from django.db import models
from django.utils.translation import pgettext_lazy


class NumberSequence(models.Model):
    """`last` numbers of `kind` have been given out in `year`."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = pgettext_lazy("model", "number sequence")
        verbose_name_plural = pgettext_lazy("model", "number sequences")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="shared_numbersequence_unique")]

    def __str__(self) -> str:
        return f"{self.kind}-{self.year}: {self.last}"
