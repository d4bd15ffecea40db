"""What may be typed about a deal, checked and brought into the form that is kept: for every door alike."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models.search import grams, search_key
from tiji.apps.customers.services.keys import readings
from tiji.apps.pipeline.models import ForecastCategory, Opportunity
from tiji.kernel.money import Money, minor_units
from tiji.kernel.pipeline import is_put_off
from tiji.shared.errors import DomainError
from tiji.shared.models.base import field_of

EDITABLE = (
    *("name", "account", "amount", "gross_profit", "currency", "expected_on", "forecast_category", "rival"),
    *("next_step", "next_step_on", "source", "note", "attributes"),
)
TEXTS = ("next_step", "source", "note")


def clean_facts(facts: dict[str, Any], currency: str) -> dict[str, Any]:
    """The facts as they are kept. Raises: DomainError at the wrong field, TypeError for a field that is none."""
    unknown = facts.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"an opportunity has no {', '.join(sorted(unknown))} that may be typed")
    cleaned = dict(facts)
    if "name" in cleaned:
        cleaned["name"] = clean_name(cleaned["name"])
    for name in TEXTS:
        if name in cleaned:
            cleaned[name] = _text(name, cleaned[name])
    if "currency" in cleaned:
        cleaned["currency"] = clean_currency(cleaned["currency"])
    if cleaned.get("forecast_category") and cleaned["forecast_category"] not in ForecastCategory.values:
        raise DomainError(_("Choose a forecast category of the list."), field="forecast_category")
    _check_amounts(cleaned, cleaned.get("currency") or currency)
    return cleaned


def clean_name(text: str) -> str:
    """The subject. Raises: DomainError at `name`."""
    name = " ".join((text or "").split())
    if not name:
        raise DomainError(_("Say in a few words what this is about."), field="name")
    if len(name) > 200:
        raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": 200}, field="name")
    return name


def clean_currency(code: str) -> str:
    """Raises: DomainError at `currency` for a code that is none."""
    try:
        minor_units((code or "").upper())
    except ValueError as error:
        raise DomainError(_("“%(code)s” is not a currency such as CNY.") % {"code": code}, field="currency") from error
    return code.upper()


def _check_amounts(facts: dict[str, Any], currency: str) -> None:
    amount = facts.get("amount")
    if amount is not None:
        if amount < 0:
            raise DomainError(_("Enter an amount of 0 or more."), field="amount")
        if not Money(amount, currency).is_whole_minor:
            places = minor_units(currency)
            raise DomainError(_("An amount in %(currency)s has at most %(places)s decimals.")
                              % {"currency": currency, "places": places}, field="amount")  # fmt: skip
        if amount >= Decimal(10) ** 14:
            raise DomainError(_("This amount is too large to be true. Check its digits."), field="amount")
    profit = facts.get("gross_profit")
    if profit is not None and amount is not None and profit > amount:
        raise DomainError(_("The gross profit cannot be more than the amount."), field="gross_profit")


def _text(name: str, value: Any) -> str:
    text = str(value or "").strip()
    limit = field_of(Opportunity, name).max_length
    if limit and len(text) > limit:
        raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": limit}, field=name)
    return text


def keys_of(name: str, number: str) -> dict[str, str]:
    """How a deal is found: its subject, the subject's pinyin, its number."""
    key = search_key([name, *readings(name), number])
    return {"search_key": key, "search_grams": grams(key)}


def put_off(opportunity: Opportunity, expected_on: date | None) -> None:
    """Set the expected date: a later one than before is a slip, the first one is remembered."""
    if is_put_off(opportunity.expected_on, expected_on):
        opportunity.slips += 1
    opportunity.expected_on = expected_on
    if opportunity.expected_first_on is None:
        opportunity.expected_first_on = expected_on
