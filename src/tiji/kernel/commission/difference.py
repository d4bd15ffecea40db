"""What changed between two runs."""

from __future__ import annotations

from dataclasses import dataclass

from tiji.kernel.commission.results import Results


@dataclass(frozen=True, slots=True)
class Delta:
    """One earning whose amount differs. Units: minor units; `amount` is after − before."""

    component: str
    payee_id: int
    pay_no: int
    before: int
    after: int

    @property
    def amount(self) -> int:
        return self.after - self.before


def diff(before: Results | None, after: Results) -> list[Delta]:
    """The earnings of `after` that differ from `before`, also those that went away; nothing changed gives nothing.

    Shape: sorted by component, payee and pay interval; a first run has no `before`.
    Source: docs/kernel/commission-pipeline.md, "Differences"
    """
    old, new = _by_key(before), _by_key(after)
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key, 0) != new.get(key, 0))
    return [Delta(*key, old.get(key, 0), new.get(key, 0)) for key in keys]


def _by_key(results: Results | None) -> dict[tuple[str, int, int], int]:
    amounts: dict[tuple[str, int, int], int] = {}
    for row in results.earnings.to_pylist() if results else []:
        key = (row["component"], row["payee_id"], row["pay_no"])
        amounts[key] = amounts.get(key, 0) + row["amount"]
    return amounts
