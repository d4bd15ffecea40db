"""What the administration pages take in."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from holidays import list_supported_countries

from tiji.apps.organization.models import Person, Position, ReportingLine, Role, Unit, User
from tiji.apps.organization.names import sort_key_of
from tiji.apps.organization.selectors.tree import units_on
from tiji.ui.formats import country_name
from tiji.ui.forms import DateField, Form, LookupField


class UnitChoice(forms.ModelChoiceField[Unit]):
    """A unit that stands today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), **kwargs)


class DatedForm(Form):
    """Fields `on`, and units as they stand today; dates begin with today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today: date = timezone.localdate()
        for name, field in self.fields.items():
            if isinstance(field, UnitChoice):
                field.queryset = units_on(today)
            if name in {"on", "valid_from", "hired_on"}:
                field.initial = field.initial or today


class UnitForm(DatedForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    parent = UnitChoice(label=_("Below"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices, initial=Unit.Kind.TEAM)
    team_type = forms.ChoiceField(label=_("Team type"), choices=Unit.TeamType.choices)
    code = forms.CharField(label=_("Code"), max_length=20, required=False)
    valid_from = DateField(label=_("From"))


class UnitEditForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices)
    team_type = forms.ChoiceField(label=_("Team type"), choices=Unit.TeamType.choices)
    code = forms.CharField(label=_("Code"), max_length=20, required=False)


class UnitMoveForm(DatedForm):
    parent = UnitChoice(label=_("Move below"))
    on = DateField(label=_("From"), help_text=_("Everything before that day stays with the earlier unit."))


class DayForm(DatedForm):
    on = DateField(label=_("From"))


class PersonForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    number = forms.CharField(label=_("Staff number"), max_length=30, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)


class HireForm(DatedForm, PersonForm):
    hired_on = DateField(label=_("Hired on"))
    unit = UnitChoice(label=_("Unit"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class PersonMoveForm(DatedForm):
    unit = UnitChoice(label=_("Unit"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    on = DateField(label=_("From"), help_text=_("The present position ends on that day and stays in the history."))
    share_percent = forms.IntegerField(label=_("Share of time"), min_value=1, max_value=100, initial=100)


class ReturnForm(DatedForm):
    position = LookupField(queryset=Position.objects.none(), url_name="position_lookup", label=_("Position"))
    on = DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["position"]
        field.queryset = Position.objects.filter(archived_at__isnull=True)


class AssignForm(ReturnForm):
    share_percent = forms.IntegerField(label=_("Share of time"), min_value=1, max_value=100, initial=100)


class LineForm(DatedForm):
    manager = LookupField(
        queryset=Position.objects.none(),
        url_name="position_lookup",
        label=_("Answers to"),
        required=False,
        help_text=_("Leave it empty for the head of the unit."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ReportingLine.Kind.choices)
    on = DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["manager"]
        field.queryset = Position.objects.filter(archived_at__isnull=True)


class PositionForm(DatedForm):
    unit = UnitChoice(label=_("Unit"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Empty: the name of the role."))
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    grade = forms.CharField(label=_("Grade"), max_length=20, required=False)


class PositionEditForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    grade = forms.CharField(label=_("Grade"), max_length=20, required=False)


class RoleForm(DatedForm):
    user = LookupField(queryset=User.objects.none(), url_name="user_lookup", label=_("User"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = UnitChoice(label=_("Over"), required=False, empty_label=_("The whole company"))
    on = DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset = User.objects.filter(is_active=True)


class InviteForm(Form):
    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Person"), required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Empty: the person's name."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = Person.objects.filter(archived_at__isnull=True)


class UserForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.CharField(label=_("E-mail"), max_length=254)


class PasswordForm(Form):
    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )


def countries() -> list[tuple[str, str]]:
    """Countries whose public holidays are known, by name."""
    named = [(code, country_name(code)) for code in list_supported_countries(include_aliases=False)]
    return sorted(named, key=lambda pair: sort_key_of(pair[1]))


class CompanyForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    time_zone = forms.CharField(label=_("Time zone"), max_length=60)
    country = forms.ChoiceField(label=_("Country of the working calendar"), choices=countries)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class CalendarDayForm(Form):
    day = DateField(label=_("Day"))
    is_workday = forms.TypedChoiceField(
        label=_("That day is"),
        choices=[("1", _("a working day")), ("0", _("a day off"))],
        coerce=lambda value: value == "1",
    )
    note = forms.CharField(label=_("Note"), max_length=80, required=False)


class PreferencesForm(Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices)
    single_key_shortcuts = forms.BooleanField(label=_("Single-key shortcuts"), required=False)


class EmptyForm(Form):
    """A decision without anything to fill in."""
