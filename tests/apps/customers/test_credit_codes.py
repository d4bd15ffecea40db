"""Unified credit codes are checked by the rule of GB 32100-2015."""

import pytest

from tiji.apps.customers.models.credit_codes import LETTERS, check_letter
from tiji.apps.customers.services.facts import clean_credit_code
from tiji.shared.errors import DomainError

# The weights are printed in annex A of the standard.
PRINTED_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
REAL_CODES = ["91350100M000100Y43", "91110000802100433B", "91440300708461136T"]


def test_check_letter_follows_the_printed_weights():
    first = "91350100M000100Y4"
    total = sum(
        "0123456789ABCDEFGHJKLMNPQRTUWXY".index(letter) * w for letter, w in zip(first, PRINTED_WEIGHTS, strict=True)
    )
    assert check_letter(first) == LETTERS[(31 - total % 31) % 31]


@pytest.mark.parametrize("code", REAL_CODES)
def test_published_codes_are_accepted(code):
    assert clean_credit_code(code) == code


def test_typing_is_forgiven():
    assert clean_credit_code(" 91350100-m000100y43 ") == "91350100M000100Y43"
    assert clean_credit_code("９１３５０１００M000100Y43") == "91350100M000100Y43"
    assert clean_credit_code("  ") == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91350100M000100Y4", "17"),
        ("9135O100M000100Y43", "O"),
        ("91350100M000100Y44", "mistyped"),
        ("91530100M000100Y43", "mistyped"),
    ],
)
def test_refusals_say_what_is_wrong(code, said, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(DomainError) as refusal:
        clean_credit_code(code)
    assert refusal.value.field == "credit_code"
    assert said in str(refusal.value)


def test_every_single_mistyped_letter_is_found():
    code = REAL_CODES[0]
    for place in range(17):
        for letter in set(LETTERS) - {code[place]}:
            with pytest.raises(DomainError):
                clean_credit_code(code[:place] + letter + code[place + 1 :])
