"""Pages of the sales settings: read by everybody who sells, changed by those who keep the data."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.pipeline.forms.deals import posted
from tiji.apps.pipeline.forms.settings import (
    NewProcessForm,
    NothingForm,
    ProcessForm,
    StageForm,
    new_stage_initial,
)
from tiji.apps.pipeline.models import CloseReason, SalesProcess, Stage
from tiji.apps.pipeline.pages.kept_lists import REASON, REASONS, RIVAL, RIVALS, add, edit, restore, retire
from tiji.apps.pipeline.pages.settings import (
    dialog,
    direction,
    moved,
    processes_shown,
    reasons_shown,
    require_manage,
    rivals_shown,
    settings_context,
)
from tiji.apps.pipeline.services import processes as writes
from tiji.apps.pipeline.services import reasons, stages
from tiji.apps.pipeline.views.doors import require_lists

PAGE = "sales_settings"


@require_GET
@login_required
def sales_settings(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    context = {"processes": processes_shown(), **settings_context(request, PAGE)}
    return render(request, "pipeline/settings_processes.html", context)


@require_GET
@login_required
def sales_reasons(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    context = {"groups": reasons_shown(), **settings_context(request, REASONS)}
    return render(request, "pipeline/settings_reasons.html", context)


@require_GET
@login_required
def sales_rivals(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    return render(request, "pipeline/settings_rivals.html", {**rivals_shown(), **settings_context(request, RIVALS)})


@login_required
def process_new(request: HttpRequest) -> HttpResponse:
    actor, form = require_manage(request), NewProcessForm(posted(request))
    return dialog(
        request, form, lambda **facts: writes.copy_process(actor=actor, **facts), back=PAGE, title=_("New process")
    )


@login_required
def process_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found = require_manage(request), get_object_or_404(SalesProcess, pk=pk)
    form = ProcessForm(posted(request), initial={name: getattr(found, name) for name in ProcessForm.base_fields})
    return dialog(
        request,
        form,
        lambda **facts: writes.edit_process(actor=actor, process=found, **facts),
        back=PAGE,
        title=found.label,
    )


@login_required
def process_retire(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found = require_manage(request), get_object_or_404(SalesProcess, pk=pk)
    return dialog(
        request,
        NothingForm(posted(request)),
        lambda: writes.retire_process(actor=actor, process=found, at=timezone.now()),
        back=PAGE,
        title=_("Retire “%(name)s”") % {"name": found.label},
        submit=_("Retire"),
        note=_("New opportunities can no longer be opened in it. Closed ones keep it."),
        look=f"{reverse('opportunities')}?process={found.pk}",
    )


@require_POST
@login_required
def process_restore(request: HttpRequest, pk: int) -> HttpResponse:
    writes.restore_process(actor=require_manage(request), process=get_object_or_404(SalesProcess, pk=pk))
    return redirect(PAGE)


@login_required
def stage_new(request: HttpRequest, pk: int) -> HttpResponse:
    actor, process = require_manage(request), get_object_or_404(SalesProcess, pk=pk)
    form = StageForm(posted(request), process=process, initial=new_stage_initial(process))
    return dialog(
        request,
        form,
        lambda **facts: stages.add_stage(actor=actor, process=process, **facts),
        back=PAGE,
        title=_("New stage in “%(name)s”") % {"name": process.label},
    )


@login_required
def stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found = require_manage(request), get_object_or_404(Stage.objects.select_related("process"), pk=pk)
    initial = {name: getattr(found, name) for name in stages.EDITABLE}
    form = StageForm(posted(request), process=found.process, stage=found, initial=initial)
    return dialog(
        request,
        form,
        lambda **facts: stages.edit_stage(actor=actor, stage=found, **facts),
        back=PAGE,
        title=found.label,
        note=_("Percent and limit change for the open opportunities that stand in it, too."),
    )


@require_POST
@login_required
def stage_move(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found = require_manage(request), get_object_or_404(Stage.objects.select_related("process"), pk=pk)
    by = direction(request)
    return moved(request, lambda: stages.move_stage(actor=actor, stage=found, by=by), PAGE, f"stage-{pk}")


@login_required
def stage_retire(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found = require_manage(request), get_object_or_404(Stage.objects.select_related("process"), pk=pk)
    return dialog(
        request,
        NothingForm(posted(request)),
        lambda: stages.retire_stage(actor=actor, stage=found, at=timezone.now()),
        back=PAGE,
        title=_("Retire “%(name)s”") % {"name": found.label},
        submit=_("Retire"),
        note=_("Nobody can enter it any more. What went through it keeps it in its history."),
        look=f"{reverse('opportunities')}?stage={found.pk}",
    )


@require_POST
@login_required
def stage_restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Stage.objects.select_related("process"), pk=pk)
    stages.restore_stage(actor=require_manage(request), stage=found)
    return redirect(PAGE)


@login_required
def reason_new(request: HttpRequest) -> HttpResponse:
    return add(request, REASON, initial={"for_status": request.GET.get("for", "lost")})


@login_required
def reason_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, REASON, pk)


@require_POST
@login_required
def reason_move(request: HttpRequest, pk: int) -> HttpResponse:
    actor, found, by = require_manage(request), get_object_or_404(CloseReason, pk=pk), direction(request)
    return moved(request, lambda: reasons.move_close_reason(actor=actor, reason=found, by=by), REASONS, f"reason-{pk}")


@login_required
def reason_retire(request: HttpRequest, pk: int) -> HttpResponse:
    return retire(request, REASON, pk)


@require_POST
@login_required
def reason_restore(request: HttpRequest, pk: int) -> HttpResponse:
    return restore(request, REASON, pk)


@login_required
def rival_new(request: HttpRequest) -> HttpResponse:
    return add(request, RIVAL)


@login_required
def rival_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, RIVAL, pk)


@login_required
def rival_retire(request: HttpRequest, pk: int) -> HttpResponse:
    return retire(request, RIVAL, pk)


@require_POST
@login_required
def rival_restore(request: HttpRequest, pk: int) -> HttpResponse:
    return restore(request, RIVAL, pk)
