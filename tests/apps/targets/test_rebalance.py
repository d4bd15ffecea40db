"""Giving out a difference in the months it is in: at the service, the panel and the sum check."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import moment
from makers_targets import cells, kept, key_of, type_in
from tiji.apps.organization.models import Assignment, Role
from tiji.apps.targets.services.moves import rebalance_target
from tiji.apps.targets.services.plans import lock_target_months
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.services.undo import undo_typing
from tiji.shared.errors import DomainError, NotAllowed

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def test_sliders_decide_the_parts(team, plan, olaf, rita, ray, signed_in):
    """1,200 over 300 each: 300 short; 60, 30 and 10 percent of it are 180, 90 and 30."""
    people = (rita, ray, team.rose)
    type_in(olaf, plan, *[(one, "2026", "300") for one in people])
    url = reverse("target_rebalance", args=[plan.pk, key_of(team.suzhou)])
    slid = {f"s-{key_of(one)}": part for one, part in zip(people, ("60", "30", "10"), strict=True)}
    assert signed_in(olaf).post(url, {"how": "even", **slid}).status_code == 302
    assert [kept(plan, one, "2026") for one in people] == [480, 390, 330]
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert [kept(plan, one, "2026") for one in people] == [300, 300, 300]


def short_in_december(olaf, team, plan, *, closed=True):
    """The four are 20 a month each, closed until October; the team's own year is cleared and its December is 110."""
    people = (team.rita, team.ray, team.rose)
    type_in(olaf, plan, (team.suzhou, "2026", None), *[(one, "2026", "240") for one in people])
    if closed:
        lock_target_months(actor=olaf, version=plan, months=[f"2026-M{month:02d}" for month in range(1, 11)])
    type_in(olaf, plan, (team.suzhou, "2026-M12", "110"))
    return people


def test_a_gap_is_given_out_in_the_month_it_is_in(team, plan, olaf, rita, ray):
    """110 over 20, 20, 20 in December: 50 by 2, 2, 1 are 20, 20, 10; November and the closed months stand."""
    team.rita, team.ray = rita, ray
    people = short_in_december(olaf, team, plan)
    weights = dict(zip(map(key_of, people), map(Decimal, (2, 2, 1)), strict=True))
    given = rebalance_target(actor=olaf, version=plan, node=key_of(team.suzhou), weights=weights, at=NOON)
    assert given.left == ()
    assert [kept(plan, one, "2026-M12") for one in people] == [40, 40, 30]
    assert [kept(plan, one, "2026-M11") for one in people] == [20, 20, 20]
    assert [kept(plan, one, "2026-M10") for one in people] == [20, 20, 20]
    assert [kept(plan, one, "2026") for one in people] == [260, 260, 250]
    assert [kept(plan, team.suzhou, period) for period in ("2026-M12", "2026-Q4", "2026")] == [110, 230, 770]
    undo_typing(actor=olaf, version=plan, at=NOON)
    assert [kept(plan, one, "2026-M12") for one in people] == [20, 20, 20]
    assert [kept(plan, one, "2026") for one in people] == [240, 240, 240]


def test_months_that_differ_while_the_year_adds_up_are_told(team, plan, olaf, rita, ray, signed_in):
    """20 each a month, November typed; the team's November is 50 and its December 70: neither month adds up."""
    team.rita, team.ray = rita, ray
    people = short_in_december(olaf, team, plan)
    type_in(olaf, plan, *[(one, "2026-M11", "20") for one in people])
    type_in(olaf, plan, (team.suzhou, "2026-M11", "50"), (team.suzhou, "2026-M12", "70"))
    client = signed_in(olaf)
    page = client.get(reverse("targets"))
    tags = [(tag.tone, tag.text) for tag in page.context["page"].tags]
    assert ("idle", "苏州组: adds up over the year, not in Nov, Dec") in tags
    assert "≠ 2" in page.content.decode()
    url = reverse("target_rebalance", args=[plan.pk, key_of(team.suzhou)])
    assert [month for month, _ in client.get(url).context["balance"].gap_months] == ["Nov", "Dec"]
    assert client.post(url, {"how": "even", "typed": "1"}).status_code == 302
    assert sum(kept(plan, one, "2026-M11") for one in people) == 50
    assert sum(kept(plan, one, "2026-M12") for one in people) == 70
    assert ("good", "All levels add up") in [
        (tag.tone, tag.text) for tag in client.get(reverse("targets")).context["page"].tags
    ]


def test_the_panel_says_what_typed_months_hold_back_and_lets_them_change(team, plan, olaf, rita, ray, signed_in):
    team.rita, team.ray = rita, ray
    people = short_in_december(olaf, team, plan)
    type_in(olaf, plan, *[(one, "2026-M12", "20") for one in people])
    client, url = signed_in(olaf), reverse("target_rebalance", args=[plan.pk, key_of(team.suzhou)])
    balance = client.get(url, {"how": "even"}).context["balance"]
    assert balance.left == ["Dec (Existing) stays ¥50 short: it is typed for Ray, Rita, Rose."]
    assert balance.asks_typed
    assert client.post(url, {"how": "even"}).status_code == 422
    looked = client.get(url, {"how": "even", "typed": "1"}).context["balance"]
    assert looked.left == []
    assert looked.changed_months == "Dec"
    assert client.post(url, {"how": "even", "typed": "1"}).status_code == 302
    assert sum(kept(plan, one, "2026-M12") for one in people) == 110
    assert [kept(plan, one, "2026-M11") for one in people] == [20, 20, 20]


def test_amounts_written_by_hand_go_to_the_month_that_differs(team, plan, olaf, rita, ray, signed_in):
    """50 short in December, written as 240 + 5, 240 + 15 and 240 + 30."""
    team.rita, team.ray = rita, ray
    people = short_in_december(olaf, team, plan)
    url = reverse("target_rebalance", args=[plan.pk, key_of(team.suzhou)])
    written = dict(zip(map(key_of, people), ("245元", "255元", "270元"), strict=True))
    assert signed_in(olaf).post(url, {"how": "manual", **written}).status_code == 302
    assert [kept(plan, one, "2026-M12") for one in people] == [25, 35, 50]
    assert [kept(plan, one, "2026") for one in people] == [245, 255, 270]


def test_giving_out_is_refused_where_nothing_is_missing_or_nobody_can_take_it(team, plan, olaf, zoe, max_, rita):
    weights = {key_of(rita): Decimal(1)}
    with pytest.raises(DomainError, match="adds up"):
        rebalance_target(actor=olaf, version=plan, node=key_of(team.suzhou), weights=weights, at=NOON)
    rows = [(one, f"2026-M{month:02d}", "1") for one in people_in(team.suzhou) for month in range(1, 13)]
    type_in(olaf, plan, *rows)
    type_targets(actor=olaf, version=plan, amounts=cells(*rows, kind="new"), at=NOON)
    with pytest.raises(DomainError, match="month by month"):
        rebalance_target(actor=olaf, version=plan, node=key_of(team.suzhou), weights=weights, at=NOON)
    with pytest.raises(NotAllowed):
        rebalance_target(actor=max_, version=plan, node=key_of(team.shenzhen), weights={}, at=NOON)


def people_in(unit):
    rows = Assignment.objects.filter(position__unit=unit, position__role=Role.REP).select_related("person")
    return [row.person for row in rows]
