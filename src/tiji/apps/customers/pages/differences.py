"""Two versions of one thing beside each other, in words."""

from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext as _


def differences(current: Any, attempted: dict[str, Any], form: BaseForm) -> list[tuple[str, str, str]]:
    """(label, stored now, yours) for each field in which what was typed differs from what stands there now."""
    rows = []
    for name, field in form.fields.items():
        if name in attempted and attempted[name] != getattr(current, name):
            rows.append((str(field.label), in_words(getattr(current, name)), in_words(attempted[name])))
    return rows


def in_words(value: Any) -> str:
    """The value as a reader knows it; “—” for nothing."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "—" if value in (None, "") else str(value)
