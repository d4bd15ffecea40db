"""The form of “Save view”."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tiji.ui.forms import Form


class SavedViewForm(Form):
    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("Show it to everybody"), required=False)
    list_key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    path = forms.CharField(widget=forms.HiddenInput)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"]
        if not path.startswith("/") or path.startswith("//"):
            raise ValidationError(_("Open the list again and save the view there."))
        return path

    def view_fields(self) -> dict[str, Any]:
        """What the service keeps."""
        return {key: self.cleaned_data[key] for key in ("name", "shared", "list_key", "query")}
