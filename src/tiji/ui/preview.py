"""Invented values for the components page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tiji.ui.forms import DateField, Form, MoneyField, PercentField

SWATCHES = (
    ("brand", "brand-soft", "good-solid", "good-soft", "warn-solid", "warn-soft", "bad-solid", "bad-soft"),
    ("st1", "st2", "st3", "st4", "st5", "st-won", "sev2", "sev3"),
    ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"),
    ("ink", "ink-2", "ink-3", "ink-4", "line-strong", "line", "sunken", "canvas"),
)


class ExampleForm(Form):
    """Shows the fields; it is never posted."""

    amount = MoneyField(label=gettext_lazy("Contract amount"), help_text=gettext_lazy("Including tax"))
    discount = PercentField(label=gettext_lazy("Discount"), maximum=Decimal("0.05"), required=False)
    signed_on = DateField(label=gettext_lazy("Signed on"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("e", gettext_lazy("existing")), ("n", gettext_lazy("new customer"))]
    )
    taxed = forms.BooleanField(label=gettext_lazy("Including tax"), required=False)


def context() -> dict[str, Any]:
    """What the components page shows, in the language of the page."""
    return {
        "swatches": SWATCHES,
        "form": ExampleForm({"amount": "4,120,000", "discount": "8.5", "kind": "e", "taxed": "on"}),
        "amounts": [Decimal(98_765), Decimal(12_860_000), Decimal(129_000_000)],
        "deal": {"amount": Decimal(4_120_000)},
        "spark": [3, 5, 4, 6, 5, 8, 9],
        "spark_bad": [9, 8, 7, 7, 5, 5, 4],
        "share": Decimal("0.8"),
        "half": Decimal("0.5"),
        "dots": ["on", "on", "on", "late", "now", ""],
        **_stages(),
        **_charts(),
        **_lists(),
    }


def _lists() -> dict[str, Any]:
    """The rows of a working, of a flow, of a split bar and of a legend."""
    return {
        "why": [
            {"label": _("Cash received"), "text": _("10-14, applied to AR-3390"), "value": "1,200,000"},
            {"label": pgettext("preview", "Credit"), "text": _("Rule R-12 v3: signer alone"), "value": "× 100%"},
            {"label": pgettext("preview", "Rate"), "text": _("2026 Q4, table 2.1"), "value": "× 3.5%"},
            {
                "label": _("Margin factor"),
                "text": _("Margin above the 36 percent step"),
                "value": "× 1.05",
                "tone": "good",
            },
            {"label": _("Subtotal"), "text": "", "value": "= 44,100", "sum": True},
        ],
        "flow": [
            {"name": _("Calculated"), "note": "11-03", "state": "done"},
            {"name": _("Reviewed"), "note": "11-05", "state": "done"},
            {"name": _("Confirmed"), "note": _("2 days left"), "state": "now"},
            {"name": _("Paid"), "note": "11-25", "state": ""},
        ],
        "parts": [
            {"share": Decimal("0.56"), "color": "good-solid", "label": _("Protected")},
            {"share": Decimal("0.28"), "color": "warn-solid", "label": _("30 days")},
            {"share": Decimal("0.14"), "color": "bad-solid", "label": _("7 days")},
        ],
        "legend": [
            {"label": _("Actual"), "color": "c1", "kind": "line"},
            {"label": _("Pace"), "color": "ink-4", "kind": "dash"},
            {"label": _("Existing customers"), "color": "c1"},
            {"label": _("New customers"), "color": "c2"},
        ],
    }


def _stage_names() -> list[str]:
    return [
        pgettext("preview", "Contact"),
        pgettext("preview", "Needs"),
        _("Proposal"),
        _("Negotiation"),
        pgettext("preview", "Closing"),
        _("Won"),
    ]


def _stages() -> dict[str, Any]:
    names = _stage_names()
    percents = ["10%", "25%", "45%", "65%", "85%", "100%"]
    states = ["done", "done", "done", "now", "", ""]
    seller = [
        {"name": name, "percent": percent, "state": state, "note": ""}
        for name, percent, state in zip(names, percents, states, strict=True)
    ]
    buyer = [
        {"name": _("Need agreed"), "state": "done", "span": 2},
        {"name": _("Comparing"), "state": "now", "span": 1},
        {"name": _("Contract talks"), "state": "", "span": 1},
        {"name": _("Signing"), "state": "", "span": 1},
        {"name": _("Delivery"), "state": "", "span": 1},
    ]
    return {"seller": seller, "buyer": buyer, "stage_names": names}


def _charts() -> dict[str, Any]:
    names = _stage_names()
    counts = [118, 79, 51, 31, 24, 19]
    return {
        "ring": {
            "value": Decimal("0.54"),
            "mark": Decimal("0.5"),
            "center": "54.0%",
            "sub": "¥2,592" if not _chinese() else "¥2,592万",
            "note": _("Target"),
        },
        "funnel": {"steps": [{"name": n, "value": v} for n, v in zip(names, counts, strict=True)]},
        "funnel_table": {
            "head": [pgettext("preview", "Stage"), pgettext("preview", "Count")],
            "rows": [list(pair) for pair in zip(names, counts, strict=True)],
        },
        "pace": _pace(),
        "waterfall": _waterfall(),
        "ageing": _ageing(),
        "forecast": _forecast(),
        "heat": {
            "columns": _buckets(),
            "rows": ["A", "B", "C"],
            "cells": [[x, y, (x * 3 + y * 5) % 11 * 10_000] for x in range(4) for y in range(3)],
        },
        "bars": {
            "labels": ["A", "B", "C"],
            "horizontal": True,
            "series": [
                {"name": pgettext("preview", "Given"), "values": [5_860_000, 5_800_000, 4_340_000], "color": "st3"},
                {"name": _("Committed"), "values": [5_980_000, 5_640_000, 3_980_000], "color": "st4"},
            ],
        },
    }


def _buckets() -> list[str]:
    return [_("1–30 days"), "31–60", "61–90", "90+"]


def _waterfall() -> dict[str, Any]:
    return {
        "steps": [
            {"name": pgettext("preview", "Base"), "value": 97755, "kind": "total"},
            {"name": pgettext("preview", "Returns"), "value": -4500},
            {"name": _("Accelerator"), "value": 9326},
            {"name": _("Contest"), "value": 5000},
            {"name": _("Held back"), "value": -10584, "kind": "hold"},
            {"name": _("Overdue"), "value": -1742},
            {"name": _("Payable"), "value": 95255, "kind": "total"},
        ]
    }


def _ageing() -> dict[str, Any]:
    months = ["07", "08", "09", "10", "11"]
    rows = [[4200, 1300, 600, 500], [4400, 1400, 700, 500], [4700, 1500, 800, 600], [4900, 1600, 900, 700]]
    rows.append([6100, 3900, 2000, 1200])
    return {
        "labels": months,
        "series": [{"name": name, "values": [row[at] * 1000 for row in rows]} for at, name in enumerate(_buckets())],
        "line": {
            "name": _("Overdue share"),
            "values": [Decimal("0.12"), Decimal("0.13"), Decimal("0.14"), Decimal("0.145"), Decimal("0.193")],
            "limit": Decimal("0.15"),
            "text": _("limit 15%"),
        },
    }


def _forecast() -> dict[str, Any]:
    return {
        "parts": [
            {"name": _("Won"), "value": 25_920_000, "color": "good-solid"},
            {"name": pgettext("preview", "Commit"), "value": 12_360_000, "color": "c1"},
            {"name": _("Best case"), "value": 6_420_000, "color": "st3"},
        ],
        "gap": 3_300_000,
        "gap_name": _("Gap"),
    }


def _pace() -> dict[str, Any]:
    target, days = 48_000_000, 62
    ideal = [target * day // days for day in range(days + 1)]
    actual = [25_920_000 * day * (day + 9) // (31 * 40) if day <= 31 else None for day in range(days + 1)]
    low = [None if day < 31 else 25_920_000 + (day - 31) * 400_000 for day in range(days + 1)]
    high = [None if day < 31 else 25_920_000 + (day - 31) * 605_000 for day in range(days + 1)]
    names = {"actual": _("Actual"), "ideal": _("Pace"), "low": pgettext("preview", "Commit"), "high": _("Best case")}
    return {
        **{"days": list(range(days + 1)), "labels": {"0": "10/1", "18": "11/2", "39": "12/1", "62": "12/31"}},
        **{"ideal": ideal, "actual": actual, "low": low, "high": high, "target": target, "today": 31, "names": names},
        "texts": {
            "target": _("Target"),
            "today": _("Today"),
            "low": pgettext("preview", "Commit"),
            "high": _("Best case"),
        },
    }


def _chinese() -> bool:
    from tiji.ui.formats import is_chinese

    return is_chinese()
