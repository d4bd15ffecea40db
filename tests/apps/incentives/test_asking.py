"""Asking for a run: a worker does it, it may be called off, two never interleave, one killed leaves nothing."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from makers import day
from makers_incentives import customer_of, make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.incentives.display.watching import cancel_run
from tiji.apps.incentives.models import Earning, PayPeriod, Run, RunRequest, Statement
from tiji.apps.incentives.refusal_words import stopped
from tiji.apps.incentives.services import asking, progress
from tiji.apps.incentives.services.asking import ask_run, work_off
from tiji.apps.incentives.services.runs import run_pay
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
ON = day("2026-11-18")


@pytest.fixture(autouse=True)
def queued(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.ARTIFACTS_DIR = tmp_path / "artifacts"


@pytest.fixture
def january(olaf, rita, fiona):
    """Rita has received 100,000.00 in January, at 1%."""
    pay_by(olaf, make_plan(olaf), rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    receive(fiona, customer_of(rita.person), "100000.00", "2026-01-15")
    return "2026-M01"


def ask(actor, period="2026-M01"):
    return ask_run(actor=actor, period=period, on=ON, at=timezone.now())


def state_of(asked):
    asked.refresh_from_db()
    return asked.state


def client_of(user):
    client = Client()
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def rows():
    return Run.objects.count(), Statement.objects.count(), Earning.objects.count()


def test_the_page_asks_and_a_worker_runs_it(january, olaf):
    client = client_of(olaf)
    answer = client.post(reverse("pay_run"), {"period": january})
    asked = RunRequest.objects.get()
    assert (answer["Location"], asked.state, rows()) == (asked.get_absolute_url(), "waiting", (0, 0, 0))
    assert "hx-trigger" in client.get(answer["Location"]).content.decode()
    call_command("worker", once=True)
    assert (state_of(asked), asked.written, asked.run) == ("done", True, PayPeriod.objects.get().current)
    page = client.get(answer["Location"]).content.decode()
    assert "¥1,000" in page
    assert 'hx-trigger="every' not in page
    assert AuditEntry.objects.filter(action="pay_run.asked", object_id=str(asked.pk)).count() == 1


def test_whoever_asks_twice_is_shown_the_first_request(january, olaf):
    assert ask(olaf) == ask(olaf)
    assert RunRequest.objects.count() == 1


def test_only_those_who_run_pay_ask_and_cancel(january, olaf, fiona):
    asked = ask(olaf)
    for refused in (lambda: ask(fiona), lambda: cancel_run(actor=fiona, asked=asked, at=timezone.now())):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(DomainError) as mistake:
        ask(olaf, "2026-M12")
    assert "period" in mistake.value.fields


@pytest.mark.parametrize(("language", "word"), [("en", "Assign a plan first."), ("zh-hans", "请先分配方案")])
def test_what_refuses_a_run_is_told_in_the_readers_words(company, olaf, client, language, word):
    """It was asked for in the other language of the two."""
    speaks(olaf, {"en": "zh-hans", "zh-hans": "en"}[language])
    asked = ask(olaf)
    call_command("worker", once=True)
    assert (state_of(asked), asked.code) == ("failed", "no-plan")
    assert word not in asked.message
    speaks(olaf, language)
    client.force_login(olaf)
    said = {"Accept-Language": language}
    assert word in client.get(asked.get_absolute_url(), headers=said).content.decode()
    assert word in client.get(f"/api/v1/pay-run-requests/{asked.pk}", headers=said).json()["message"]


def speaks(user, language):
    user.language = language
    user.save(update_fields=["language"])


def test_the_facts_of_a_refusal_are_kept_and_old_words_stay(olaf):
    """A refusal names what it is about in either language; one from before, or without a code here, has its words."""
    error = stopped("run-stopped", reason="no rate for USD")
    asked = RunRequest(code=error.code, facts=error.extra, message="x")
    for language, said in (("en", "The run stopped"), ("zh-hans", "计算已停止")):
        with translation.override(language):
            assert said in asked.refusal
            assert "no rate for USD" in asked.refusal
    assert RunRequest(message="Old words").refusal == "Old words"
    assert RunRequest(code="of-another-room", message="Its words").refusal == "Its words"


def test_one_that_waits_is_cancelled_at_once_and_the_worker_leaves_it(january, olaf):
    asked = cancel_run(actor=olaf, asked=ask(olaf), at=timezone.now())
    assert (asked.state, asked.cancelled_by) == ("cancelled", olaf)
    call_command("worker", once=True)
    assert (state_of(asked), rows()) == ("cancelled", (0, 0, 0))
    with pytest.raises(DomainError):
        cancel_run(actor=olaf, asked=asked, at=timezone.now())
    assert AuditEntry.objects.filter(action="pay_run.cancelled", object_id=str(asked.pk)).count() == 1


@pytest.mark.parametrize("at", ["read", "explain", "append"])
def test_one_that_runs_is_called_off_at_its_next_stage_and_leaves_nothing(january, olaf, at):
    asked = ask(olaf)

    def told(stage, _rows):
        if stage == at:
            progress.call_off(asked.pk, olaf.pk)

    work_off(asked.pk, told)
    assert (state_of(asked), rows()) == ("cancelled", (0, 0, 0))
    assert not PayPeriod.objects.filter(current__isnull=False).exists()
    assert progress.called_off_by(asked.pk) is None
    again = ask(olaf)
    work_off(again.pk)
    assert (state_of(again), rows()) == ("done", (1, 1, 1))


def test_the_page_tells_the_stage_and_its_cancel_button_leaves_word(january, olaf):
    asked, seen = ask(olaf), []
    client = client_of(olaf)

    def told(stage, _rows):
        if stage == "write":
            part = client.get(asked.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
            body = client.get(f"/api/v1/pay-run-requests/{asked.pk}").json()
            seen.append(("Write the trace" in part, [one["name"] for one in body["stages"]][-1]))
            progress.call_off(asked.pk, olaf.pk)
            seen.append(client.get(f"/api/v1/pay-run-requests/{asked.pk}").json()["stopping"])

    work_off(asked.pk, told)
    assert seen == [(True, "write"), True]
    assert state_of(asked) == "cancelled"


def test_the_api_answers_with_where_to_look(january, olaf):
    client = client_of(olaf)
    answer = client.post("/api/v1/pay-runs", json.dumps({"period": january}), content_type="application/json")
    asked = RunRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/pay-run-requests/{asked.pk}")
    call_command("worker", once=True)
    body = client.get(answer["Location"]).json()
    assert (body["state"], body["written"], body["run_id"]) == ("done", True, Run.objects.get().pk)
    gone = client.post(f"{answer['Location']}/cancel", content_type="application/json")
    assert gone.status_code == 422


def test_nobody_came_only_after_a_while_and_it_may_be_run_in_the_page(january, olaf):
    asked = ask(olaf)
    soon, later = timezone.now(), timezone.now() + timedelta(seconds=asking.PATIENCE + 1)
    assert (asking.nobody_came(asked, soon), asking.nobody_came(asked, later)) == (False, True)
    client_of(olaf).post(reverse("pay_run_here", args=[asked.pk]))
    assert (state_of(asked), rows()) == ("done", (1, 1, 1))
    call_command("worker", once=True)
    assert rows() == (1, 1, 1)


def test_two_runs_of_one_month_never_interleave(january, olaf):
    """The second begins when the first is at its last stage, waits for it, and finds nothing changed."""
    order, second = [], Event()
    outcomes = {}

    def run(name, told):
        try:
            outcomes[name] = run_pay(actor=olaf, period=january, on=ON, told=told).written
        finally:
            connection.close()

    def first_told(stage, _rows):
        order.append(("first", stage))
        if stage == "append":
            second.set()
            later.join(1.0)

    def second_told(stage, _rows):
        order.append(("second", stage))

    def begin_later():
        second.wait(30)
        run("second", second_told)

    later = Thread(target=begin_later)
    later.start()
    run("first", first_told)
    later.join(30)
    assert outcomes == {"first": True, "second": False}
    assert [who for who, _stage in order] == sorted(who for who, _stage in order)
    assert rows() == (1, 1, 1)


CHILD = """
import os, sys, time
import django
django.setup()
from tiji.apps.incentives.services.asking import work_off
def told(stage, rows):
    if stage == "append":
        print("halfway", flush=True)
        time.sleep(60)
work_off(int(sys.argv[1]), told)
"""


def test_a_run_killed_half_way_leaves_the_month_as_it_was(january, olaf, fiona, rita, monkeypatch):
    first = run_month(olaf, january)
    receive(fiona, customer_of(rita.person, "二号客户"), "50000.00", "2026-01-20")
    asked = ask(olaf)
    killed = subprocess.Popen([sys.executable, "-c", CHILD, str(asked.pk)], env=same_database(), stdout=subprocess.PIPE)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"halfway\n"
    killed.kill()
    assert killed.wait() == -9
    assert (state_of(asked), rows(), PayPeriod.objects.get().current) == ("running", (1, 1, 1), first)
    assert ask(olaf) == asked
    monkeypatch.setattr(progress, "STALE", -1)
    later = timezone.now() + timedelta(seconds=asking.PATIENCE + 1)
    assert asking.has_died(asked, later)
    again = ask_run(actor=olaf, period=january, on=ON, at=later)
    assert (state_of(asked), again != asked) == ("failed", True)
    work_off(again.pk)
    newest = PayPeriod.objects.get().current
    assert (state_of(again), newest.number, newest.lines, rows()) == ("done", 2, 2, (2, 2, 2))
    kept = sorted(path.name for path in (Path(django_settings.ARTIFACTS_DIR) / newest.artifact_path).parent.iterdir())
    assert kept == sorted(Path(run.artifact_path).name for run in (first, newest))


def same_database():
    """The surroundings of a process that works on this test's own database and artifacts."""
    base = {name: value for name, value in os.environ.items() if not name.startswith(("TIJI_", "DJANGO_"))}
    found = connection.settings_dict
    url = f"sqlite://{found['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    return base | {
        "DJANGO_SETTINGS_MODULE": "tiji.config.settings",
        "TIJI_DEBUG": "1",
        "TIJI_DATA_DIR": str(Path(django_settings.ARTIFACTS_DIR).parent),
        "TIJI_DATABASE_URL": url,
        "TIJI_ARTIFACTS_DIR": str(django_settings.ARTIFACTS_DIR),
    }
