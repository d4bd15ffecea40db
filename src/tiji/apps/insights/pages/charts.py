"""The cockpit's figures as the charts of the design language take them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.insights.selectors.cockpit import Cockpit
from tiji.apps.pipeline.models import ForecastCategory
from tiji.apps.pipeline.selectors.funnel import Funnel
from tiji.ui import formats


def ring(cockpit: Cockpit) -> dict[str, Any]:
    """Attainment with the tick of the working days that have passed."""
    found = cockpit.forecast.standing.attainment
    return {
        "value": None if found.completion is None else float(found.completion),
        "mark": float(found.time_share),
        "center": formats.percent(found.completion),
        "sub": formats.money(found.actual, cockpit.frame.currency),
        "note": _("Target %(amount)s") % {"amount": formats.money(found.target, cockpit.frame.currency)},
        "tone": "",
    }


def pace(cockpit: Cockpit) -> dict[str, Any]:
    """Cumulative signed against pace, last year and the fan from commit to best case. Units: the column unit."""
    curve, found = cockpit.curve, cockpit.forecast.standing.attainment
    factor, _unit = formats.column_unit()

    def scaled(values: list[Decimal | None] | list[Decimal] | None) -> list[float | None] | None:
        return None if values is None else [None if one is None else float(round(one / factor, 1)) for one in values]

    last = len(curve.days) - 1
    today = (cockpit.frame.on - curve.days[0]).days if curve.days[0] <= cockpit.frame.on <= curve.days[-1] else None
    labels = {0: 0, last: last} | {at: at for at, day in enumerate(curve.days) if day.day == 1}
    shows_fan = any(curve.high)
    texts = {
        "target": _("Target %(amount)s") % {"amount": formats.in_unit(found.target)} if found.target else "",
        "today": _("Today %(amount)s") % {"amount": formats.in_unit(found.actual)},
        "low": _("Commit %(amount)s") % {"amount": formats.in_unit(cockpit.committed)} if shows_fan else "",
        "high": _("Best %(amount)s") % {"amount": formats.in_unit(cockpit.reachable)} if shows_fan else "",
    }
    return {
        "days": [f"{day.month}/{day.day}" for day in curve.days],
        "labels": {at: f"{curve.days[at].month}/{curve.days[at].day}" for at in labels},
        "actual": scaled(curve.actual),
        "ideal": scaled(curve.ideal),
        "last_year": scaled(curve.last_year),
        "low": scaled(curve.low) if shows_fan else None,
        "high": scaled(curve.high) if shows_fan else None,
        "target": float(found.target / factor) if found.target else None,
        "today": today,
        "names": {
            "actual": _("Actual"),
            "ideal": _("Working-day pace"),
            "last_year": _("Last year"),
            "low": _("Commit"),
            "high": _("Best case"),
        },
        "texts": texts,
    }


def pace_table(cockpit: Cockpit) -> dict[str, Any]:
    """The same curve in numbers, week by week."""
    curve = cockpit.curve
    rows = []
    for at in range(0, len(curve.days), 7):
        ideal = curve.ideal[at] if curve.ideal else None
        rows.append([formats.day(curve.days[at]), formats.in_unit(curve.actual[at]), formats.in_unit(ideal)])
    return {"head": [_("Day"), _("Actual"), _("Working-day pace")], "rows": rows}


def forecast_bar(cockpit: Cockpit) -> list[dict[str, Any]]:
    """Won, commit, best case and the gap as shares of the target, or of all of them together."""
    found = cockpit.forecast.standing.attainment
    commit = cockpit.categories.get(ForecastCategory.COMMIT)
    best = cockpit.categories.get(ForecastCategory.BEST_CASE)
    parts = [
        ("good-solid", found.actual),
        ("c1", commit.amount if commit else Decimal(0)),
        ("st1", best.amount if best else Decimal(0)),
    ]
    whole = max(found.target or Decimal(0), sum((amount for _color, amount in parts), Decimal(0))) or Decimal(1)
    wide = Decimal("0.09")
    return [
        {"color": color, "share": amount / whole, "text": formats.in_unit(amount) if amount / whole > wide else ""}
        for color, amount in parts
        if amount > 0
    ]


def funnel_chart(found: Funnel) -> dict[str, Any]:
    """How many ever reached each stage."""
    return {
        "steps": [{"name": row.stage.label, "value": row.reached} for row in found.stages],
        "unit": _("deals"),
    }
