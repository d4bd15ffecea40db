"""The audit log, to be read."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse

from tiji.apps.organization.api.router import router
from tiji.apps.organization.permissions import can_read_audit
from tiji.shared import audit
from tiji.shared.audit import AuditFilters, audit_entries
from tiji.shared.models import AuditEntry
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, Out, PageOf, Paging, Query, Schema, answer, found, page_answer


class AuditOut(Out):
    id: int
    at: datetime
    actor_id: int | None
    actor_label: str
    door: str
    request_id: str
    action: str
    object_type: str
    object_id: int | None
    object_label: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    batch: str


class AuditQuery(Schema):
    actor_id: Id | None = None
    door: str = Field("", max_length=10)
    action: str = Field("", max_length=64)
    object_type: str = Field("", max_length=64)
    object_id: Id | None = None
    from_on: date | None = None
    until_on: date | None = None
    batch: str = Field("", max_length=64)
    request_id: str = Field("", max_length=64)


class ChainOut(Out):
    holds: bool
    broken_at: int | None = Field(description="The first entry from which on the chain does not hold")
    last_id: int = Field(description="The last entry that is sealed")
    head: str = Field(description="Its hash. Kept elsewhere, it shows even that the end of the log was cut off")


AUDIT_ROW = tuple(AuditOut.model_fields)


@router.get("/audit", response=PageOf[AuditOut], scope="audit:read")
def list_audit_entries(request: ApiRequest, filters: Query[AuditQuery], paging: Query[Paging]) -> HttpResponse:
    """Audit entries, newest first; `action` may also be its first word, such as `unit`."""
    require(can_read_audit(request.actor))
    rows = audit_entries(AuditFilters(**filters.model_dump())).order_by().values(*AUDIT_ROW)
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size))


@router.post("/audit/verify", response=ChainOut, scope="audit:read", once=False)
def verify_audit(request: ApiRequest) -> HttpResponse:
    """Seal what is waiting and walk the whole chain."""
    require(can_read_audit(request.actor))
    audit.seal()
    (last_id, head), broken = audit.head(), audit.verify()
    return answer(
        request, {"holds": not broken, "broken_at": broken and broken.first_id, "last_id": last_id, "head": head}
    )


@router.get("/audit/{entry_id}", response=AuditOut, scope="audit:read")
def read_audit_entry(request: ApiRequest, entry_id: Id) -> HttpResponse:
    """One audit entry."""
    require(can_read_audit(request.actor))
    entry = found(AuditEntry.objects.all(), entry_id)
    return answer(request, {name: getattr(entry, name) for name in AUDIT_ROW})
