"""What the pages of the organisation do, over REST: company, calendar, lines, moves, leavers, users, the audit log."""

import json
from datetime import date

import pytest

from makers import assign, day
from tiji.apps.organization.models import Assignment, CalendarDay, Company, Person, ReportingLine, User
from tiji.apps.organization.selectors.managers import manager_of
from tiji.apps.organization.services.people import let_go
from tiji.shared.models import AuditEntry

LATER = date(2027, 1, 1)


@pytest.fixture
def call(client):
    def call(user, method, path, body=None, **headers):
        client.force_login(user)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1{path}", headers={"Accept-Language": "en", **headers}, **sent)

    return call


def where(answer):
    assert answer.status_code == 422, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {one["pointer"] for one in answer.json()["errors"]}


def seat_of(user):
    return Assignment.objects.get(person=user.person, valid_until__isnull=True).position_id


# The company and its calendar


def test_the_company_is_read_and_changed_but_for_what_amounts_hang_on(call, adam):
    body = call(adam, "get", "/company").json()
    assert (body["currency"], body["fiscal_start_month"], body["time_zone"]) == ("CNY", 1, "Asia/Shanghai")
    changed = call(adam, "patch", "/company", {"name_en": "Huayue", "country": "us"}).json()
    assert (changed["name_en"], changed["country"], changed["name"]) == ("Huayue", "US", body["name"])
    assert AuditEntry.objects.filter(action="company.edited").count() == 1
    assert where(call(adam, "patch", "/company", {"currency": "USD"})) == {"#/currency"}
    assert Company.objects.get().currency == "CNY"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"time_zone": "Mars/Olympus"}, "time_zone"), ({"country": "ZZ"}, "country"), ({"language": "fr"}, "language")],
)
def test_the_company_is_refused_at_the_field(call, adam, changes, field):
    before = Company.objects.values().get()
    assert where(call(adam, "patch", "/company", changes)) == {f"#/{field}"}
    assert Company.objects.values().get() == before


def test_the_company_is_no_rep_s_to_change(call, rita, hanna):
    assert call(rita, "get", "/company").status_code == 403
    assert call(hanna, "get", "/company").status_code == 200
    assert call(hanna, "patch", "/company", {"name": "x"}).status_code == 403


def test_a_day_against_the_calendar_counts_in_its_year(call, hanna):
    # 2026-11-20 is a Friday, 2026-11-21 a Saturday: one day less, one day more, one day less again.
    before = call(hanna, "get", "/calendar/years/2026").json()
    off = call(hanna, "put", "/calendar/days/2026-11-20", {"is_workday": False, "note": "party"})
    assert off.json() == {"day": "2026-11-20", "is_workday": False, "note": "party"}
    less = call(hanna, "get", "/calendar/years/2026").json()
    assert (less["workdays"], "2026-11-20" in less["days_off"]) == (before["workdays"] - 1, True)
    call(hanna, "put", "/calendar/days/2026-11-21", {"is_workday": True})
    more = call(hanna, "get", "/calendar/years/2026").json()
    assert (more["workdays"], "2026-11-21" in more["extra_days"]) == (before["workdays"], True)
    assert sum(month["workdays"] for month in more["months"]) == more["workdays"]
    assert call(hanna, "delete", "/calendar/days/2026-11-20").status_code == 204
    assert [row.day for row in CalendarDay.objects.all()] == [day("2026-11-21")]
    assert call(hanna, "get", "/calendar/years/1999").status_code == 422


# Who answers to whom


def test_a_line_is_drawn_taken_back_and_kept(call, hanna, rita, max_, erin):
    path = f"/positions/{seat_of(rita)}/reporting-lines"
    made = call(hanna, "post", path, {"manager_id": seat_of(erin), "on": "2027-01-01"}).json()
    assert [(row["manager_id"], row["kind"], row["valid_from"]) for row in made] == [
        (seat_of(erin), "line", "2027-01-01")
    ]
    assert manager_of(rita.person, LATER) == erin.person
    assert manager_of(rita.person, day("2026-12-31")) == max_.person
    ended = call(hanna, "post", path, {"on": "2027-06-01"}).json()
    assert [row["valid_until"] for row in ended] == ["2027-06-01"]
    assert manager_of(rita.person, day("2027-06-01")) == max_.person
    assert call(rita, "get", path).json() == ended


def test_a_line_is_refused_at_the_field_and_for_whom(call, hanna, rita, max_):
    path, mine = f"/positions/{seat_of(rita)}/reporting-lines", seat_of(rita)
    assert where(call(hanna, "post", path, {"manager_id": mine, "on": "2027-01-01"})) == {"#/manager_id"}
    assert where(call(hanna, "post", path, {"manager_id": 999_999, "on": "2027-01-01"})) == {"#/manager_id"}
    assert where(call(hanna, "post", path, {"on": "2027-01-01", "kind": "friend"})) == {"#/kind"}
    assert call(max_, "post", path, {"manager_id": seat_of(max_), "on": "2027-01-01"}).status_code == 403
    assert not ReportingLine.objects.exists()


def test_reports_are_those_whose_manager_one_is_on_a_day(call, hanna, rita, ray, max_, erin):
    call(
        hanna, "post", f"/positions/{seat_of(rita)}/reporting-lines", {"manager_id": seat_of(erin), "on": "2027-01-01"}
    )
    path = f"/people/{max_.person_id}/reports"
    assert [row["name"] for row in call(max_, "get", f"{path}?on=2026-12-31").json()] == ["Ray", "Rita"]
    assert [row["name"] for row in call(max_, "get", f"{path}?on=2027-01-01").json()] == ["Ray"]


# Units


def test_a_move_is_looked_at_before_it_is_made(call, olaf, company, rita, max_, erin, milo):
    south, path = company.south.pk, f"/units/{company.suzhou.pk}"
    seen = call(olaf, "get", f"{path}/move-preview?parent_id={south}&on=2027-01-01").json()
    assert (seen["people"], seen["possible"], seen["lose"]) == (2, True, [erin.person_id])
    assert (seen["before"], seen["after"]) == ([company.root.pk, company.east.pk], [company.root.pk, south])
    assert call(olaf, "get", f"{path}/history").json()[0]["parent_id"] == company.east.pk
    assert call(olaf, "post", f"{path}/move", {"parent_id": south, "on": "2027-01-01"}).status_code == 200
    history = call(olaf, "get", f"{path}/history").json()
    assert [(row["parent_id"], row["valid_until"]) for row in history] == [
        (south, None),
        (company.east.pk, "2027-01-01"),
    ]


# People


def test_somebody_who_left_comes_back(call, hanna, rita):
    let_go(actor=hanna, person=rita.person, on=day("2026-10-01"))
    seat = rita.person.assignments.get().position_id
    path = f"/people/{rita.person_id}/return"
    assert where(call(hanna, "post", path, {"position_id": seat, "on": "2026-09-30"})) == {"#/on"}
    back = call(hanna, "post", path, {"position_id": seat, "on": "2026-11-01"})
    assert (back.status_code, back.json()["left_on"]) == (200, None)
    assert Person.objects.get(pk=rita.person_id).assignments.count() == 2


def test_a_position_that_has_not_begun_is_called_off(call, hanna, rita, company):
    coming = assign(rita.person, company.shenzhen, valid_from="2099-01-01")
    assert call(hanna, "post", f"/assignments/{coming.pk}/cancel").status_code == 204
    held = rita.person.assignments.get()
    refusal = call(hanna, "post", f"/assignments/{held.pk}/cancel")
    assert (refusal.status_code, refusal.json()["code"]) == (422, "begun")
    assert rita.person.assignments.count() == 1


# Users


def test_a_user_is_renamed_and_given_a_password(call, adam, rita, hanna):
    path = f"/users/{rita.pk}"
    assert call(adam, "patch", path, {"name": "Rita W."}).json()["name"] == "Rita W."
    assert where(call(adam, "patch", path, {"email": adam.email})) == {"#/email"}
    assert where(call(adam, "post", f"{path}/password", {"password": "short"})) == {"#/password"}
    assert call(adam, "post", f"{path}/password", {"password": "a long and unusual one"}).status_code == 204
    assert User.objects.get(pk=rita.pk).check_password("a long and unusual one")
    assert "unusual" not in json.dumps(list(AuditEntry.objects.values_list("before", "after")))
    assert call(hanna, "post", f"{path}/password", {"password": "another long one"}).status_code == 403


# The audit log


def test_the_chain_is_verified(call, axel, adam, rita):
    call(adam, "patch", "/company", {"name_en": "X"})
    found = call(axel, "post", "/audit/verify").json()
    assert (found["holds"], found["broken_at"]) == (True, None)
    assert found["last_id"] == AuditEntry.objects.latest("pk").pk
    assert call(rita, "post", "/audit/verify").status_code == 403


def test_a_broken_chain_names_its_place(call, axel, adam):
    from tiji.shared import audit, triggers

    call(adam, "patch", "/company", {"name_en": "X"})
    audit.seal()
    entry = AuditEntry.objects.get(action="company.edited")
    with triggers.lifted():
        AuditEntry.objects.filter(pk=entry.pk).update(actor_label="somebody else")
    found = call(axel, "post", "/audit/verify").json()
    assert (found["holds"], found["broken_at"] <= entry.pk) == (False, True)
