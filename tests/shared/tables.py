"""Tables of the tests alone: deals that belong to firms, with columns that may be empty."""

from django.db import models
from django.test.utils import isolate_apps

from tiji.shared.fields import AmountField
from tiji.shared.indexes import NullsLastIndex

with isolate_apps("tiji.shared"):

    class Firm(models.Model):  # noqa: DJ008
        name = models.CharField(max_length=50)

        class Meta:
            app_label = "shared"
            db_table = "test_firm"

    class Deal(models.Model):  # noqa: DJ008
        title = models.CharField(max_length=50, null=True)
        amount = AmountField(null=True)
        likes = models.IntegerField(default=0)
        due_on = models.DateField(null=True)
        touched_at = models.DateTimeField(null=True)
        open = models.BooleanField(default=True)
        posted = models.BooleanField(default=False)
        notes = models.JSONField(null=True)
        firm = models.ForeignKey(Firm, models.PROTECT, null=True)

        class Meta:
            app_label = "shared"
            db_table = "test_deal"
            indexes = [
                NullsLastIndex(fields=["-due_on", "-id"], name="test_deal_due"),
                models.Index(fields=["-likes", "-id"], name="test_deal_likes"),
            ]


TABLES = (Firm, Deal)
