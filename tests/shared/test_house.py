"""Around every request: its id, its policy, its metrics; health; jobs; events; names as people type them."""

import json
import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory

from makers import make_user
from tiji.shared import events, health, jobs, request_context, search, triggers
from tiji.shared.middleware import ActorMiddleware, RequestIdMiddleware
from tiji.shared.models import Schedule
from tiji.shared.request_context import RequestIdFilter, acting, current_actor, current_door, request_id


def test_a_request_keeps_a_good_id_and_replaces_a_bad_one(db):
    client = Client()
    assert (
        client.get("/health/live", headers={"X-Request-ID": "from-the-proxy-1"}).headers["X-Request-ID"]
        == "from-the-proxy-1"
    )
    for bad in ("short", "x" * 65, "two words and more", "a\tb-cdefgh"):
        given = client.get("/health/live", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert given != bad
        assert len(given) == 32


def test_inside_a_request_its_id_door_and_actor_are_known_and_gone_afterwards():
    seen = []
    user = type("User", (), {"is_authenticated": True})()

    def view(request):
        record = logging.makeLogRecord({})
        RequestIdFilter().filter(record)
        seen.append((record.request_id, current_door(), current_actor()))
        return {}

    for path, who in (("/api/v1/me", user), ("/customers/", AnonymousUser())):
        request = RequestFactory().get(path, headers={"X-Request-ID": "abcdefgh"})
        request.user = who
        RequestIdMiddleware(ActorMiddleware(view))(request)
    assert seen == [("abcdefgh", "api", user), ("abcdefgh", "page", None)]
    assert (request_id(), current_door(), current_actor()) == ("", "system", None)


def test_work_inside_work_gives_the_actor_back(db):
    outer, inner = (type("User", (), {"is_authenticated": True})() for _ in range(2))
    with acting(outer, "command", "run-1"):
        with acting(inner, "import"):
            assert (current_actor(), current_door(), request_id()) == (inner, "import", "run-1")
        assert (current_actor(), current_door()) == (outer, "command")


def test_every_answer_forbids_what_is_inline(db):
    headers = Client().get("/health/live").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["default-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]


def test_metrics_count_by_view_and_are_not_for_strangers(db, settings):
    client = Client()
    client.get("/health/live")
    text = client.get("/metrics").content.decode()
    assert 'tiji_requests_total{method="GET",status="200",view="health_live"}' in text
    assert 'tiji_request_queries_count{view="health_live"}' in text
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_ready_says_what_is_missing(db, monkeypatch):
    health.forget()
    monkeypatch.setattr(health, "_migrations", lambda: {"ok": True})
    client = Client()
    response = client.get("/health/ready")
    assert response.status_code == 200, response.content
    checks = json.loads(response.content)["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {
        "database": True,
        "migrations": True,
        "protection": True,
        "queue": True,
    }
    name, table = next(iter(triggers.standing().items()))
    with connection.cursor() as cursor:
        cursor.execute(triggers._drop_sql(name, table))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert json.loads(response.content)["checks"]["protection"] == {"ok": False, "missing": 1}


def test_a_company_is_not_flushed(db, settings):
    settings.TESTING = False
    with pytest.raises(CommandError, match="tiji init"):
        call_command("flush", interactive=False)


@pytest.fixture
def own_jobs(db, monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", {})
    return jobs


def test_a_job_runs_when_it_is_due_and_not_before(own_jobs):
    ran = []
    own_jobs.periodic("test.count", every=timedelta(minutes=5))(lambda: ran.append(current_door()))
    own_jobs.keep_schedule()
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    Schedule.objects.update(next_run_at=now)
    assert own_jobs.run_due(now - timedelta(seconds=1)) == 0
    assert own_jobs.run_due(now) == 1
    assert own_jobs.run_due(now) == 0
    assert ran == ["system"]
    assert Schedule.objects.get().next_run_at == now + timedelta(minutes=5)


def test_a_job_that_fails_is_written_down_and_keeps_the_others_running(own_jobs):
    ran = []

    def fail():
        raise ZeroDivisionError("oh")

    own_jobs.periodic("test.a", every=timedelta(minutes=5))(fail)
    own_jobs.periodic("test.b", every=timedelta(minutes=5))(lambda: ran.append(1))
    own_jobs.keep_schedule()
    assert own_jobs.run_due(datetime(2100, 1, 1, tzinfo=UTC)) == 2
    assert ran == [1]
    assert "ZeroDivisionError: oh" in Schedule.objects.get(name="test.a").last_error
    assert Schedule.objects.get(name="test.b").last_error == ""


def test_a_job_that_another_worker_took_is_not_run_twice(own_jobs):
    own_jobs.periodic("test.once", every=timedelta(minutes=5))(lambda: None)
    own_jobs.keep_schedule()
    moment, every = datetime(2100, 1, 1, tzinfo=UTC), timedelta(minutes=5)
    mine, theirs = Schedule.objects.get(), Schedule.objects.get()
    assert own_jobs.claim(theirs, every, moment)
    assert not own_jobs.claim(mine, every, moment)


def test_jobs_that_are_no_more_lose_their_row(own_jobs):
    own_jobs.periodic("test.old", every=timedelta(minutes=5))(lambda: None)
    own_jobs.keep_schedule()
    own_jobs._jobs.clear()
    own_jobs.periodic("test.new", every=timedelta(hours=1))(lambda: None)
    own_jobs.keep_schedule()
    assert [(row.name, row.every_seconds) for row in Schedule.objects.all()] == [("test.new", 3600)]


def test_the_worker_runs_the_houses_jobs(db):
    jobs.keep_schedule()
    Schedule.objects.filter(name="audit.seal").update(next_run_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert {"audit.seal", "api.forget", "sessions.clear", "tasks.prune"} <= set(jobs.declared())
    assert jobs.run_due() >= 1
    seal = Schedule.objects.get(name="audit.seal")
    assert (seal.last_error, seal.last_finished_at is not None) == ("", True)


@pytest.fixture
def own_events(monkeypatch):
    monkeypatch.setattr(events, "_listeners", events.defaultdict(list))


def test_news_is_told_after_the_commit_and_not_after_a_rollback(own_events, db, django_capture_on_commit_callbacks):
    heard = []
    events.on("deal.won")(lambda deal_id: heard.extend([deal_id]))
    with django_capture_on_commit_callbacks(execute=True):
        events.emit("deal.won", deal_id=1)
        with transaction.atomic():
            events.emit("deal.won", deal_id=2)
            transaction.set_rollback(True)
        assert heard == []
    assert heard == [1]


def test_a_listener_that_fails_stops_nobody(own_events, db, django_capture_on_commit_callbacks, caplog):
    heard = []

    @events.on("deal.won")
    def broken(deal_id):
        raise ZeroDivisionError

    events.on("deal.won")(lambda deal_id: heard.extend([deal_id]))
    with django_capture_on_commit_callbacks(execute=True):
        events.emit("deal.won", deal_id=1)
    assert heard == [1]
    assert "broken" in caplog.text


@pytest.mark.parametrize(
    ("name", "key", "letters"),
    [
        ("苏州智控", "su zhou zhi kong", "szzk"),
        ("ＡＢＢ（中国）", "abb( zhong guo )", "abb(zg)"),
        ("Siemens  AG", "siemens ag", "siemensag"),
        ("", "", ""),
    ],
)
def test_names_are_found_and_sorted_by_pinyin(name, key, letters):
    assert search.pinyin_key(name) == key
    assert search.initials(name) == letters


def test_a_search_key_holds_every_way_people_type_a_name():
    key = search.search_key("苏州智控")
    for typed in ("苏州", "su zhou", "suzhou", "szzk"):
        assert typed in key


def test_the_actor_of_an_entry_can_be_a_lazy_user(db):
    user = make_user("Rita")
    request_context.set_actor(user)
    assert current_actor() == user
    request_context.set_actor(None)


def test_the_audit_command_answers_an_empty_log(db):
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "Head: " + "0" * 64 in out.getvalue()
