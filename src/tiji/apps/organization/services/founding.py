"""The first act: a company, its root unit and somebody who may do everything else."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import BEGINNING, Company, Role, RoleGrant, Unit, UnitPlacement, User
from tiji.apps.organization.names import sort_key_of
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.apps.organization.services.users import check_password
from tiji.kernel.money import minor_units
from tiji.kernel.periods import CountryCalendar
from tiji.shared import audit
from tiji.shared.errors import DomainError


@dataclass(frozen=True)
class Founded:
    """What founding made."""

    company: Company
    root: Unit
    administrator: User


@transaction.atomic
def found_company(
    *,
    name: str,
    currency: str,
    fiscal_start_month: int = 1,
    administrator_email: str,
    administrator_name: str = "",
    password: str | None = None,
    name_en: str = "",
    time_zone: str = "Asia/Shanghai",
    country: str = "CN",
    language: str = "zh-hans",
    is_demo: bool = False,
) -> Founded:
    """Make the company of this database with its root unit and its first administrator.

    Raises: DomainError if there is a company already, or if something cannot be used.
    """
    _refuse_second()
    email = administrator_email.strip().lower()
    _check(name, currency, fiscal_start_month, email, time_zone, country)
    company = Company.objects.create(
        pk=1,
        name=name.strip(),
        name_en=name_en.strip(),
        currency=currency.upper(),
        fiscal_start_month=fiscal_start_month,
        time_zone=time_zone,
        country=country.upper(),
        language=language,
        is_demo=is_demo,
    )
    root = _root_of(company)
    administrator = _first_administrator(email, administrator_name, password)
    audit.record(
        "company.founded", company, None, {"name": company.name, "currency": company.currency}, actor=administrator
    )
    return Founded(company, root, administrator)


def _refuse_second() -> None:
    if Company.objects.exists():
        raise DomainError(
            _("This database already belongs to “%(name)s”. One database holds one company.")
            % {"name": Company.objects.get()},
            code="company-exists",
        )


def _root_of(company: Company) -> Unit:
    root: Unit = Unit.objects.create(
        name=company.name, name_en=company.name_en, kind=Unit.Kind.COMPANY, sort_key=sort_key_of(company.name)
    )
    UnitPlacement.objects.create(unit=root, parent=None, valid_from=BEGINNING)
    rebuild_paths([root.pk])
    return root


def _first_administrator(email: str, name: str, password: str | None) -> User:
    name = name.strip() or email.partition("@")[0]
    if password is not None:
        check_password(password, User(email=email, name=name))
    administrator = User.objects.create_user(email, password, name=name, language="")
    RoleGrant.objects.create(user=administrator, role=Role.ADMINISTRATOR, valid_from=BEGINNING)
    return administrator


def _check(name: str, currency: str, month: int, email: str, time_zone: str, country: str) -> None:
    if not name.strip():
        raise DomainError(_("Give the company a name."), field="name", code="required")
    check_currency(currency)
    if not 1 <= month <= 12:
        raise DomainError(
            _("The fiscal year begins in a month from 1 to 12."), field="fiscal_start_month", code="choice"
        )
    check_place(time_zone, country)
    try:
        validate_email(email)
    except ValidationError as error:
        message = _("“%(email)s” is not an e-mail address.") % {"email": email}
        raise DomainError(message, field="administrator_email", code="email") from error


def check_currency(currency: str) -> None:
    """Raises: DomainError for anything but a currency code that money can be counted in."""
    try:
        minor_units(currency.upper())
    except (KeyError, ValueError) as error:
        message = _("“%(code)s” is not a currency code. Use one such as CNY or USD.") % {"code": currency}
        raise DomainError(message, field="currency", code="currency") from error


def check_place(time_zone: str, country: str) -> None:
    """Raises: DomainError for a time zone or country that nobody knows."""
    if time_zone not in available_timezones():
        message = _("“%(zone)s” is not a time zone. Use one such as Asia/Shanghai.") % {"zone": time_zone}
        raise DomainError(message, field="time_zone", code="choice")
    try:
        CountryCalendar(country.upper())
    except (KeyError, NotImplementedError, ValueError) as error:
        message = _("“%(code)s” is no country whose holidays are known. Use two letters such as CN.")
        raise DomainError(message % {"code": country}, field="country", code="choice") from error


def fiscal_month(text: str | int | date) -> int:
    """`4`, `04` or `04-01` as the month in which the fiscal year begins. Raises: DomainError."""
    try:
        month = int(str(text).split("-")[0])
    except ValueError:
        month = 0
    if not 1 <= month <= 12:
        message = _("“%(text)s” is not a month. Use a number from 1 to 12.") % {"text": text}
        raise DomainError(message, field="fiscal_start_month", code="choice")
    return month
