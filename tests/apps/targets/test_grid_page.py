"""The planning grid's page: typing, errors at the cell, undo, rebalance, versions, the workbook, the API."""

import io
import json
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from makers import make_person, moment
from makers_targets import kept, key_of, make_active_plan, make_plan, type_in
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.services.plans import activate_target_version
from tiji.apps.targets.services.sharing import share_target_draft

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def team(company, max_, rita, ray):
    company.rose = make_person("Rose", company.suzhou).user
    return company


@pytest.fixture
def signed_in(client):
    def signed_in(user, language="en"):
        client.force_login(user)
        client.cookies["tiji_language"] = language
        return client

    return signed_in


def post_cells(client, plan, *rows, **more):
    cells = [[key_of(thing), period, text] for thing, period, text in rows]
    return client.post(reverse("target_cells", args=[plan.pk]), {"cells": json.dumps(cells), **more})


def grid_rows(response):
    return {row.key: row for row in response.context["rows"]}


def test_the_grid_shows_what_the_viewer_may_see(team, olaf, max_, rita, ray, zoe, signed_in):
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200000"), (team.shenzhen, "2026", "600000"))
    everything = grid_rows(signed_in(olaf).get(reverse("targets")))
    assert len(everything) == 9
    assert everything[key_of(team.root)].year.full == "¥1,800,000"
    assert everything[key_of(team.suzhou)].cells[10].text == "100", "K in English: 100,000 a month"
    assert set(grid_rows(signed_in(max_).get(reverse("targets")))) == {
        key_of(one) for one in (team.suzhou, rita, ray, team.rose)
    }
    type_in(olaf, version, *[(one, "2026", "400000") for one in (rita, ray, team.rose)], (zoe, "2026", "600000"))
    activate_target_version(actor=olaf, version=version, at=NOON)
    assert set(grid_rows(signed_in(zoe).get(reverse("targets")))) == {key_of(zoe)}


def test_a_rep_sees_his_own_row_of_the_version_that_counts_and_cannot_type(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    make_active_plan(olaf, (rita, "2026", "600"), measure="cash")
    client = signed_in(rita)
    page = client.get(reverse("targets"), {"measure": "cash"})
    assert set(grid_rows(page)) == {key_of(rita)}
    assert not grid_rows(page)[key_of(rita)].year.editable
    assert post_cells(client, version, (rita, "2026", "1")).status_code == 403
    assert kept(version, rita, "2026") is None


def test_typing_answers_the_rows_that_changed(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    client = signed_in(olaf)
    answer = post_cells(client, version, (team.suzhou, "2026", "1,200"), view="kind=existing", version="1")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert kept(version, team.suzhou, "2026") == 1_200_000
    assert kept(version, rita, "2026") == 400_000
    assert set(body["rows"]) == {key_of(one) for one in (team.root, team.east, team.suzhou, rita, ray, team.rose)}, (
        "Shenzhen did not change"
    )
    assert (body["version"], body["undo"]) == (2, True)


def test_all_kinds_are_typed_together_where_no_kind_is_chosen(team, olaf, rita, signed_in):
    version = make_plan(olaf)
    assert post_cells(signed_in(olaf), version, (rita, "2026", "10")).status_code == 200
    assert [kept(version, rita, "2026", kind) for kind in ("existing", "new")] == [5000, 5000]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [("12x", "not-a-number", "is not an amount"), ("-5", "negative", "0 or more"), ("NaN", "", "")],
)
def test_a_wrong_cell_is_told_at_the_cell_and_nothing_is_saved(team, olaf, rita, ray, signed_in, text, code, words):
    version = make_plan(olaf)
    answer = post_cells(signed_in(olaf), version, (ray, "2026", "7"), (rita, "2026-M12", text))
    assert answer.status_code == 422
    body = answer.json()
    assert body["cell"][:2] == [key_of(rita), "2026-M12"]
    assert words in body["message"]
    assert kept(version, ray, "2026") is None


def test_a_closed_month_and_a_broken_post_are_refused(team, olaf, rita, signed_in):
    version = make_plan(olaf, locked_months=["2026-M01"])
    client = signed_in(olaf)
    assert post_cells(client, version, (rita, "2026-M01", "5")).json()["code"] == "locked"
    for cells in ("", "[]", "{", '[["p1"]]', '[["p999999", "2026", "1"]]', '[["u1", "1999", "1"]]'):
        answer = client.post(reverse("target_cells", args=[version.pk]), {"cells": cells})
        assert answer.status_code == 422, cells
        assert answer.json()["message"]


def test_who_comes_too_late_gets_the_rows_as_they_are(team, olaf, dora, rita, signed_in):
    version = make_plan(olaf)
    type_in(dora, version, (rita, "2026", "6000"))
    answer = post_cells(signed_in(olaf), version, (rita, "2026", "1"), version="1", view="kind=existing")
    assert answer.status_code == 409
    body = answer.json()
    assert body["conflict"]
    assert key_of(rita) in body["rows"]
    assert kept(version, rita, "2026") == 6000


def test_undo_over_the_page(team, olaf, rita, signed_in):
    version = make_plan(olaf)
    client = signed_in(olaf)
    post_cells(client, version, (rita, "2026", "5"))
    answer = client.post(reverse("target_undo", args=[version.pk]))
    assert (answer.status_code, answer.json()["undo"]) == (200, False)
    assert kept(version, rita, "2026") is None
    assert client.post(reverse("target_undo", args=[version.pk])).status_code == 422


@pytest.mark.parametrize(("how", "expected"), [("even", [110, 210, 310]), ("weight", [105, 210, 315])])
def test_a_gap_is_given_out(team, olaf, rita, ray, signed_in, how, expected):
    """630 over 100, 200, 300: 30 more, evenly 10 each; by weights 1, 2, 3 it is 5, 10, 15."""
    version = make_plan(olaf)
    people = (rita, ray, team.rose)
    for weight, person in enumerate(people, start=1):
        version.nodes.filter(person=person.person).update(weight=weight)
    type_in(
        olaf, version, (team.suzhou, "2026", "630"), *[(one, "2026", str(100 * at)) for at, one in enumerate(people, 1)]
    )
    client = signed_in(olaf)
    url = reverse("target_rebalance", args=[version.pk, key_of(team.suzhou)])
    assert client.get(url, {"how": how}).context["balance"].gap == 3000
    assert client.post(url, {"how": how}).status_code == 302
    assert [kept(version, one, "2026") for one in people] == expected
    assert sum(expected) == 630


def test_what_was_given_out_too_much_is_taken_back(team, olaf, rita, ray, signed_in):
    """540 over 100, 200, 300: 60 too much, taken in proportion 10, 20, 30, or from each 20."""
    version = make_plan(olaf)
    people = (rita, ray, team.rose)
    type_in(
        olaf, version, (team.suzhou, "2026", "540"), *[(one, "2026", str(100 * at)) for at, one in enumerate(people, 1)]
    )
    url = reverse("target_rebalance", args=[version.pk, key_of(team.suzhou)])
    client = signed_in(olaf)
    client.post(url, {"how": "weight"})
    assert [kept(version, one, "2026") for one in people] == [90, 180, 270]
    client.post(reverse("target_undo", args=[version.pk]))
    client.post(url, {"how": "even"})
    assert [kept(version, one, "2026") for one in people] == [80, 180, 280]


def test_a_gap_is_given_out_by_hand(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "5000"), (ray, "2026", "5000"), (team.suzhou, "2026", "15000"))
    url = reverse("target_rebalance", args=[version.pk, key_of(team.suzhou)])
    client = signed_in(olaf)
    sent = {"how": "manual", key_of(rita): "6", key_of(ray): "5", key_of(team.rose): ""}
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Rose" in refused.content.decode()
    assert client.post(url, {**sent, key_of(team.rose): "4"}).status_code == 302
    assert [
        sum(kept(version, one, "2026", kind) or 0 for kind in ("existing", "new")) for one in (rita, ray, team.rose)
    ] == [
        6000,
        5000,
        4000,
    ]


def test_a_version_from_begin_to_activation(team, olaf, rita, signed_in):
    plan = make_active_plan(olaf, (rita, "2026", "600"))
    client = signed_in(olaf)
    new = reverse("target_version_new", args=[plan.pk])
    assert client.post(new, {"reason": ""}).status_code == 422
    assert client.post(new, {"reason": "Q4"}).status_code == 302
    draft = plan.versions.get(status="draft")
    post_cells(client, draft, (rita, "2026", "1"), view="kind=existing")
    rows = client.get(reverse("target_compare", args=[draft.pk])).context["rows"]
    assert {row.label: row.amount for row in rows}[rita.person.name] == 400
    assert "Olaf" in client.get(reverse("target_history", args=[draft.pk])).content.decode()
    assert client.post(reverse("target_version_activate", args=[draft.pk])).status_code == 302
    assert {one.number: one.status for one in plan.versions.all()} == {1: "superseded", 2: "active"}


def test_activation_says_what_is_missing(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    client = signed_in(olaf)
    assert client.get(reverse("targets")).context["page"].refusal == "Nothing has been typed yet."
    type_in(olaf, version, (team.suzhou, "2026", "300"), *[(one, "2026", "90") for one in (rita, ray, team.rose)])
    assert "less than its target" in client.get(reverse("targets")).context["page"].refusal
    answer = client.post(reverse("target_version_activate", args=[version.pk]))
    assert answer.status_code == 422
    assert "30.00 less" in answer.content.decode()


def test_months_are_closed_and_the_season_is_set(team, olaf, rita, signed_in):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "1200"))
    client = signed_in(olaf)
    weights = {f"m{month}": "1" for month in range(1, 13)} | {"m12": "13"}
    assert client.post(reverse("target_season", args=[version.pk]), weights).status_code == 302
    assert kept(version, rita, "2026-M12") == 650, "13 of 24"
    assert client.post(reverse("target_lock", args=[version.pk]), {"months": ["2026-M01"]}).status_code == 302
    assert client.post(reverse("target_lock", args=[version.pk])).status_code == 422
    assert TargetVersion.objects.get(pk=version.pk).locked_months == ["2026-M01"]


def test_a_season_taken_from_last_years_amounts_is_typed_as_parts_of_100(team, olaf, signed_in):
    """11 months of 100,000 and one of 900,000: 5 of 100 each, and 45."""
    version = make_plan(olaf, season={"existing": ["100000"] * 11 + ["900000"]})
    form = signed_in(olaf).get(reverse("target_season", args=[version.pk])).context["form"]
    assert [bar.weight for bar in form.bars] == [5] * 11 + [45]
    assert [bar.share for bar in form.bars][11] == Decimal("0.45")
    assert (form.bars[0].most, form.bars[0].step) == (58, 2)


def test_the_season_is_set_for_the_kind_that_was_chosen(team, olaf, rita, signed_in):
    """1,200 existing and 1,200 new: December of the new customers becomes 13 of 24, 650; the other stays 100."""
    version = make_plan(olaf)
    for kind in ("existing", "new"):
        type_in(olaf, version, (rita, "2026", "1200"), kind=kind)
    client, url = signed_in(olaf), reverse("target_season", args=[version.pk])
    form = client.get(url).context["form"]
    assert [(one["key"], one["on"]) for one in form.choices] == [("", True), ("existing", False), ("new", False)]
    weights = {f"m{month}": "1" for month in range(1, 13)} | {"m12": "13"}
    assert client.post(url, {**weights, "kind": "new"}).status_code == 302
    assert (kept(version, rita, "2026-M12", "existing"), kept(version, rita, "2026-M12", "new")) == (100, 650)
    form = client.get(url).context["form"]
    assert (form.chosen, form.differ, [bar.weight for bar in form.bars]) == ("existing", True, [1] * 12)
    assert [bar.weight for bar in client.get(url, {"kind": "new"}).context["form"].bars] == [1] * 11 + [13]
    assert "The two differ now" in client.get(url, {"kind": ""}).content.decode()
    assert client.post(url, {**weights, "kind": "old"}).status_code == 422
    assert client.post(url, {**weights, "kind": ""}).status_code == 302
    assert (kept(version, rita, "2026-M12", "existing"), kept(version, rita, "2026-M12", "new")) == (650, 650)


def test_new_customers_have_one_season(team, olaf, signed_in):
    version = make_plan(olaf, measure="new_customers")
    url = reverse("target_season", args=[version.pk])
    assert signed_in(olaf).get(url).context["form"].choices == []
    weights = {f"m{month}": "1" for month in range(1, 13)} | {"m12": "13"}
    assert signed_in(olaf).post(url, weights).status_code == 302
    assert list(TargetVersion.objects.get(pk=version.pk).season) == ["new"]


def test_an_empty_company_is_asked_to_create_a_plan(company, olaf, signed_in):
    client = signed_in(olaf)
    assert "Create plan" in client.get(reverse("targets")).content.decode()
    sent = {"fiscal_year": "2026", "measure": "signed", "tree_on": "2026-01-01", "like": "even"}
    assert client.post(reverse("target_plan_new"), sent).status_code == 302
    again = client.post(reverse("target_plan_new"), sent)
    assert again.status_code == 422
    assert "plan for this year" in again.content.decode()


def test_an_empty_draft_says_where_to_begin_and_no_plan_who_makes_one(team, olaf, rita, signed_in):
    assert "Sales operations or the director makes the plan" in signed_in(rita).get(reverse("targets")).content.decode()
    version = make_plan(olaf)
    client = signed_in(olaf)
    words = "Begin with the year of 华岳智控"
    assert words in client.get(reverse("targets")).content.decode()
    type_in(olaf, version, (rita, "2026-M12", "100"))
    assert words not in client.get(reverse("targets")).content.decode()


# The workbook


def exported(client, version):
    content = client.get(reverse("target_export", args=[version.pk])).content
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def book_of(rows):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(at, column, value)
    book.close()
    return SimpleUploadedFile("plan.xlsx", buffer.getvalue())


def line_of(rows, thing, kind="existing"):
    return next(row for row in rows if row[0] == key_of(thing) and row[1] == kind)


def test_the_workbook_goes_round(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200.06"))
    client = signed_in(olaf)
    rows = exported(client, version)
    assert sum(Decimal(str(value)) for value in line_of(rows, team.suzhou)[5:17]) == Decimal("1200.06")
    same = client.post(reverse("target_import", args=[version.pk]), {"file": book_of(rows)})
    assert (same.context["preview"].changes, same.context["preview"].errors) == ([], [])
    line_of(rows, rita)[16] = 50.5
    line_of(rows, ray)[16] = "a lot"
    line_of(rows, team.rose)[15] = -1
    looked = client.post(reverse("target_import", args=[version.pk]), {"file": book_of(rows)})
    preview = looked.context["preview"]
    assert [(one["label"], one["period"], one["after"]) for one in preview.changes] == [("Rita", "2026-M12", "¥50.50")]
    ray_line, rose_line = rows.index(line_of(rows, ray)) + 1, rows.index(line_of(rows, team.rose)) + 1
    assert {one["cell"] for one in preview.errors} == {f"Q{ray_line}", f"P{rose_line}"}
    assert kept(version, rita, "2026-M12") != Decimal("50.5"), "looking types nothing"
    agreed = {"agreed": looked.context["agreed"], "state": looked.context["state"]}
    assert client.post(reverse("target_import", args=[version.pk]), agreed).status_code == 302
    assert kept(version, rita, "2026-M12") == Decimal("50.5")
    assert version.edits.count() == 2
    late = client.post(reverse("target_import", args=[version.pk]), agreed)
    assert late.status_code in (409, 422)


def test_another_file_is_refused(team, olaf, signed_in):
    version = make_plan(olaf)
    client = signed_in(olaf)
    for upload in (SimpleUploadedFile("x.xlsx", b"nothing"), book_of([["a", "b"], ["c", "d"]])):
        answer = client.post(reverse("target_import", args=[version.pk]), {"file": upload})
        assert answer.status_code == 422


# The API


def test_the_api_types_reads_undoes_activates(team, olaf, rita, signed_in):
    client = signed_in(olaf)

    def call(method, path, body=None, **headers):
        return getattr(client, method)(
            f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )

    made = call("post", "/target-plans", {"fiscal_year": 2026, "measure": "signed", "tree_on": "2026-01-01"})
    assert made.status_code == 201, made.content
    version = made.json()["versions"][0]["id"]
    cells = {"cells": [{"node": key_of(rita), "period": "2026", "kind": "existing", "amount": "1200.00"}]}
    path = f"/target-versions/{version}/cells"
    assert call("patch", path, cells).status_code == 428
    tag = client.get(f"/api/v1/target-versions/{version}").headers["ETag"]
    assert call("patch", path, cells, **{"If-Match": tag}).status_code == 200
    assert call("patch", path, cells, **{"If-Match": tag}).status_code == 412
    rows = client.get(f"/api/v1{path}", {"period": "2026-M12"}).json()["items"]
    assert {row["node"]: Decimal(row["amount"]) for row in rows}[key_of(rita)] == 100
    assert call("post", f"/target-versions/{version}/undo").status_code == 200
    assert client.get(f"/api/v1{path}").json()["items"] == []
    assert call("post", f"/target-versions/{version}/lock", {"months": ["2026-M01"]}).json()["locked_months"] == [
        "2026-M01"
    ]
    assert call("post", f"/target-versions/{version}/activate").json()["status"] == "active"


def test_the_api_shows_a_rep_his_own_cells(team, olaf, rita, ray, signed_in):
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026", "100"), (ray, "2026", "200"))
    share_target_draft(actor=olaf, version=version, at=NOON)
    rows = signed_in(rita).get(f"/api/v1/target-versions/{version.pk}/cells", {"period": "2026"}).json()["items"]
    assert [row["node"] for row in rows] == [key_of(rita)]
