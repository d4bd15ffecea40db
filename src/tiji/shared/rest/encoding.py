"""JSON on the way out and in."""

from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from pydantic import BaseModel

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _fallback(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def to_json(value: Any) -> bytes:
    """Decimals become strings (nothing is lost), moments RFC 3339 in UTC."""
    return orjson.dumps(value, default=_fallback, option=_OPTIONS)


def from_json(body: bytes) -> Any:
    """Raises: ValueError if the body is not JSON, has half a character (a lone surrogate) or a NUL in a text."""
    if b"\\u0000" in body:
        raise ValueError("a text may not hold the character U+0000")
    return orjson.loads(body)
