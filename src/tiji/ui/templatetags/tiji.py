"""Tags and filters of every template (they are builtins: no `{% load %}`)."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.contrib.auth.password_validation import get_default_password_validators
from django.template import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.kernel.money import Money, sum_money
from tiji.ui import formats

register = template.Library()

register.filter("money", formats.money)
register.filter("money_full", formats.money_full)
register.filter("in_unit", formats.in_unit)
register.filter("pct", formats.percent)
register.filter("pp", formats.points)
register.filter("num", formats.number)
register.filter("day", formats.day)
register.filter("day_long", formats.day_long)
register.filter("moment", formats.moment)
register.filter("days_ago", formats.days_ago)
register.filter("device", formats.device)
register.filter("currency_name", formats.currency_name)
register.filter("country_name", formats.country_name)
register.filter("month_name", formats.month_name)
register.filter("avatar_color", formats.avatar_color)
register.filter("initial", formats.initial)
register.simple_tag(formats.unit_label, name="unit_label")


@register.filter
def plus(value: Any) -> str:
    """A formatted number with its sign: `{{ change|num|plus }}`."""
    text = str(value)
    return text if not text[:1].isdigit() or not text.strip("0.,%") else f"+{text}"


@register.filter
def money_plus(value: Any, currency: str = "") -> str:
    """A change of money, with its sign: “+¥74.0万”."""
    amount = formats.exact(value)
    text = formats.money(value, currency)
    return text if amount is None else formats.signed(text, amount)


@register.filter
def width(value: Any) -> str:
    """A share of 1 as a CSS width between 0 and 100%: `style="--v:{{ rate|width }}"`."""
    share = formats.exact(value) or Decimal(0)
    return f"{max(Decimal(0), min(Decimal(1), share)) * 100:.1f}%"


@register.filter
def spark_path(values: Any, size: str = "58x22") -> str:
    """The `d` of an SVG line through the values: `{{ values|spark_path:"64x26" }}`."""
    wide, _, high = size.partition("x")
    return formats.spark(values, float(wide), float(high))[0]


@register.simple_tag
def spark_svg(values: Any, tone: str = "", w: Any = 58, h: Any = 22) -> SafeString:
    """A small line with its area and its last point; decoration beside a number, so hidden from readers."""
    line, area, last = formats.spark(values, float(w), float(h))
    if not line:
        return mark_safe("")
    x, y = last.split(",")
    return format_html(
        '<svg class="spark {}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<path class="ar" d="{}"/><path d="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        *(tone, w, h, w, h, area, line, x, y),
    )


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """A Lucide icon of `ui/icons.txt`: `{% icon "check" "xs" %}`; with `label` it is read out."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="i {}" {}><use href="{}#{}"/></svg>', size, spoken, _sprite(), name)


@cache
def _sprite() -> str:
    """Where the icons are: asked for hundreds of times a page, and the same until the server starts anew."""
    return static("vendor/lucide/sprite.svg")


@register.simple_tag
def avatar(person: Any, size: str = "", square: bool = False) -> SafeString:
    """The coloured disc with a name's first character. The name itself stands beside it."""
    return format_html(
        '<span class="av {}{}" style="--ac:{}" aria-hidden="true">{}</span>',
        *(size, " sq" if square else "", formats.avatar_color(person), formats.initial(person)),
    )


@register.simple_tag
def who(person: Any) -> SafeString:
    """Avatar and name, or “—” when there is nobody."""
    if not person:
        return format_html('<span class="mut">{}</span>', formats.UNKNOWN)
    return format_html('<span class="who">{}{}</span>', avatar(person), person)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query with some parameters changed and the rest kept; None removes one: `{% query page=None %}`."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        elif isinstance(value, list | tuple):
            params.setlist(key, [str(item) for item in value])
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"


class _JsonNumbers(json.JSONEncoder):
    def default(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return float(value)
        if isinstance(value, Money):
            return float(value.amount)
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return str(value)


_JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def as_json(value: Any) -> SafeString:
    """For `<script type="application/json">` blocks; amounts become plain numbers, for drawing only."""
    return mark_safe(json.dumps(value, cls=_JsonNumbers, ensure_ascii=False).translate(_JSON_ESCAPES))  # noqa: S308


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A mapping's value by a key held in a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def times(count: Any) -> range:
    """A range to loop over: `{% for n in 5|times %}` gives 1…5."""
    return range(1, int(count or 0) + 1)


@register.filter
def total(amounts: Any, currency: str = "") -> Any:
    """The exact sum of amounts of one currency."""
    items = [amount for amount in amounts if amount is not None]
    if items and isinstance(items[0], Money):
        return sum_money(items, items[0].currency)
    return sum(items, Decimal(0))


@register.filter
def wants_part(request: Any) -> bool:
    """Whether htmx asked for a part, such as a dialog: a form on a page of its own is posted as a page."""
    from tiji.ui.forms import is_htmx

    return request is not None and request != "" and is_htmx(request)


@register.simple_tag
def classes(*names: Any) -> str:
    """The names that are not empty, as one class attribute."""
    return conditional_escape(" ".join(str(name) for name in names if name))


@register.filter
def control(field: Any) -> str:
    """Which of our controls a bound field is; fields of other packages' forms are dressed on the way."""
    from tiji.ui.forms import dress

    dress(field.field)
    return str(field.field.widget.kind)


@register.filter
def sign_in_label(field: Any) -> str:
    """Labels of the sign-in forms in our own words; they need no placeholder that says the same otherwise."""
    field.field.widget.attrs.pop("placeholder", None)
    own = {
        "login": _("E-mail"),
        "email": _("E-mail"),
        "password": _("Password"),
        "password1": _("New password"),
        "password2": _("New password again"),
        "oldpassword": _("Present password"),
        "remember": _("Stay signed in on this device"),
        "code": pgettext("sign-in", "Code"),
    }
    return str(own.get(field.name, field.label))


@register.filter
def sign_in_help(field: Any) -> str:
    """What a new password has to be, in one sentence of our own for the four rules; else what the field says itself."""
    if field.name != "password1" or not field.help_text:
        return ""
    least = max(getattr(rule, "min_length", 0) for rule in get_default_password_validators())
    rules = _("At least %(least)s characters; not in common use, not digits alone, not like your name or e-mail.")
    return str(rules % {"least": least})


@register.filter
def undo_url(message: Any) -> str:
    """Where a message of the next page can be taken back, if it said so."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo:") if tags.startswith("undo:") else ""
