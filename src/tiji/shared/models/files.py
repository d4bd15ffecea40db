"""Files that people hand in; opened only by those who may see the thing they belong to."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def storage_path(file: "StoredFile", name: str) -> str:
    """Two folders deep by the file's own key; what people call it never reaches the disk."""
    key = file.uuid.hex
    return f"{key[:2]}/{key[2:4]}/{key}"


class StoredFile(models.Model):
    """One file with what is known of it. `object_type` and `object_id` name the thing whose readers may open it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.FileField(upload_to=storage_path, max_length=200)
    name = models.CharField(_("File name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.BigIntegerField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["object_type", "object_id"], name="shared_file_thing")]

    def __str__(self) -> str:
        return self.name
