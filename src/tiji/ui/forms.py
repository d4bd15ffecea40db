"""Forms: parsing and single-field checks. What a service refuses comes back onto the form with `errors_on`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tiji.kernel.money import Money, minor_units
from tiji.shared.errors import Conflict, DomainError, NotAllowed, NotFound
from tiji.ui.formats import UNKNOWN, company_currency, number, percent, symbol
from tiji.ui.renderer import Renderer

DIALOG = "dialog"
STAY = object()
DJANGOS_NOTHING = "---------"
HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－＋％￥（）", "0123456789.,-+%¥()")
MULTIPLIERS = {"": 1, "万": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6, "b": 10**9}
AMOUNT = re.compile(r"^(?P<sign>[+-]?)(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<unit>[万亿kmbKMB]?)元?$")


class Field(BoundField):
    """A bound field that tells its control about help and errors, for readers of the screen."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        described = [f"{self.auto_id}_helptext"] if self.help_text else []
        if self.form.is_bound and self.errors:
            described.append(f"{self.auto_id}_error")
            built["aria-invalid"] = "true"
        if described:
            built["aria-describedby"] = " ".join(described)
        return built


class Form(forms.Form):
    """The base of every form. Renders its fields as our components; `{{ form }}` gives all of them."""

    template_name = "ui/form.html"
    default_renderer = Renderer
    bound_field_class = Field
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


def dress(field: forms.Field) -> None:
    """Tell the field's widget which of our controls it is."""
    widget: Any = field.widget
    if isinstance(field, forms.ModelChoiceField) and field.empty_label == DJANGOS_NOTHING:
        field.empty_label = UNKNOWN
    if getattr(widget, "kind", None):
        return
    if isinstance(field, forms.DateField) and type(widget) is forms.DateInput:
        field.widget = widget = DateInput(attrs=widget.attrs)
    widget.kind = kind_of(widget)
    if widget.kind == "check":
        widget.attrs.setdefault("class", "check")
    if widget.kind == "area" and str(widget.attrs.get("rows", "10")) == "10":  # Django's own default is a tall box
        widget.attrs.update(rows=3)


def kind_of(widget: Any) -> str:
    """check, group, select, area or text: how the field's template frames it."""
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.Select):
        return "select"
    return "area" if isinstance(widget, forms.Textarea) else "text"


class DateInput(forms.DateInput):
    """The browser's own date picker; the value always travels as 2026-11-18."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A business date: 2026-11-18, 2026/11/18, 20261118 or 2026年11月18日."""

    widget = DateInput
    default_error_messages = {"invalid": _("Enter a date such as 2026-11-18.")}
    input_formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.translate(HALF_WIDTH).replace(" ", "")
        return super().to_python(value)


class AmountInput(forms.TextInput):
    """A number written with thousands separators, typed with a decimal keyboard on phones."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "class": "num", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Money):
            value = value.amount
        if isinstance(value, Decimal):
            return f"{value.normalize():,f}"
        return None if value is None else str(value)


class AmountField(forms.Field):
    """A Decimal typed as people type it: 1,234.5 · 1.2万 · 3亿 · 12.5K · １２３４ · ¥ 99."""

    widget = AmountInput
    default_error_messages = {
        "required": _("Enter an amount, for example 12,000 or 12K."),
        "invalid": _("“%(value)s” is not an amount. Write digits such as 12,000.50 or 12K."),
        "places": _("Use at most %(places)s decimals."),
        "minimum": _("Enter an amount of at least %(minimum)s."),
        "maximum": _("Enter an amount of at most %(maximum)s."),
    }

    def __init__(
        self,
        *,
        places: int | None = 4,
        minimum: Decimal | int | None = None,
        maximum: Decimal | int | None = None,
        prefix: str | Promise = "",
        suffix: str | Promise = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.places, self.minimum, self.maximum = places, minimum, maximum
        self.prefix, self.suffix = prefix, suffix

    def to_python(self, value: Any) -> Any:
        if value is None or not str(value).strip():
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        return self.parse(str(value))

    def parse(self, text: str) -> Decimal:
        """The typed text as an exact Decimal. Raises: ValidationError."""
        plain = re.sub(r"[\s\u3000¥$€£]|CNY|USD|RMB", "", text.translate(HALF_WIDTH)).replace("−", "-")
        match = AMOUNT.match(plain)
        if not match:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": text.strip()})
        try:
            amount = Decimal(match["sign"] + match["digits"].replace(",", "")) * MULTIPLIERS[match["unit"].lower()]
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": text}) from error
        return amount

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        amount = value.amount if isinstance(value, Money) else value
        if self.places is not None and amount != round(amount, self.places):
            raise ValidationError(self.error_messages["places"], code="places", params={"places": self.places})
        if self.minimum is not None and amount < self.minimum:
            raise ValidationError(
                self.error_messages["minimum"], code="minimum", params={"minimum": self.limit(self.minimum)}
            )
        if self.maximum is not None and amount > self.maximum:
            raise ValidationError(
                self.error_messages["maximum"], code="maximum", params={"maximum": self.limit(self.maximum)}
            )

    def limit(self, value: Any) -> str:
        """How a limit is written in an error."""
        return number(Decimal(value), max(0, -int(Decimal(value).normalize().as_tuple().exponent)))


class MoneyField(AmountField):
    """An amount of `currency` (the company's by default) as Money, in whole minor units."""

    def __init__(self, *, currency: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency
        self.places = None

    @property
    def prefix(self) -> str:
        return self._prefix or symbol(self.currency or company_currency()).strip()

    @prefix.setter
    def prefix(self, value: str) -> None:
        self._prefix = value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Money):
            return value
        amount = super().to_python(value)
        return None if amount is None else Money(amount, self.currency or company_currency())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not value.is_whole_minor:
            places = minor_units(value.currency)
            raise ValidationError(self.error_messages["places"], code="places", params={"places": places})


class PercentField(AmountField):
    """A share of 1 typed as a percentage: 12.5 → Decimal("0.125")."""

    default_error_messages = {
        "required": _("Enter a percentage, for example 12.5."),
        "invalid": _("“%(value)s” is not a percentage. Write digits such as 12.5."),
        "minimum": _("Enter at least %(minimum)s."),
        "maximum": _("Enter at most %(maximum)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("suffix", "%")
        kwargs.setdefault("places", 6)
        super().__init__(**kwargs)

    def parse(self, text: str) -> Decimal:
        return super().parse(text.translate(HALF_WIDTH).replace("%", "")) / 100

    def limit(self, value: Any) -> str:
        return percent(value, 0 if value * 100 == int(value * 100) else 2)

    def prepare_value(self, value: Any) -> Any:
        return value * 100 if isinstance(value, Decimal) else value


class LookupInput(forms.Widget):
    """A search field over many rows: `url_name` answers typed text with `lookup_response`."""

    template_name = "ui/lookup.html"
    kind = "lookup"

    def __init__(self, url_name: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url_name = url_name
        self.text_of: Any = str

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(url=reverse(self.url_name), text=self.text_of(value) if value else "")
        return context


class LookupField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row of many, found by typing: `LookupField(queryset=…, url_name="account_lookup")`.

    The queryset is the viewer's (`visible_to`), set in the form's `__init__`; a key outside of it is refused.
    """

    default_error_messages = {"invalid_choice": _("Choose one of the entries found, or search again.")}

    def __init__(self, *, queryset: Any, url_name: str, **kwargs: Any) -> None:
        widget = LookupInput(url_name)
        super().__init__(queryset=queryset, widget=widget, **kwargs)
        widget.text_of = self.text_of

    def __deepcopy__(self, memo: dict[int, Any]) -> LookupField:
        copy = super().__deepcopy__(memo)
        copy.widget.text_of = copy.text_of
        return copy

    def text_of(self, value: Any) -> str:
        try:
            return str(self.to_python(value))
        except ValidationError:
            return ""


def lookup_response(request: HttpRequest, options: Any, *, create_url: str = "") -> HttpResponse:
    """The list under a lookup field. An option has `value`, `label`, and may have `detail`, `icon`."""
    return render(request, "ui/lookup_options.html", {"options": options, "create_url": create_url})


@contextmanager
def errors_on(form: forms.BaseForm, **called: str) -> Iterator[None]:
    """Put what a service refuses onto the form, at the field it names; `reason="note"` where the form calls it so.

    What is no matter of typing (not allowed, not found, changed in between) goes on to the middleware as a page.
    """
    try:
        yield
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        named = {called.get(name, name): text for name, text in error.fields.items()}
        placed = {name: text for name, text in named.items() if name in form.fields}
        for name, text in placed.items():
            form.add_error(name, str(text))
        if error.message not in placed.values():
            form.add_error(None, str(error.message))


def form_response(
    request: HttpRequest,
    form: forms.BaseForm,
    template: str,
    part: str,
    context: dict[str, Any] | None = None,
    *,
    then: Any = None,
    back: Any = None,
    message: str | Promise = "",
    undo: str = "",
) -> HttpResponse:
    """Answer a posted form.

    htmx gets the part `template#part`: with status 422 and the typed values if the form has errors, else fresh.
    A dialog (`hx-target="#dialog"`) closes and the page goes to `then`, or reloads, or stays as it is with `STAY` while
    its parts listen to `tiji:saved`. A form on a page of its own gets the page with the errors (422), or a redirect to
    `then`, else to `back`: where somebody goes on who did not come from a page behind a dialog.
    `message` is said in a toast, with `undo` (a URL to post to).
    """
    context = {**(context or {}), "form": form}
    if form.errors:
        name = f"{template}#{part}" if is_htmx(request) else template
        return render(request, name, context, status=422)
    if not is_htmx(request):
        if message:
            messages.success(request, str(message))
        onward = back if then is None or then is STAY else then
        return redirect(request.get_full_path() if onward is None else onward)
    if targets_dialog(request):
        return close_dialog(request, then=then, message=message, undo=undo)
    response = render(request, f"{template}#{part}", context)
    response["HX-Trigger"] = json.dumps({"tiji:saved": {"form": form.prefix or ""}})
    return toast(response, message, undo=undo) if message else response


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx wants a part; a boosted link or a restored page wants all of it."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def targets_dialog(request: HttpRequest) -> bool:
    return is_htmx(request) and request.htmx.target == DIALOG  # type: ignore[attr-defined]


def close_dialog(
    request: HttpRequest, *, then: Any = None, message: str | Promise = "", undo: str = ""
) -> HttpResponse:
    """Close the dialog; the page goes to `then`, loads itself again, or stays (`STAY`) and hears `tiji:saved`."""
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"tiji:dialog-close": {}, "tiji:saved": {}})
    if then is STAY:
        return toast(response, message, undo=undo) if message else response
    if message:
        messages.success(request, str(message), extra_tags=f"undo:{undo}" if undo else "")
    if then is None:
        response["HX-Refresh"] = "true"
    else:
        response["HX-Redirect"] = resolve_url(then)
    return response


def toast(response: HttpResponse, message: str | Promise, *, tone: str = "good", undo: str = "") -> HttpResponse:
    """Say what happened beside any htmx answer. `undo` is a URL that takes it back within 8 seconds."""
    events = json.loads(response.get("HX-Trigger", "{}"))
    events["tiji:toast"] = {"message": str(message), "tone": tone, "undo": undo}
    response["HX-Trigger"] = json.dumps(events)
    return response


def page_response(
    request: HttpRequest, template: str, part: str = "", context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page for a plain request, its part `template#part` for htmx."""
    name = f"{template}#{part}" if part and is_htmx(request) else template
    return render(request, name, context or {}, status=status)
