"""What the doors of the targets room share: loading a version, and what was sent."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.permissions import can_type_targets, versions_seen_by
from tiji.shared.permissions import require

either = require_http_methods(["GET", "POST"])


def version_or_404(request: HttpRequest, pk: int) -> TargetVersion:
    """A version that the viewer may see, of a plan that is not archived."""
    actor: Any = request.user
    rows = TargetVersion.objects.filter(versions_seen_by(actor)).select_related("plan", "based_on")
    return get_object_or_404(rows, pk=pk, plan__archived_at__isnull=True)  # type: ignore[no-any-return]


def page_of(request: HttpRequest, pk: int) -> GridPage:
    """The grid of a version as the request's `view` query describes it."""
    view = request.POST.get("view") or request.GET.get("view") or request.META.get("QUERY_STRING", "")
    return GridPage(request, version_or_404(request, pk), QueryDict(view))


def sent(request: HttpRequest) -> Any:
    """What was posted, if anything could have been: an empty post is a post."""
    return request.POST if request.method == "POST" else None


def asked(request: HttpRequest) -> QueryDict:
    """What was posted, or asked in the address."""
    return request.POST if request.method == "POST" else request.GET


def grid_url(version: TargetVersion) -> str:
    plan = version.plan
    return f"{reverse('targets')}?year={plan.fiscal_year}&measure={plan.measure}&version={version.number}"


def require_typing(request: HttpRequest) -> None:
    actor: Any = request.user
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))


def expected_state(request: HttpRequest) -> int | None:
    """The state of the version that the sender looked at."""
    state = request.POST.get("version", "") or request.POST.get("state", "")
    return int(state) if state.isdecimal() and len(state) < 10 else None
