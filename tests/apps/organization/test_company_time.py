"""Today is the company's day, wherever the server stands: half past midnight in Shanghai is still yesterday in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import assign, make_account
from tiji.apps.organization.models import Role, User
from tiji.apps.organization.selectors.company import forget_company
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.organization.services.company import edit_company
from tiji.apps.organization.services.people import let_go
from tiji.shared import jobs
from tiji.shared.company_time import company_time, in_company_time
from tiji.shared.models import Schedule
from tiji.shared.request_context import acting

HALF_PAST_MIDNIGHT = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 17, 15, 30, tzinfo=UTC)
LAST, FIRST = date(2026, 11, 17), date(2026, 11, 18)
HERE = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def server_in_utc(settings, company):
    settings.TIME_ZONE = "UTC"
    return company


@pytest.fixture
def clock(monkeypatch):
    def at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.mark.parametrize(("moment", "page", "api"), [(BEFORE_MIDNIGHT, 404, 404), (HALF_PAST_MIDNIGHT, 200, 200)])
def test_a_new_position_opens_rows_at_midnight_of_the_company(
    server_in_utc, rita, ray, clock, client, moment, page, api
):
    account = make_account("Acme", rita.person)
    assign(ray.person, server_in_utc.suzhou, Role.MANAGER, valid_from="2026-11-18")
    clock(moment)
    client.force_login(ray)
    assert client.get(reverse("account", args=[account.pk])).status_code == page
    assert client.get(f"/api/v1/accounts/{account.pk}").status_code == api


def test_a_form_offers_the_company_s_day(server_in_utc, fiona, clock, client):
    clock(HALF_PAST_MIDNIGHT)
    client.force_login(fiona)
    assert b'value="2026-11-18"' in client.get(reverse("receipt_new")).content
    assert timezone.localdate() == LAST  # the middleware leaves the server's zone behind it


def test_another_zone_counts_from_the_next_request_on(server_in_utc, adam, fiona, clock, client):
    edit_company(actor=adam, time_zone="America/New_York")
    clock(HALF_PAST_MIDNIGHT)
    client.force_login(fiona)
    assert b'value="2026-11-17"' in client.get(reverse("receipt_new")).content


def test_runs_live_in_the_company_s_time_and_requests_are_not_moved_twice(server_in_utc, rita, clock):
    clock(HALF_PAST_MIDNIGHT)
    for door, day in (("system", FIRST), ("import", FIRST), ("command", FIRST), ("page", LAST)):
        with acting(None, door):
            assert timezone.localdate() == day
            assert scope_of(User.objects.get(pk=rita.pk)).on == day
    assert timezone.localdate() == LAST


def test_what_is_made_while_it_is_sent_is_made_in_the_company_s_time(server_in_utc, clock):
    clock(HALF_PAST_MIDNIGHT)
    found = []
    for day in in_company_time(timezone.localdate() for _ in range(2)):
        found.append((day, timezone.localdate()))
    assert found == [(FIRST, LAST), (FIRST, LAST)]


def test_before_there_is_a_company_the_server_s_day_counts(db, settings, clock):
    settings.TIME_ZONE = "UTC"
    forget_company()
    clock(HALF_PAST_MIDNIGHT)
    with company_time():
        assert timezone.localdate() == LAST


@pytest.mark.parametrize(("moment", "open_after"), [(BEFORE_MIDNIGHT, True), (HALF_PAST_MIDNIGHT, False)])
def test_the_sign_in_of_leavers_closes_on_their_first_day_away(server_in_utc, hanna, rita, clock, moment, open_after):
    let_go(actor=hanna, person=rita.person, on=FIRST)
    clock(moment)
    jobs.keep_schedule()
    assert Schedule.objects.get(name="sign_in.close_leavers").every_seconds <= 24 * 3600
    Schedule.objects.exclude(name="sign_in.close_leavers").delete()
    jobs.run_due(moment + timedelta(minutes=2))
    job = Schedule.objects.get()
    assert (job.last_error, job.last_finished_at is not None) == ("", True)
    assert User.objects.get(pk=rita.pk).is_active is open_after
