"""Fields that read what people type, and the answers of a posted form."""

import json
import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import ValidationError

from repository import ROOT
from tiji.kernel.money import Money
from tiji.shared.errors import Conflict, DomainError, NotAllowed
from tiji.ui.forms import (
    STAY,
    AmountField,
    DateField,
    Form,
    MoneyField,
    PercentField,
    close_dialog,
    errors_on,
    form_response,
    toast,
)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,234.5", "1234.5"),
        ("1.2万", "12000"),
        ("１２３４．５", "1234.5"),
        ("３亿", "300000000"),
        ("12.5K", "12500"),
        ("¥ 99", "99"),
        ("−1,200", "-1200"),
        ("0.0001", "0.0001"),
        (" 4 120 000 元", "4120000"),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed, amount):
    assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["abc", "1.2.3", "12万万", "--5", "1e5", "NaN", "∞"])
def test_what_is_no_amount_is_named_with_an_example(typed):
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)
    assert typed in refused.value.messages[0]


def test_too_many_decimals_are_refused():
    with pytest.raises(ValidationError):
        AmountField(places=2).clean("1.234")


def test_money_is_in_whole_minor_units_of_its_currency():
    assert MoneyField(currency="USD").clean("1,234.50") == Money(Decimal("1234.50"), "USD")
    with pytest.raises(ValidationError):
        MoneyField(currency="JPY").clean("10.5")


def test_a_percentage_becomes_a_share_of_one():
    assert PercentField().clean("12.5%") == Decimal("0.125")
    with pytest.raises(ValidationError, match="5%"):
        PercentField(maximum=Decimal("0.05")).clean("8.5")


@pytest.mark.parametrize("typed", ["2026-11-18", "2026/11/18", "20261118", "2026年11月18日", "２０２６-１１-１８"])
def test_a_date_is_read_in_the_ways_it_is_written(typed):
    assert DateField().clean(typed) == date(2026, 11, 18)


class Deal(Form):
    name = forms.CharField()
    amount = AmountField()


def posted(name="x", amount="1.2万"):
    form = Deal({"name": name, "amount": amount})
    assert form.is_valid()
    return form


def test_a_refusal_lands_on_the_field_it_names_and_the_typed_value_stays():
    form = posted()
    with errors_on(form):
        raise DomainError("this name is taken", field="name")
    assert form.errors == {"name": ["this name is taken"]}
    assert 'value="1.2万"' in str(form["amount"])


def test_a_refusal_of_no_field_of_the_form_stands_above_it():
    form = posted()
    with errors_on(form):
        raise DomainError("the month is closed", field="period")
    assert form.non_field_errors() == ["the month is closed"]


@pytest.mark.parametrize("error", [NotAllowed("ask max"), Conflict("changed")])
def test_what_is_no_matter_of_typing_goes_on(error):
    with pytest.raises(type(error)), errors_on(posted()):
        raise error


def htmx(rf, target):
    request = rf.post("/")
    request.htmx = SimpleNamespace(boosted=False, history_restore_request=False, target=target)
    request._messages = SimpleNamespace(add=lambda *args: request.said.append(args[1]))
    request.said = []
    return request


def test_a_dialog_closes_and_the_page_goes_where_it_should(rf):
    response = close_dialog(htmx(rf, "dialog"), then="/there/")
    assert response["HX-Redirect"] == "/there/"
    assert "tiji:dialog-close" in json.loads(response["HX-Trigger"])


def test_a_dialog_can_leave_the_page_as_it_is(rf):
    response = close_dialog(htmx(rf, "dialog"), then=STAY, message="saved", undo="/undo/")
    assert not response.has_header("HX-Refresh")
    assert json.loads(response["HX-Trigger"])["tiji:toast"]["undo"] == "/undo/"


def test_a_saved_form_in_a_dialog_says_so_on_the_next_page(rf):
    request = htmx(rf, "dialog")
    response = form_response(request, posted(), "none.html", "form", message="saved")
    assert response["HX-Refresh"] == "true"
    assert request.said == ["saved"]


def test_a_plain_browser_is_sent_on(rf):
    request = rf.post("/")
    response = form_response(request, posted(), "none.html", "form", then="/there/")
    assert (response.status_code, response.url) == (302, "/there/")


def test_a_message_joins_other_events_of_an_answer(rf):
    response = toast(close_dialog(htmx(rf, "dialog"), then=STAY), "done")
    assert set(json.loads(response["HX-Trigger"])) == {"tiji:dialog-close", "tiji:saved", "tiji:toast"}


def test_a_form_on_a_page_of_its_own_goes_on_to_where_it_belongs(rf):
    response = form_response(rf.post("/x/"), posted(), "none.html", "form", back="/list/")
    assert (response.status_code, response.url) == (302, "/list/")


def test_a_dialogs_page_loads_itself_again_wherever_a_page_would_go(rf):
    response = form_response(htmx(rf, "dialog"), posted(), "none.html", "form", back="/list/")
    assert response["HX-Refresh"] == "true"
    assert not response.has_header("HX-Redirect")


def test_a_page_that_names_no_way_on_is_loaded_anew_and_not_posted_twice(rf):
    response = form_response(rf.post("/x/?tab=2"), posted(), "none.html", "form")
    assert (response.status_code, response.url) == (302, "/x/?tab=2")


def test_every_form_for_the_dialog_is_a_plain_form_on_a_page_of_its_own():
    """A form whose answer goes into #dialog says so only where a dialog is: `request|wants_part`."""
    form = re.compile(r"<form\b(?:\{%.*?%\}|\{\{.*?\}\}|[^>])*>", re.DOTALL)
    wanted = "{% if request|wants_part %}"
    wrong = [
        f"{path.parent.name}/{path.name}"
        for path in (ROOT / "src" / "tiji").rglob("templates/**/*.html")
        for tag in form.findall(path.read_text(encoding="utf-8"))
        if "#dialog" in tag and wanted not in tag.partition("hx-post")[0]
    ]
    assert wrong == []
