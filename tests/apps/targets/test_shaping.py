"""Weights, moves, giving out, fills: each with its effect before, one undo after, at page and API."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import make_account, moment
from makers_commerce import make_signed_contract
from makers_pipeline import make_opportunity
from makers_targets import cells, kept, key_of, make_plan, type_in
from tiji.apps.targets.models import TargetEdit
from tiji.apps.targets.services.moves import move_target
from tiji.apps.targets.services.shaping import set_target_season, set_target_weights
from tiji.apps.targets.services.undo import undo_typing
from tiji.shared.errors import Conflict, DomainError, NotAllowed

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def weights_of(version):
    return {node.key: node.weight for node in version.nodes.all()}


# Weights


def test_weights_share_what_is_not_typed_and_are_undone(team, plan, olaf, rita, ray):
    """600 typed for Rose leaves 600: by 1 and 2 it is 200 and 400."""
    type_in(olaf, plan, (team.rose, "2026", "600"))
    set_target_weights(actor=olaf, version=plan, weights={key_of(rita): Decimal(1), key_of(ray): Decimal(2)}, at=NOON)
    assert [kept(plan, one, "2026") for one in (rita, ray, team.rose)] == [200, 400, 600]
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert [kept(plan, one, "2026") for one in (rita, ray, team.rose)] == [300, 300, 600]
    assert weights_of(plan)[key_of(ray)] == 1
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert kept(plan, team.rose, "2026") == 400


def test_the_season_is_undone_too(team, plan, olaf):
    weights = [Decimal(1)] * 11 + [Decimal(13)]
    set_target_season(actor=olaf, version=plan, season={"existing": weights}, at=NOON)
    assert kept(plan, team.suzhou, "2026-M12") == 650
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert kept(plan, team.suzhou, "2026-M12") == 100


def test_a_weight_the_page_proposes_comes_from_last_year(team, plan, olaf, rita, ray, signed_in):
    """100 and 300 signed last year, nothing by Rose: 25, 75, 0; of 1,200 that is 300, 900, 0."""
    for owner, amount in ((rita, "100"), (ray, "300")):
        make_signed_contract(owner, make_account(f"客户{amount}", owner.person), amount, "2025-05-05")
    page = signed_in(olaf).get(reverse("target_weights", args=[plan.pk]), {"unit": key_of(team.suzhou), "by": "result"})
    lines = {line.key: line for line in page.context["weighing"].lines}
    assert [lines[key_of(one)].weight for one in (rita, ray, team.rose)] == [25, 75, 0]
    assert [lines[key_of(one)].before for one in (rita, ray, team.rose)] == ["¥400"] * 3
    assert [lines[key_of(one)].after for one in (rita, ray, team.rose)] == ["¥300", "¥900", "¥0"]
    assert page.context["weighing"].moved == 3
    assert kept(plan, rita, "2026") == 400, "looking changes nothing"


def test_capacity_and_open_business(team, plan, olaf, rita, ray, signed_in):
    """Ray's seat is a half one; Rose begins in July: 184 of 365 days, 90 of them at half."""
    ray.person.assignments.update(share_percent=50)
    team.rose.person.assignments.update(valid_from="2026-07-01")
    make_opportunity(
        rita,
        "open",
        account=make_account("丙", rita.person),
        amount="400",
        expected_on="2026-12-01",
        stage_code="solution",
        at="2026-11-01",
    )
    url = reverse("target_weights", args=[plan.pk])
    page = signed_in(olaf).get(url, {"unit": key_of(team.suzhou), "by": "capacity"})
    bases = page.context["weighing"].bases
    full = [bases.capacity[key_of(one)] for one in (rita, ray, team.rose)]
    assert full[:2] == [1, Decimal("0.5")]
    assert full[2] * 365 == 139
    assert bases.pipeline[key_of(rita)] == 200, "half of 400"
    assert sum(page.context["weighing"].weights.values()) == 100


def test_typed_weights_are_looked_at_and_a_wrong_one_is_told_at_its_field(team, plan, olaf, rita, ray, signed_in):
    client = signed_in(olaf)
    url = reverse("target_weights", args=[plan.pk])
    asked = {"unit": key_of(team.suzhou), "by": "typed", f"w-{key_of(rita)}": "2", f"w-{key_of(ray)}": "x"}
    page = client.get(url, asked)
    lines = {line.key: line for line in page.context["weighing"].lines}
    assert lines[key_of(ray)].error == "A weight is a number from 0 to 1,000."
    assert lines[key_of(rita)].after == "¥600", "2 of 4"
    assert client.post(url, asked).status_code == 422
    assert weights_of(plan)[key_of(rita)] == 1
    good = {**asked, f"w-{key_of(ray)}": "1", "state": str(plan.version + 1)}
    assert client.post(url, good).status_code == 302
    assert kept(plan, rita, "2026") == 600
    assert client.post(url, {**good, f"w-{key_of(ray)}": "4"}).status_code == 409, "somebody was faster"


def test_weights_that_move_no_target_say_so(team, plan, olaf, rita, ray, signed_in):
    type_in(olaf, plan, *[(one, "2026", "300") for one in (rita, ray, team.rose)])
    asked = {"unit": key_of(team.suzhou), "by": "typed", f"w-{key_of(rita)}": "2"}
    page = signed_in(olaf).get(reverse("target_weights", args=[plan.pk]), asked)
    assert page.context["weighing"].moved == 0
    assert "No target changes now" in page.content.decode()


def test_a_manager_weighs_what_he_leads(team, zoe, plan, max_, rita, signed_in):
    client = signed_in(max_)
    page = client.get(reverse("target_weights", args=[plan.pk]))
    assert [node.key for node in page.context["weighing"].units] == [key_of(team.suzhou)]
    elsewhere = client.get(reverse("target_weights", args=[plan.pk]), {"unit": key_of(team.shenzhen)})
    assert elsewhere.status_code == 404
    with pytest.raises(NotAllowed):
        set_target_weights(actor=max_, version=plan, weights={key_of(zoe): Decimal(2)}, at=NOON)


def test_the_api_reads_and_sets_weights(team, plan, olaf, rita, signed_in):
    client = signed_in(olaf)
    path = f"/api/v1/target-versions/{plan.pk}"
    tag = client.get(path).headers["ETag"]
    body = json.dumps({"weights": [{"node": key_of(rita), "weight": "4"}]})
    assert client.patch(f"{path}/weights", body, content_type="application/json").status_code == 428
    answer = client.patch(f"{path}/weights", body, content_type="application/json", headers={"If-Match": tag})
    assert answer.status_code == 200, answer.content
    rows = {row["node"]: row for row in client.get(f"{path}/weights").json()["items"]}
    assert Decimal(rows[key_of(rita)]["weight"]) == 4
    assert rows[key_of(rita)]["parent"] == key_of(team.suzhou)
    assert kept(plan, rita, "2026") == 800, "4 of 6"


def test_the_api_sets_the_season_of_a_kind_or_of_all(team, plan, olaf, signed_in):
    client, path = signed_in(olaf), f"/api/v1/target-versions/{plan.pk}"

    def patch(**body):
        tag = client.get(path).headers["ETag"]
        return client.patch(
            f"{path}/season", json.dumps(body), content_type="application/json", headers={"If-Match": tag}
        )

    before = kept(plan, team.suzhou, "2026-M12")
    late = ["1"] * 11 + ["13"]
    assert patch(weights=late, kind="new").json()["season"] == {"new": late}
    assert kept(plan, team.suzhou, "2026-M12") == before == 100, "it has existing customers only"
    assert patch(weights=late).json()["season"] == {"existing": late, "new": late}
    assert kept(plan, team.suzhou, "2026-M12") == 650
    assert patch(weights=["0"] * 12).status_code == 422
    assert patch(weights=["1"] * 11).status_code == 422


def test_a_kind_that_the_measure_has_not_has_no_season(team, olaf):
    plan = make_plan(olaf, measure="new_customers")
    with pytest.raises(DomainError) as refused:
        set_target_season(actor=olaf, version=plan, season={"existing": [Decimal(1)] * 12}, at=NOON)
    assert refused.value.field == "kind"


# Moves


def test_an_amount_moves_to_another_person_and_back(team, plan, olaf, rita, ray):
    move_target(
        actor=olaf,
        version=plan,
        source=(key_of(rita), "2026-M12"),
        target=(key_of(ray), "2026-M12"),
        amount=Decimal("10.01"),
        at=NOON,
    )
    assert [kept(plan, one, "2026-M12") for one in (rita, ray)] == [Decimal("23.32"), Decimal("43.34")]
    assert sum(kept(plan, one, "2026-M12") for one in (rita, ray, team.rose)) == 100
    assert sum(kept(plan, one, "2026") for one in (rita, ray, team.rose)) == 1200
    assert plan.edits.first().action == TargetEdit.Action.MOVE
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert [kept(plan, one, "2026") for one in (rita, ray, team.rose)] == [400, 400, 400]
    assert not plan.cells.filter(origin="typed", node__person__isnull=False).exists()


def test_an_amount_moves_to_another_month_and_the_year_stands(team, plan, olaf, rita):
    move_target(
        actor=olaf,
        version=plan,
        source=(key_of(rita), "2026-M11"),
        target=(key_of(rita), "2026-M12"),
        amount=Decimal(5),
        at=NOON,
    )
    assert kept(plan, rita, "2026-M12") - kept(plan, rita, "2026-M11") == 10
    assert kept(plan, rita, "2026") == 400
    assert kept(plan, team.suzhou, "2026-M12") == 100


@pytest.mark.parametrize(
    ("source", "target", "amount", "words"),
    [
        ("rita 2026-M12", "ray 2026-M12", "1000", "up to"),
        ("rita 2026-M12", "ray 2026-M12", "0", "above 0"),
        ("rita 2026-M12", "suzhou 2026-M12", "1", "beside this one"),
        ("rita 2026-M12", "rita 2026-M01", "1", "closed"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(team, olaf, rita, ray, source, target, amount, words):
    version = make_plan(olaf, amounts=cells((team.suzhou, "2026", "1200")), locked_months=["2026-M01"])
    known = {"rita": key_of(rita), "ray": key_of(ray), "suzhou": key_of(team.suzhou)}
    places = [(known[name], period) for name, period in (place.split() for place in (source, target))]
    with pytest.raises(DomainError, match=words):
        move_target(actor=olaf, version=version, source=places[0], target=places[1], amount=Decimal(amount), at=NOON)


def test_a_manager_moves_only_what_he_sets_and_learns_no_amount(team, zoe, plan, max_, rita):
    with pytest.raises(NotAllowed):
        move_target(
            actor=max_,
            version=plan,
            source=(key_of(zoe), "2026-M12"),
            target=(key_of(rita), "2026-M12"),
            amount=Decimal(10**6),
            at=NOON,
        )


def test_the_panel_shows_what_a_move_does_before_it_is_done(team, plan, olaf, rita, ray, signed_in):
    client = signed_in(olaf)
    url = reverse("target_move", args=[plan.pk, key_of(rita), "2026-M12"])
    looked = client.get(url, {"amount": "10元", "target": f"{key_of(ray)}|2026-M12", "view": "kind=existing"})
    effect = looked.context["effect"]
    assert [(cell.before, cell.after) for cell in effect["cells"]] == [("¥33.33", "¥23.33"), ("¥33.33", "¥43.33")]
    assert effect["others"] == "No other row changes."
    assert kept(plan, rita, "2026-M12") == Decimal("33.33")
    wrong = client.get(url, {"amount": "900元", "target": f"{key_of(ray)}|2026-M12"})
    assert "33.33" in str(wrong.context["form"].errors["amount"])
    sent = {"amount": "10元", "target": f"{key_of(ray)}|2026-M12", "view": "kind=existing"}
    assert client.post(url, sent).status_code == 302
    assert kept(plan, ray, "2026-M12") == Decimal("43.33")


# Both over REST


def test_the_api_moves_and_gives_out(team, plan, olaf, rita, ray, signed_in):
    client = signed_in(olaf)
    path = f"/api/v1/target-versions/{plan.pk}"

    def call(name, body):
        return client.post(f"{path}/{name}", json.dumps(body), content_type="application/json")

    place = {"node": key_of(rita), "period": "2026-M12", "to_node": key_of(ray), "to_period": "2026-M12"}
    assert call("move", {**place, "amount": "3.33"}).status_code == 200
    assert kept(plan, rita, "2026-M12") == 30
    assert call("move", {**place, "amount": "3000"}).status_code == 422
    people = (rita, ray, team.rose)
    type_in(olaf, plan, *[(one, "2026", "300") for one in people])
    weights = [{"node": key_of(rita), "weight": "1"}]
    answer = call("rebalance", {"node": key_of(team.suzhou), "weights": weights})
    assert answer.status_code == 200
    (left,) = answer.json()["left"]
    assert (left["period"], left["kind"], left["why"]) == ("2026-M12", "existing", "typed")
    assert set(left["rows"]) == {key_of(rita), key_of(ray)}, "both Decembers were typed by the move"
    short = Decimal(left["amount"])
    assert 0 < short <= Decimal("0.01"), "Rose moves into the month that is free; a cent of her year does not"
    assert [kept(plan, one, "2026") for one in people] == [600 - short, 300, 300]
    assert call("rebalance", {"node": key_of(team.suzhou), "weights": weights}).json()["code"] == "no-room"
    typed_too = {"node": key_of(team.suzhou), "weights": weights, "typed_too": True}
    assert call("rebalance", typed_too).json()["left"] == []
    assert [kept(plan, one, "2026") for one in people] == [600, 300, 300]
    assert call("rebalance", {"node": key_of(team.suzhou)}).json()["code"] == "no-gap"
    assert call("share", {"shared": True}).json()["shared_at"]


# Fills and pastes


def test_a_block_is_one_act_and_one_undo(team, plan, olaf, rita, ray, signed_in):
    client = signed_in(olaf)
    block = [[key_of(one), period, "10元"] for one in (rita, ray) for period in ("2026-M11", "2026-M12")]
    sent = {"cells": json.dumps(block), "view": "kind=existing", "action": "fill"}
    assert client.post(reverse("target_cells", args=[plan.pk]), sent).status_code == 200
    assert [kept(plan, one, "2026-M12") for one in (rita, ray, team.rose)] == [10, 10, 80]
    assert plan.edits.first().action == "fill"
    answer = client.post(reverse("target_undo", args=[plan.pk]), {"have": key_of(rita)}).json()
    assert set(answer["rows"]) == {key_of(rita)}, "only the rows the sender shows"
    assert kept(plan, rita, "2026-M12") == Decimal("33.33")


def test_typing_says_what_does_not_add_up_now(team, plan, olaf, rita, ray, signed_in):
    people = [[key_of(one), "2026", "300元"] for one in (rita, ray, team.rose)]
    sent = {"cells": json.dumps(people), "view": "kind=existing"}
    said = signed_in(olaf).post(reverse("target_cells", args=[plan.pk]), sent).json()["said"]
    assert "level below ¥300 short" in said


def test_over_assignment_within_the_limit_is_a_remark(team, plan, olaf, rita, ray, signed_in):
    """1,300 held of 1,200 is 8.3 % more, within 10 %; 1,350 is 12.5 %."""
    type_in(olaf, plan, *[(one, "2026", "400") for one in (rita, ray)], (team.rose, "2026", "500"))
    client = signed_in(olaf)
    tags = client.get(reverse("targets")).context["page"].tags
    assert ("idle", "苏州组: over-assigned by 8.3%, within the limit") in [(tag.tone, tag.text) for tag in tags]
    type_in(olaf, plan, (team.rose, "2026", "550"))
    tags = client.get(reverse("targets")).context["page"].tags
    assert any(tag.tone == "warn" and "12.5% above the target" in tag.text for tag in tags)


def test_somebody_who_comes_too_late_is_told(team, plan, olaf, rita):
    with pytest.raises(Conflict):
        set_target_weights(actor=olaf, version=plan, weights={key_of(rita): Decimal(2)}, at=NOON, expected_version=1)
