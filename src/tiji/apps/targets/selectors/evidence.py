"""The customer and the document behind each fact, as far as the viewer may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse

from tiji.apps.commerce.models import Contract, MeasureFact, Order, Receipt
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User

Source = MeasureFact.Source
ACCOUNT = "account"


@dataclass(frozen=True)
class SeenDocument:
    """A document that the viewer may open."""

    kind: str
    pk: int
    number: str

    @property
    def url(self) -> str:
        return reverse(self.kind, args=[self.pk])


@dataclass
class Seen:
    """Account id → name, and (source, source id) → document; what is not in them stays evidence without a name."""

    accounts: dict[int, str] = field(default_factory=dict)
    documents: dict[tuple[str, int], SeenDocument] = field(default_factory=dict)


def seen_beside(viewer: User, facts: Iterable[Mapping[str, Any]]) -> Seen:
    """What the viewer may see of the accounts and documents of these facts, in one query.

    A fact of a receipt applied to an invoice shows the receipt.
    """
    wanted: dict[str, set[int]] = {}
    for fact in facts:
        wanted.setdefault(ACCOUNT, set()).add(fact["account_id"])
        wanted.setdefault(fact["source"], set()).add(fact["source_id"])
    found, parts = Seen(), [_part(viewer, source, keys) for source, keys in wanted.items()]
    for source, key, kind, pk, name in parts[0].union(*parts[1:], all=True) if parts else ():
        if source == ACCOUNT:
            found.accounts[key] = name
        else:
            found.documents[source, key] = SeenDocument(kind, pk, name)
    return found


def _part(viewer: User, source: str, keys: set[int]) -> "QuerySet[Any, Any]":
    """(source, key in the fact, kind, id, name) of those that the viewer may see."""
    model, kind, key = {
        ACCOUNT: (Account, ACCOUNT, "pk"),
        Source.CONTRACT: (Contract, "contract", "pk"),
        Source.ORDER: (Order, "order", "pk"),
        Source.RECEIPT: (Receipt, "receipt", "pk"),
        Source.APPLICATION: (Receipt, "receipt", "applications__pk"),
    }[source]
    name = "name" if source == ACCOUNT else "number"
    rows: QuerySet[Any, Any] = model.objects.visible_to(viewer).filter(**{f"{key}__in": keys}).order_by()  # type: ignore[attr-defined]
    return rows.values_list(Value(str(source), CharField()), F(key), Value(kind, CharField()), F("pk"), F(name))
