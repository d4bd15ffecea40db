"""The last number given to a kind of document in a year."""

from django.db import models


class NumberSequence(models.Model):
    """`last` numbers of `kind` have been given out in `year`."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="shared_numbersequence_unique")]

    def __str__(self) -> str:
        return f"{self.kind}-{self.year}: {self.last}"
