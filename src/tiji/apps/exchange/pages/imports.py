"""What the import pages show."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from tiji.apps.exchange.forms import LoadForm
from tiji.apps.exchange.models import Import, ImportedRows
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports.fields import ATTRIBUTE, FIELDS
from tiji.apps.exchange.services.imports.previews import preview_of
from tiji.apps.exchange.services.imports.progress import STEPS, progress_of
from tiji.apps.exchange.services.imports.queue import has_died, is_busy, nobody_came, queue_undo
from tiji.apps.exchange.services.imports.running import plan_import, sheet_of
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.files import files_of

THINGS = {
    "customers.account": _lazy("Customers"),
    "customers.contact": _lazy("Contacts"),
    "pipeline.opportunity": _lazy("Opportunities"),
    "commerce.order": _lazy("Orders"),
    "commerce.invoice": _lazy("Invoices"),
    "targets.targetplan": _lazy("Target plans"),
    "organization.person": _lazy("People"),
    "organization.unit": _lazy("Units"),
    "catalog.product": _lazy("Products"),
    "catalog.productline": _lazy("Product lines"),
}
TONES = {"created": "good", "updated": "brand", "unchanged": "", "refused": "bad"}


def posted_mapping(headings: list[str], sent: Mapping[str, str]) -> dict[str, str]:
    """Heading → field from the selects above the columns."""
    return {heading: sent.get(f"column-{at}", "") for at, heading in enumerate(headings)}


def load_form(imported: Import, sent: Any) -> LoadForm:
    """The choices beside the columns; a new one shows a sheet that was turned to in between."""
    initial = {**imported.options, "bad_rows": imported.bad_rows, "sheet": imported.sheet}
    return LoadForm(sent, initial=initial, kind=imported.kind, sheets=imported.options.get("sheets", ()))


def map_page(imported: Import, actor: User, form: Any, *, page: str = "") -> dict[str, Any]:
    """The columns with what each is read as, and a page of the preview, or why there is none yet."""
    sheet = sheet_of(imported)
    preview, refusal = None, ""
    try:
        plan = plan_import(actor=actor, imported=imported, at=timezone.now(), sheet=sheet)
        preview = preview_of(plan, int(page) if page.isdecimal() else 1)
    except DomainError as error:
        refusal = str(error)
    options = _targets(imported.kind)
    columns = [
        {
            "at": at,
            "heading": heading,
            "field": imported.mapping.get(heading, ""),
            "wrong": preview.by_column.get(heading, 0) if preview else 0,
            "samples": _samples(sheet.table.column(at)),
        }
        for at, heading in enumerate(sheet.headings)
    ]
    return {
        "imported": imported,
        "form": form,
        "sheet": sheet,
        "columns": columns,
        "targets": options,
        "preview": preview,
        "refusal": refusal,
        "origin": _origin(imported),
        "tones": TONES,
        "flow": flow_of(imported),
    }


def _samples(column: Any) -> str:
    """The first three things that stand in a column."""
    texts = dict.fromkeys(str(text) for text in column[:50] if str(text))
    return " · ".join(text[:24] for text in list(texts)[:3])


def _targets(kind: str) -> list[tuple[str, str]]:
    fields = [(field.name, f"{field.label} *" if field.required else str(field.label)) for field in FIELDS[kind]]
    kept = [] if kind == "contacts" else [(ATTRIBUTE, _("Keep as an attribute"))]
    return [("", _("Leave out")), *fields, *kept]


def _origin(imported: Import) -> str:
    told = {
        "remembered": _("Columns are mapped as somebody confirmed for these headings before."),
        "known": _("The headings are those of a system we know."),
    }
    return told.get(imported.options.get("origin", ""), _("Columns are guessed from their headings. Check them."))


def report_page(imported: Import, actor: User) -> dict[str, Any]:
    """The result, or how far a running load or undo is."""
    told = progress_of(imported.pk) if is_busy(imported) else {}
    of = told.get("of") or 0
    done = imported.state in (Import.State.DONE, Import.State.UNDONE)
    return {
        "imported": imported,
        "busy": is_busy(imported),
        "undoing": imported.state == Import.State.UNDOING,
        "progress": told,
        "step": STEPS.get(told.get("step", ""), ""),
        "waiting": _("Waiting for its turn …"),
        "share": min(Fraction(1), Fraction(told.get("done", 0), of)) if of else Fraction(0),
        "died": has_died(imported),
        "alone": nobody_came(imported, timezone.now()),
        "may_load": can_import(actor),
        "has_errors": done and bool(imported.refused) and files_of(imported).count() > 1,
        "counts": [(name, getattr(imported, name), TONES[name]) for name in TONES],
        "kinds": [(STEPS.get(kind, kind), counts) for kind, counts in imported.counts.items()]
        if len(imported.counts) > 1
        else (),
        "warnings": imported.options.get("warnings", ()),
        "kept_more": max(0, imported.kept_count - len(imported.kept)),
        "flow": flow_of(imported),
        "mapped": _mapped(imported),
    }


def _mapped(imported: Import) -> list[tuple[str, str]]:
    """How each column was read, in the user's words."""
    names = dict(_targets(imported.kind)) if imported.kind in FIELDS else {}
    return [(heading, str(names.get(field, field)).removesuffix(" *")) for heading, field in imported.mapping.items()]


def flow_of(imported: Import) -> list[dict[str, str]]:
    """The way of a file: handed in, looked at, loaded; and where it stands on it."""
    at = {Import.State.READY: 1, Import.State.FAILED: 1, Import.State.RUNNING: 2}.get(imported.state, 3)  # type: ignore[call-overload]
    names = (pgettext("step", "File handed in"), _("Columns and rows"), pgettext("step", "Loaded"))
    notes = (imported.file_name[:40], "", "")
    states = ["done" if place < at else "now" if place == at else "" for place in range(len(names))]
    return [
        {"name": name, "note": note, "state": state} for name, note, state in zip(names, notes, states, strict=True)
    ]


def undo_page(imported: Import) -> dict[str, Any]:
    """What an undo would take back: how many of each kind the import made or changed."""
    runs = ImportedRows.objects.filter(imported=imported).values("thing", "created")
    rows = runs.annotate(count=Sum(F("last_id") - F("first_id") + 1)).order_by("thing", "-created")
    told = [(THINGS.get(row["thing"], row["thing"]), row["created"], row["count"]) for row in rows]
    base = {"organization.person", "organization.unit", "catalog.product"}
    return {"imported": imported, "made": told, "has_base": any(row["thing"] in base for row in rows)}


def undo_refusal(imported: Import, actor: User, *, here: bool) -> dict[str, Any]:
    """Undo it; what refuses that in the user's words, empty when it is done or under way."""
    try:
        queue_undo(actor=actor, imported=imported, at=timezone.now(), here=here)
    except NotAllowed:
        raise
    except DomainError as error:
        return {"message": error.message, "blocking": error.extra.get("blocking", [])}
    return {}
