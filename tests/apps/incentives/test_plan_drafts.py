"""A plan while it is written: fields over a document, and nothing lost on the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from makers_incentives import CASH_PLAN, SECOND_PLAN, make_plan
from tiji.apps.incentives.models import PayPlan
from tiji.apps.incentives.pages.plan_cards import design_of
from tiji.apps.incentives.pages.plan_drafts import Draft
from tiji.apps.incentives.services.documents import as_yaml, checked_plan, from_yaml
from tiji.kernel.commission import plan_to_dict

WHOLE = """
currency: CNY
fields: {days_past_due: count}
facts: {grade: text, wage: {kind: money, optional: true}}
tables:
  overdue: {kind: steps, rows: [{from: "0", to: "30", value: "1"}, {from: "30", value: "0.90"}]}
  payout: {kind: curve, unit: attainment, points: [{at: "0.8", value: "0.5"}, {at: "1", value: "1"}]}
  rising: {kind: curve, rows: [{from: "0", to: "1000", amount: "10"}, {from: "1000", to: "3000", amount: "40"}]}
  channels: {kind: words, rows: [{word: direct, value: "1.2"}], otherwise: "1"}
  grid:
    kind: grid
    axes: [{words: [A, B]}, {rows: [{from: "0", to: "10"}, {from: "10"}]}]
    values: [["1", "2"], ["3", "4"]]
  cube: {kind: grid, axes: [{words: [A]}, {words: [B]}, {words: [C, D]}], values: [[["1", "2"]]]}
components:
  - code: cash
    title: 回款提成
    credit: {event: [receipt, signed], business: [new], when: "amount > 0", value: amount * 0.5, valid_from: 2026-01-01}
    measure: {interval: quarter}
    quota: {code: cash}
    rate:
      mode: marginal
      unit: attainment
      steps: [{from: "0", to: "0.6", rate: "0.010"}, {from: "0.6", rate: "0.02"}]
    factor: at(overdue, days_past_due)
    cap: {amount: "5000.00"}
  - code: each
    credit: {event: signed}
    measure: {interval: month}
    pays: "credit * 0.01"
  - code: fixed
    credit: {event: signed}
    measure: {interval: month}
    rate: {mode: retroactive, steps: [{from: "0", amount: "500"}]}
    pay: {basis: fixed}
cells:
  - {code: extra, pays: cash * 0.1, to_date: quarter}
  - {code: pool, sum_of: extra, by: grade}
  - {code: race, contest: extra, prizes: ["5000", "3000"], ties: all, when: cash > 0}
payment:
  - {code: advance, draw: "2000", recoverable: false}
  - {code: under, below_zero: deduct}
"""


def fields_of(draft: Draft) -> dict[str, list[str]]:
    """What a browser posts of the form, untouched."""
    design = design_of(draft, [])
    cards = [*design.components, *design.tables, *design.cells, *design.payment]
    blocks = [design.head, *(block for card in cards for block in card.blocks)]
    grids = [design.fields, design.facts, *(block.grid for block in blocks if block.grid)]
    cells = [cell for block in blocks for cell in block.cells]
    cells += [cell for grid in grids for row in grid.rows for cell in row.cells]
    posted: dict[str, list[str]] = {"view": ["form"], "document": [draft.yaml]}
    for cell in cells:
        assert cell.name not in posted, f"{cell.name} stands in the form twice"
        if cell.kind == "many":
            posted[cell.name] = ["", *cell.values]
        elif cell.kind == "flag":
            posted[cell.name] = ["", "on"] if cell.value else [""]
        else:
            posted[cell.name] = [cell.value]
    return posted


def post(posted: dict[str, list[str]], **typed: str) -> Draft:
    data = QueryDict(mutable=True)
    for name, values in {**posted, **{name: [value] for name, value in typed.items()}}.items():
        data.setlist(name, values)
    return Draft.posted(data)


def document(tree: dict) -> dict:
    """As the kernel writes it out."""
    plan, problems = checked_plan(tree, code="x", number=1)
    assert plan is not None, problems
    return plan_to_dict(plan)


@pytest.mark.parametrize("text", [WHOLE, CASH_PLAN, SECOND_PLAN])
def test_a_form_that_nobody_touched_says_what_it_said(company, text):
    draft = Draft.of(from_yaml(text))
    again = post(fields_of(draft))
    assert document(again.tree) == document(from_yaml(text))
    assert post(fields_of(again)).tree == again.tree
    assert as_yaml(again.tree).count("0.010") == text.count("0.010"), "what was not touched stays as it was written"


def test_what_the_form_cannot_show_is_kept(company):
    draft = Draft.of({**from_yaml(CASH_PLAN), "surprise": {"a": ["1"]}, "tables": {"odd.name": {"kind": "words"}}})
    again = post(fields_of(draft))
    assert again.tree["surprise"] == {"a": ["1"]}
    assert again.tree["tables"] == {"odd.name": {"kind": "words"}}
    assert design_of(draft, []).kept == ["odd.name"]


@pytest.mark.parametrize(
    ("place", "typed", "found"),
    [
        ("rate.steps[0].rate", "3.5", "0.035"),
        ("rate.steps[0].rate", "3.5%", "0.035"),
        ("rate.steps[0].rate", "three", "three"),
        ("rate.steps[0].to", "75", "0.75"),
        ("cap.amount", "1.2万", "12000"),
        ("cap.amount", "12,000.5", "12000.5"),
        ("credit.share", "50", "0.5"),
    ],
)
def test_numbers_are_typed_as_people_type_them(company, place, typed, found):
    draft = Draft.of(from_yaml(CASH_PLAN))
    again = post(fields_of(draft), **{f"doc.components[0].{place}": typed})
    here = again.tree["components"][0]
    for part in place.replace("[0]", ".0").split("."):
        here = here[int(part)] if part.isdecimal() else here[part]
    assert here == found
    if found == typed:
        assert fields_of(again)[f"doc.components[0].{place}"] == [typed], "what is no number stays as typed"


def test_another_unit_reads_the_same_digits_anew(company):
    draft = Draft.of(from_yaml(CASH_PLAN))
    again = post(fields_of(draft), **{"doc.components[0].rate.unit": "amount", "doc.components[0].quota.code": ""})
    part = again.tree["components"][0]
    assert [step["from"] for step in part["rate"]["steps"]] == ["0", "60", "80", "100", "120"]
    assert "quota" not in part


def test_a_name_is_given_and_one_that_is_taken_stays_typed(company):
    draft = Draft.of(from_yaml(WHOLE))
    again = post(fields_of(draft), **{"doc.tables.overdue#name": "late", "doc.facts.wage#name": "grade"})
    assert list(again.tree["tables"])[:2] == ["late", "payout"]
    assert list(again.tree["facts"]) == ["grade", "wage"]
    cell = design_of(again, []).facts.rows[1].cells[0]
    assert (cell.value, bool(cell.error)) == ("grade", True)


def test_rows_are_added_moved_and_removed(company):
    draft = Draft.of(from_yaml(SECOND_PLAN))
    rates = lambda: [step.get("rate") for step in draft.tree["components"][1]["rate"]["steps"]]  # noqa: E731
    draft.act("up:components[1].rate.steps[1]")
    assert rates() == ["0.008", "0.005", "0.010"]
    draft.act("remove:components[1].rate.steps[0]")
    draft.act("add:components[1].rate.steps")
    assert rates() == ["0.005", "0.010", None]
    draft.act("up:components[1]")
    assert [part["code"] for part in draft.tree["components"]] == ["month-cash", "new-signed"]
    draft.act("add:tables:grid")
    assert list(draft.tree["tables"]) == ["table_1"]
    for table, place, row in (("steps", "rows", {}), ("curve", "points", {}), ("words", "rows:word", {})):
        draft.act(f"add:tables:{table}")
        name = list(draft.tree["tables"])[-1]
        draft.act(f"add:tables.{name}.{place}")
        assert draft.tree["tables"][name][place.partition(":")[0]][-1] == row
    for name in ("table_2", "table_3", "table_4"):
        draft.act(f"remove:tables.{name}")
    draft.act("add:cells")
    draft.act("add:payment")
    draft.act("add:facts")
    draft.act("add:fields:due_on")
    assert draft.tree["fields"] == {"due_on": "date"}
    before = as_yaml(draft.tree)
    for nonsense in ("up:components[9]", "remove:a.b[3].c", "add:currency", "add:", "eval:1", "down:currency"):
        draft.act(nonsense)
    assert as_yaml(draft.tree) == before


def test_a_grid_has_as_many_values_as_places(company):
    draft = Draft.of(from_yaml(WHOLE))
    again = post(fields_of(draft), **{"doc.tables.grid.axes[0].words": "A, B, C"})
    assert again.tree["tables"]["grid"]["values"] == [["1", "2"], ["3", "4"], ["", ""]]
    again.act("remove:tables.grid.axes[1].rows[1]")
    assert again.tree["tables"]["grid"]["values"] == [["1"], ["3"], [""]]


def test_a_calculation_becomes_another_kind_and_keeps_its_formula(company):
    draft = Draft.of(from_yaml(WHOLE))
    again = post(fields_of(draft), **{"doc.cells[0]#word": "is", "doc.payment[0]#word": "floor"})
    assert again.tree["cells"][0] == {"code": "extra", "is": "cash * 0.1"}
    assert again.tree["payment"][0] == {"code": "advance", "floor": "2000"}


def test_yaml_that_cannot_be_read_stays_as_it_was_typed(company):
    draft = post({"view": ["yaml"], "document": ["a: ["]})
    draft.act("form")
    assert (draft.view, draft.text, bool(draft.refusal)) == ("yaml", "a: [", True)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def test_every_problem_stands_at_its_cell(olaf):
    broken = CASH_PLAN.replace('rate: "0.016"', 'rate: "1,6"').replace("interval: quarter}", "interval: week}")
    client = client_of(olaf)
    facts = {"code": "x", "name": "x", "valid_from": "2026-01-01", "view": "form", "document": broken, "do": "save"}
    answer = client.post(reverse("pay_plan_new"), facts)
    assert answer.status_code == 422
    text = answer.content.decode()
    for place, told in (
        ("rate.steps[1].rate", "“1,6” is not a number."),
        ("measure.interval", "“week” is not possible here; choose one of: month, quarter, year."),
    ):
        cell = text.split(f'data-cell="doc.components[0].{place}"')[1].split("data-cell=")[0]
        assert told in cell
        assert 'aria-invalid="true"' in cell
    assert PayPlan.objects.count() == 0


def test_a_problem_without_a_field_is_told_above(olaf):
    facts = {"code": "x", "name": "x", "valid_from": "2026-01-01", "view": "form", "do": "save"}
    answer = client_of(olaf).post(reverse("pay_plan_new"), {**facts, "document": CASH_PLAN + "surprise: 1\n"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<code>surprise</code> This is not known here." in text


def test_a_file_is_shown_as_a_draft_before_it_is_saved(olaf):
    client = client_of(olaf)

    def sent(content: bytes):
        file = SimpleUploadedFile("plan.yaml", content)
        data = {"view": "form", "document": "currency: CNY", "do": "import", "file": file, "code": "mine"}
        return client.post(reverse("pay_plan_new"), data)

    text = sent(CASH_PLAN.encode()).content.decode()
    assert 'value="1.6"' in text
    assert 'value="mine"' in text
    for content in (b"\xff\xfe\x00", b"a: [", b"- 1"):
        answer = sent(content)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
    assert PayPlan.objects.count() == 0


def test_a_plan_begins_with_what_another_says(olaf):
    version = make_plan(olaf, code="second", document=SECOND_PLAN)
    client = client_of(olaf)
    assert "month-cash" in client.get(reverse("pay_plan_new"), {"copy": version.plan_id}).content.decode()
    for strange in ("x", "99", "9" * 30):
        assert client.get(reverse("pay_plan_new"), {"copy": strange}).status_code == 200
    assert "month-cash" not in client.get(reverse("pay_plan_new")).content.decode()
    started = client.post(reverse("pay_plan_new"), {"do": "start", "view": "form", "document": ""})
    assert 'value="3.5"' in started.content.decode()


def test_the_preview_answers_whatever_is_typed(olaf):
    version = make_plan(olaf)
    client = client_of(olaf)
    for text in ("", "a: [", "components: 5", "components: [5]", "tables: []", "cells: {a: 1}", "facts: 3", WHOLE):
        for view in ("form", "yaml"):
            data = {"view": view, "document": text, "plan": version.plan_id}
            assert client.post(reverse("pay_plan_preview"), data).status_code == 200
            assert client.post(reverse("pay_plan_new"), {**data, "do": "check"}).status_code == 200


def test_a_preview_says_what_would_change(olaf):
    version = make_plan(olaf)
    data = {"view": "yaml", "document": CASH_PLAN.replace('"0.016"', '"0.02"'), "plan": version.plan_id}
    text = client_of(olaf).post(reverse("pay_plan_preview"), data).content.decode()
    assert "Component Commission on cash: Step 2: Rate" in text
    assert "1.6%" in text
