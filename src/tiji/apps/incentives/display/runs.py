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


def run_progress() -> dict[str, Any] | None:
    """The stages of the run under way, with the state and the rows of each; None while none is."""
    told = running()
    if not told:
        return None
    begun, now = [one["name"] for one in told["stages"]], told["stages"][-1]["name"]
    rows = {name: sum(one["rows"] for one in told["stages"] if one["name"] == name) for name in begun}
    steps = [
        {
            "name": NAMES[name],
            "note": rows_text(rows.get(name, 0)),
            "state": "now" if name == now else "done" if name in rows else "",
        }
        for name in STAGES
    ]
    return {"period": told["period"], "steps": steps, "now": NAMES[now]}
