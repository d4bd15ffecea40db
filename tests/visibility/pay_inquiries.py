"""Who may ask about pay, answer and adjust it: as the pay itself is seen; only sales operations and finance answer."""

from decimal import Decimal

from makers_incentives import AT
from tiji.apps.incentives.services.adjustments import approve_adjustment, propose_adjustment
from tiji.apps.incentives.services.inquiries import ask_about_pay
from visibility.doors import EVERYBODY, api, page, post

SEEING = "rita max_ erin olaf fiona dora axel"
LOOKING_AFTER = "olaf fiona dora axel"
ANSWERING = "olaf fiona"


def build(world):
    """Rita asks about her line; one adjustment of hers is approved, another is proposed."""
    world.inquiry = ask_about_pay(
        actor=world.rita, statement=world.statement, line_key=world.statement_line, kind="payment", text="?", at=AT
    )
    facts = {"person": world.rita.person, "period": "2026-M01", "currency": "CNY", "reason": "spiff", "note": "x"}
    world.adjustment, world.proposal = (
        propose_adjustment(actor=world.olaf, amount=Decimal(number), at=AT, **facts) for number in (10, 20)
    )
    approve_adjustment(actor=world.fiona, adjustment=world.adjustment, at=AT)


def both(may, **more):
    return page(may, **more), post(may, **more)


def seen_by(seeing, may):
    """Whoever may not see it finds nothing; whoever sees it and may not act is refused."""
    return {"no": 404, "but": {who: 403 for who in seeing.split() if who not in may.split()}}


OF_STATEMENT = {"no": 404, "args": lambda w: [w.statement.pk]}
OF_INQUIRY = {"args": lambda w: [w.inquiry.pk]}
OF_ADJUSTMENT = {"args": lambda w: [w.adjustment.pk]}
OF_PROPOSAL = {"args": lambda w: [w.proposal.pk]}
ANSWERED = {**OF_INQUIRY, **seen_by(SEEING, ANSWERING)}
ASKED = {**OF_INQUIRY, **seen_by(SEEING, "rita")}
PAGES = {
    "pay_inquiries": page(EVERYBODY),
    "pay_inquiries_mine": page(EVERYBODY),
    "pay_inquiry_report": page(LOOKING_AFTER),
    "pay_inquiry_new": both(SEEING, **OF_STATEMENT),
    "pay_inquiry": page(SEEING, no=404, **OF_INQUIRY),
    "pay_inquiry_reply": both(SEEING, no=404, **OF_INQUIRY),
    "pay_inquiry_assign": both(ANSWERING, **ANSWERED),
    "pay_inquiry_wait": both(ANSWERING, **ANSWERED),
    "pay_inquiry_accept": both(ANSWERING, **ANSWERED),
    "pay_inquiry_reject": both(ANSWERING, **ANSWERED),
    "pay_inquiry_withdraw": both("rita", **ASKED),
    "pay_adjustments": page(EVERYBODY),
    "pay_adjustment_new": both(ANSWERING),
    "pay_adjustment": page(SEEING, no=404, **OF_ADJUSTMENT),
    "pay_adjustment_approve": both("fiona", **OF_PROPOSAL, **seen_by(LOOKING_AFTER, "fiona")),
    "pay_adjustment_reject": both("fiona", **OF_PROPOSAL, **seen_by(LOOKING_AFTER, "fiona")),
    "pay_adjustment_withdraw": both("olaf", **OF_PROPOSAL, **seen_by(LOOKING_AFTER, "olaf")),
    "pay_adjustment_reverse": both(ANSWERING, **OF_ADJUSTMENT, **seen_by(SEEING, ANSWERING)),
}
INQUIRY_ID = {"args": {"inquiry_id": lambda w: w.inquiry.pk}}
PROPOSAL_ID = {"args": {"adjustment_id": lambda w: w.proposal.pk}}
ADJUSTMENT_ID = {"args": {"adjustment_id": lambda w: w.adjustment.pk}}
TEXT = {"text": "x"}
CLOSED = {"text": "x", "cause": "rule"}
REVERSAL = {"period": "2026-M01", "note": "x"}
PROPOSED = {**REVERSAL, "person_id": 1, "amount": "1", "reason": "spiff"}
OPERATIONS = {
    "GET /pay-inquiries": api(EVERYBODY),
    "GET /pay-inquiries/report": api(LOOKING_AFTER),
    "GET /pay-inquiries/{inquiry_id}": api(SEEING, no=404, **INQUIRY_ID),
    "POST /statements/{statement_id}/inquiries": api(
        SEEING, no=404, body={"kind": "missing", "text": "x"}, args={"statement_id": lambda w: w.statement.pk}
    ),
    "POST /pay-inquiries/{inquiry_id}/reply": api(SEEING, no=404, body=TEXT, **INQUIRY_ID),
    "POST /pay-inquiries/{inquiry_id}/assign": api(
        ANSWERING, body={"assignee_id": 1}, **INQUIRY_ID, **seen_by(SEEING, ANSWERING)
    ),
    "POST /pay-inquiries/{inquiry_id}/wait": api(
        ANSWERING, body={**TEXT, "waits_for": "data"}, **INQUIRY_ID, **seen_by(SEEING, ANSWERING)
    ),
    "POST /pay-inquiries/{inquiry_id}/accept": api(
        ANSWERING, body={**CLOSED, "outcome": "rerun"}, **INQUIRY_ID, **seen_by(SEEING, ANSWERING)
    ),
    "POST /pay-inquiries/{inquiry_id}/reject": api(ANSWERING, body=CLOSED, **INQUIRY_ID, **seen_by(SEEING, ANSWERING)),
    "POST /pay-inquiries/{inquiry_id}/withdraw": api("rita", body={}, **INQUIRY_ID, **seen_by(SEEING, "rita")),
    "GET /pay-adjustments": api(EVERYBODY),
    "POST /pay-adjustments": api(ANSWERING, body=PROPOSED),
    "GET /pay-adjustments/{adjustment_id}": api(SEEING, no=404, **ADJUSTMENT_ID),
    "POST /pay-adjustments/{adjustment_id}/approve": api(
        "fiona", body={}, **PROPOSAL_ID, **seen_by(LOOKING_AFTER, "fiona")
    ),
    "POST /pay-adjustments/{adjustment_id}/reject": api(
        "fiona", body={"answer": "x"}, **PROPOSAL_ID, **seen_by(LOOKING_AFTER, "fiona")
    ),
    "POST /pay-adjustments/{adjustment_id}/withdraw": api(
        "olaf", body={}, **PROPOSAL_ID, **seen_by(LOOKING_AFTER, "olaf")
    ),
    "POST /pay-adjustments/{adjustment_id}/reverse": api(
        ANSWERING, body=REVERSAL, **ADJUSTMENT_ID, **seen_by(SEEING, ANSWERING)
    ),
}
