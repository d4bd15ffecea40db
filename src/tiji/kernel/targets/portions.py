"""The arithmetic of a rebalance: amounts over keys and months so that both add up, and nothing falls below 0.

Source: docs/kernel/target-split.md, "Rebalance"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tiji.kernel.money import Rate, largest_remainder


def by_month(
    budget: Sequence[int], weights: Mapping[str, Rate], held: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """Key → its part of each month's amount: by weight in all, to the unit in every month.

    Shape: the amounts of `budget` have one sign; what is below 0 comes off `held`, from no key more than it holds in a
    month. All weights 0 count as equal.
    """
    total = sum(budget)
    in_all = {key: sum(months) for key, months in held.items()}
    totals = _by_weight(total, weights) if total >= 0 else taken(total, in_all, weights)
    found, left = dict[str, list[int]](), list(budget)
    for key, amount in totals.items():
        found[key] = largest_remainder(amount, [abs(one) for one in left]) if amount else [0] * len(budget)
        left = [one - part for one, part in zip(left, found[key], strict=True)]
    if all(one + part >= 0 for key, parts in found.items() for one, part in zip(held[key], parts, strict=True)):
        return found
    months = [
        taken(one, {key: row[at] for key, row in held.items()}, weights) for at, one in enumerate(budget)
    ]  # one by one, where the year's parts do not fit the months
    return {key: [month[key] for month in months] for key in weights}


def taken(total: int, held: Mapping[str, int], weights: Mapping[str, Rate]) -> dict[str, int]:
    """An amount below 0 over the keys by weight, from none more than it holds: what one cannot give the others give."""
    left, parts = -total, dict.fromkeys(weights, 0)
    while left:
        able = {key: weight for key, weight in weights.items() if held[key] + parts[key] > 0}
        if not able:
            break
        for key, part in _by_weight(left, able).items():
            part = min(part, held[key] + parts[key])
            parts[key] -= part
            left -= part
    return parts


def against(owed: int, months: list[int], span: tuple[int, int]) -> int:
    """What is still owed once amounts against it in a span are set off; they are taken out of `months`."""
    for at in range(*span):
        if months[at] * owed < 0:
            kept = min(abs(months[at]), abs(owed)) * (1 if owed > 0 else -1)
            months[at], owed = months[at] + kept, owed - kept
    return owed


def _by_weight(total: int, weights: Mapping[str, Rate]) -> dict[str, int]:
    known = list(weights.values())
    shares = largest_remainder(total, known if any(known) else [1] * len(known)) if known else []
    return dict(zip(weights, shares, strict=True))
