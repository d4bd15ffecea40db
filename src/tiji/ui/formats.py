"""How money, rates, counts and dates are written for people. Exact for Decimal; unknown is “—”, minus is “−”.

Chinese counts in 万 and 亿, English in K, M and B; the full figure belongs into the tooltip.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel import Locale
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tiji.kernel.money import Money, minor_units, round_half_away

UNKNOWN = "—"
MINUS = "−"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥", "KRW": "₩"}
# from which amount on, shown in which unit, with how many decimals and which suffix
CHINESE_STEPS = ((10**8, 10**8, 2, "亿"), (10**7, 10**4, 0, "万"), (10**4, 10**4, 1, "万"), (0, 1, 0, ""))
ENGLISH_STEPS = ((10**9, 10**9, 2, "B"), (10**6, 10**6, 1, "M"), (10**3, 10**3, 1, "K"), (0, 1, 0, ""))

_currency_source: Callable[[], str] = lambda: "CNY"  # noqa: E731


def use_currency(source: Callable[[], str]) -> None:
    """Let `source()` name the company's currency, for amounts that come without one."""
    global _currency_source  # noqa: PLW0603
    _currency_source = source


def company_currency() -> str:
    return _currency_source()


def _locale() -> Locale:
    return Locale.parse("zh_Hans" if is_chinese() else "en")


def currency_name(code: str) -> str:
    """人民币 (CNY), Chinese Yuan (CNY); a code that nobody knows stays as it is."""
    name = _locale().currencies.get(code)
    return f"{name} ({code})" if name else code


def country_name(code: str) -> str:
    """中国, China."""
    if code == "TW":
        return gettext("Taiwan, China")
    return str(_locale().territories.get(code, code))


def month_name(number: int) -> str:
    """1 月, January."""
    return f"{number} 月" if is_chinese() else str(_locale().months["stand-alone"]["wide"][number])


def is_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def exact(value: Any) -> Decimal | None:
    """The value as a Decimal, or None when it is unknown. Raises: TypeError for a float, which has lost digits."""
    if value is None or value == "":
        return None
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, float):
        raise TypeError("amounts are Decimal, not float")
    if isinstance(value, Fraction):
        return round_half_away(value, 12)
    return value if isinstance(value, Decimal) else Decimal(value)


def grouped(value: Decimal, places: int) -> str:
    """1234567.891 with 2 places → “1,234,567.89”, with a true minus."""
    rounded = round_half_away(value, places)
    text = f"{abs(rounded):,.{places}f}"
    return f"{MINUS}{text}" if rounded < 0 else text


def signed(text: str, value: Decimal) -> str:
    """The text with a plus in front when the value is above zero."""
    return f"+{text}" if value > 0 and not text.startswith("+") else text


def currency_of(value: Any, currency: str = "") -> str:
    return value.currency if isinstance(value, Money) else currency or company_currency()


def symbol(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency}\u00a0")


def scaled(value: Decimal) -> tuple[str, str]:
    """Digits and unit: 12,860,000 → (“1,286”, “万”) or (“12.9”, “M”); without sign.

    An amount that rounds up to the next unit is written in it: 9,999.6 is 1.0万, not 10,000.
    """
    size = abs(value)
    steps = CHINESE_STEPS if is_chinese() else ENGLISH_STEPS
    chosen = steps[-1]
    for step in reversed(steps):
        _, unit, places, _ = chosen
        if max(size, round_half_away(size / unit, places) * unit) >= step[0]:
            chosen = step
    _, unit, places, suffix = chosen
    return grouped(size / unit, places), suffix


def money(value: Any, currency: str = "") -> str:
    """For cards and charts: ¥9,876 · ¥9.9万 · ¥1,286万 · ¥1.29亿; in English ¥9.9K · ¥12.9M."""
    amount = exact(value)
    if amount is None:
        return UNKNOWN
    digits, unit = scaled(amount)
    sign = MINUS if amount < 0 and digits != "0" else ""
    return f"{sign}{symbol(currency_of(value, currency))}{digits}{unit}"


def money_full(value: Any, currency: str = "") -> str:
    """For statements and documents: every digit, and the cents where there are any: ¥1,286,000 · ¥12.50."""
    amount = exact(value)
    if amount is None:
        return UNKNOWN
    code = currency_of(value, currency)
    places = minor_units(code)
    rounded = round_half_away(amount, places)
    if rounded == rounded.to_integral_value():
        places = 0
    text = grouped(abs(rounded), places)
    return f"{MINUS if rounded < 0 else ''}{symbol(code)}{text}"


def column_unit() -> tuple[Decimal, str]:
    """The one unit of a column or chart: 万 in Chinese, K in English."""
    return (Decimal(10_000), "万") if is_chinese() else (Decimal(1_000), "K")


def in_unit(value: Any, places: int = 0) -> str:
    """An amount in the column's unit, without symbol and unit: 4,120,000 → “412” (万)."""
    amount = exact(value)
    return UNKNOWN if amount is None else grouped(amount / column_unit()[0], places)


def unit_label(currency: str = "") -> str:
    """What the head of such a column says: “万元”, “¥K”."""
    code = currency or company_currency()
    if is_chinese():
        return "万元" if code == "CNY" else f"万 {code}"
    return f"{symbol(code)}K"


def percent(value: Any, places: int = 1) -> str:
    """A share of 1 as a percentage: 0.54 → “54.0%”."""
    share = exact(value)
    return UNKNOWN if share is None else f"{grouped(share * 100, places)}%"


def points(value: Any, places: int = 1) -> str:
    """A difference of two shares, signed: 0.063 → “+6.3pp”."""
    share = exact(value)
    return UNKNOWN if share is None else f"{signed(grouped(share * 100, places), share)}pp"


def number(value: Any, places: int = 0) -> str:
    amount = exact(value)
    return UNKNOWN if amount is None else grouped(amount, places)


def local(value: date | datetime) -> date:
    """The business date of a moment."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def clock_time(value: date | datetime) -> str:
    """“ 14:00” for a moment, nothing for a date."""
    if not isinstance(value, datetime):
        return ""
    moment = timezone.localtime(value) if timezone.is_aware(value) else value
    return f" {moment:%H:%M}"


def day(value: date | datetime | None, today: date | None = None) -> str:
    """“今天 14:00”, “昨天”, “11-18” in this year, else “2025-11-18”."""
    if not value:
        return UNKNOWN
    today = today or timezone.localdate()
    on = local(value)
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}.get((on - today).days)
    if near:
        return f"{near}{clock_time(value)}"
    return f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"


def day_long(value: date | datetime | None) -> str:
    """“11 月 18 日 周三”; in English “Wed 18 Nov”."""
    if not value:
        return UNKNOWN
    on = local(value)
    names = (
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    )
    weekday = names[on.weekday()]
    if is_chinese():
        return f"{on.month} 月 {on.day} 日 {weekday}"
    return f"{weekday} {on.day} {on:%b}"


def moment(value: datetime | None) -> str:
    """A moment in full, for histories and tooltips: “2026-11-18 14:05”."""
    return f"{local(value):%Y-%m-%d}{clock_time(value)}" if value else UNKNOWN


def days_ago(value: date | datetime | None, today: date | None = None) -> str:
    """“29 天前”, “今天”, “3 天后”."""
    if not value:
        return UNKNOWN
    days = ((today or timezone.localdate()) - local(value)).days
    if days == 0:
        return gettext("today")
    if days > 0:
        return gettext("%(days)s days ago") % {"days": number(days)}
    return gettext("in %(days)s days") % {"days": number(-days)}


# What a browser says of itself, and its name; the first that fits.
BROWSERS = (
    ("wxwork", _("WeCom")),
    ("MicroMessenger", _("WeChat")),
    ("DingTalk", _("DingTalk")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """“Chrome · Windows” for what a browser calls itself; the beginning of a line that names nothing known."""
    found = [next((str(name) for mark, name in names if mark in agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or agent[:60] or UNKNOWN


AVATAR_COLORS = (
    "#3a60e2", "#b8405a", "#0c7377", "#7a4fd0", "#bd3f68", "#1f6f8b", "#8f5a0a", "#5f6878",
    "#4f6b1e", "#1f3a8a", "#9d4b4b", "#3f7a2a", "#6d5bd0", "#a34a12", "#12745a", "#475569",
)  # fmt: skip


def avatar_color(name: Any) -> str:
    """Always the same colour for the same name, dark enough for white text."""
    return AVATAR_COLORS[sum(ord(letter) * (index + 1) for index, letter in enumerate(str(name))) % len(AVATAR_COLORS)]


def initial(name: Any) -> str:
    """The family name's first character of a Chinese name, the first letter of any other."""
    text = str(name or "").strip()
    return text[0].upper() if text else "?"


def spark(values: Any, width: float = 58, height: float = 22) -> tuple[str, str, str]:
    """An SVG line through the values, the area below it and its last point; nothing with fewer than two values."""
    points_ = [float(value) for value in values or [] if value is not None]
    if len(points_) < 2:
        return "", "", ""
    low, high = min(points_), max(points_)
    room = height - 6
    step = width / (len(points_) - 1)
    spread = (high - low) or 1
    spots = [(i * step, height - 4 - (value - low) / spread * room) for i, value in enumerate(points_)]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    area = f"M0 {height:g} L" + line[1:] + f" L{width:.1f} {height:g}Z"
    return line, area, "{:.1f},{:.1f}".format(*spots[-1])
