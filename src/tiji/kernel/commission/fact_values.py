"""What is known of payees as it is written, and as formulas take it. Source: docs/kernel/pay-sheet.md, "Facts" """

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tiji.kernel.commission.kinds import FieldKind
from tiji.kernel.commission.plan import Plan
from tiji.kernel.commission.schemas import SHARE_DIGITS
from tiji.kernel.engine.formulas.scope import LARGEST_MONEY

_FLAGS = {"true": True, "false": False, "1": True, "0": False}


class FactError(ValueError):
    """A fact that cannot be what the plan says it is. `facts`: name, payee, value, kind."""

    def __init__(self, name: str, payee: int, value: str, kind: FieldKind) -> None:
        super().__init__(f"the fact {name} of payee {payee} is {value!r}, which is not {kind}")
        self.facts: dict[str, Any] = {"name": name, "payee": payee, "value": value, "kind": kind}


def fact_value(kind: FieldKind, text: str, digits: int) -> Any:
    """A fact as written → as formulas take it: an integer at the kind's scale, a text, a date, a truth.

    `digits` are the decimals of the plan's money. Raises: ValueError if the text is none of this kind, or a
    number too large for formulas.
    """
    try:
        if kind == "text":
            return text
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "flag":
            return _FLAGS[text.lower()]
        units = Decimal(text).scaleb({"money": digits, "rate": SHARE_DIGITS}.get(kind, 0))
        if not units.is_finite() or units != int(units) or abs(units) > LARGEST_MONEY:
            raise InvalidOperation
        return int(units)
    except (KeyError, InvalidOperation, OverflowError) as error:
        raise ValueError(f"{text!r} is not {kind}") from error


def typed_facts(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of facts with the texts of their values read as the plan declares them; an empty one stays empty.

    Raises: FactError, and KeyError for a fact that the plan does not know.
    """
    kinds = {fact.name: fact.kind for fact in plan.sheet.facts}
    found = []
    for row in rows:
        text, kind = str(row["value"] if row["value"] is not None else "").strip(), kinds[row["name"]]
        try:
            value = fact_value(kind, text, plan.digits) if text else None
        except ValueError as error:
            raise FactError(row["name"], row["payee_id"], text, kind) from error
        found.append({**row, "value": value})
    return found
