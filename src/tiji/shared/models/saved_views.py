"""Lists as people like to see them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: object) -> "SavedViewQuerySet":
        """One's own and those that others share."""
        return self.filter(Q(owner=user) | Q(shared=True))

    def of(self, list_key: str) -> "SavedViewQuerySet":
        """Those of one list, in the order of its tabs."""
        return self.filter(list_key=list_key).order_by("position", "pk")


class SavedView(models.Model):
    """A name for a list's filters, order and columns, which are its query string."""

    list_key = models.CharField(max_length=60)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared = models.BooleanField(_("Shared with everybody"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["owner", "list_key", "name"], name="shared_savedview_unique")]

    def __str__(self) -> str:
        return self.name
