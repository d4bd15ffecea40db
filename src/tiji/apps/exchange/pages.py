"""What the import pages show."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports.fields import ATTRIBUTE, FIELDS
from tiji.apps.exchange.services.imports.previews import preview_of
from tiji.apps.exchange.services.imports.progress import progress_of
from tiji.apps.exchange.services.imports.queue import has_died
from tiji.apps.exchange.services.imports.running import plan_import, sheet_of
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.shared.files import files_of

TONES = {"created": "good", "updated": "brand", "unchanged": "", "refused": "bad"}


def posted_mapping(headings: list[str], sent: Mapping[str, str]) -> dict[str, str]:
    """Heading → field from the selects above the columns."""
    return {heading: sent.get(f"column-{at}", "") for at, heading in enumerate(headings)}


def map_page(imported: Import, actor: User, form: Any) -> dict[str, Any]:
    """The columns with what each is read as, and the preview, or why there is none yet."""
    sheet = sheet_of(imported)
    preview, refusal = None, ""
    try:
        preview = preview_of(plan_import(actor=actor, imported=imported, at=timezone.now(), sheet=sheet))
    except DomainError as error:
        refusal = str(error)
    options = _targets(imported.kind)
    columns = [
        {
            "at": at,
            "heading": heading,
            "field": imported.mapping.get(heading, ""),
            "wrong": preview.by_column.get(heading, 0) if preview else 0,
            "samples": [str(sheet.table.column(at)[row]) for row in range(min(3, sheet.count))],
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
    }


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
    """The result, or how far a running load is."""
    told = progress_of(imported.pk) if imported.state == Import.State.RUNNING else {}
    of = told.get("of") or 0
    done = imported.state in (Import.State.DONE, Import.State.UNDONE)
    return {
        "imported": imported,
        "progress": told,
        "share": min(1, told.get("done", 0) / of) if of else 0,
        "died": has_died(imported),
        "may_load": can_import(actor),
        "has_errors": done and files_of(imported).count() > 1,
        "counts": [(name, getattr(imported, name), TONES[name]) for name in TONES],
        "kinds": imported.counts.items() if len(imported.counts) > 1 else (),
        "warnings": imported.options.get("warnings", ()),
    }
