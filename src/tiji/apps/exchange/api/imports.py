"""Imports over REST: hand a file in, look, load, undo."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Form
from ninja.files import UploadedFile

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.permissions import can_view_imports
from tiji.apps.exchange.selectors.imports import imports
from tiji.apps.exchange.services.imports.queue import queue_import, queue_undo
from tiji.apps.exchange.services.imports.running import Chosen, choose, deny, preview_import, start_import
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Router,
    answer,
    created,
    found,
    page_answer,
)

router = Router("exchange", tag="Imports")

ROW = ("id", "kind", "source", "file_name", "sha256", "sheet", "mapping", "bad_rows", "state", "message", "created",
       "updated", "unchanged", "refused", "at", "by_id", "done_at", "undone_at",
       "kept", "kept_count")  # fmt: skip
KINDS = "^(accounts|contacts|opportunities)$"


class KeptOut(Out):
    kind: str
    name: str
    why: str


class ImportOut(Out):
    id: int
    kind: str
    source: str
    file_name: str
    sha256: str
    sheet: str
    mapping: dict[str, str]
    bad_rows: str
    state: str
    message: str
    created: int
    updated: int
    unchanged: int
    refused: int
    at: datetime
    by_id: int
    done_at: datetime | None
    undone_at: datetime | None
    kept: list[KeptOut] = Field(description="What an undo left in place because others use it; the first 200")
    kept_count: int


class ProblemOut(Out):
    row: int
    heading: str
    value: str
    message: str


class PreviewOut(Out):
    created: int
    updated: int
    unchanged: int
    refused: int
    problems: list[ProblemOut] = Field(description="The first thousand")


class ImportChoiceIn(In):
    sheet: str | None = Field(None, max_length=120, description="Another sheet of the workbook; its columns map anew")
    mapping: dict[str, str] | None = Field(None, description="Column heading to field name; empty leaves a column out")
    bad_rows: str | None = Field(None, pattern="^(refuse|skip)$")
    owner_id: Id | None = Field(None, description="Owner of rows without one")
    process_id: Id | None = Field(None, description="Sales process the stages belong to")


class UploadIn(In):
    kind: str = Field(pattern=KINDS)
    source: str = Field("", max_length=40)
    sheet: str = Field("", max_length=120)


def as_json(imported: Import) -> dict[str, Any]:
    return {name: getattr(imported, name) for name in ROW}


def visible(request: ApiRequest, import_id: int) -> Import:
    require(can_view_imports(request.actor), deny())
    imported: Import = found(imports(viewer=request.actor), import_id)
    return imported


@router.get("/imports", response=PageOf[ImportOut])
def list_imports(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """What was loaded, newest first."""
    require(can_view_imports(request.actor), deny())
    rows = imports(viewer=request.actor).select_related(None).values(*ROW)
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size))


@router.post("/imports", response={201: ImportOut}, accepts=("multipart/form-data",))
def post_import(request: ApiRequest, data: Form[UploadIn], file: File[UploadedFile]) -> HttpResponse:
    """Hand a file in; the answer proposes how to read its columns. Nothing is loaded yet."""
    imported = start_import(actor=request.actor, upload=file, at=timezone.now(), **data.model_dump())
    return created(request, as_json(imported), f"/imports/{imported.pk}")


@router.get("/imports/{import_id}", response=ImportOut)
def read_import(request: ApiRequest, import_id: Id) -> HttpResponse:
    """One import, how far it is and what came of it."""
    return answer(request, as_json(visible(request, import_id)))


@router.patch("/imports/{import_id}", response=ImportOut)
def patch_import(request: ApiRequest, import_id: Id, data: ImportChoiceIn) -> HttpResponse:
    """Say how its columns are read and what happens to wrong rows."""
    given = data.model_dump(exclude_unset=True)
    options = {name: given[f"{name}_id"] for name in ("owner", "process") if f"{name}_id" in given}
    chosen = Chosen(given.get("mapping"), options or None, given.get("bad_rows"), given.get("sheet"))
    imported = choose(actor=request.actor, imported=visible(request, import_id), chosen=chosen, at=timezone.now())
    return answer(request, as_json(imported))


@router.get("/imports/{import_id}/preview", response=PreviewOut)
def preview(request: ApiRequest, import_id: Id) -> HttpResponse:
    """What would happen to its rows, with every problem at its cell."""
    told = preview_import(actor=request.actor, imported=visible(request, import_id), at=timezone.now())
    return answer(request, {**told.counts, "problems": [one._asdict() for one in told.problems[:1000]]})


@router.post("/imports/{import_id}/commit", response={202: ImportOut})
def commit(request: ApiRequest, import_id: Id) -> HttpResponse:
    """Load it in the background; read the import to see how far it is."""
    imported = queue_import(actor=request.actor, imported=visible(request, import_id), at=timezone.now())
    imported.refresh_from_db()
    response = answer(request, as_json(imported))
    response.status_code = 202
    return response


@router.post("/imports/{import_id}/undo", response=ImportOut)
def undo(request: ApiRequest, import_id: Id) -> HttpResponse:
    """Archive and reverse what it made, change back what it changed; 409 once later facts build on it.

    A large one is undone in the background: its state is `undoing` until it is `undone`, or `done` with a message.
    """
    imported = queue_undo(actor=request.actor, imported=visible(request, import_id), at=timezone.now())
    return answer(request, as_json(imported))
