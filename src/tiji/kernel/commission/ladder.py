"""From what a month earned to what it pays: caps, guarantees, draws, holdbacks, debts. Integers in minor units.

Source: docs/kernel/pay-sheet.md, "Payment"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tiji.kernel.commission.sheet_plan import Below, Ceiling, Draw, Floor, Holdback, PayStep, Recovery
from tiji.kernel.money import round_half_away

# Computes a formula of a step for one payee and month, in minor units (a rate in 1/100,000,000; a condition as truth).
Formula = Callable[[Mapping[str, Any]], Any]
WHOLE = 10**8


@dataclass(frozen=True, slots=True)
class Rung:
    """What one step of payment did: the sum `before` and `after` it, and its balance."""

    step: str
    before: int
    after: int
    opening: int
    closing: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Climb:
    """A month's way from `due` to `paid`, with what each balance is afterwards."""

    due: int
    paid: int
    rungs: tuple[Rung, ...]
    balances: Mapping[str, int]


def climb(
    steps: tuple[PayStep, ...],
    formulas: Mapping[tuple[str, str], Formula],
    due: int,
    opening: Mapping[str, int],
    row: Mapping[str, Any],
) -> Climb:
    """Do all steps for one payee and month. `opening` has the balances that are not 0.

    Invariant: due + what was paid before its time or held = paid + what is owed, held or given up after it; nothing is
    lost between two rungs.
    """
    now, rungs, balances = due, [], dict(opening)
    for step in steps:
        own = _Own(step, formulas, {**row, "due": now, "earned": due}, balances)
        after, note = _DONE[type(step)](step, own, now)
        for name, (before, then) in own.moved.items():
            balances[name] = then
            rungs.append(Rung(name, now, after, before, then, note))
        if not own.moved:
            rungs.append(Rung(step.code, now, after, 0, 0, note))
        now = after
    return Climb(due, now, tuple(rungs), {name: value for name, value in balances.items() if value})


class _Own:
    """One step's formulas and balances."""

    def __init__(
        self,
        step: PayStep,
        formulas: Mapping[tuple[str, str], Formula],
        row: Mapping[str, Any],
        balances: Mapping[str, int],
    ) -> None:
        self.step, self.formulas, self.row, self.balances = step, formulas, row, balances
        self.moved: dict[str, tuple[int, int]] = {}

    def asks(self, name: str, default: Any, **more: int) -> Any:
        """The value of one of the step's formulas, or what holds without it."""
        formula = self.formulas.get((self.step.code, name))
        return default if formula is None else formula({**self.row, **more})

    def balance(self, part: str = "") -> int:
        return self.balances.get(self.name(part), 0)

    def becomes(self, value: int, part: str = "") -> None:
        self.moved[self.name(part)] = (self.balance(part), value)

    def name(self, part: str) -> str:
        return f"{self.step.code}.{part}" if part else self.step.code


def _floor(step: Floor, own: _Own, due: int) -> tuple[int, str]:
    if not own.asks("when", True):
        return due, ""
    return max(due, own.asks("amount", 0)), ""


def _ceiling(step: Ceiling, own: _Own, due: int) -> tuple[int, str]:
    most = own.asks("amount", 0)
    waiting = own.balance() if step.excess == "later" else 0
    paid = min(due + waiting, most)
    if step.excess == "later":
        own.becomes(due + waiting - paid)
    return paid, ""


def _draw(step: Draw, own: _Own, due: int) -> tuple[int, str]:
    active, owed = own.asks("when", True), own.balance()
    least = own.asks("amount", 0) if active else 0
    if active and due < least:
        if step.recoverable:
            own.becomes(owed + least - due)
        return least, "advanced"
    room = due - (least if active and step.recover == "above_draw" else 0)
    back = 0
    if step.recoverable and own.asks("recover_when", True):
        back = max(min(owed, room, own.asks("limit", room)), 0)
    if step.recoverable:
        own.becomes(owed - back)
    return due - back, "repaid" if back else ""


def _holdback(step: Holdback, own: _Own, due: int) -> tuple[int, str]:
    """Nothing is held of a sum below zero; releases come before what the month holds."""
    held, ever = own.balance(), own.balance("ever")
    facts = {"held": held, "held_ever": ever}
    released = max(min(own.asks("release", 0, **facts), held), 0)
    given_up = max(min(own.asks("forfeit", 0, **facts), held - released), 0)
    share = own.asks("share", 0, **facts)
    kept = round_half_away_of(max(due, 0) * share, WHOLE)
    own.becomes(held - released - given_up + kept)
    own.becomes(ever + kept, "ever")
    if given_up:
        own.becomes(own.balance("forfeited") + given_up, "forfeited")
    return due - kept + released, ""


def _recovery(step: Recovery, own: _Own, due: int) -> tuple[int, str]:
    owed = own.balance() + max(own.asks("debt", 0), 0)
    taken = max(min(owed, own.asks("limit", owed)), 0)
    own.becomes(owed - taken)
    return due - taken, ""


def _below(step: Below, own: _Own, due: int) -> tuple[int, str]:
    if step.negative == "deduct":
        return due, ""
    if step.negative == "zero":
        return max(due, 0), ""
    together = due + own.balance()
    own.becomes(min(together, 0))
    return max(together, 0), ""


def round_half_away_of(value: int, divisor: int) -> int:
    """value / divisor to a whole number, halves away from zero."""
    return int(round_half_away(Fraction(value, divisor)))


_DONE: dict[type[Any], Callable[[Any, _Own, int], tuple[int, str]]] = {
    Below: _below,
    Ceiling: _ceiling,
    Draw: _draw,
    Floor: _floor,
    Holdback: _holdback,
    Recovery: _recovery,
}
