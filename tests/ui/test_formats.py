"""How numbers and dates are written: the table of the design language, section 7, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import translation

from tiji.kernel.money import Money
from tiji.ui import formats

CHINESE = [
    ("9876", "¥9,876"),
    ("98765", "¥9.9万"),
    ("98000", "¥9.8万"),
    ("12860000", "¥1,286万"),
    ("129000000", "¥1.29亿"),
    ("0", "¥0"),
    ("-4120000", "−¥412.0万"),
    ("9999.4", "¥9,999"),
    ("9999.6", "¥1.0万"),  # rounds up into the next unit, never 10,000
    ("9999960", "¥1,000万"),
    ("99999600", "¥1.00亿"),
    ("0.004", "¥0"),
    ("-0.004", "¥0"),
]
ENGLISH = [
    ("987", "¥987"),
    ("98765", "¥98.8K"),
    ("12860000", "¥12.9M"),
    ("1290000000", "¥1.29B"),
    ("999960", "¥1.0M"),
]


@pytest.mark.parametrize(("amount", "written"), CHINESE)
def test_an_amount_is_written_in_wan_and_yi(amount, written):
    with translation.override("zh-hans"):
        assert formats.money(Money(Decimal(amount), "CNY")) == written


@pytest.mark.parametrize(("amount", "written"), ENGLISH)
def test_english_counts_in_thousands_and_millions(amount, written):
    with translation.override("en"):
        assert formats.money(Money(Decimal(amount), "CNY")) == written


def test_a_money_carries_its_own_currency():
    with translation.override("en"):
        assert formats.money(Money(Decimal(1_500_000), "USD")) == "$1.5M"
        assert formats.money(Decimal(1_500), "SEK") == "SEK\u00a01.5K"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("80450596.9823", "USD", "$80,450,596.98"),
        ("1286000", "CNY", "¥1,286,000"),
        ("12.5", "CNY", "¥12.50"),
        ("-12.345", "CNY", "−¥12.35"),
        ("1200.4", "JPY", "JP¥1,200"),
    ],
)
def test_statements_show_every_digit_and_cents_only_where_there_are_any(amount, currency, written):
    assert formats.money_full(Money(Decimal(amount), currency)) == written


def test_what_is_unknown_is_a_dash_and_zero_is_zero():
    writers = [formats.money, formats.money_full, formats.percent, formats.points, formats.number, formats.in_unit]
    assert [write(None) for write in writers] == ["—"] * 6
    assert formats.number(Decimal(0)) == "0"


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="not float"):
        formats.money(0.1)


def test_shares_have_one_decimal_and_a_true_minus():
    assert formats.percent(Decimal("0.54")) == "54.0%"
    assert formats.percent(Fraction(2, 3)) == "66.7%"
    assert formats.points(Decimal("0.063")) == "+6.3pp"
    assert formats.points(Decimal("-0.004")) == "−0.4pp"
    assert formats.points(Decimal(0)) == "0.0pp"


def test_a_column_has_one_unit_named_in_its_head():
    with translation.override("zh-hans"):
        assert (formats.in_unit(Decimal(4_120_000)), formats.unit_label("CNY")) == ("412", "万元")
    with translation.override("en"):
        assert (formats.in_unit(Decimal(4_120_000)), formats.unit_label("CNY")) == ("4,120", "¥K")


def test_days_are_relative_near_today_and_short_in_this_year():
    today = date(2026, 11, 18)
    with translation.override("en"):
        shown = [formats.day(date(2026, 11, day), today) for day in (16, 17, 18, 19)]
        assert shown == ["11-16", "yesterday", "today", "tomorrow"]
        assert formats.day(date(2025, 11, 18), today) == "2025-11-18"
        assert formats.days_ago(date(2026, 10, 20), today) == "29 days ago"
    with translation.override("zh-hans"):
        assert formats.day(datetime(2026, 11, 18, 6, 0, tzinfo=UTC), today) == "今天 14:00"
        assert formats.day_long(today) == "11 月 18 日 周三"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile MicroMessenger/8.0.53", "WeChat · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36 wxwork/4.1", "WeCom · Android"),
        ("curl/8.9", "curl/8.9"),
        ("", "—"),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(agent: str, said: str):
    with translation.override("en"):
        assert formats.device(agent) == said


def test_a_name_keeps_its_colour_and_its_first_character():
    assert formats.avatar_color("陈昊然") == formats.avatar_color("陈昊然")
    assert (formats.initial("陈昊然"), formats.initial("lin"), formats.initial("")) == ("陈", "L", "?")


def contrast_with_white(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize("color", formats.AVATAR_COLORS)
def test_white_can_be_read_on_every_avatar(color):
    assert contrast_with_white(color) >= 4.5


def test_a_spark_line_runs_from_edge_to_edge_and_needs_two_points():
    line, _area, last = formats.spark([0, 10], 58, 22)
    assert line == "M0.0 18.0 L58.0 2.0"
    assert last == "58.0,2.0"
    assert formats.spark([3]) == ("", "", "")


def test_query_changes_one_parameter_and_keeps_the_rest(rf):
    context = Context({"request": rf.get("/x/?tier=A&tier=B&cursor=abc")})
    assert Template('{% query cursor=None sort="-amount" %}').render(context) == "?tier=A&amp;tier=B&amp;sort=-amount"


def test_json_for_scripts_cannot_close_the_script():
    assert "</script>" not in Template("{{ data|as_json }}").render(Context({"data": {"a": "</script>"}}))
