"""When each periodic job runs next."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Schedule(models.Model):
    """One job declared in code, and when it is due. The interval is copied from the code for the people who look."""

    name = models.CharField(max_length=100, unique=True)
    every_seconds = models.PositiveIntegerField()
    next_run_at = models.DateTimeField()
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "schedule")
        verbose_name_plural = pgettext_lazy("model", "schedules")

    def __str__(self) -> str:
        return self.name
