"""What may be typed about a customer, checked and brought into the form that is kept: for every door alike."""

from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Tier
from tiji.apps.customers.models.credit_codes import LETTERS, check_letter, plain_credit_code
from tiji.apps.customers.models.names import legal_name, same_name_key, short_name
from tiji.shared.errors import DomainError

TEXTS = ("short_name", "source", "website", "phone", "address", "note")
EDITABLE = (
    *("name", "short_name", "credit_code", "industry", "division", "parent", "source", "website", "phone", "address"),
    *("employees", "note", "attributes"),
)


def clean_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as they are kept. Raises: DomainError at the wrong field, TypeError for a field that is none."""
    unknown = facts.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"an account has no {', '.join(sorted(unknown))} that may be typed")
    cleaned = dict(facts)
    if "name" in cleaned:
        cleaned["name"] = clean_name(cleaned["name"])
        if not cleaned.get("short_name") and "short_name" in cleaned:
            cleaned["short_name"] = short_name(cleaned["name"])
    if "credit_code" in cleaned:
        cleaned["credit_code"] = clean_credit_code(cleaned["credit_code"] or "")
    for name in TEXTS:
        if name in cleaned:
            cleaned[name] = _text(name, cleaned[name])
    return cleaned


def clean_name(text: str) -> str:
    """The legal name. Raises: DomainError at `name` when there is nothing to call the company by."""
    name = legal_name((text or "").replace("\0", ""))
    if len(same_name_key(name)) < 2:
        raise DomainError(_("Enter the company's name as it stands on its licence."), field="name")
    if len(name) > 200:
        raise DomainError(_("A name has at most 200 characters."), field="name")
    return name


def clean_credit_code(text: str) -> str:
    """The unified credit code, or an empty text. Raises: DomainError at `credit_code` that says what is wrong."""
    code = plain_credit_code(text)
    if not code:
        return ""
    if len(code) != 18:
        message = _("A unified credit code has 18 characters; this one has %(count)s.") % {"count": len(code)}
        raise DomainError(message, field="credit_code")
    strange = sorted({letter for letter in code if letter not in LETTERS})
    if strange:
        message = _("A unified credit code never contains %(letters)s. I and O are usually 1 and 0.")
        raise DomainError(message % {"letters": ", ".join(strange)}, field="credit_code")
    if check_letter(code[:17]) != code[17]:
        message = _("The last character does not fit the others: one of them is mistyped. Compare with the licence.")
        raise DomainError(message, field="credit_code")
    return code


def clean_tier(tier: str) -> str:
    """Raises: DomainError at `tier` for a letter that is none."""
    if tier and tier not in Tier.values:
        raise DomainError(_("Choose a tier from A to D, or none."), field="tier")
    return tier


def _text(name: str, value: Any) -> str:
    text = str(value or "").replace("\0", "").strip()
    limit = getattr(Account._meta.get_field(name), "max_length", None)
    if limit and len(text) > limit:
        raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": limit}, field=name)
    return text
