"""Words that all parts of a plan share."""

from typing import Literal

Interval = Literal["month", "quarter", "year"]
FieldKind = Literal["money", "rate", "count", "text", "date", "flag"]
