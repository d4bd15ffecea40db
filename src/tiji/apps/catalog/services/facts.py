"""Checks that lines, products and price books share."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from tiji.kernel.money import minor_units
from tiji.shared.errors import DomainError


def clean_bilingual(facts: dict[str, Any], editable: Iterable[str]) -> dict[str, Any]:
    """Texts without spaces around them; a name is not empty. Raises: DomainError; TypeError for another field."""
    unknown = facts.keys() - set(editable)
    if unknown:
        raise TypeError(f"no such facts: {', '.join(sorted(unknown))}")
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    if "name" in cleaned and not cleaned["name"]:
        raise DomainError(_("Give it a name."), field="name")
    for name in ("name", "name_en"):
        if len(cleaned.get(name) or "") > 120:
            raise DomainError(_("A name has at most 120 characters."), field=name)
    return cleaned


def clean_code(model: type[Model], code: str, besides: int | None = None) -> str:
    """A code that nothing else of its kind has. Raises: DomainError at `code`."""
    if not code:
        raise DomainError(_("Give it a code. Codes are how files and other systems know it."), field="code")
    limit = getattr(model._meta.get_field("code"), "max_length", 0)
    if len(code) > limit:
        raise DomainError(_("A code has at most %(limit)s characters.") % {"limit": limit}, field="code")
    twin = model._default_manager.filter(code__iexact=code).exclude(pk=besides).first()
    if twin:
        message = _("“%(name)s” has this code already. Choose another one.") % {"name": twin}
        raise DomainError(message, field="code", code="taken")
    return code


def clean_currency(code: str) -> str:
    """Raises: DomainError at `currency` for a code that money cannot be counted in."""
    try:
        minor_units(code.upper())
    except (KeyError, ValueError) as error:
        message = _("“%(code)s” is not a currency code. Use one such as CNY or USD.") % {"code": code}
        raise DomainError(message, field="currency") from error
    return code.upper()
