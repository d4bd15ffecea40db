"""What the pages of contracts are made of."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.pages.drafts import beside
from tiji.apps.commerce.permissions import (
    can_book_any,
    can_create_order,
    can_edit_contract,
    can_reverse_contract,
    can_share_contract,
    can_sign_contract,
)
from tiji.apps.commerce.selectors.pages import bills_of, cash_of, contract_sums, plan_of
from tiji.apps.commerce.selectors.shares import share_versions
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.pages.lists import url_or_nothing
from tiji.kernel.capitals import in_capitals
from tiji.shared.errors import Conflict
from tiji.ui import formats


def contract_page(contract: Contract, viewer: User, today: date) -> dict[str, Any]:
    """Everything the template needs, in a fixed number of queries."""
    draft, stands = contract.is_draft, contract.stands
    return {
        "contract": contract,
        "capitals": capitals_of(contract),
        "today": today,
        "plan": plan_of(contract, today),
        "sums": contract_sums(contract),
        "shares": share_versions(contract, today),
        "orders": list(contract.orders.live().order_by("-ordered_on", "-pk")[:50]),
        "invoices": list(bills_of(contract)),
        "applications": list(cash_of(contract)),
        "can_edit": draft and can_edit_contract(viewer, contract),
        "can_sign": draft and can_sign_contract(viewer, contract),
        "can_reverse": stands and can_reverse_contract(viewer, contract),
        "can_share": (draft or stands) and can_share_contract(viewer, contract),
        "can_order": stands and can_create_order(viewer, contract.account, contract),
        "can_bill": stands and can_book_any(viewer),
        "pay_url": url_or_nothing("contract_estimate", contract.pk) if draft or stands else "",
    }


def capitals_of(contract: Contract) -> str:
    """The amount as Chinese contracts write it beside the digits; nothing for other readers and other currencies."""
    reads = (get_language() or "").startswith("zh")
    return in_capitals(contract.amount) if reads and contract.currency == "CNY" else ""


def draft_initial(request: HttpRequest) -> dict[str, Any]:
    """What a link to the new form knows: the customer, or the deal with its customer, subject and amount."""
    account, deal = (request.GET.get(name, "") for name in ("account", "opportunity"))
    found: dict[str, Any] = {}
    if deal.isdecimal() and len(deal) < 19:
        row = Opportunity.objects.visible_to(request.user).filter(pk=deal).first()
        if row is not None:
            found = {"opportunity": row.pk, "account": row.account_id, "name": row.name, "amount": row.amount}
    elif account.isdecimal() and len(account) < 19:
        found = {"account": Account.objects.visible_to(request.user).filter(pk=account).values_list("pk").first()}
        found["account"] = found["account"] and found["account"][0]
    return found


def form_of(contract: Contract) -> dict[str, Any]:
    """A draft as its form begins."""
    return {name: getattr(contract, name) for name in ("name", "amount", "cost", "version")}


def both_versions(form: Any, clash: Conflict) -> dict[str, Any]:
    """What stands now and what was typed, beside each other; the form saves over the newer version."""
    labels = {"name": _("Subject"), "amount": _("Amount"), "cost": _("Cost"), "instalments": _("Instalments")}
    stored, typed = _in_words(_facts_of(clash.current)), _in_words(clash.attempted)
    return {"contract": clash.current, **beside(form, clash, labels, stored, typed)}


def _facts_of(contract: Contract) -> dict[str, Any]:
    facts = {name: getattr(contract, name) for name in ("name", "amount", "cost")}
    return {**facts, "instalments": list(contract.instalments.all())}


def _in_words(facts: dict[str, Any]) -> dict[str, str]:
    plan = [
        f"{row.label} · {row.due_on.isoformat()} · {formats.money_full(row.amount)}" for row in facts["instalments"]
    ]
    return {
        "name": facts["name"],
        "amount": formats.money_full(facts["amount"]),
        "cost": formats.money_full(facts["cost"]),
        "instalments": "; ".join(plan) or "—",
    }
