"""The Arrow tables a run reads. Source: docs/kernel/commission-pipeline.md, "Input tables" """

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

SHARE_DIGITS = 8

EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.int64(), nullable=False),
        pa.field("event_on", pa.date32(), nullable=False),
        pa.field("credit_on", pa.date32()),  # the day whose shares count; null: event_on
        pa.field("kind", pa.string(), nullable=False),
        pa.field("business", pa.string()),
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("reverses_id", pa.int64()),
        pa.field("refs", pa.string()),
    ]
)
ASSIGNMENT_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("payee_id", pa.int64()),  # null: held by somebody whom the plan does not pay
        pa.field("share", pa.int64(), nullable=False),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_until", pa.date32()),
    ]
)
QUOTA_SCHEMA = pa.schema(
    [
        pa.field("payee_id", pa.int64(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_until", pa.date32()),
        pa.field("amount", pa.int64(), nullable=False),
    ]
)


# How the fields that a plan names come with the events, and what an empty one stands for (a date may stay empty).
FIELD_TYPES = {
    "money": pa.int64(),  # with the decimals of the events' amounts
    "rate": pa.int64(),  # in 1/100,000,000
    "count": pa.int64(),
    "text": pa.string(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}
NOTHING = {"money": 0, "rate": 0, "count": 0, "text": "", "flag": False}


def subject_column(role: str) -> str:
    """The events' column that says what the shares of this role are agreed on, where it is not `subject_id`."""
    return f"subject:{role}"


class InputError(ValueError):
    """The tables of a run do not stand: another currency, shares above 1, a number given twice …"""


@dataclass(frozen=True, slots=True)
class Window:
    """The days a run pays, half-open. Earlier events only build up the running totals; later ones are left out."""

    from_: date
    until: date
