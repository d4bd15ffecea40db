"""Models in the job worker: asked for, called off, killed half way, taken up again; nothing is left but the result."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.incentives.test_asking import same_database
from makers_models import model_of
from tiji.apps.incentives.display.model_watching import cancel_model
from tiji.apps.incentives.models import PayModel, PayModelGrowth, PayModelPerson, PayModelResult, PlanVersion
from tiji.apps.incentives.services import modelling, progress
from tiji.apps.incentives.services.asking import ask_run, nobody_came
from tiji.apps.incentives.services.model_work import KIND, work_off_model
from tiji.apps.incentives.services.modelling import model_has_died, no_worker_for, run_model_again
from tiji.shared.errors import DomainError, NotAllowed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings, tmp_path, paid, olaf):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.ARTIFACTS_DIR = tmp_path / "artifacts"
    return model_of(olaf, PlanVersion.objects.get(), first="2026-M02", at=timezone.now())


def state_of(model):
    model.refresh_from_db()
    return model.state


def rows():
    return tuple(table.objects.count() for table in (PayModelResult, PayModelPerson, PayModelGrowth))


def test_a_worker_computes_it_and_leaves_no_notes(model):
    assert (state_of(model), rows()) == ("waiting", (0, 0, 0))
    call_command("worker", once=True)
    assert (state_of(model), rows()[:2], model.amount) == ("done", (2, 2), 7100)
    assert progress.running(f"{KIND}-{model.pk}") == {}
    with pytest.raises(DomainError):
        run_model_again(actor=model.made_by, model=model, at=timezone.now())
    with pytest.raises(DomainError):
        cancel_model(actor=model.made_by, model=model, at=timezone.now())


def test_one_that_waits_is_cancelled_at_once(model, olaf, fiona):
    with pytest.raises(NotAllowed):
        cancel_model(actor=fiona, model=model, at=timezone.now())
    cancel_model(actor=olaf, model=model, at=timezone.now())
    assert (model.state, model.cancelled_by) == ("cancelled", olaf)
    call_command("worker", once=True)
    assert (state_of(model), rows()) == ("cancelled", (0, 0, 0))


@pytest.mark.parametrize("at", ["2026-M02", "search", "append"])
def test_one_that_is_computed_stops_before_its_next_stage_and_is_taken_up_again(model, olaf, at):
    def told(stage, _rows):
        if stage == at:
            cancel_model(actor=olaf, model=model, at=timezone.now())

    work_off_model(model.pk, told)
    assert (state_of(model), model.cancelled_by, rows()) == ("cancelled", olaf, (0, 0, 0))
    assert progress.called_off_by(model.pk, KIND) is None
    run_model_again(actor=olaf, model=model, at=timezone.now())
    assert (state_of(model), model.cancelled_by) == ("waiting", None)
    work_off_model(model.pk)
    assert (state_of(model), rows()[:2]) == ("done", (2, 2))


def test_while_it_is_computed_a_run_knows_that_the_worker_is_busy(model, olaf):
    asked = ask_run(actor=olaf, period="2026-M01", on=timezone.localdate(), at=timezone.now())
    later, seen = timezone.now() + timedelta(seconds=modelling.PATIENCE + 1), []

    def told(stage, _rows):
        if stage == "2026-M02":
            seen.append((nobody_came(asked, later), progress.running(), model_has_died(model, later)))
            seen.append([one["name"] for one in progress.running(f"{KIND}-{model.pk}")["stages"]])

    assert (nobody_came(asked, later), no_worker_for(model, later)) == (True, True)
    work_off_model(model.pk, told)
    assert seen == [(False, {}, False), ["2026-M02"]]


CHILD = """
import sys, time
import django
django.setup()
from tiji.apps.incentives.services.model_work import work_off_model
def told(stage, rows):
    if stage == "append":
        print("halfway", flush=True)
        time.sleep(60)
work_off_model(int(sys.argv[1]), told)
"""


def test_a_model_whose_worker_is_killed_leaves_nothing(model, olaf, monkeypatch):
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(model.pk)], env=same_database(), stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"halfway\n"
    child.kill()
    assert child.wait() == -9
    assert (state_of(model), rows()) == ("running", (0, 0, 0))
    with pytest.raises(DomainError):
        run_model_again(actor=olaf, model=model, at=timezone.now())
    monkeypatch.setattr(progress, "STALE", -1)
    later = timezone.now() + timedelta(seconds=modelling.PATIENCE + 1)
    assert model_has_died(model, later)
    run_model_again(actor=olaf, model=model, at=later)
    work_off_model(model.pk)
    assert (state_of(model), rows()[:2]) == ("done", (2, 2))


def test_a_worker_that_was_thought_dead_does_not_write_beside_the_next(model):
    def told(stage, _rows):
        if stage == "append":
            PayModel.objects.filter(pk=model.pk).update(begun_at=timezone.now())

    work_off_model(model.pk, told)
    assert (state_of(model), rows()) == ("running", (0, 0, 0))
