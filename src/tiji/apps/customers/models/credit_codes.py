"""The unified social credit code of a Chinese organisation: 18 characters, the last of which checks the others.

Source: GB 32100-2015, section 4 and annex A.
"""

import unicodedata

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def plain_credit_code(text: str) -> str:
    """As it is kept: upper case, half width, without spaces and dashes."""
    return unicodedata.normalize("NFKC", text).upper().replace(" ", "").replace("-", "")


def check_letter(first_17: str) -> str:
    """The eighteenth character. Raises: ValueError for a character the standard does not use."""
    total = sum(LETTERS.index(letter) * weight for letter, weight in zip(first_17, WEIGHTS, strict=True))
    return LETTERS[-total % 31]
