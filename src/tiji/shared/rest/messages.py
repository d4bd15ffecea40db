"""What pydantic finds wrong, said in the reader's language with what to do about it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MESSAGES: dict[str, str | Promise] = {
    "missing": _("This field is required."),
    "extra_forbidden": _("There is no such field. Remove it or check its spelling."),
    "string_type": _("Send a text."),
    "string_too_short": _("Send at least %(min_length)s characters."),
    "string_too_long": _("Send at most %(max_length)s characters."),
    "string_pattern_mismatch": _("This text does not have the expected form."),
    "int_type": _("Send a whole number."),
    "int_parsing": _("Send a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _("Send a whole number without decimals."),
    "decimal_type": _("Send a number, or a number as text."),
    "decimal_parsing": _("Send a number, for example 1234.56."),
    "decimal_max_digits": _("Send at most %(max_digits)s digits."),
    "decimal_max_places": _("Send at most %(decimal_places)s decimals."),
    "decimal_whole_digits": _("Send at most %(whole_digits)s digits before the decimal point."),
    "finite_number": _("Send a finite number."),
    "float_type": _("Send a number."),
    "float_parsing": _("Send a number."),
    "bool_type": _("Send true or false."),
    "bool_parsing": _("Send true or false."),
    "date_type": _("Send a date such as 2026-03-31."),
    "date_parsing": _("Send a date such as 2026-03-31."),
    "date_from_datetime_parsing": _("Send a date such as 2026-03-31."),
    "date_from_datetime_inexact": _("Send a date without a time of day."),
    "datetime_type": _("Send a moment such as 2026-03-31T09:30:00+08:00."),
    "datetime_parsing": _("Send a moment such as 2026-03-31T09:30:00+08:00."),
    "datetime_from_date_parsing": _("Send a moment such as 2026-03-31T09:30:00+08:00."),
    "datetime_object_invalid": _("Send a moment such as 2026-03-31T09:30:00+08:00."),
    "timezone_aware": _("Send the moment with its time zone, such as +08:00."),
    "greater_than": _("Send a number above %(gt)s."),
    "greater_than_equal": _("Send %(ge)s or more."),
    "less_than": _("Send a number below %(lt)s."),
    "less_than_equal": _("Send %(le)s or less."),
    "enum": _("Choose one of %(expected)s."),
    "literal_error": _("Choose one of %(expected)s."),
    "list_type": _("Send a list."),
    "too_short": _("Send at least %(min_length)s entries."),
    "too_long": _("Send at most %(max_length)s entries."),
    "dict_type": _("Send an object."),
    "model_type": _("Send an object."),
    "model_attributes_type": _("Send an object."),
    "uuid_type": _("Send a UUID."),
    "uuid_parsing": _("Send a UUID."),
}
_ANY = _("This value cannot be used here.")


def message_of(kind: str, context: dict[str, Any], said: str = "") -> str:
    """The sentence for one finding; a rule of our own (`value_error`) speaks for itself."""
    if kind in {"value_error", "assertion_error"} and said:
        return said.partition(", ")[2] or said
    template = str(_MESSAGES.get(kind, _ANY))
    try:
        return template % context if "%(" in template else template
    except (KeyError, TypeError):
        return str(_ANY)
