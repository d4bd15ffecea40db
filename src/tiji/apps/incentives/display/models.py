"""Models of pay in the reader's words: stages, buckets of people, growths, what was changed in the document."""

from decimal import Decimal
from difflib import unified_diff
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.runs import rows_text
from tiji.apps.incentives.models import PayModel
from tiji.apps.incentives.selectors.model_figures import Bucket
from tiji.apps.incentives.selectors.modelling import months_of
from tiji.apps.incentives.services.documents import as_yaml
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.ui import formats

SEARCH, APPEND = "search", "append"


def month_text(key: str) -> str:
    """A month's key as the reader writes months."""
    return words.month_label(fiscal_calendar().period(key))


def months_text(model: PayModel) -> str:
    """From when to when."""
    first, last = month_text(model.first), month_text(model.last)
    return first if first == last else f"{first} – {last}"


def stage_names(model: PayModel) -> dict[str, str]:
    """Every stage of computing it, by its key."""
    months = {month.key: words.month_label(month) for month in months_of(model.first, model.last)}
    return {**months, SEARCH: _("Look for the growth at which it costs the same"), APPEND: _("Write the comparison")}


def model_steps(model: PayModel, told: dict[str, Any]) -> list[dict[str, str]]:
    """The stages with their state."""
    begun = {one["name"]: one["rows"] for one in told.get("stages", ())}
    now = list(begun)[-1] if begun else ""
    return [
        {
            "name": name,
            "note": rows_text(begun.get(key, 0)),
            "state": "now" if key == now else "done" if key in begun else "",
        }
        for key, name in stage_names(model).items()
    ]


def growth_text(growth: Decimal) -> str:
    """A growth with its sign and as many decimals as it has: +10%, −0.49%."""
    value = growth * 100
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return f"{formats.signed(formats.number(value, places), value)}%"


def change_text(bucket: Bucket) -> str:
    """A bucket of changes of pay."""
    low, high = bucket.low, bucket.high
    if low is None and high is None:
        return _("nothing earned then")
    if low == 0 and high == 0:
        return _("unchanged")
    if low is None:
        return f"< {growth_text(high or Decimal(0))}"
    return f"> {growth_text(low)}" if high is None else f"{growth_text(low)} – {growth_text(high)}"


def attainment_text(bucket: Bucket) -> str:
    """A bucket of attainments."""
    if bucket.low is None:
        return _("no quota")
    low = formats.percent(bucket.low, 0)
    return f"≥ {low}" if bucket.high is None else f"{low} – {formats.percent(bucket.high, 0)}"


def changed_lines(model: PayModel) -> str:
    """What the model's document says otherwise than the version that it was made of; nothing if it says the same."""
    before, after = (as_yaml(one).splitlines() for one in (model.version.document, model.document))
    lines = list(unified_diff(before, after, lineterm="", n=2))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))
