"""Sums of money inside the database, and tables read a piece at a time."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import ExpressionWrapper, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from tiji.shared.fields import AmountField

ZERO = Value(Decimal(0), output_field=AmountField())


def amount_of(expression: Any) -> Any:
    """Sums and differences of amounts are amounts: the database counts 1/10,000, Python gets a Decimal."""
    return ExpressionWrapper(expression, output_field=AmountField())


def total_of(rows: Any, key: str, amount: str = "amount") -> Coalesce:
    """In a query of what `key` points at: what those of `rows` that point at it add up to, 0 without any."""
    mine = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(total=Sum(amount)).values("total")
    return Coalesce(Subquery(mine, output_field=AmountField()), ZERO)


def in_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """The rows in the order of their keys, so many at a time; what was read before may change meanwhile."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield found
        last = found[-1].pk
