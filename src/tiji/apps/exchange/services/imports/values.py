"""Texts into values, column by column: each different text is read once, each wrong cell says what to do."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Contact, Tier
from tiji.apps.customers.services.facts import clean_credit_code
from tiji.apps.pipeline.models import ForecastCategory, Opportunity
from tiji.kernel.money import minor_units
from tiji.shared.errors import DomainError

MONEY = pa.decimal128(38, 4)
MOMENT = pa.timestamp("us", "UTC")
PLAIN_AMOUNT = r"^[+-]?[0-9]{1,14}(\.[0-9]{1,4})?$"
AMOUNT = re.compile(
    r"^(?P<sign>[+-]?)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\d+,\d{1,2})(?P<unit>万|亿|[kKmM])?$"
)
UNITS = {None: 1, "万": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6}
ISO_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
OTHER_DAY = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
COMPACT_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
CLOCK = re.compile(
    r"^(?P<day>.+?\d日?)[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?$"
)
EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+$")
EMPTY = {"", "-", "--", "—", "/", "无", "n/a", "null", "none", "000000000000000aaa"}
YES = {"1", "y", "yes", "true", "是", "√", "有"}
NO = {"0", "n", "no", "false", "否", "×", "x"}


class Read(NamedTuple):
    """A column of values, empty where nothing or something wrong stands, and the wrong ones: index → what to do."""

    values: pa.Array
    wrong: dict[int, str]


class Reading(NamedTuple):
    """What a file is read with: the zone of moments without one, and whether 03/04 is the third of April."""

    zone: Any
    day_first: bool | None = None


def by_text(column: pa.Array, read: Callable[[str], Any], kind: pa.DataType) -> Read:
    """Read each different text once. `read` gives a value, None for nothing, or raises ValueError with what to do."""
    coded = column.dictionary_encode()
    values: list[Any] = []
    wrong: dict[int, str] = {}
    for code, text in enumerate(coded.dictionary.to_pylist()):
        value = None
        if text.casefold() not in EMPTY:
            try:
                value = read(text)
            except ValueError as error:
                wrong[code] = str(error)
        values.append(value)
    indices = coded.indices
    bad = {}
    if wrong:
        mask = pc.is_in(indices, pa.array(list(wrong), indices.type))
        places = pc.indices_nonzero(mask)
        bad = {at: wrong[code] for at, code in zip(places.to_pylist(), indices.take(places).to_pylist(), strict=True)}
    return Read(pa.array(values, kind).take(indices), bad)


def read_text(column: pa.Array, reading: Reading, longest: int = 0) -> Read:
    """Texts as they are; too long ones are wrong."""
    wrong = {}
    if longest:
        long = pc.greater(pc.utf8_length(column), longest)
        if pc.any(long).as_py():
            message = _("At most %(limit)s characters fit here.") % {"limit": longest}
            wrong = dict.fromkeys(pc.indices_nonzero(long).to_pylist(), message)
    return Read(column, wrong)


def read_money(column: pa.Array, reading: Reading) -> Read:
    """Amounts: 1234.5, 1,234.50, ¥1,234, (99), 12.5万, 3K. Plain columns are cast at once."""
    plain = pc.match_substring_regex(column, PLAIN_AMOUNT)
    if pc.all(pc.or_(plain, pc.equal(column, ""))).as_py():
        return Read(pc.if_else(plain, column, pa.scalar(None, pa.string())).cast(MONEY), {})
    return by_text(column, amount_of, MONEY)


def amount_of(text: str) -> Decimal:
    """Raises: ValueError with what to do."""
    plain = re.sub(r"(?i)^(cny|rmb|usd|eur)|[¥￥$€£\s元]|(cny|rmb|usd|eur)$", "", unicodedata.normalize("NFKC", text))
    negative = plain.startswith("(") and plain.endswith(")")
    found = AMOUNT.match(plain[1:-1] if negative else plain)
    if not found:
        raise ValueError(_("This is no amount. Write it like 1234.50."))
    digits = found["digits"]
    comma = "," in digits and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits)
    value = Decimal(digits.replace(",", "." if comma else "")) * UNITS[(found["unit"] or "").lower() or None]
    if value != value.quantize(Decimal("0.0001")):
        raise ValueError(_("An amount has at most four decimals."))
    if value >= Decimal(10) ** 14:
        raise ValueError(_("This amount is too large to be true. Check its digits."))
    return -value if negative or found["sign"] == "-" else value


def read_count(column: pa.Array, reading: Reading) -> Read:
    """Whole numbers of 0 or more."""

    def read(text: str) -> int:
        plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("人").strip()
        if not re.fullmatch(r"\d{1,9}(\.0+)?", plain):
            raise ValueError(_("Write a whole number."))
        return int(Decimal(plain))

    return by_text(column, read, pa.int64())


def read_day(column: pa.Array, reading: Reading) -> Read:
    """Days: 2026-11-18, 2026/11/18, 2026年11月18日, 20261118; 18.11.2026 when the column shows which is the month."""
    day_first = reading.day_first if reading.day_first is not None else _day_first(column)
    return by_text(column, lambda text: day_of(_without_time(text), day_first), pa.date32())


def read_moment(column: pa.Array, reading: Reading) -> Read:
    """Moments: a day, or a day with a time; without a zone it is the file's."""
    day_first = reading.day_first if reading.day_first is not None else _day_first(column)
    return by_text(column, lambda text: moment_of(text, reading.zone, day_first), MOMENT)


def moment_of(text: str, zone: Any, day_first: bool | None = None) -> datetime:
    """Raises: ValueError with what to do."""
    found = CLOCK.match(text)
    if not found:
        return datetime.combine(day_of(text, day_first), time(), zone).astimezone(UTC)
    day = day_of(found["day"], day_first)
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise ValueError(_("There is no such time of day.")) from error
    return datetime.combine(day, clock, _zone(found["zone"]) or zone).astimezone(UTC)


def _zone(text: str | None) -> Any:
    if not text:
        return None
    if text in ("Z", "UTC"):
        return UTC
    return datetime.fromisoformat(f"2000-01-01T00:00:00{text[:3]}:{text[-2:]}").tzinfo


def _without_time(text: str) -> str:
    found = CLOCK.match(text)
    return found["day"] if found else text


def day_of(text: str, day_first: bool | None = None) -> date:
    """Raises: ValueError with what to do."""
    text = unicodedata.normalize("NFKC", text).strip()
    if found := ISO_DAY.match(text) or COMPACT_DAY.match(text):
        year, month, day = map(int, found.groups())
    elif found := OTHER_DAY.match(text):
        one, other, year = map(int, found.groups())
        if day_first is None and one != other:
            raise ValueError(_("Day or month first? Write dates like 2026-11-18."))
        day, month = (one, other) if day_first else (other, one)
    else:
        raise ValueError(_("This is no date. Write it like 2026-11-18."))
    try:
        found_day = date(year, month, day)
    except ValueError as error:
        raise ValueError(_("There is no such day.")) from error
    if not 1900 <= found_day.year <= 2200:
        raise ValueError(_("A year lies between 1900 and 2200."))
    return found_day


def _day_first(column: pa.Array) -> bool | None:
    """What the whole column shows: a number above 12 is no month."""
    if not pc.any(pc.match_substring_regex(column, r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")).as_py():
        return None
    found = [OTHER_DAY.match(_without_time(text)) for text in pc.unique(column).to_pylist()]
    pairs = [(int(one[1]), int(one[2])) for one in found if one]
    first, second = any(one > 12 for one, _other in pairs), any(other > 12 for _one, other in pairs)
    return None if first == second else first


def read_email(column: pa.Array, reading: Reading) -> Read:
    """Addresses with one @."""

    def read(text: str) -> str:
        if not EMAIL.match(text) or len(text) > 254:
            raise ValueError(_("This is no e-mail address."))
        return text

    return _texts(column, read)


def read_credit_code(column: pa.Array, reading: Reading) -> Read:
    """Unified credit codes with a right check letter."""

    def read(text: str) -> str:
        try:
            return clean_credit_code(text)
        except DomainError as error:
            raise ValueError(str(error)) from error

    return _texts(column, read)


def read_currency(column: pa.Array, reading: Reading) -> Read:
    """Currency codes; 人民币 and RMB are CNY."""
    names = {"人民币": "CNY", "rmb": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY", "港币": "HKD", "英镑": "GBP"}

    def read(text: str) -> str:
        code = names.get(text.casefold(), text.upper())
        try:
            minor_units(code)
        except ValueError as error:
            raise ValueError(_("“%(code)s” is not a currency such as CNY.") % {"code": text}) from error
        return code

    return by_text(column, read, pa.string())


def read_yes_no(column: pa.Array, reading: Reading) -> Read:
    """Yes or no."""

    def read(text: str) -> bool:
        word = text.casefold()
        if word not in YES | NO:
            raise ValueError(_("Write yes or no."))
        return word in YES

    return by_text(column, read, pa.bool_())


def _texts(column: pa.Array, read: Callable[[str], str]) -> Read:
    found = by_text(column, read, pa.string())
    return Read(pc.fill_null(found.values, ""), found.wrong)


def _choice(choices: Any, more: dict[str, str], message: Callable[[], str]) -> Callable[[pa.Array, Reading], Read]:
    """A reader of a list's values, by value or by label in either language."""

    def read_choice(column: pa.Array, reading: Reading) -> Read:
        words: dict[str, str] = {str(value).casefold(): value for value in choices.values}
        words |= {str(label).casefold(): value for value, label in choices.choices} | more

        def read(text: str) -> str:
            word = " ".join(text.casefold().split())
            if word not in words:
                raise ValueError(message())
            return words[word]

        return _texts(column, read)

    return read_choice


READERS: dict[str, Callable[..., Read]] = {
    "text": read_text,
    "money": read_money,
    "count": read_count,
    "day": read_day,
    "moment": read_moment,
    "email": read_email,
    "credit_code": read_credit_code,
    "currency": read_currency,
    "yes_no": read_yes_no,
    "tier": _choice(
        Tier,
        {"a类": "A", "b类": "B", "c类": "C", "d类": "D", "a级": "A", "b级": "B", "c级": "C", "d级": "D"},
        lambda: _("Choose a tier from A to D, or none."),
    ),
    "contact_role": _choice(
        Contact.Role,
        {"决策人": "decider", "使用人": "user", "采购": "purchasing", "技术": "technical", "教练": "coach",
         "decision maker": "decider", "budget holder": "economic", "champion": "coach", "end user": "user"},
        lambda: _("Choose a part in buying from the list."),
    ),
    "status": _choice(
        Opportunity.Status,
        {"进行中": "open", "跟进中": "open", "in progress": "open", "赢单": "won", "成交": "won", "已成交": "won",
         "closed won": "won", "输单": "lost", "丢单": "lost", "失败": "lost", "closed lost": "lost", "暂停": "paused",
         "搁置": "paused", "on hold": "paused"},
        lambda: _("A status is open, won, lost or paused."),
    ),
    "forecast_category": _choice(
        ForecastCategory,
        {"forecast": "commit", "bestcase": "best_case", "most likely": "best_case", "not forecasted": "omitted"},
        lambda: _("Choose a forecast category of the list."),
    ),
}  # fmt: skip


def zone_named(name: str) -> Any:
    """A time zone of a mapping file."""
    return UTC if name == "UTC" else ZoneInfo(name)
