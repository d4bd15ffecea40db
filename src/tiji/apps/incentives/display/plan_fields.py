"""What each place of a plan's document is called and holds, for the designer and for what changed between versions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.plan_paths import parent_of, pattern_of, value_at
from tiji.apps.incentives.display.sentences import KINDS
from tiji.apps.incentives.selectors.events import EVENT_KINDS
from tiji.ui import formats
from tiji.ui.forms import AmountField

Kind = Literal["text", "formula", "choice", "many", "percent", "amount", "number", "limit", "date", "flag", "words"]
Choices = Callable[[], list[tuple[str, Any]]]
NUMBERS = ("percent", "amount", "number", "limit")


@dataclass(frozen=True)
class PlanField:
    """A place of the document. `default` holds where nothing stands; `redraw`: what else is asked depends on it."""

    label: Any
    kind: Kind = "text"
    choices: Choices = list
    help: Any = ""
    redraw: bool = False
    default: str = ""


def _each(found: Mapping[str, Any]) -> Choices:
    return lambda: [(key, value() if callable(value) else value) for key, value in found.items()]


INTERVALS = _each(words.INTERVALS)
UNITS = _each(
    {
        "amount": gettext_lazy("Amounts"),
        "attainment": gettext_lazy("Shares of the quota"),
    }
)
TIES = _each(
    {
        "lower": gettext_lazy("the step that ends there"),
        "upper": gettext_lazy("the step that begins there"),
    }
)
GAPS = _each({"refuse": gettext_lazy("are refused"), "zero": gettext_lazy("pay nothing")})
MODES = _each(
    {
        "flat": gettext_lazy("One rate"),
        "marginal": gettext_lazy("Slice by slice"),
        "retroactive": gettext_lazy("All at the step reached"),
    }
)
BASES = _each({"credit": gettext_lazy("A rate of what is credited"), "fixed": gettext_lazy("A fixed amount a step")})
ROUNDINGS = _each({"payout": gettext_lazy("The running sum"), "line": gettext_lazy("Every line")})
TABLE_KINDS = _each(
    {
        "steps": gettext_lazy("Steps"),
        "curve": gettext_lazy("Curve"),
        "words": gettext_lazy("Words"),
        "grid": gettext_lazy("Grid"),
    }
)
SHARINGS = _each(
    {
        "": gettext_lazy("As usual for the role"),
        "split": gettext_lazy("One amount among them"),
        "each": gettext_lazy("Each for himself"),
    }
)
LEVELS = _each({"": gettext_lazy("All levels"), **{str(level): str(level) for level in range(1, 10)}})
HIERARCHIES = _each(
    {
        "event": gettext_lazy("On the day of the event"),
        "period_end": gettext_lazy("On the last day that is paid"),
        "current": gettext_lazy("On the day of the run"),
    }
)
BELOW = _each({"zero": gettext_lazy("Nothing"), "first": gettext_lazy("As at the first point")})
TIES_OF_PRIZES = _each({"share": gettext_lazy("Share the prizes"), "all": gettext_lazy("Each the best prize")})
EXCESS = _each({"forfeit": gettext_lazy("Is forfeited"), "later": gettext_lazy("Is paid in later months")})
RECOVER = _each({"above_draw": gettext_lazy("What is above the draw"), "all": gettext_lazy("Everything")})
NEGATIVE = _each(
    {
        "carry": gettext_lazy("Is carried on"),
        "zero": gettext_lazy("Is forgotten"),
        "deduct": gettext_lazy("Is deducted from other pay"),
    }
)


def _events() -> list[tuple[str, Any]]:
    return [(kind, words.EVENTS[kind]() if kind in words.EVENTS else kind) for kind in EVENT_KINDS]


def _roles() -> list[tuple[str, Any]]:
    return [
        ("owner", _("the owner, and those who share")),
        ("manager", _("everybody above the owner")),
        ("product_manager", _("whoever keeps the product line")),
    ]


def _months() -> list[tuple[str, Any]]:
    return [(str(month), str(month)) for month in range(1, 13)]


def _so_far() -> list[tuple[str, Any]]:
    spans = [(key, _("the %(interval)s so far") % {"interval": name}) for key, name in INTERVALS()]
    return [("", _("the month alone")), *spans]


_CODE = PlanField(gettext_lazy("Short code"), help=gettext_lazy("small letters and digits; formulas use it"))
_NAME, _NAME_EN = PlanField(pgettext_lazy("pay", "Name")), PlanField(gettext_lazy("English name"))
_TIE = PlanField(gettext_lazy("Exactly on a limit belongs to"), "choice", TIES)
_GAP = PlanField(gettext_lazy("Gaps between steps"), "choice", GAPS)
_UNIT = PlanField(gettext_lazy("Limits are"), "choice", UNITS, redraw=True)
_FROM, _TO = PlanField(pgettext_lazy("limit", "From"), "limit"), PlanField(pgettext_lazy("limit", "To"), "limit")
_VALUE = PlanField(pgettext_lazy("pay", "Value"), "number")
_KIND = PlanField(gettext_lazy("Kind"), "choice", _each(KINDS))
_WHEN = PlanField(gettext_lazy("Only where"), "formula")
_BY = PlanField(gettext_lazy("In groups of the same"), help=gettext_lazy("a fact, such as team; empty: everybody"))

FIELDS: Mapping[str, PlanField] = {
    "currency": PlanField(gettext_lazy("Currency")),
    "fiscal_start_month": PlanField(gettext_lazy("Fiscal year begins in month"), "choice", _months),
    "title": _NAME,
    "title_en": _NAME_EN,
    "components[].code": _CODE,
    "components[].title": _NAME,
    "components[].title_en": _NAME_EN,
    "components[].credit.event": PlanField(gettext_lazy("Events"), "many", _events),
    "components[].credit.role": PlanField(gettext_lazy("Whose shares count"), "choice", _roles),
    "components[].credit.sharing": PlanField(gettext_lazy("Several share it"), "choice", SHARINGS),
    "components[].credit.levels": PlanField(
        gettext_lazy("Levels above the owner"), "choice", LEVELS, gettext_lazy("only for those above the owner")
    ),
    "components[].credit.hierarchy": PlanField(gettext_lazy("Who is above whom"), "choice", HIERARCHIES),
    "components[].credit.business": PlanField(
        gettext_lazy("Business"), "many", lambda: list(BusinessKind.choices), gettext_lazy("none: all of it")
    ),
    "components[].credit.share": PlanField(gettext_lazy("Share of the amount"), "percent", default="100"),
    "components[].credit.valid_from": PlanField(gettext_lazy("Counted from"), "date"),
    "components[].credit.valid_until": PlanField(gettext_lazy("Counted until before"), "date"),
    "components[].credit.over_assignment": PlanField(gettext_lazy("Shares may be more than 100% together"), "flag"),
    "components[].credit.when": _WHEN,
    "components[].credit.value": PlanField(
        gettext_lazy("Counted with"), "formula", help=gettext_lazy("empty: the document's amount")
    ),
    "components[].measure.interval": PlanField(gettext_lazy("Added up by the"), "choice", INTERVALS),
    "components[].quota.code": PlanField(
        gettext_lazy("Measured against the quota of"), "choice", lambda: [("", _("no quota")), *Measure.choices]
    ),
    "components[].rate.mode": PlanField(gettext_lazy("Steps are paid"), "choice", MODES),
    "components[].rate.unit": _UNIT,
    "components[].rate.tie": _TIE,
    "components[].rate.gap": _GAP,
    "components[].rate.steps[].from": _FROM,
    "components[].rate.steps[].to": _TO,
    "components[].rate.steps[].rate": PlanField(pgettext_lazy("pay", "Rate"), "percent"),
    "components[].rate.steps[].amount": PlanField(gettext_lazy("Amount"), "amount"),
    "components[].pays": PlanField(gettext_lazy("A credit pays"), "formula", help=gettext_lazy("in place of a table")),
    "components[].factor": PlanField(gettext_lazy("Times"), "formula"),
    "components[].cap.amount": PlanField(gettext_lazy("At most, by interval"), "amount"),
    "components[].rounding": PlanField(gettext_lazy("What is rounded"), "choice", ROUNDINGS),
    "components[].pay.basis": PlanField(gettext_lazy("A step pays"), "choice", BASES, redraw=True),
    "components[].pay.interval": PlanField(gettext_lazy("Paid by the"), "choice", INTERVALS),
    "fields.*": _KIND,
    "tables.*.kind": PlanField(gettext_lazy("Kind"), "choice", TABLE_KINDS, redraw=True),
    "tables.*.unit": _UNIT,
    "tables.*.tie": _TIE,
    "tables.*.gap": _GAP,
    "tables.*.below": PlanField(gettext_lazy("Below the first point"), "choice", BELOW),
    "tables.*.otherwise": PlanField(gettext_lazy("Everything else"), "number"),
    "tables.*.rows[].from": _FROM,
    "tables.*.rows[].to": _TO,
    "tables.*.rows[].value": _VALUE,
    "tables.*.rows[].amount": PlanField(gettext_lazy("Amount"), "number"),
    "tables.*.rows[].word": PlanField(gettext_lazy("Word")),
    "tables.*.points[].at": PlanField(pgettext_lazy("curve", "At"), "limit"),
    "tables.*.points[].value": _VALUE,
    "tables.*.axes[].words": PlanField(gettext_lazy("Words"), "words"),
    "tables.*.axes[].unit": _UNIT,
    "tables.*.axes[].tie": _TIE,
    "tables.*.axes[].gap": _GAP,
    "tables.*.axes[].rows[].from": _FROM,
    "tables.*.axes[].rows[].to": _TO,
    "tables.*.values[][]": _VALUE,
    "facts.*.kind": _KIND,
    "facts.*.optional": PlanField(gettext_lazy("May be missing"), "flag"),
    "cells[].code": _CODE,
    "cells[].title": _NAME,
    "cells[].title_en": _NAME_EN,
    "cells[].is": PlanField(gettext_lazy("Is worked out as"), "formula"),
    "cells[].pays": PlanField(gettext_lazy("Pays"), "formula"),
    "cells[].to_date": PlanField(
        gettext_lazy("The formula is for"),
        "choice",
        _so_far,
    ),
    "cells[].sum_of": PlanField(gettext_lazy("Sum of")),
    "cells[].by": _BY,
    "cells[].share_out": PlanField(gettext_lazy("Amount shared out"), "formula"),
    "cells[].weight": PlanField(gettext_lazy("By the weight"), "formula"),
    "cells[].contest": PlanField(gettext_lazy("Highest values of")),
    "cells[].prizes": PlanField(gettext_lazy("Prizes"), "words", help=gettext_lazy("the first place first")),
    "cells[].ties": PlanField(gettext_lazy("Who is level"), "choice", TIES_OF_PRIZES),
    "cells[].when": _WHEN,
    "payment[].code": _CODE,
    "payment[].floor": PlanField(gettext_lazy("At least"), "formula"),
    "payment[].when": _WHEN,
    "payment[].ceiling": PlanField(gettext_lazy("At most"), "formula"),
    "payment[].excess": PlanField(gettext_lazy("What is above"), "choice", EXCESS),
    "payment[].draw": PlanField(gettext_lazy("At least, as a draw"), "formula"),
    "payment[].recoverable": PlanField(gettext_lazy("Is paid back"), "flag", default="on"),
    "payment[].recover": PlanField(gettext_lazy("Paid back from"), "choice", RECOVER),
    "payment[].recover_when": PlanField(gettext_lazy("Paid back only where"), "formula"),
    "payment[].limit": PlanField(gettext_lazy("At most a month"), "formula"),
    "payment[].hold": PlanField(gettext_lazy("Share held back"), "formula"),
    "payment[].release": PlanField(gettext_lazy("Paid out of it"), "formula"),
    "payment[].forfeit": PlanField(gettext_lazy("Forfeited of it"), "formula"),
    "payment[].debt": PlanField(gettext_lazy("Added to the debt"), "formula"),
    "payment[].below_zero": PlanField(gettext_lazy("A month below zero"), "choice", NEGATIVE),
}


def field_at(path: str) -> PlanField | None:
    """What stands at a place, if that is known."""
    return FIELDS.get(pattern_of(path))


def in_percent(tree: Any, path: str, field: PlanField) -> bool:
    """Whether a number is read and typed as a percentage: rates, and limits that are shares of a quota."""
    if field.kind == "percent":
        return True
    return field.kind == "limit" and _unit_of(tree, path) == "attainment"


def _unit_of(tree: Any, path: str) -> Any:
    """The unit that the limits of this table have."""
    rows = path[: path.rindex("[")]
    holder, _name = parent_of(tree, rows)
    return holder.get("unit") if isinstance(holder, dict) else None


def number_in(value: Any) -> Decimal | None:
    """A number of a document; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def plain(number: Decimal) -> str:
    """Digits alone, with as many decimals as there are."""
    return f"{number.normalize():f}" if number else "0"


def typed_text(value: Any, percent: bool) -> str:
    """A number as it stands in its field: thousands apart, a rate as a percentage; what is none as it was typed."""
    number = number_in(value)
    if number is None:
        return "" if value is None else str(value)
    return f"{Decimal(plain(number * 100 if percent else number)):,f}"


def number_typed(text: str, percent: bool) -> str:
    """The number that somebody typed as a document holds it; what is none stays as it is."""
    try:
        number = AmountField().parse(text.replace("%", "").replace("％", ""))
    except ValidationError:
        return text
    return plain(number / 100 if percent else number)


def value_words(tree: Any, path: str, value: Any) -> str:
    """A value in the reader's language."""
    field, kind = field_at(path), getattr(field_at(path), "kind", "text")
    if kind == "flag" and isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value in (None, "", [], {}):
        return formats.UNKNOWN
    listed = value if isinstance(value, list) else [value]
    if field is not None and kind in ("choice", "many"):
        known = {str(key): str(label) for key, label in field.choices()}
        listed = [known.get(str(one), str(one)) for one in listed]
    if field is not None and kind in NUMBERS:
        percent = in_percent(tree, path, field)
        return typed_text(value, percent) + ("%" if percent and number_in(value) is not None else "")
    return str(_(", ")).join(map(str, listed))


def words_at(tree: Any, path: str) -> str:
    """What stands at a place, in words."""
    return value_words(tree, path, value_at(tree, path))
