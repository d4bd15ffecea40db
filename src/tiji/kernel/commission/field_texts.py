"""What an event said for a plan's formulas, kept with its line as one text: "cost=12.5000;days_past_due=45"."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from tiji.kernel.commission.plan import Plan
from tiji.kernel.commission.schemas import SHARE_DIGITS

_PAIR = re.compile(r"(\w+)=((?:[^;\\]|\\.)*)(?:;|$)")


def field_texts(plan: Plan, events: pa.Table, digits: int) -> pa.ChunkedArray:
    """One text per event with all the plan's fields, empty dates left out; null where there are none."""
    if not plan.fields:
        return pa.chunked_array([pa.nulls(events.num_rows, pa.string())])
    scales = {"money": digits, "rate": SHARE_DIGITS}
    pairs = []
    for field in plan.fields:
        column = events[field.name]
        if field.kind in scales:
            one = pa.scalar(Decimal(1).scaleb(-scales[field.kind]))
            column = pc.multiply(column.cast(pa.decimal128(19, 0)), one)
        text = column.cast(pa.string())
        if field.kind == "text":
            text = pc.replace_substring_regex(text, r"([;\\])", r"\\\1")
        pairs.append(pc.binary_join_element_wise(field.name, text, "="))
    return pc.binary_join_element_wise(*pairs, ";", null_handling="skip") if len(pairs) > 1 else pairs[0]


def parse_fields(text: str | None) -> dict[str, str]:
    """What `field_texts` wrote, by name."""
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in _PAIR.findall(text or "")}
