"""The working of a landing, line by line, as a page shows it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract, Instalment, Invoice
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.targets.display.frames import Frame
from tiji.apps.targets.pages.lists import url_or_nothing
from tiji.apps.targets.selectors.landing import Outlook, plain
from tiji.kernel.targets import LineKind

AT_MOST = 200


@dataclass(frozen=True)
class Working:
    """One line: what × percent × share = amount. Without a name where the viewer may not see the document."""

    kind: str
    name: str
    detail: str
    href: str
    base: str
    percent: Fraction | None
    share: Fraction | None
    amount: str
    exact: Decimal
    is_early: bool


def working_of(frame: Frame, outlook: Outlook) -> list[Working]:
    """The lines, what is there first, then by amount; beyond a limit the rest as one line."""
    lines = sorted(outlook.lines, key=lambda line: (line.kind is not LineKind.ACTUAL, -plain(line.amount)))
    shown, rest = lines[: AT_MOST + 1], lines[AT_MOST + 1 :]
    names = _names(frame, shown)
    rows = [_row(frame, line, names) for line in shown]
    if rest:
        total = sum((plain(line.amount) for line in rest), Decimal(0))
        name = _("%(n)s smaller lines together") % {"n": len(rest)}
        rows.append(Working("rest", name, "", "", "", None, None, frame.amount_full(total), total, False))
    return rows


def _row(frame: Frame, line: Any, names: dict[tuple[str, str], tuple[str, str, str]]) -> Working:
    if line.kind is LineKind.ACTUAL:
        name = (_("There already"), "", "facts")
    else:
        name = names.get((line.kind, line.key), (_hidden(line.kind), "", ""))
    return Working(
        str(line.kind),
        *name,
        frame.amount_full(plain(line.base)),
        None if line.kind is LineKind.ACTUAL else Fraction(line.percent),
        None if line.kind is LineKind.ACTUAL or line.share == 1 else Fraction(line.share),
        frame.amount_full(plain(line.amount)),
        plain(line.amount),
        line.is_early,
    )


def _hidden(kind: str) -> str:
    return {
        LineKind.DEAL: _("An opportunity that is not open to you"),
        LineKind.INVOICE: _("An invoice that is not open to you"),
        LineKind.INSTALMENT: _("An instalment that is not open to you"),
    }[LineKind(kind)]


def _names(frame: Frame, lines: list[Any]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """(kind, key) → (name, detail, address) of what the viewer may see, one query a kind."""
    ids: dict[str, list[int]] = {}
    for line in lines:
        if line.kind is not LineKind.ACTUAL:
            ids.setdefault(line.kind, []).append(int(line.key))
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    if LineKind.DEAL in ids:
        deals = Opportunity.objects.visible_to(frame.viewer).filter(pk__in=ids[LineKind.DEAL])
        for deal in deals.select_related("account", "stage", "owner"):
            detail = f"{deal.account or deal.owner} · {deal.stage.label}"
            found[LineKind.DEAL, str(deal.pk)] = (str(deal), detail, deal.get_absolute_url())
    if LineKind.INVOICE in ids:
        invoices = Invoice.objects.visible_to(frame.viewer).filter(pk__in=ids[LineKind.INVOICE])
        for bill in invoices.select_related("account"):
            found[LineKind.INVOICE, str(bill.pk)] = (bill.number, str(bill.account), url_or_nothing("invoice", bill.pk))
    if LineKind.INSTALMENT in ids:
        parts = Instalment.objects.filter(
            pk__in=ids[LineKind.INSTALMENT], contract__in=Contract.objects.visible_to(frame.viewer).values("pk")
        ).select_related("contract__account")
        for part in parts:
            name = f"{part.contract.number} · {part.label}"
            address = url_or_nothing("contract", part.contract_id)
            found[LineKind.INSTALMENT, str(part.pk)] = (name, str(part.contract.account), address)
    return found
