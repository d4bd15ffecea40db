"""An import's life: handed in, mapped, loaded as a whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports.context import Context, Plan, Told, silent
from tiji.apps.exchange.services.imports.error_file import error_file
from tiji.apps.exchange.services.imports.kinds import LOADERS
from tiji.apps.exchange.services.imports.parsing import check_mapping
from tiji.apps.exchange.services.imports.previews import Preview, make_plan, preview_of
from tiji.apps.exchange.services.imports.remembered import propose, remember
from tiji.apps.exchange.services.imports.sheets import Sheet, read_sheet
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.files import files_of, safe_name, store_file
from tiji.shared.locks import exclusive
from tiji.shared.models import StoredFile
from tiji.shared.permissions import require
from tiji.shared.statistics import after_many_rows

State = Import.State
LOCK = "exchange.import"
FILE = "file"
SHEETS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the user confirms before loading: None leaves what is there. Another sheet is mapped anew."""

    mapping: Mapping[str, str] | None = None
    options: Mapping[str, Any] | None = None
    bad_rows: str | None = None
    sheet: str | None = None


def deny() -> str:
    """Why somebody may not import, and whom to ask."""
    return _("Files are loaded by sales operations and administrators. Ask them.")


@transaction.atomic
def start_import(
    *, actor: User, upload: "UploadedFile[Any]", kind: str, at: datetime, source: str = "", sheet: str = ""
) -> Import:
    """Take a file in and propose how to read it; nothing of it is loaded yet. Raises: NotAllowed, DomainError."""
    require(can_import(actor), deny())
    if kind not in LOADERS:
        raise DomainError(_("Choose what the file holds."), field="kind", code="kind")
    content = _content(upload)
    table = read_sheet(upload.name or "", content, sheet=sheet)
    proposal = propose(kind, table.headings, source)
    imported: Import = Import.objects.create(
        kind=kind,
        source=(source or proposal.source or FILE)[:40],
        file_name=safe_name(upload.name or FILE),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sheet=table.name[:120],
        mapping=proposal.mapping,
        options={**proposal.options, "origin": proposal.origin, "sheets": table.sheets[:SHEETS_KEPT]},
        at=at,
        by=actor,
    )
    upload.seek(0)
    store_file(actor=actor, upload=upload, thing=imported, most_bytes=settings.IMPORT_MAX_BYTES)
    return imported


def _content(upload: "UploadedFile[Any]") -> bytes:
    most = settings.IMPORT_MAX_BYTES
    if (upload.size or 0) > most:
        message = _("This file is larger than %(most)s MB.") % {"most": most // 1024 // 1024}
        raise DomainError(message, field="file", code="too-large")
    upload.seek(0)
    content: bytes = upload.read()
    return content


def sheet_of(imported: Import) -> Sheet:
    """The table that was handed in. Raises: DomainError when its file is gone."""
    stored: StoredFile | None = files_of(imported).order_by("id").first()
    if stored is None:
        raise DomainError(_("The file of this import is gone. Hand it in again."), code="gone")
    with stored.content.open("rb") as file:
        return read_sheet(imported.file_name, file.read(), sheet=imported.sheet)


@transaction.atomic
def choose(*, actor: User, imported: Import, chosen: Chosen, at: datetime, sheet: Sheet | None = None) -> Import:
    """Keep the mapping and the options the user confirms, and remember the mapping for the next such file.

    Raises: NotAllowed, DomainError at `mapping`.
    """
    require(can_import(actor), deny())
    current = _waiting(imported)
    if chosen.sheet is not None and chosen.sheet != current.sheet:
        _turn_to(current, chosen.sheet)
    elif chosen.mapping is not None:
        table = sheet or sheet_of(current)
        mapping = {heading: name for heading, name in chosen.mapping.items() if name}
        check_mapping(current.kind, table, mapping)
        current.mapping = mapping
        remember(kind=current.kind, headings=table.headings, mapping=mapping, actor=actor, at=at)
    if chosen.options is not None:
        current.options = {**current.options, **chosen.options}
    if chosen.bad_rows is not None:
        if chosen.bad_rows not in Import.BadRows.values:
            raise DomainError(_("Choose what to do with wrong rows."), field="bad_rows", code="choice")
        current.bad_rows = chosen.bad_rows
    current.save()
    return current


def _turn_to(imported: Import, name: str) -> None:
    """Read another sheet of the same workbook. Raises: DomainError at `sheet` when there is none of this name."""
    imported.sheet = name
    table = sheet_of(imported)
    proposal = propose(imported.kind, table.headings, "" if imported.source == FILE else imported.source)
    imported.mapping, imported.message = proposal.mapping, ""
    imported.options = {**imported.options, **proposal.options, "origin": proposal.origin}


def _waiting(imported: Import, *, running: bool = False) -> Import:
    """The import under its lock, if it can still be loaded."""
    current: Import = Import.objects.select_for_update(of=("self",)).select_related("by").get(pk=imported.pk)
    allowed = {State.READY, State.FAILED} | ({State.RUNNING} if running else set())
    if current.state not in allowed:
        message = _("This file is %(state)s already. Hand it in again to load it once more.")
        raise DomainError(message % {"state": current.get_state_display().lower()}, code="state")
    return current


def plan_import(
    *, actor: User, imported: Import, at: datetime, sheet: Sheet | None = None, told: Told = silent
) -> Plan:
    """What would happen to each row; nothing is written. Raises: NotAllowed, DomainError at `mapping`."""
    require(can_import(actor), deny())
    return make_plan(sheet or sheet_of(imported), imported.kind, imported.mapping, _context(actor, imported, at, told))


def preview_import(*, actor: User, imported: Import, at: datetime, sheet: Sheet | None = None) -> Preview:
    """The plan as a page shows it. Raises: NotAllowed, DomainError at `mapping`."""
    return preview_of(plan_import(actor=actor, imported=imported, at=at, sheet=sheet))


def _context(actor: User, imported: Import, at: datetime, told: Told) -> Context:
    return Context(actor, imported.source, at, options=imported.options, imported=imported, told=told)


def commit_import(*, actor: User, imported: Import, at: datetime, told: Told = silent) -> Import:
    """Load the file in one transaction: all of it, or its good rows when the user said so, or nothing.

    One import runs at a time. Raises: NotAllowed; DomainError with every problem in `extra["problems"]`.
    """
    require(can_import(actor), deny())
    with transaction.atomic(), after_many_rows():
        exclusive(LOCK)
        current = _waiting(imported, running=True)
        told("reading", 0, 1)
        table = sheet_of(current)
        told("checking", 0, table.count)
        plan = make_plan(table, current.kind, current.mapping, _context(actor, current, at, told))
        refuse_bad_rows(plan, current)
        LOADERS[plan.kind].write(plan, _context(actor, current, at, told))
        refuse_bad_rows(plan, current)
        remember(kind=current.kind, headings=table.headings, mapping=current.mapping, actor=actor, at=at)
        _finish(actor, current, plan, at)
    return current


def refuse_bad_rows(plan: Plan, imported: Import) -> None:
    """Raises: DomainError when rows are wrong and the user did not say to leave them out."""
    problems = plan.parsed.problems
    wrong = len(plan.parsed.wrong)
    if not problems:
        return
    if imported.bad_rows == Import.BadRows.REFUSE:
        first = problems[0]
        message = _("%(count)s of %(all)s rows are wrong, so nothing was loaded. The first is row %(row)s: %(message)s")
        told = {"count": wrong, "all": plan.parsed.count, "row": first.row, "message": first.message}
        raise DomainError(message % told, code="bad-rows", problems=problems[:1000])
    if wrong == plan.parsed.count:
        raise DomainError(_("Every row is wrong, so nothing was loaded."), code="bad-rows", problems=problems[:1000])


def _finish(actor: User, imported: Import, plan: Plan, at: datetime) -> None:
    counts = plan.counts()
    imported.counts = {plan.kind: counts}
    for name, count in counts.items():
        setattr(imported, name, count)
    imported.state, imported.done_at, imported.message = State.DONE, at, ""
    imported.save()
    if plan.parsed.wrong:
        name, content = error_file(plan.parsed, imported.file_name)
        store_file(actor=actor, upload=SimpleUploadedFile(name, content), thing=imported)
    audit.record("import.loaded", imported, after={"kind": imported.kind, **counts}, actor=actor, batch=imported.batch)


def fail_import(*, imported: Import, message: str) -> None:
    """Note why a file was not loaded; it may be mended and loaded again."""
    Import.objects.filter(pk=imported.pk, state__in=[State.READY, State.RUNNING, State.FAILED]).update(
        state=State.FAILED, message=message
    )


def wrong_rows(*, actor: User, imported: Import, at: datetime) -> tuple[str, bytes]:
    """The error file: the one kept with a loaded import, else today's. Raises: NotAllowed, DomainError."""
    require(can_import(actor), deny())
    if imported.state in (State.READY, State.FAILED, State.RUNNING):
        plan = plan_import(actor=actor, imported=imported, at=at)
        return error_file(plan.parsed, imported.file_name)
    stored = list(files_of(imported).order_by("id"))[1:]
    if not stored or imported.kind == Kind.SET:
        raise DomainError(_("Every row of this import was loaded."), code="none-wrong")
    with stored[0].content.open("rb") as file:
        return stored[0].name, file.read()
