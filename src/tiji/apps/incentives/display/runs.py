"""How far a run is, in the reader's language, for the page and the terminal."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tiji.apps.incentives.services.progress import STAGES, running
from tiji.ui import formats

NAMES = {
    "read": _("Read receipts and contracts"),
    "freeze": _("Freeze the inputs"),
    "credit": _("Credit the events"),
    "earn": _("Add up and rate"),
    "explain": _("Trace every line"),
    "write": _("Write the trace"),
    "append": _("Append the statements"),
}


def rows_text(rows: int) -> str:
    """How many rows a stage goes through; nothing where that is not known."""
    return ngettext("%(n)s row", "%(n)s rows", rows) % {"n": formats.number(rows)} if rows else ""


def run_steps(told: dict[str, Any]) -> list[dict[str, str]]:
    """Every stage of a run with its state and its rows; without `told` they all are still to come."""
    begun = [one["name"] for one in told.get("stages", ())]
    rows = {name: sum(one["rows"] for one in told["stages"] if one["name"] == name) for name in begun}
    now = begun[-1] if begun else ""
    return [
        {
            "name": str(NAMES[name]),
            "note": rows_text(rows.get(name, 0)),
            "state": "now" if name == now else "done" if name in rows else "",
        }
        for name in STAGES
    ]


def run_under_way() -> dict[str, Any] | None:
    """The run under way: whose month, who watches it where, and its stage; None while none is."""
    told = running()
    if not told or not told["stages"]:
        return None
    return {"period": told["period"], "request": told["request"], "now": NAMES[told["stages"][-1]["name"]]}
