"""What is typed to share a contract."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models import Contract, ContractShare
from tiji.apps.commerce.selectors.shares import shares_on
from tiji.apps.commerce.services.shares import AgreedShare
from tiji.apps.organization.models import Person
from tiji.ui.forms import DateField, Form, LookupField, PercentField
from tiji.ui.rows import Rows


class ShareForm(Form):
    """From which day the shares below hold, and why."""

    valid_from = DateField(label=_("Valid from"))
    reason = forms.CharField(label=_("Reason"), max_length=250)


class ShareRow(Form):
    """One person's part."""

    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Person"))
    share_rate = PercentField(label=pgettext_lazy("contract", "Share"), maximum=Decimal(1))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]


def sharing_begins(contract: Contract, today: date) -> dict[str, Any]:
    """The first agreement holds from the day of signing, a later one from today."""
    first = not ContractShare.objects.filter(contract=contract).exists()
    return {"valid_from": contract.signed_on if first and contract.signed_on else today}


def shares_of(data: Any, contract: Contract, today: date) -> Rows:
    """The rows as typed, else as they stand; its owner's alone to begin with."""
    initial: list[dict[str, Any]] = []
    if data is None:
        initial = [{"person": row.person, "share_rate": row.share_rate} for row in shares_on(contract, today)]
        initial = initial or [{"person": contract.owner, "share_rate": Decimal(1)}]
    return Rows(ShareRow, "shares", data, initial=initial, blank=1)


def shared(rows: Rows) -> list[AgreedShare]:
    return [AgreedShare(row["person"], row["share_rate"]) for row in rows.cleaned()]
