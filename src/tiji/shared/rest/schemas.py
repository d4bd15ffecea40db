"""The schemas that all operations share."""

from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from tiji.shared.paging import MAX_PAGE_SIZE, PAGE_SIZE

T = TypeVar("T")
INT64 = 2**63 - 1


def _decimal(places: int, example: str) -> Any:
    """A decimal within 18 digits: a string on the way out, a number or a string on the way in."""
    pattern = rf"^-?[0-9]{{1,{18 - places}}}(\.[0-9]{{1,{places}}})?$"
    return Annotated[
        Decimal,
        Field(max_digits=18, decimal_places=places, allow_inf_nan=False),
        PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
        WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]}),
    ]


Amount = _decimal(4, "12500.00")
Rate = _decimal(8, "0.085")
Id = Annotated[int, Field(ge=1, le=INT64)]


class In(Schema):
    """What comes in: a field that is not known is refused rather than passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)


class Paging(Schema):
    """Which page of a list is asked for."""

    cursor: str | None = Field(None, max_length=2000, description="`next` or `previous` of another page")
    size: int = Field(PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE, description="Rows on a page")


class PageOf(Out, Generic[T]):
    """One page of a list; the `Link` header carries the same neighbours as addresses."""

    items: list[T]
    next: str | None = Field(description="Cursor of the page after, null on the last one")
    previous: str | None = Field(description="Cursor of the page before, null on the first one")


class ProblemDetail(Out):
    """One of the things that are wrong: `pointer` into the body (RFC 6901) or the `parameter`'s name."""

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str


class Problem(Out):
    """RFC 9457 problem details. `type` and `code` are stable, the texts are in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemDetail] = []


_FOUR_PLACES = Decimal("0.0001")


def as_written(value: Any) -> Any:
    """An amount with the four decimals it is kept with, whether it was just typed, summed or read back."""
    return value.quantize(_FOUR_PLACES) if isinstance(value, Decimal) else value
