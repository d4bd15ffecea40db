"""What every REST operation is made of; `docs/how-to/write-an-api-operation.md` shows each in use."""

from ninja import Query, Schema
from pydantic import Field

from tiji.shared.rest.answers import (
    answer,
    created,
    expected_version,
    file_answer,
    found,
    missing,
    no_content,
    page_answer,
)
from tiji.shared.rest.router import ApiRequest, Router
from tiji.shared.rest.schemas import Amount, Id, In, Out, PageOf, Paging, Problem, Rate, as_written

__all__ = [
    "Amount",
    "ApiRequest",
    "Field",
    "Id",
    "In",
    "Out",
    "PageOf",
    "Paging",
    "Problem",
    "Query",
    "Rate",
    "Router",
    "Schema",
    "answer",
    "as_written",
    "created",
    "expected_version",
    "file_answer",
    "found",
    "missing",
    "no_content",
    "page_answer",
]
