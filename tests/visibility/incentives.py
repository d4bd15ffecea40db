"""Who may open the doors of the incentives room. HR and administrators see nobody's pay but their own."""

from makers import day
from makers_commerce import make_signed_contract
from makers_incentives import AT, customer_of, make_plan, make_quota, pay_by, receive, run_month, send_letter
from makers_models import model_of
from makers_pipeline import make_opportunity
from tiji.apps.incentives.models import PayFact, Reopening, RunRequest, Statement
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.apps.incentives.services.model_work import work_off_model
from visibility.doors import EVERYBODY, api, page, post

SEEING = "rita max_ erin olaf fiona dora axel"
PLANS = "olaf fiona dora axel adam"
PLANNING = "olaf dora adam"


def build(world):
    """A month of rita's pay."""
    version = make_plan(world.olaf)
    pay_by(world.olaf, version, world.rita.person)
    world.pay_quota = make_quota(world.olaf, world.rita.person, "2026-Q1", "1000000")
    receive(world.fiona, customer_of(world.rita.person), "100000.00", "2026-01-15")
    world.pay_plan = version.plan
    world.pay_assignment = version.plan.assignments.get()
    world.pay_run = run_month(world.olaf, "2026-M01")
    world.pay_fact = PayFact.objects.create(
        person=world.rita.person, name="grade", valid_from=AT.date(), value="A", created_at=AT
    )
    world.pay_reopening = Reopening.objects.create(
        pay_period=world.pay_run.pay_period, run=world.pay_run, reason="漏了", asked_at=AT, asked_by=world.olaf
    )
    world.pay_asked = RunRequest.objects.create(
        period="2026-M01", state="done", run=world.pay_run, written=True, asked_by=world.olaf, asked_at=AT, on=AT.date()
    )
    world.letter = send_letter(world.olaf, version, world.rita.person)
    world.pay_model = model_of(world.olaf, version, first="2026-M01", last="2026-M01")
    work_off_model(world.pay_model.pk)
    world.statement = Statement.objects.get(run=world.pay_run)
    world.pay_deal = make_opportunity(world.rita, "澄湖扩产", amount="200000")
    account = customer_of(world.rita.person, "太浦河泵站")
    world.pay_contract = make_signed_contract(world.rita, account, "100000.00", "2026-01-05")
    world.statement_line = lines_of(world.statement)[0].key


def both(may, **more):
    return page(may, **more), post(may, **more)


def asked_of_rita(world):
    return {"person_id": world.rita.person_id, "events": [{"amount": "100", "on": "2099-01-01"}]}


OF_STATEMENT = {"no": 404, "args": lambda w: [w.statement.pk]}
OF_RUN = {"args": lambda w: [w.pay_run.pk]}
OF_QUOTA = {"args": lambda w: [w.pay_quota.pk]}
OF_FACT = {"args": lambda w: [w.pay_fact.pk]}
OF_LETTER = {"no": 404, "args": lambda w: [w.letter.pk]}
OF_VERSION = {"args": lambda w: [w.pay_plan.pk, 1]}
LETTER_READERS = f"rita {PLANS}"
NOT_MINE = {"no": 404, "but": dict.fromkeys(PLANS.split(), 403), "args": lambda w: [w.letter.pk]}
OF_MODEL = {"args": lambda w: [w.pay_model.pk]}
OF_PLAN = {"args": lambda w: [w.pay_plan.pk]}
PAGES = {
    "payouts": page(EVERYBODY),
    "statements": page(EVERYBODY),
    "pay_run": both("olaf"),
    "pay_run_asked": page("olaf", args=lambda w: [w.pay_asked.pk]),
    "pay_run_cancel": post("olaf", args=lambda w: [w.pay_asked.pk]),
    "pay_run_here": post("olaf", args=lambda w: [w.pay_asked.pk]),
    "pay_submit": both("olaf", **OF_RUN),
    "pay_approve": both("fiona", **OF_RUN),
    "pay_finalise": both("fiona", **OF_RUN),
    "pay_reopen": both("olaf fiona", **OF_RUN),
    "pay_reopen_answer": both("olaf fiona", args=lambda w: [w.pay_reopening.pk]),
    "pay_post": both("fiona", **OF_RUN),
    "statement": page(SEEING, **OF_STATEMENT),
    "statement_csv": page(SEEING, **OF_STATEMENT),
    "statement_pdf": page(SEEING, **OF_STATEMENT),
    "statement_xlsx": page(SEEING, **OF_STATEMENT),
    "statement_line": page(SEEING, no=404, args=lambda w: [w.statement.pk, w.statement_line]),
    "plan_letters": page(PLANS, **OF_VERSION),
    "plan_letters_send": both(PLANNING, **OF_VERSION),
    "plan_letters_remind": both(PLANNING, **OF_VERSION),
    "own_letters": page(EVERYBODY),
    "plan_letter": page(LETTER_READERS, **OF_LETTER),
    "plan_letter_pdf": page(LETTER_READERS, **OF_LETTER),
    "plan_letter_accept": both("rita", **NOT_MINE),
    "plan_letter_decline": both("rita", **NOT_MINE),
    "plan_letter_remind": both(PLANNING, args=lambda w: [w.letter.pk]),
    "pay_estimate": page(SEEING, no=404, args=lambda w: [w.rita.person_id]),
    "opportunity_estimate": page(SEEING, no=404, args=lambda w: [w.pay_deal.pk]),
    "contract_estimate": page(SEEING, no=404, args=lambda w: [w.pay_contract.pk]),
    "pay_plans": page(PLANS),
    "pay_plan_new": both(PLANNING),
    "pay_plan_preview": post(PLANNING),
    "pay_plan": page(PLANS, **OF_PLAN),
    "pay_plan_version": both(PLANNING, **OF_PLAN),
    "pay_plan_changes": page(PLANS, **OF_PLAN),
    "pay_plan_yaml": page(PLANS, args=lambda w: [w.pay_plan.pk, 1]),
    "pay_plan_assign": both(PLANNING, **OF_PLAN),
    "pay_plan_end": both(PLANNING, args=lambda w: [w.pay_assignment.pk]),
    "pay_fact_list": page(PLANS),
    "pay_fact_new": both(PLANNING),
    "pay_fact": (page(PLANS, **OF_FACT), post(PLANNING, **OF_FACT)),
    "pay_model_new": both(PLANNING, **OF_PLAN),
    "pay_models": page(PLANS),
    "pay_model": page(PLANS, **OF_MODEL),
    "pay_model_people": page("olaf fiona dora axel", **OF_MODEL),
    "pay_model_cancel": post(PLANNING, **OF_MODEL),
    "pay_model_again": post(PLANNING, **OF_MODEL),
    "pay_model_here": post(PLANNING, **OF_MODEL),
    "pay_quotas": both(PLANNING),
    "pay_quota_list": page(PLANS),
    "pay_quota_new": both(PLANNING),
    "pay_quota": (page(PLANS, **OF_QUOTA), post(PLANNING, **OF_QUOTA)),
}
PLAN_BODY = {"code": "x", "name": "x", "document": {}, "valid_from": day("2026-01-01").isoformat()}
VERSION_BODY = {"document": {}, "valid_from": "2026-01-01"}
PLAN_ID = {"plan_id": lambda w: w.pay_plan.pk}
RUN_ID = {"run_id": lambda w: w.pay_run.pk}
ASKED_ID = {"request_id": lambda w: w.pay_asked.pk}
QUOTA_ID = {"quota_id": lambda w: w.pay_quota.pk}
ASSIGNMENT_ID = {"assignment_id": lambda w: w.pay_assignment.pk}
FACTS_BODY = {"facts": [{"person_id": 1, "name": "grade", "valid_from": "2026-01-01", "value": "A"}]}
LETTER_ID = {"letter_id": lambda w: w.letter.pk}
ANSWER = {"no": 404, "but": dict.fromkeys(PLANS.split(), 403), "args": LETTER_ID}
ACCEPT_BODY = {"name": "x", "digest": "0" * 64}
QUOTA_BODY = {"person_id": 1, "measure": "cash", "period": "2026-Q4", "amount": "1"}
MODEL_ID = {"model_id": lambda w: w.pay_model.pk}
MODEL_BODY = {"plan_id": 1, "name": "x", "document": {}, "first": "2026-M01", "last": "2026-M01"}
OPERATIONS = {
    "GET /pay-quotas": api(PLANS),
    "POST /pay-quotas": api(PLANNING, body=QUOTA_BODY),
    "GET /pay-quotas/{quota_id}": api(PLANS, args=QUOTA_ID),
    "PATCH /pay-quotas/{quota_id}": api(PLANNING, body={"amount": "1"}, args=QUOTA_ID),
    "GET /pay-plans/{plan_id}/assignments": api(PLANS, args=PLAN_ID),
    "POST /pay-plans/{plan_id}/assignments": api(PLANNING, body={"valid_from": "2026-01-01"}, args=PLAN_ID),
    "GET /pay-assignments/{assignment_id}": api(PLANS, args=ASSIGNMENT_ID),
    "PATCH /pay-assignments/{assignment_id}": api(PLANNING, body={"valid_until": "2027-01-01"}, args=ASSIGNMENT_ID),
    "GET /pay-plans": api(PLANS),
    "POST /pay-plans": api(PLANNING, body=PLAN_BODY),
    "GET /pay-plans/{plan_id}": api(PLANS, args=PLAN_ID),
    "POST /pay-plans/{plan_id}/versions": api(PLANNING, body=VERSION_BODY, args=PLAN_ID),
    "GET /plan-letters": api(EVERYBODY),
    "POST /pay-plans/{plan_id}/versions/{number}/letters": api(
        PLANNING, body={"person_ids": []}, args={**PLAN_ID, "number": lambda w: 1}
    ),
    "GET /plan-letters/{letter_id}": api(LETTER_READERS, no=404, args=LETTER_ID),
    "GET /plan-letters/{letter_id}/pdf": api(LETTER_READERS, no=404, args=LETTER_ID),
    "POST /plan-letters/{letter_id}/accept": api("rita", body=ACCEPT_BODY, **ANSWER),
    "POST /plan-letters/{letter_id}/decline": api("rita", body={"reason": "x"}, **ANSWER),
    "POST /plan-letters/{letter_id}/remind": api(PLANNING, args=LETTER_ID),
    "GET /pay-plans/{plan_id}/versions/{number}/yaml": api(PLANS, args={**PLAN_ID, "number": 1}),
    "GET /pay-plans/{plan_id}/versions/{number}/changes": api(PLANS, args={**PLAN_ID, "number": 1}),
    "POST /pay-plan-checks": api(PLANNING, body={"document": {}}),
    "POST /pay-plan-curves": api(PLANNING, body={"document": {}}),
    "GET /pay-runs": api(PLANS),
    "POST /pay-runs": api("olaf", body={"period": "2026-M01"}),
    "GET /pay-run-requests": api("olaf"),
    "GET /pay-run-requests/{request_id}": api("olaf", args=ASKED_ID),
    "POST /pay-run-requests/{request_id}/cancel": api("olaf", args=ASKED_ID),
    "GET /pay-runs/{run_id}": api(PLANS, args=RUN_ID),
    "GET /pay-months": api(PLANS),
    "POST /pay-runs/{run_id}/submit": api("olaf", args=RUN_ID),
    "POST /pay-runs/{run_id}/finalise": api("fiona", args=RUN_ID),
    "POST /pay-runs/{run_id}/reopen": api("olaf fiona", body={"reason": "漏了"}, args=RUN_ID),
    "POST /pay-reopenings/{reopening_id}/answer": api(
        "olaf fiona", body={"agreed": False}, args={"reopening_id": lambda w: w.pay_reopening.pk}
    ),
    "GET /pay-facts": api(PLANS),
    "POST /pay-facts": api(PLANNING, body=FACTS_BODY),
    "POST /pay-runs/{run_id}/approve": api("fiona", args=RUN_ID),
    "POST /pay-runs/{run_id}/post": api("fiona", args=RUN_ID),
    "POST /pay-estimates": api(SEEING, body=asked_of_rita),
    "GET /pay-models": api(PLANS),
    "POST /pay-models": api(PLANNING, body=MODEL_BODY),
    "GET /pay-models/{model_id}": api(PLANS, args=MODEL_ID),
    "GET /pay-models/{model_id}/people": api("olaf fiona dora axel", args=MODEL_ID),
    "POST /pay-models/{model_id}/cancel": api(PLANNING, args=MODEL_ID),
    "GET /statements": api(EVERYBODY),
    "GET /statements/{statement_id}": api(SEEING, no=404, args={"statement_id": lambda w: w.statement.pk}),
    "GET /statements/{statement_id}/pdf": api(SEEING, no=404, args={"statement_id": lambda w: w.statement.pk}),
    "GET /statements/{statement_id}/xlsx": api(SEEING, no=404, args={"statement_id": lambda w: w.statement.pk}),
}
