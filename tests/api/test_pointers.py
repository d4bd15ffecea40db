"""A refusal points at the field as the body calls it."""

import pytest
from pydantic import BaseModel

from tiji.shared.rest.pointers import pointer


class Line(BaseModel):
    product_id: int
    amount: str


class Order(BaseModel):
    account_id: int
    owner: str = ""
    owner_id: int | None = None
    lines: list[Line] | None = None


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("account", "#/account_id"),
        ("account_id", "#/account_id"),
        ("owner", "#/owner"),
        ("unknown", "#/unknown"),
        ("lines", "#/lines"),
        ("lines/0/product", "#/lines/0/product_id"),
        ("lines/0/account", "#/lines/0/account"),
        ("lines/12/amount", "#/lines/12/amount"),
        ("a~b", "#/a~0b"),
    ],
)
def test_the_key_of_a_thing_is_named_where_the_body_names_no_thing(named, told):
    assert pointer([Order], named) == told


def test_a_list_of_rows_and_a_request_without_a_body():
    assert pointer([Line], "3/product") == "#/3/product_id"
    assert pointer((), "owner") == "#/owner"
