"""Every role has a first screen; what the cockpit says is what the facts say; nobody looks where he may not."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from makers import LONG_AGO, day, make_account, moment
from makers_commerce import make_signed_contract
from makers_incentives import make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.commerce.models import Measure, MeasureFact
from tiji.apps.customers.services.accounts import create_account
from tiji.apps.incentives.models import Statement
from tiji.apps.insights.selectors.cockpit import cockpit
from tiji.apps.insights.selectors.frames import frame_for, period_for
from tiji.apps.insights.selectors.palette import palette_groups
from tiji.apps.insights.selectors.panels import ranking_of
from tiji.apps.pipeline.services.processes import found_processes
from tiji.apps.targets.services.plans import activate_target_version, create_target_plan
from tiji.apps.targets.services.typing import type_targets
from tiji.kernel.periods import FiscalCalendar
from tiji.kernel.targets import Cell

TODAY = day("2026-11-18")
ROLES = "rita max_ erin petra olaf fiona hanna dora axel adam"


@pytest.fixture
def business(company, rita, ray, max_, erin, zoe, adam):
    """Rita signed 300,000 in November and 100,000 in October, Ray 50,000, Zoe 70,000; Rita has to sign 800,000."""
    found_processes()
    acme, bolt, cedar = (
        make_account(name, who.person) for name, who in (("Acme", rita), ("Bolt", ray), ("Cedar", zoe))
    )
    make_signed_contract(rita, acme, "100000.00", "2026-10-12", cost="60000.00")
    make_signed_contract(rita, acme, "300000.00", "2026-11-16")
    make_signed_contract(ray, bolt, "50000.00", "2026-11-17")
    make_signed_contract(zoe, cedar, "70000.00", "2026-11-17")
    version = create_target_plan(
        actor=adam, fiscal_year=2026, measure=Measure.SIGNED, tree_on=TODAY, at=moment("2026-01-05")
    )
    typed = {
        Cell(f"p{who.person.pk}", "2026-Q4", kind): Decimal(amount)
        for who, amount in ((rita, 400_000), (ray, 200_000), (zoe, 100_000))
        for kind in ("existing", "new")
    }
    type_targets(actor=adam, version=version, amounts=typed, at=moment("2026-01-05"))
    activate_target_version(actor=adam, version=version, at=moment("2026-01-06"))


@pytest.mark.parametrize("name", ROLES.split())
def test_every_role_has_a_first_screen(business, name, request):
    client = Client()
    client.force_login(request.getfixturevalue(name))
    answer = client.get(reverse("home"))
    assert answer.status_code == 200
    assert b'<main class="page"' in answer.content


def test_the_cockpit_of_a_unit_adds_up_what_its_people_signed(business, erin, company):
    frame = frame_for(erin, TODAY)
    assert frame.subject.unit_id == company.east.pk
    found = cockpit(frame)
    standing = found.forecast.standing.attainment
    # Rita 400,000 and Ray 50,000 of 800,000 and 400,000
    assert standing.actual == Decimal("450000.00")
    assert standing.target == Decimal("1200000.00")
    assert standing.completion == Decimal("450000") / Decimal("1200000")
    assert standing.gap == Decimal("750000.00")
    assert (found.forecast.progress.elapsed, found.forecast.progress.total) == (31, 62)
    assert found.curve.actual[(TODAY - found.curve.days[0]).days] == Decimal("450000.00")
    assert found.curve.ideal[-1] == Decimal("1200000.00")


def test_the_strip_shows_what_each_figure_came_to_in_each_of_the_last_weeks(business, erin):
    found = cockpit(frame_for(erin, TODAY))
    lines = {kpi.key: kpi.spark for kpi in found.kpis}
    empty = [Decimal(0)] * 8
    both = [sum(week) for week in zip(lines["new"] or empty, lines["existing"] or empty, strict=True)]
    # Eight weeks end on 18 November: 12 October lies in the third, 16 and 17 November in the last.
    assert both == [0, 0, Decimal(100_000), 0, 0, 0, 0, Decimal(350_000)]
    assert sum(lines["new_customers"]) == 2


def test_a_blank_company_is_shown_its_first_steps(client, adam):
    client.force_login(adam)
    page = client.get(reverse("home")).content.decode()
    assert [page.count(f'href="{reverse(name)}"') > 1 for name in ("imports", "targets", "board")] == [
        True,
        True,
        False,
    ]
    assert "从一个总数开始" in page


def test_the_ranking_is_best_first_and_only_of_those_below(business, max_, rita, ray):
    rows = ranking_of(frame_for(max_, TODAY))
    # 400,000 of 800,000 against 50,000 of 400,000; Max himself sells nothing and has no target
    assert [row.subject.label for row in rows] == ["Rita", "Ray", "Max"]
    assert rows[0].attainment.completion == Decimal("0.5")


def test_a_month_counts_its_own_facts_only(business, erin):
    frame = frame_for(erin, TODAY, period="month")
    november = MeasureFact.objects.filter(measure=Measure.SIGNED, on__month=11).exclude(owner__name="Zoe")
    assert cockpit(frame).forecast.standing.attainment.actual == sum(fact.amount for fact in november)


def test_the_cockpit_of_others_is_closed(business, rita, max_, company):
    for user in (rita, max_):
        client = Client()
        client.force_login(user)
        answer = client.get(reverse("cockpit"), {"subject": f"u{company.south.pk}"})
        assert answer.status_code == 403
    assert client.get(reverse("cockpit"), {"subject": "nonsense"}).status_code == 404


def test_a_page_of_the_cockpit_asks_few_questions(business, erin, django_assert_max_num_queries):
    client = Client()
    client.force_login(erin)
    client.get(reverse("home"))
    with django_assert_max_num_queries(27):
        client.get(reverse("home"))


def test_the_palette_finds_by_pinyin_and_only_what_one_may_see(business, rita, zoe):
    create_account(actor=rita, at=moment("2026-11-18"), name="苏州澄湖精密制造有限公司", owner=rita.person)
    assert "澄湖精密" in " ".join(_titles(rita, "chjm"))
    assert "澄湖精密" not in " ".join(_titles(zoe, "chjm"))
    assert _titles(rita, ">")
    assert not any(group.label == "Customers" for group in palette_groups(rita, ">chjm"))


def test_an_unknown_period_is_this_quarter():
    fiscal = FiscalCalendar(1)
    assert period_for(fiscal, TODAY, "soon").key == "2026-Q4"
    assert period_for(fiscal, TODAY, "2026-M10").key == "2026-M10"
    assert LONG_AGO < TODAY


def _titles(user, text):
    return [option.title for group in palette_groups(user, text) for option in group.options]


def test_a_rep_sees_what_was_earned_and_operations_and_finance_how_far_pay_is(company, rita, ray, olaf, fiona):
    found_processes()
    pay_by(olaf, make_plan(olaf), rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    receive(fiona, make_account("Acme", rita.person), "100000.00", "2026-01-15")
    run = run_month(olaf, "2026-M01")
    mine = Statement.objects.get(run=run)
    client = Client()

    def home(user) -> str:
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        return client.get(reverse("home")).content.decode()

    assert reverse("statement", args=[mine.pk]) in home(rita)
    assert "Commission 2026-01" in home(rita)
    assert "Commission 2026-01" not in home(ray)
    board = f"{reverse('payouts')}?month=2026-M01"
    assert all(board in home(user) for user in (olaf, fiona))
    assert (reverse("pay_run") in home(olaf), reverse("pay_run") in home(fiona)) == (True, False)
