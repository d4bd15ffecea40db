"""Amounts in Chinese capitals 大写金额, as contracts, bills and cheques carry them.

Source: docs/kernel/money.md, "In capitals"
"""

from decimal import Decimal

from tiji.kernel.money import round_half_away

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MOST = 10**16


def in_capitals(amount: Decimal) -> str:
    """1234567.89 → 壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分; whole yuan and whole jiao end in 整.

    Units: yuan; rounded once to fen, halves away from zero. Below zero it begins with 负.
    Raises: ValueError from 10,000,000,000,000,000 yuan on, and if the amount is not finite.
    Source: docs/kernel/money.md, "In capitals"
    """
    fen = int(round_half_away(amount, 2).scaleb(2))
    yuan, rest = divmod(abs(fen), 100)
    if yuan >= _MOST:
        raise ValueError(f"{amount} is too large to be written in capitals")
    sign = "负" if fen < 0 else ""
    return sign + ((_whole(yuan) + "元") if yuan else "") + _cents(rest, after_yuan=bool(yuan))


def _cents(fen: int, *, after_yuan: bool) -> str:
    """The part behind the yuan: a 零 for the missing jiao, 整 where no fen follow."""
    jiao, left = divmod(fen, 10)
    if not fen:
        return "整" if after_yuan else "零元整"
    tenths = f"{_DIGITS[jiao]}角" if jiao else "零" * after_yuan
    return tenths + (f"{_DIGITS[left]}分" if left else "整")


def _whole(yuan: int) -> str:
    """A number of yuan above 0: groups of four digits, 亿 over everything above it, 零 for a gap."""
    above, below = divmod(yuan, 10**8)
    if above:
        return f"{_whole(above)}亿" + _after(below, 10**7)
    above, below = divmod(yuan, 10**4)
    if above:
        return f"{_four(above)}万" + _after(below, 10**3)
    return _four(below)


def _after(rest: int, full: int) -> str:
    """What follows a unit: nothing, or the number, after a 零 where its first place is empty."""
    if not rest:
        return ""
    return ("零" if rest < full else "") + _whole(rest)


def _four(number: int) -> str:
    """Up to four digits; one 零 for a gap between two of them."""
    written, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += ("零" if gap and written else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return written
