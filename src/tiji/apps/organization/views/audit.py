"""The audit log: who did what, before and after, and whether the chain holds."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.organization.pages.audit import AuditList
from tiji.apps.organization.pages.entries import entry_in_words, thing_in_words
from tiji.apps.organization.permissions import can_read_audit
from tiji.apps.organization.selectors.audit import seal_of
from tiji.apps.organization.views.requests import ActorRequest
from tiji.shared import audit
from tiji.shared.models import AuditEntry
from tiji.shared.permissions import require


@login_required
@require_GET
def audit_log(request: ActorRequest) -> HttpResponseBase:
    require(can_read_audit(request.user))
    return AuditList(request).response()


@login_required
@require_GET
def audit_entry(request: ActorRequest, entry_id: int) -> HttpResponse:
    require(can_read_audit(request.user))
    entry = get_object_or_404(AuditEntry, pk=entry_id)
    context = {"entry": entry, "thing": thing_in_words(entry), "deed": entry_in_words(entry), "seal": seal_of(entry)}
    return render(request, "organization/audit_entry.html", context)


@login_required
@require_POST
def audit_verify(request: ActorRequest) -> HttpResponse:
    require(can_read_audit(request.user))
    audit.seal()
    last_id, head = audit.head()
    context = {"broken": audit.verify(), "last_id": last_id, "head": head, "checked": True}
    return render(request, "organization/audit_seal.html", context)
