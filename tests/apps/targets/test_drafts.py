"""Who sees a draft: the same answer at every door (docs/decisions/0201-who-sees-a-draft.md)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import assign, make_person, moment
from makers_targets import key_of, make_active_plan, make_plan, type_in
from tiji.apps.organization.models import Role
from tiji.apps.targets.permissions import can_see_target_node, can_see_target_version
from tiji.apps.targets.selectors.grids import open_version
from tiji.apps.targets.services.plans import activate_target_version, start_target_version
from tiji.apps.targets.services.sharing import share_target_draft, withdraw_target_draft
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def draft(company, olaf, rita, ray):
    """Version 2 of a plan that counts, with another number for rita."""
    plan = make_active_plan(olaf, (rita, "2026", "600"), (ray, "2026", "300"))
    version = start_target_version(actor=olaf, plan=plan, reason="Q4", at=NOON)
    type_in(olaf, version, (rita, "2026", "900"))
    return version


def rows_seen(user, version):
    version.refresh_from_db()
    return {node.key for node in open_version(version).nodes if can_see_target_node(user, node)}


def doors(version):
    """The addresses that would show something of a draft."""
    names = ("target_export", "target_history", "target_compare", "target_rows", "target_support")
    api = f"/api/v1/target-versions/{version.pk}"
    return [*(reverse(name, args=[version.pk]) for name in names), api, f"{api}/cells", f"{api}/weights"]


def test_who_sees_which_rows_of_a_draft(company, draft, olaf, fiona, axel, hanna, max_, erin, milo, rita, ray):
    everything = {node.key for node in open_version(draft).nodes}
    for reader in (olaf, fiona, axel):
        assert rows_seen(reader, draft) == everything
    suzhou = {key_of(one) for one in (company.suzhou, rita, ray)}
    assert rows_seen(max_, draft) == suzhou
    assert rows_seen(erin, draft) == suzhou | {key_of(company.east)}
    for other in (rita, ray, hanna):
        assert rows_seen(other, draft) == set()
    assert key_of(rita) not in rows_seen(milo, draft)


def test_who_leads_and_sells_does_not_see_his_own_number(company, draft, olaf):
    selling = make_person("Lena", company.suzhou)
    assign(selling, company.suzhou, role=Role.MANAGER)
    activate_target_version(actor=olaf, version=draft, at=NOON)
    version = start_target_version(actor=olaf, plan=draft.plan, reason="more", at=NOON, tree_on=NOON.date())
    assert key_of(selling) in {node.key for node in open_version(version).nodes}
    assert key_of(selling) not in rows_seen(selling.user, version)
    share_target_draft(actor=olaf, version=version, at=NOON)
    assert key_of(selling) in rows_seen(selling.user, version)


def test_every_door_hides_a_draft_from_a_rep(client, draft, rita):
    client.force_login(rita)
    for url in doors(draft):
        assert client.get(url).status_code == 404, url
    assert client.get(reverse("targets"), {"version": draft.number}).status_code == 404
    page = client.get(reverse("targets"))
    assert page.context["version"].number == 1
    assert {one["version"].number for one in page.context["page"].switch.versions} == {1}
    assert "900" not in page.content.decode()
    listed = client.get(f"/api/v1/target-plans/{draft.plan_id}").json()["versions"]
    assert [one["number"] for one in listed] == [1]


def test_every_door_shows_a_shared_draft_with_his_own_row_alone(client, draft, olaf, rita, ray):
    share_target_draft(actor=olaf, version=draft, at=NOON)
    client.force_login(rita)
    for url in doors(draft):
        assert client.get(url).status_code == 200, url
    page = client.get(reverse("targets"), {"version": draft.number})
    assert {row.key for row in page.context["rows"]} == {key_of(rita)}
    cells = client.get(f"/api/v1/target-versions/{draft.pk}/cells", {"period": "2026"}).json()["items"]
    assert {row["node"] for row in cells} == {key_of(rita)}
    assert key_of(ray) not in client.get(reverse("target_rows", args=[draft.pk])).json()["rows"]
    withdraw_target_draft(actor=olaf, version=draft)
    assert client.get(doors(draft)[0]).status_code == 404


def test_only_planners_share_and_it_is_kept_in_the_audit(client, draft, olaf, max_, rita):
    for other in (max_, rita):
        with pytest.raises(NotAllowed):
            share_target_draft(actor=other, version=draft, at=NOON)
    client.force_login(olaf)
    url = reverse("target_share", args=[draft.pk])
    assert client.post(url).status_code == 302
    draft.refresh_from_db()
    assert (draft.shared_at, draft.shared_by) == (NOON, olaf)
    assert client.post(url).status_code == 302
    draft.refresh_from_db()
    assert draft.shared_at is None
    actions = AuditEntry.objects.filter(action__startswith="target_version.").values_list("action", flat=True)
    assert {"target_version.shared", "target_version.withdrawn"} <= set(actions)
    activate_target_version(actor=olaf, version=draft, at=NOON)
    with pytest.raises(DomainError, match="open to everybody"):
        share_target_draft(actor=olaf, version=draft, at=NOON)


def test_what_counts_is_seen_as_before(draft, olaf, rita, hanna):
    activate_target_version(actor=olaf, version=draft, at=NOON)
    draft.refresh_from_db()
    assert can_see_target_version(rita, draft)
    assert rows_seen(rita, draft) == {key_of(rita)}
    assert len(rows_seen(hanna, draft)) == len(open_version(draft).nodes)


def test_a_first_draft_leaves_a_rep_without_a_plan(client, company, olaf, rita):
    make_plan(olaf)
    client.force_login(rita)
    client.cookies["tiji_language"] = "en"
    page = client.get(reverse("targets"))
    assert page.context["page"].version is None
    assert "No plan for this measure yet" in page.content.decode()
