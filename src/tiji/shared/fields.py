"""Model fields of exact numbers: money and rates are integers in the database and `Decimal` in Python."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

INT64 = 2**63


class ScaledDecimalField(models.BigIntegerField):  # type: ignore[type-arg]
    """A decimal kept as a 64-bit count of 10**-`places`: sums are exact on every database, and loads are fast.

    Units: `Decimal` with at most `places` decimals in Python, the integer count in the database.
    Raises: ValidationError for anything that is not a number or needs more decimals or digits than fit.
    """

    # What the type checker takes and gives for a column of this kind, in the names that its Django plugin reads.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    places = 0
    empty_strings_allowed = False
    default_error_messages = {
        "not_a_number": _("“%(value)s” is not a number. Type digits, for example 1234.56."),
        "too_fine": _("“%(value)s” has too many decimals. Use at most %(places)s."),
        "too_large": _("“%(value)s” is too large to be kept."),
    }

    @property
    def _scale(self) -> int:
        return int(10**self.places)

    def _fail(self, code: str, value: object) -> ValidationError:
        params = {"value": value, "places": self.places}
        return ValidationError(self.error_messages[code], code=code, params=params)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, float):
            raise self._fail("not_a_number", value)
        try:
            return Decimal(value)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise self._fail("not_a_number", value) from error

    def to_count(self, value: Any) -> int | None:
        """The integer that stands for `value` in the database."""
        number = self.to_python(value)
        if number is None:
            return None
        if not number.is_finite():
            raise self._fail("not_a_number", value)
        count = number * self._scale
        if count != count.to_integral_value():
            raise self._fail("too_fine", value)
        if abs(count) >= INT64:
            raise self._fail("too_large", value)
        return int(count)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.to_count(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Decimal | None:
        if value is None:
            return None
        return Decimal(int(value)).scaleb(-self.places)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    @property
    def validators(self) -> list[Any]:
        return list(self._validators)  # type: ignore[attr-defined]

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super(models.IntegerField, self).formfield(
            **{"form_class": forms.DecimalField, "decimal_places": self.places, "max_digits": 18, **kwargs}
        )


class AmountField(ScaledDecimalField):
    """An amount of money in its currency's unit, kept as a count of 1/10,000. It stands beside a currency column."""

    places = 4
    description = _("Amount of money")


class QuantityField(ScaledDecimalField):
    """A quantity with at most four decimals, kept as a count of 1/10,000."""

    places = 4
    description = _("Quantity")


class RateField(ScaledDecimalField):
    """A share of 1 with at most eight decimals, kept as a count of 1/100,000,000."""

    places = 8
    description = _("Rate")


class CurrencyField(models.CharField):  # type: ignore[type-arg]
    """An ISO 4217 code."""

    description = _("Currency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 3
        super().__init__(*args, **kwargs)
