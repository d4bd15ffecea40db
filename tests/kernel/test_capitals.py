"""Amounts in capitals: the table of docs/kernel/money.md, and that each amount can be read back from its text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.capitals import in_capitals
from worked_tables import worked_table

TABLE = worked_table("money.md", "amount", "in capitals")
DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize("row", TABLE, ids=[row["amount"] for row in TABLE])
def test_an_amount_in_capitals(row):
    amount = Decimal(row["amount"].replace(",", "").replace("−", "-"))
    assert in_capitals(amount) == row["in capitals"]


def read_back(text):
    """The fen a text says, by adding up what it names: no part of the rule that wrote it."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    fen = group = part = digit = 0
    total = 0
    for mark in text:
        if mark in DIGITS:
            digit = DIGITS[mark]
        elif mark in PLACES:
            group, digit = group + digit * PLACES[mark], 0
        elif mark == "万":
            part, group, digit = part + (group + digit) * 10_000, 0, 0
        elif mark == "亿":
            total, part, group, digit = total + (part + group + digit) * 10**8, 0, 0, 0
        elif mark == "元":
            total, part, group, digit = total + part + group + digit, 0, 0, 0
        elif mark in "角分":
            fen, digit = fen + digit * (10 if mark == "角" else 1), 0
    return sign * (total * 100 + fen)


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_amount_is_read_back_and_has_no_two_zeros_in_a_row(fen):
    text = in_capitals(Decimal(fen).scaleb(-2))
    assert read_back(text) == fen
    assert "零零" not in text
    assert not any(wrong in text for wrong in ("零拾", "零佰", "零仟", "零万", "零亿", "亿万", "零角", "零分"))
    assert text.endswith("整") == (fen % 10 == 0)


@given(st.integers(1, 10**18 - 1))
def test_a_reversal_is_the_same_text_with_its_sign(fen):
    amount = Decimal(fen).scaleb(-2)
    assert in_capitals(-amount) == "负" + in_capitals(amount)


def test_what_has_no_such_text_is_refused():
    with pytest.raises(ValueError, match="too large"):
        in_capitals(Decimal(10) ** 16)
    with pytest.raises(ValueError, match="rounded"):
        in_capitals(Decimal("NaN"))
