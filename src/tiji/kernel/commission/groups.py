"""What several payees have together: sums, an amount shared by weights, prizes. Source: docs/kernel/pay-sheet.md"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiji.kernel.commission.schemas import InputError
from tiji.kernel.commission.sheet_plan import Contest
from tiji.kernel.money import largest_remainder

Rows = Mapping[int, Mapping[str, Any]]


def summed(rows: Rows, of: str, by: str) -> dict[int, int]:
    """The sum of a cell over each payee's group, for each payee."""
    sums: dict[Any, int] = {}
    for row in rows.values():
        key = row[by] if by else None
        sums[key] = sums.get(key, 0) + row[of]
    return {payee: sums[row[by] if by else None] for payee, row in rows.items()}


def shared_out(rows: Rows, amounts: Mapping[int, int], weights: Mapping[int, int], by: str) -> dict[int, int]:
    """Each payee's part of his group's amount. Raises: InputError if the amount differs in a group or a weight is
    below 0.
    """
    shares: dict[int, int] = {}
    for members in _groups(rows, by).values():
        amount = amounts[members[0]]
        if any(amounts[payee] != amount for payee in members):
            raise InputError("an amount that a group shares differs between its members")
        if any(weights[payee] < 0 for payee in members):
            raise InputError("a weight is below 0")
        own = [weights[payee] for payee in members]
        parts = largest_remainder(amount, own) if any(own) else [0] * len(own)
        shares |= dict(zip(members, parts, strict=True))
    return shares


def contested(rows: Rows, contest: Contest, takes_part: Mapping[int, bool], digits: int) -> dict[int, int]:
    """Each payee's prize in minor units; who is level shares the prizes of their places, to the cent, or has the best
    of them."""
    won = dict.fromkeys(rows, 0)
    prizes = [int(prize.scaleb(digits)) for prize in contest.prizes]
    for members in _groups(rows, contest.by).values():
        place = 0
        level: dict[int, list[int]] = {}
        for payee in members:
            if takes_part[payee]:
                level.setdefault(rows[payee][contest.of], []).append(payee)
        for score in sorted(level, reverse=True):
            winners = level[score]
            theirs = prizes[place : place + len(winners)]
            if contest.ties == "all":
                parts = [theirs[0] if theirs else 0] * len(winners)
            else:
                parts = largest_remainder(sum(theirs), [1] * len(winners))
            won |= dict(zip(winners, parts, strict=True))
            place += len(winners)
    return won


def _groups(rows: Rows, by: str) -> dict[Any, list[int]]:
    """The payees of each group, in order of payee."""
    found: dict[Any, list[int]] = {}
    for payee in sorted(rows):
        found.setdefault(rows[payee][by] if by else None, []).append(payee)
    return found
