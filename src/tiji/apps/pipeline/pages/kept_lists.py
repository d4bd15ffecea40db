"""The lists of words a company keeps: reasons for closing and competitors. One shape for both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.pipeline.forms.deals import posted
from tiji.apps.pipeline.forms.settings import NamedForm, NewReasonForm, NothingForm, ReasonNameForm
from tiji.apps.pipeline.models import CloseReason, Rival
from tiji.apps.pipeline.pages.settings import dialog, require_manage
from tiji.apps.pipeline.services import reasons
from tiji.ui.forms import Form

REASONS, RIVALS = "sales_reasons", "sales_rivals"


@dataclass(frozen=True)
class KeptList:
    """A list: its page, its forms, the services that change it (which call its row `name`), and its words."""

    name: str
    model: type[Any]
    back: str
    forms: tuple[type[Form], type[Form]]  # for a new row, for one that is there
    add: Callable[..., Any]
    edit: Callable[..., Any]
    retire: Callable[..., Any]
    restore: Callable[..., Any]
    title: Promise
    note: Promise

    def row(self, pk: int) -> tuple[Any, dict[str, Any]]:
        """The row, and as the services take it."""
        found = get_object_or_404(self.model, pk=pk)
        return found, {self.name: found}


REASON = KeptList(
    *("reason", CloseReason, REASONS, (NewReasonForm, ReasonNameForm)),
    *(reasons.add_close_reason, reasons.edit_close_reason, reasons.retire_close_reason, reasons.restore_close_reason),
    title=gettext_lazy("New reason"),
    note=gettext_lazy("It is no longer offered. Opportunities that closed with it keep it."),
)
RIVAL = KeptList(
    *("rival", Rival, RIVALS, (NamedForm, NamedForm)),
    *(reasons.add_rival, reasons.edit_rival, reasons.retire_rival, reasons.restore_rival),
    title=gettext_lazy("New competitor"),
    note=gettext_lazy("It is no longer offered. Opportunities that name it keep it."),
)


def add(request: HttpRequest, kept: KeptList, initial: dict[str, Any] | None = None) -> HttpResponse:
    """The dialog of a new row."""
    actor, form = require_manage(request), kept.forms[0](posted(request), initial=initial)
    return dialog(request, form, lambda **facts: kept.add(actor=actor, **facts), back=kept.back, title=kept.title)


def edit(request: HttpRequest, kept: KeptList, pk: int) -> HttpResponse:
    """The dialog of a row that is there."""
    actor, (found, named) = require_manage(request), kept.row(pk)
    kind = kept.forms[1]
    form = kind(posted(request), initial={name: getattr(found, name) for name in kind.base_fields})
    return dialog(
        request, form, lambda **facts: kept.edit(actor=actor, **named, **facts), back=kept.back, title=found.label
    )


def retire(request: HttpRequest, kept: KeptList, pk: int) -> HttpResponse:
    """The question whether a row is offered no longer."""
    actor, (found, named) = require_manage(request), kept.row(pk)
    return dialog(
        request,
        NothingForm(posted(request)),
        lambda: kept.retire(actor=actor, at=timezone.now(), **named),
        back=kept.back,
        title=_("Retire “%(name)s”") % {"name": found.label},
        submit=_("Retire"),
        note=str(kept.note),
    )


def restore(request: HttpRequest, kept: KeptList, pk: int) -> HttpResponse:
    """It is offered again."""
    actor, (_found, named) = require_manage(request), kept.row(pk)
    kept.restore(actor=actor, **named)
    return redirect(kept.back)
