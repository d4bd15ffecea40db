"""`tiji pay model`: what a changed plan would have paid, compared in the terminal."""

from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.display.models import growth_text, month_text, months_text, stage_names
from tiji.apps.incentives.models import PayModel, PayPlan
from tiji.apps.incentives.permissions import can_see_sums_of_pay
from tiji.apps.incentives.selectors.model_figures import gains_and_losses, growths_of, same_cost
from tiji.apps.incentives.selectors.modelling import months_in
from tiji.apps.incentives.services.model_work import work_off_model
from tiji.apps.incentives.services.modelling import make_model
from tiji.apps.organization.models import User
from tiji.kernel.money import Money
from tiji.shared.request_context import acting
from tiji.ui import formats

Write = Callable[[str], Any]
WIDTHS = (12, 8, 18, 18, 18)


def add_model(what: Any) -> None:
    """The arguments of `tiji pay model`."""
    parser: ArgumentParser = what.add_parser("model", help="compute a changed plan over months that were run")
    parser.add_argument("--plan", dest="code", required=True, help="the code of the plan")
    parser.add_argument("--document", type=Path, required=True, help="the changed plan, as YAML")
    parser.add_argument("--from", dest="first", required=True, help="the first month, such as 2026-M01")
    parser.add_argument("--until", dest="last", required=True, help="the last month, such as 2026-M06")
    parser.add_argument("--growth", default="0", help="by how many percent every event is larger")
    parser.add_argument("--name", default="", help="what it is called in the list of models")
    parser.add_argument("--as", dest="email", default="", help="e-mail of the user in whose name it is done")


def model_openly(actor: User, write: Write, **options: Any) -> None:
    """Make the model, compute it here and print what it says. Raises: CommandError, DomainError."""
    plan = PayPlan.objects.filter(code=options["code"]).first()
    if plan is None:
        raise CommandError(_("There is no plan %(code)s.") % {"code": options["code"]})
    with acting(actor, "command"):
        model = make_model(
            actor=actor,
            version=plan.versions.order_by("-number")[0],
            name=options["name"] or options["document"].stem,
            document=_text_of(options["document"]),
            first=options["first"],
            last=options["last"],
            growth=_share_of(options["growth"]),
            at=timezone.now(),
            queued=False,
        )
    names = stage_names(model)
    work_off_model(model.pk, lambda stage, _rows: write(f"{names[stage]} …"))
    model.refresh_from_db()
    if model.state != PayModel.State.DONE:
        raise CommandError(model.refusal or str(model.get_state_display()))
    _print(actor, model, write)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("%(path)s cannot be read.") % {"path": path}) from error


def _share_of(percent: str) -> Decimal:
    try:
        return Decimal(percent.removesuffix("%")) / 100
    except InvalidOperation as error:
        raise CommandError(_("“%(text)s” is not a percentage.") % {"text": percent}) from error


def _print(actor: User, model: PayModel, write: Write) -> None:
    """The comparison, by month, then what it comes to."""
    if not can_see_sums_of_pay(actor, model.people):
        raise CommandError(_("It covers too few people to be shown to somebody who may not see their pay."))

    def line(label: str, people: int, then: Decimal, now: Decimal) -> str:
        amounts = (formats.money_full(Money(amount, model.currency)) for amount in (then, now, now - then))
        return _columns(label, str(people), *amounts)

    write(_columns(_("Month"), _("People"), _("Earned then"), _("By the model"), _("Difference")))
    for one in months_in(model):
        if can_see_sums_of_pay(actor, one.people):
            write(line(month_text(one.period), one.people, one.then_amount, one.amount))
    write(line(_("Total"), model.people, model.then_amount, model.amount))
    more, less = gains_and_losses(model)
    write(_("%(more)s get more, %(less)s get less.") % {"more": more, "less": less})
    found = same_cost(model, growths_of(model))
    if found:
        ends = {"low": growth_text(found.low.growth), "high": growth_text(found.high.growth)}
        write(_("It costs what was earned then at a growth of %(low)s to %(high)s.") % ends)
    write(f"{model.name}: {months_text(model)}, {model.get_absolute_url()}")


def _columns(*texts: str) -> str:
    """Texts under each other: the first to the left, amounts to the right."""
    gaps = [" " * max(1, width - _width(text)) for text, width in zip(texts, WIDTHS, strict=True)]
    others = [gap + text for gap, text in zip(gaps[1:], texts[1:], strict=True)]
    return "".join([texts[0], gaps[0], *others])


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
