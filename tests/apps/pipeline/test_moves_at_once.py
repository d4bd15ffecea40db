"""Steps and changes of stages in the same moment: what is written counts with the percent that holds when it is."""

import threading

import pytest
from django.db import connection, transaction

from makers import make_account, moment
from makers_pipeline import make_opportunity, stage
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.selectors.processes import known_stages
from tiji.apps.pipeline.services.moves import move_many, move_opportunity
from tiji.apps.pipeline.services.opportunities import create_opportunity
from tiji.apps.pipeline.services.stages import edit_stage, retire_stage
from tiji.shared.errors import DomainError
from tiji.shared.request_context import acting

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment("2026-11-10")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def deal(rita):
    account = make_account("澄湖精密", rita.person)
    return make_opportunity(rita, stage_code="project", account=account, amount="4120000", expected_on="2026-12-12")


class Elsewhere:
    """Something done on another connection, in a transaction that stays open until `finish` if `stays` says so."""

    def __init__(self, work, *, stays=False):
        self.refusal, self.done, self._go = None, threading.Event(), threading.Event()
        if not stays:
            self._go.set()
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def _run(self, work):
        try:
            with transaction.atomic():
                work()
                self.done.set()
                self._go.wait(20)
        except DomainError as error:
            self.refusal = error
        finally:
            self.done.set()
            connection.close()

    def is_held_up(self):
        """It waits for somebody's lock; or it does not wait for anybody and is through."""
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            return bool(cursor.fetchone()[0]) or self.done.is_set()

    def finish(self):
        self._go.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


def percents(deal):
    """What the deal counts with, and what the ledger says of its last step."""
    return Opportunity.objects.get(pk=deal.pk).percent, StageEvent.objects.filter(opportunity=deal).latest("pk").percent


def hold_up(second):
    for _ in range(200):
        if second.is_held_up():
            return
        threading.Event().wait(0.02)


@pytest.fixture
def together(vendor):
    if vendor != "postgresql":
        pytest.skip("on SQLite the second transaction waits at its beginning")
    return hold_up


@pytest.mark.parametrize("how", ["one", "set", "new"])
def test_what_changed_since_the_request_began_counts(rita, olaf, deal, how):
    """Stages come from memory by what the request read first; a step asks again."""
    target = stage("contact")
    with acting(rita, "api"):
        assert known_stages()[target.pk].percent == 25
        Elsewhere(lambda: edit_stage(actor=olaf, stage=target, percent=28)).finish()
        if how == "one":
            move_opportunity(actor=rita, opportunity=deal, to_stage=target, at=AT)
        elif how == "set":
            move_many(actor=rita, opportunities=[deal], to_stage=target, at=AT)
        else:
            facts = {"account": deal.account, "amount": deal.amount}
            deal = create_opportunity(actor=rita, name="三期", at=AT, stage=target, **facts)
    assert percents(deal) == (28, 28)


def test_a_step_waits_for_the_stage_that_is_being_changed(together, rita, olaf, deal):
    target = stage("contact")
    edit = Elsewhere(lambda: edit_stage(actor=olaf, stage=target, percent=28), stays=True)
    edit.done.wait(20)
    step = Elsewhere(lambda: move_opportunity(actor=rita, opportunity=deal, to_stage=target, at=AT))
    together(step)
    edit.finish()
    step.finish()
    assert percents(deal) == (28, 28)


def test_a_change_of_a_stage_waits_for_the_step_into_it_and_then_takes_the_deal_along(together, rita, olaf, deal):
    target = stage("contact")
    step = Elsewhere(lambda: move_opportunity(actor=rita, opportunity=deal, to_stage=target, at=AT), stays=True)
    step.done.wait(20)
    edit = Elsewhere(lambda: edit_stage(actor=olaf, stage=target, percent=28))
    together(edit)
    step.finish()
    edit.finish()
    assert percents(deal) == (28, 25), "25 held when the step was written, 28 is what the deal counts with now"


def test_nobody_steps_into_a_stage_that_is_being_retired(together, rita, olaf, deal):
    target = stage("contact")
    retire = Elsewhere(lambda: retire_stage(actor=olaf, stage=target, at=AT), stays=True)
    retire.done.wait(20)
    step = Elsewhere(lambda: move_opportunity(actor=rita, opportunity=deal, to_stage=target, at=AT))
    together(step)
    retire.finish()
    step.finish()
    assert getattr(step.refusal, "code", None) == "other-process"
    assert Opportunity.objects.get(pk=deal.pk).stage.code == "project"


def test_a_step_out_of_a_stage_that_is_being_changed_does_not_block_it(together, rita, olaf, deal):
    """Both want the deal and the stages: they are locked in one order, so neither waits for ever."""
    edit = Elsewhere(lambda: edit_stage(actor=olaf, stage=deal.stage, percent=12), stays=True)
    edit.done.wait(20)
    step = Elsewhere(lambda: move_opportunity(actor=rita, opportunity=deal, to_stage=stage("contact"), at=AT))
    together(step)
    edit.finish()
    step.finish()
    assert percents(deal) == (25, 25)
