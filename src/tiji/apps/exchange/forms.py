"""Forms of imports."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.services.imports.kinds import LOADERS
from tiji.apps.organization.models import Person
from tiji.apps.pipeline.models import SalesProcess
from tiji.ui.forms import Form, LookupField


class UploadForm(Form):
    """The first screen: which file, and what it holds."""

    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8 or GB18030, or an Excel workbook."))
    kind = forms.ChoiceField(label=_("What it holds"), choices=[(kind, Kind(kind).label) for kind in LOADERS])
    source = forms.CharField(
        label=_("Source system"),
        required=False,
        max_length=40,
        help_text=_(
            "A name for where it comes from. Keys are kept under it, so that a later file finds its rows again."
        ),
    )
    sheet = forms.CharField(
        label=_("Sheet"), required=False, max_length=120, help_text=_("Empty: the sheet that looks right.")
    )


class LoadForm(Form):
    """The second screen's choices beside the columns."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    bad_rows = forms.ChoiceField(label=_("Wrong rows"), choices=Import.BadRows.choices)
    owner = LookupField(
        queryset=Person.objects.none(), url_name="owner_lookup", required=False, label=_("Owner of rows without one")
    )
    process = forms.ModelChoiceField(
        queryset=SalesProcess.objects.none(), required=False, label=_("Sales process of the stages")
    )

    def __init__(self, *args: Any, kind: str, sheets: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        self.fields["owner"].queryset = Person.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]
        self.fields["process"].queryset = SalesProcess.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]
        if kind != Kind.OPPORTUNITIES:
            del self.fields["process"]
        if kind == Kind.CONTACTS:
            del self.fields["owner"]

    def options(self) -> dict[str, Any]:
        """The choices as an import keeps them."""
        chosen = {name: self.cleaned_data.get(name) for name in ("owner", "process") if name in self.fields}
        return {name: thing.pk if thing else None for name, thing in chosen.items()}
