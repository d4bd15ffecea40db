"""Whose contracts are, over time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min

from tiji.apps.commerce.models import Contract, ContractShare


@dataclass(frozen=True)
class Agreement:
    """Who holds how much from `start` until before `end`: (person id, share) in the order agreed."""

    start: date
    end: date | None
    shares: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True)
class SharesOnPage:
    """One version of a contract's shares as people read it."""

    number: int
    valid_from: date
    reason: str
    by: Any
    rows: list[ContractShare]
    counts: bool


def agreements(contracts: Iterable[int] | None = None) -> dict[int, list[Agreement]]:
    """Contract id → its agreements in order of time, without what a later one took the place of; in one query."""
    rows = ContractShare.objects.order_by("contract_id", "number", "position")
    if contracts is not None:
        rows = rows.filter(contract_id__in=list(contracts))
    said: dict[tuple[int, int, date], list[tuple[int, Decimal]]] = defaultdict(list)
    for contract, number, start, person, rate in rows.values_list(
        "contract_id", "number", "valid_from", "person_id", "share_rate"
    ):
        said[contract, number, start].append((person, rate))
    found: dict[int, list[Agreement]] = defaultdict(list)
    for (contract, _number, start), shares in said.items():
        before = [one for one in found[contract] if one.start < start]
        if before:
            before[-1] = Agreement(before[-1].start, start, before[-1].shares)
        found[contract] = [*before, Agreement(start, None, tuple(shares))]
    return dict(found)


def shared_since() -> dict[int, date]:
    """Contract id → the first day on which it is shared, in one query."""
    rows = ContractShare.objects.order_by("contract_id").values("contract_id").annotate(since=Min("valid_from"))
    return dict(rows.values_list("contract_id", "since"))


def shares_on(contract: Contract, day: date) -> list[ContractShare]:
    """The rows that count on a day; none while the contract is its owner's alone."""
    rows = list(ContractShare.objects.filter(contract=contract, valid_from__lte=day).select_related("person"))
    newest = max((row.number for row in rows), default=0)
    return [row for row in rows if row.number == newest]


def share_versions(contract: Contract, day: date) -> list[SharesOnPage]:
    """Every agreement, the latest first, and which counts on the day."""
    rows = ContractShare.objects.filter(contract=contract).select_related("person", "created_by")
    by_number: dict[int, list[ContractShare]] = defaultdict(list)
    for row in rows:
        by_number[row.number].append(row)
    counts = max((number for number, held in by_number.items() if held[0].valid_from <= day), default=0)
    return [
        SharesOnPage(number, held[0].valid_from, held[0].reason, held[0].created_by, held, number == counts)
        for number, held in by_number.items()
    ]
