"""The designer: a plan or a new version of one as fields or as YAML, with a preview of what it would do."""

from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.display.cell_words import is_missing
from tiji.apps.incentives.forms import PlanForm, VersionForm
from tiji.apps.incentives.models import PayModel, PayPlan, PlanVersion
from tiji.apps.incentives.pages.plan_cards import Design, design_of
from tiji.apps.incentives.pages.plan_cells import Sheet
from tiji.apps.incentives.pages.plan_drafts import FORM, YAML, Draft
from tiji.apps.incentives.pages.plan_preview import Preview, preview_of
from tiji.apps.incentives.services.documents import checked_plan, from_yaml, problems_told
from tiji.apps.organization.selectors.company import company
from tiji.kernel.commission import Plan, PlanProblem
from tiji.shared.errors import DomainError
from tiji.ui.forms import errors_on, is_htmx

TEMPLATE = "incentives/designer.html"
SAVE = "save"
LONGEST_FILE = 400_000


class Designer:
    """One request of the designer, for a new plan (`plan` is None) or a new version."""

    def __init__(self, request: HttpRequest, plan: PayPlan | None = None, action: str = "") -> None:
        self.request, self.plan = request, plan
        self.action = action or (request.POST.get("do", SAVE) if request.method == "POST" else "")
        self.draft = self._draft()
        self.draft.act(self.action)
        self.form = self._form()

    @cached_property
    def last(self) -> PlanVersion | None:
        """The newest version, which a new one begins with."""
        return self.plan.versions.order_by("-number").first() if self.plan else None

    def _draft(self) -> Draft:
        if self.request.method != "POST":
            begun = self.modelled.document if self.modelled else self.last.document if self.last else None
            return Draft.of(begun or self._copied() or _empty())
        draft = Draft.posted(self.request.POST)
        if self.action == "import":
            return self._imported(draft)
        if self.action == "start":
            return Draft.of({**_empty(), **_ready()})
        return draft

    @cached_property
    def modelled(self) -> PayModel | None:
        """The model of this plan that the version begins with."""
        number = self.request.GET.get("model", "")
        if self.plan is None or not number.isdecimal() or len(number) > 9:
            return None
        found: PayModel | None = PayModel.objects.filter(pk=number, version__plan=self.plan).first()
        return found

    def _copied(self) -> dict[str, Any] | None:
        """The document of another plan, to begin with."""
        number = self.request.GET.get("copy", "")
        rows = PlanVersion.objects.filter(plan_id=number) if number.isdecimal() and len(number) < 10 else None
        row = rows.order_by("-number").first() if rows is not None else None
        return dict(row.document) if row else None

    def _imported(self, draft: Draft) -> Draft:
        """The draft that a file holds, to be looked at first. A file that is no YAML leaves the draft as it is."""
        file = self.request.FILES.get("file")
        if file is None or (file.size or 0) > LONGEST_FILE:
            draft.refusal = _("Choose a YAML file of at most 100,000 characters.")
            return draft
        try:
            return Draft.of(from_yaml(file.read().decode("utf-8-sig")))
        except UnicodeDecodeError:
            draft.refusal = _("The file is not a text in UTF-8.")
        except DomainError as error:
            draft.refusal = str(error.message)
        return draft

    def _form(self) -> Any:
        kind = VersionForm if self.plan else PlanForm
        today = timezone.localdate()
        first: dict[str, Any] = {"valid_from": today if self.plan else today.replace(day=1)}
        if self.modelled:
            first["reason"] = self.modelled.name
        if self.request.method != "POST":
            return kind(initial=first)
        data = self.request.POST.copy()
        data["document"] = self.draft.yaml
        if self.action == SAVE:
            return kind(data)
        return kind(initial={**first, **{name: data.get(name) for name in kind.base_fields if name in data}})

    @cached_property
    def checked(self) -> tuple[Plan | None, list[PlanProblem]]:
        """The plan, if the draft is one, and what is wrong with it."""
        if self.draft.refusal and self.draft.view == YAML:
            return None, []
        code = self.plan.code if self.plan else "plan"
        return checked_plan(self.draft.tree, code=code, number=1)

    @property
    def asked_to_save(self) -> bool:
        return self.action == SAVE

    def saved_by(self, save: Callable[..., PlanVersion]) -> PlanVersion | None:
        """Hand what was typed to a service; None with the refusal at its fields."""
        if not self.asked_to_save or not self.form.is_valid():
            return None
        saved: list[PlanVersion] = []
        with errors_on(self.form):
            saved.append(save(**self.form.cleaned_data))
        return saved[0] if saved else None

    def done(self, version: PlanVersion) -> HttpResponse:
        """On to the plan's page."""
        messages.success(self.request, _("Saved"))
        if not is_htmx(self.request):
            return redirect(version.plan)
        response = HttpResponse()
        response["HX-Redirect"] = version.plan.get_absolute_url()
        return response

    def response(self) -> HttpResponse:
        """The page, or the part that htmx asked for: 422 when it was to be saved and was not."""
        part = f"{TEMPLATE}#designer" if is_htmx(self.request) else TEMPLATE
        return render(self.request, part, self.context(), status=422 if self.asked_to_save else 200)

    def context(self) -> dict[str, Any]:
        """Everything that the page shows."""
        return {
            "plan": self.plan,
            "form": self.form,
            "head": [field for field in self.form if field.name != "document"],
            "draft": self.draft,
            "design": self.design if self.draft.view == FORM else None,
            "document_errors": self._document_errors(),
            "preview": self.preview,
            "empty": self.empty,
        }

    def previewed(self) -> dict[str, Any]:
        """What stands beside the form, and the words for each field or line."""
        problems = [] if self.draft.refusal else self._shown_problems()
        told = [one["message"] for one in problems_told(problems, self.draft.text)]
        return {
            "preview": self.preview,
            "at_fields": Sheet(self.draft, problems).left(),
            "lines": [self.draft.refusal] if self.draft.refusal else told if self.draft.view == YAML else [],
            "live": True,
        }

    def _shown_problems(self) -> list[PlanProblem]:
        """What is not filled in yet is told when the plan is to be saved, everything else at once."""
        found = self.checked[1]
        missing = {one.path for one in found if is_missing(one)}
        return found if self.asked_to_save else [one for one in found if one.path not in missing]

    @cached_property
    def design(self) -> Design:
        """The draft's cards."""
        return design_of(self.draft, self._shown_problems())

    @cached_property
    def preview(self) -> Preview:
        """What stands beside the form."""
        plan, problems = self.checked
        viewer: Any = self.request.user
        found = preview_of(plan, problems, viewer=viewer, on=timezone.localdate(), last=self.last)
        found.wrong = 0 if self.empty else found.wrong
        return found

    @property
    def empty(self) -> bool:
        """Whether nothing was begun yet."""
        return not any(self.draft.tree.get(name) for name in ("components", "cells"))

    def _document_errors(self) -> list[str]:
        if self.draft.refusal:
            return [self.draft.refusal]
        told = self.form.errors.get("document", []) if self.draft.view == YAML else []
        return [line for one in told for line in str(one).splitlines()]


def _empty() -> dict[str, Any]:
    home = company()
    return {"currency": home.currency, "fiscal_start_month": home.fiscal_start_month}


def _ready() -> dict[str, Any]:
    """The plan that is ready to copy."""
    text = files("tiji.apps.incentives").joinpath("data/cash_commission.yaml").read_text(encoding="utf-8")
    return from_yaml(text)
