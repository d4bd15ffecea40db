"""What the room's operations share: filters as on the list pages, and bodies."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.utils import timezone

from tiji.apps.commerce.selectors import documents
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person
from tiji.kernel.money import Money
from tiji.shared.errors import DomainError
from tiji.shared.rest import Amount, ApiRequest, Field, Id, In, Schema, as_written, found
from tiji.ui.formats import company_currency

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class DocumentFilters(Schema):
    q: str | None = Field(None, max_length=100, description="Part of a number, or the customer")
    owner: Id | None = None
    unit: Id | None = Field(None, description="Documents of this unit and everything below it")
    account: Id | None = None
    amount_from: Amount | None = None
    amount_to: Amount | None = None

    def apply(self, rows: Any, search: Any = documents.found_documents) -> Any:
        """The rows that meet these filters."""
        rows = documents.narrow(
            rows,
            owner_id=self.owner,
            account_id=self.account,
            amount__gte=self.amount_from,
            amount__lte=self.amount_to,
        )
        if self.unit:
            rows = documents.in_unit(rows, self.unit, timezone.localdate())
        return search(rows, self.q) if self.q else rows


class ReverseIn(In):
    on: date
    reason: str = Field(min_length=1, max_length=250)


def plain(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The named facts of a document."""
    return {name: as_written(getattr(row, name)) for name in names}


def account_of(request: ApiRequest, key: int) -> Account:
    """The customer named, if the caller may see him."""
    return found(Account.objects.visible_to(request.actor).select_related("owner"), key, field="account_id")  # type: ignore[no-any-return]


def owner_of(key: int | None) -> Person | None:
    """The person named as owner."""
    return None if key is None else found(Person.objects.filter(archived_at__isnull=True), key, field="owner_id")


def money_of(amount: Decimal, currency: str | None, field: str = "currency") -> Money:
    """An amount in a currency, the company's when none is named. Raises: DomainError for a code that is no currency."""
    try:
        money = Money(amount, currency or company_currency())
        _known = money.is_whole_minor
    except ValueError as error:
        raise DomainError(str(error), field=field) from error
    return money
