from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamp(models.Model):
    """A value that the database replaces with every change of the tables it watches; no value comes back."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        verbose_name = _("stamp")
        verbose_name_plural = _("stamps")

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
