"""What a plan may say, whom it pays, and what quotas it is measured by."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import assign, day, make_person, moment
from makers_incentives import CASH_PLAN, SECOND_PLAN, make_plan, make_quota, pay_by
from tiji.apps.incentives.models import PlanVersion, Quota
from tiji.apps.incentives.selectors.plans import people_of, plans_paying, version_on
from tiji.apps.incentives.selectors.quotas import standing_quotas
from tiji.apps.incentives.services.plans import add_plan_version, assign_plan
from tiji.apps.incentives.services.quotas import set_quotas_from_targets
from tiji.apps.organization.models import Role
from tiji.apps.targets.services.plans import activate_target_version, create_target_plan
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError, NotAllowed, PostedRowError

AT = moment("2026-01-02")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('to: "0.6", rate: "0.010"', 'to: "0.5", rate: "0.010"', "components[0].rate.steps[1].from"),
        ('rate: "0.016"', 'rate: "1,6"', "components[0].rate.steps[1].rate"),
        ("mode: marginal", "mode: steep", "components[0].rate.mode"),
        ("event: receipt", "event: delivery", "components[0].credit.event"),
        ("role: owner", "role: overlay", "components[0].credit.role"),
        ("quota: {code: cash}", "quota: {code: hours}", "components[0].quota.code"),
        ("cash\ncomponents", "cash\nfiscal_start_month: 4\ncomponents", "fiscal_start_month"),
    ],
)
def test_every_mistake_of_a_plan_is_named_with_its_path(olaf, before, after, path):
    assert before in CASH_PLAN
    with pytest.raises(DomainError) as refused:
        make_plan(olaf, document=CASH_PLAN.replace(before, after))
    assert path in [problem["path"] for problem in refused.value.extra["problems"]]
    assert path in str(refused.value.fields["document"])


@pytest.mark.parametrize("text", ["", "- a\n- b", "a: [1", "a: &x [1]\nb: *x", "!!python/name:os.system x", "[" * 5000])
def test_what_is_no_plan_at_all_is_refused_politely(olaf, text):
    with pytest.raises(DomainError):
        make_plan(olaf, document=text)


def test_a_rate_typed_without_quotes_is_exact(olaf):
    version = make_plan(olaf, document=CASH_PLAN.replace('rate: "0.035"', "rate: 0.0351"))
    assert version.document["components"][0]["rate"]["steps"][-1]["rate"] == "0.0351"


def test_the_version_that_has_begun_last_counts(olaf):
    first = make_plan(olaf, valid_from="2026-01-01")
    second = add_plan_version(actor=olaf, plan=first.plan, document=SECOND_PLAN, valid_from=day("2026-04-01"), at=AT)
    found = [version_on(first.plan, day(on)) for on in ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01")]
    assert found == [None, first, first, second]


def test_the_same_wording_again_is_no_new_version(olaf):
    version = make_plan(olaf, valid_from="2026-01-01")
    with pytest.raises(DomainError) as refused:
        add_plan_version(actor=olaf, plan=version.plan, document=CASH_PLAN, valid_from=day("2026-01-01"), at=AT)
    assert refused.value.code == "same"


def test_what_a_plan_said_stays_said(olaf):
    make_plan(olaf)
    with pytest.raises(PostedRowError), transaction.atomic():
        PlanVersion.objects.update(digest="0")


def test_reps_and_managers_do_not_write_plans(rita, max_, fiona):
    for actor in (rita, max_, fiona):
        with pytest.raises(NotAllowed):
            make_plan(actor)


def test_a_plan_reaches_a_role_while_it_is_held(company, olaf, rita, max_):
    version = make_plan(olaf)
    joined = make_person("Nina", company.suzhou, valid_from="2026-03-01")
    assign_plan(actor=olaf, plan=version.plan, role=Role.REP, valid_from=day("2026-01-01"))
    spans = people_of(version.plan.assignments.all(), day("2026-03-01"))
    assert spans == {rita.person.pk: [(day("2026-01-01"), None)], joined.pk: [(day("2026-03-01"), None)]}


def test_a_plan_reaches_everybody_of_a_unit_and_below(company, olaf, rita, ray, zoe, max_, erin):
    version = make_plan(olaf)
    assign_plan(actor=olaf, plan=version.plan, unit=company.east, valid_from=day("2026-01-01"))
    spans = people_of(version.plan.assignments.all(), day("2026-03-01"))
    assert set(spans) == {user.person.pk for user in (rita, ray, max_, erin)}


def test_whoever_is_reached_twice_is_paid_once(company, olaf, rita):
    version = make_plan(olaf)
    assign(rita.person, company.shenzhen, valid_from="2025-06-01", valid_until="2026-06-01")
    pay_by(olaf, version, rita.person, "2026-02-01")
    assign_plan(
        actor=olaf, plan=version.plan, role=Role.REP, valid_from=day("2026-01-01"), valid_until=day("2026-03-01")
    )
    assert people_of(version.plan.assignments.all(), day("2026-03-01"))[rita.person.pk] == [(day("2026-01-01"), None)]


def test_only_plans_of_the_days_asked_for_pay(olaf, rita):
    version = make_plan(olaf)
    assign_plan(
        actor=olaf, plan=version.plan, person=rita.person, valid_from=day("2026-02-01"), valid_until=day("2026-03-01")
    )
    paying = [len(plans_paying(day(f"2026-0{month}-01"), day(f"2026-0{month + 1}-01"))) for month in (1, 2, 3)]
    assert paying == [0, 1, 0]


@pytest.mark.parametrize("chosen", [{}, {"role": "rep", "unit": "suzhou"}, {"role": "king"}])
def test_an_assignment_names_one_target(company, olaf, chosen):
    version = make_plan(olaf)
    target = {**chosen, **({"unit": company.suzhou} if "unit" in chosen else {})}
    with pytest.raises(DomainError):
        assign_plan(actor=olaf, plan=version.plan, valid_from=day("2026-01-01"), **target)


def test_a_quota_typed_again_is_a_new_version_and_the_same_amount_is_none(olaf, rita):
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    make_quota(olaf, rita.person, "2026-Q1", "1000000.00")
    make_quota(olaf, rita.person, "2026-Q1", "900000")
    assert [(row.number, row.amount) for row in Quota.objects.order_by("number")] == [
        (1, Decimal(1000000)),
        (2, Decimal(900000)),
    ]
    assert [row.amount for row in standing_quotas()] == [Decimal(900000)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"period": "Q1"}, "period"), ({"measure": "hours"}, "measure"), ({"amount": "-1"}, "amount")],
)
def test_a_quota_that_cannot_be_is_refused_at_its_field(olaf, rita, changed, field):
    facts = {"period": "2026-Q1", "amount": "100", "measure": "cash", **changed}
    with pytest.raises(DomainError) as refused:
        make_quota(olaf, rita.person, facts["period"], facts["amount"], facts["measure"])
    assert field in refused.value.fields


def test_quotas_come_from_the_active_target_plan(company, olaf, rita):
    plain = dict.fromkeys(("existing", "new"), ("1",) * 12)
    version = create_target_plan(
        actor=olaf,
        fiscal_year=2026,
        measure="cash",
        tree_on=day("2026-01-01"),
        at=AT,
        season=plain,
        amounts={
            Cell(f"p{rita.person.pk}", "2026", "existing"): Decimal(1200000),
            Cell(f"p{rita.person.pk}", "2026", "new"): Decimal(240000),
        },
    )
    with pytest.raises(DomainError) as refused:
        set_quotas_from_targets(actor=olaf, fiscal_year=2026, measure="cash", on=day("2026-01-02"), at=AT)
    assert refused.value.code == "no-targets"
    version = activate_target_version(actor=olaf, version=version, at=AT)
    assert set_quotas_from_targets(actor=olaf, fiscal_year=2026, measure="cash", on=day("2026-01-02"), at=AT) == 4
    assert set_quotas_from_targets(actor=olaf, fiscal_year=2026, measure="cash", on=day("2026-01-03"), at=AT) == 0
    rows = Quota.objects.order_by("period").values_list("period", "amount", "source", "target_version_id")
    # 1,440,000 a year with twelve equal months.
    assert list(rows) == [(f"2026-Q{number}", Decimal(360000), "targets", version.pk) for number in (1, 2, 3, 4)]
