"""Who may open the doors of the pipeline room."""

from makers import make_account
from makers_pipeline import make_opportunity, make_visit
from tiji.apps.pipeline.models import CloseReason, Rival, Stage
from visibility.doors import api, page, post

LISTING = "rita ray max_ erin zoe milo petra olaf fiona dora axel adam dirk"
SEEING = "rita max_ erin olaf fiona dora axel adam dirk"
CHANGING = "rita max_ erin olaf dora adam dirk"
SELLING = "rita ray max_ erin zoe milo petra olaf dora adam dirk"
LEADING = "max_ erin olaf dora adam"
MANAGING = "max_ erin milo olaf dora adam"
KEEPING = "olaf dora adam"
ONLY_SEEN = {"fiona": 403, "axel": 403}
NOT_LED = {"rita": 403, **ONLY_SEEN}


def build(world):
    """A deal and a visit of rita for her customer."""
    world.deal_account = make_account("澄湖精密", world.rita.person)
    world.deal = make_opportunity(world.rita, stage_code="project", account=world.deal_account)
    world.deal_visit = make_visit(world.rita, opportunity=world.deal)
    world.deal_stage = Stage.objects.get(process__code="effectiveness", code="contact")


def deal(world):
    return [world.deal.pk]


def of_stage(world):
    return [world.deal_stage.pk]


def of_reason(world):
    return [CloseReason.objects.get(code="lost-price").pk]


def of_rival(world):
    return [Rival.objects.order_by("pk").first().pk]


def both(may, **more):
    """The dialog and what it sends."""
    return page(may, **more), post(may, **more)


OF_DEAL = {"no": 404, "args": deal}
STEP = {"no": 404, "but": ONLY_SEEN, "args": deal}
PAGES = {
    "opportunities": page(LISTING),
    "board": page(LISTING),
    "board_lane": page(LISTING, args=lambda w: [w.deal_stage.pk]),
    "board_drop": post(CHANGING, no=404, but=ONLY_SEEN, args=deal),
    "funnel": page(LISTING),
    "opportunity_new": both(SELLING),
    "opportunity_lookup": page(f"{LISTING} hanna"),
    "opportunities_owner": both(MANAGING),
    "opportunities_move": both(SELLING),
    "opportunity": page(SEEING, **OF_DEAL),
    "opportunity_activities": page(SEEING, **OF_DEAL),
    "opportunity_steps": page(SEEING, **OF_DEAL),
    "opportunity_changes": page(SEEING, **OF_DEAL),
    "opportunity_edit": both(CHANGING, **STEP),
    "opportunity_move": both(CHANGING, **STEP),
    "opportunity_win": both(CHANGING, **STEP),
    "opportunity_lose": both(CHANGING, **STEP),
    "opportunity_pause": both(CHANGING, **STEP),
    "opportunity_next_step": both(CHANGING, **STEP),
    "opportunity_reopen": both(LEADING, no=404, but=NOT_LED, args=deal),
    "opportunity_take_back": post(CHANGING, **STEP),
    "opportunity_archive": both(LEADING, no=404, but=NOT_LED, args=deal),
    "opportunity_share": both(CHANGING, **STEP),
    "opportunity_unshare": post(CHANGING, no=404, but=ONLY_SEEN, args=lambda w: [w.deal.pk, w.zoe.person_id]),
    "account_opportunities": page(SEEING, no=404, args=lambda w: [w.deal_account.pk]),
    "account_activities": page(SEEING, no=404, args=lambda w: [w.deal_account.pk]),
    "opportunity_product_lookup": page(LISTING),
    "opportunity_price": page(LISTING),
    "sales_settings": page(LISTING),
    "sales_reasons": page(LISTING),
    "sales_rivals": page(LISTING),
    "process_new": both(KEEPING),
    "process_edit": both(KEEPING, args=lambda w: [w.deal.process_id]),
    "process_retire": both(KEEPING, args=lambda w: [w.deal.process_id]),
    "process_restore": post(KEEPING, args=lambda w: [w.deal.process_id]),
    "stage_new": both(KEEPING, args=lambda w: [w.deal.process_id]),
    "stage_edit": both(KEEPING, args=of_stage),
    "stage_move": post(KEEPING, args=of_stage),
    "stage_retire": both(KEEPING, args=of_stage),
    "stage_restore": post(KEEPING, args=of_stage),
    "reason_new": both(KEEPING),
    "reason_edit": both(KEEPING, args=of_reason),
    "reason_move": post(KEEPING, args=of_reason),
    "reason_retire": both(KEEPING, args=of_reason),
    "reason_restore": post(KEEPING, args=of_reason),
    "rival_new": both(KEEPING),
    "rival_edit": both(KEEPING, args=of_rival),
    "rival_retire": both(KEEPING, args=of_rival),
    "rival_restore": post(KEEPING, args=of_rival),
    "activities": page(LISTING),
    "quick_log": both(SELLING),
    "task_new": both(SELLING),
    "activity": page(SEEING, no=404, args=lambda w: [w.deal_visit.pk]),
    "activity_done": both(CHANGING, no=404, but=ONLY_SEEN, args=lambda w: [w.deal_visit.pk]),
    "activity_postpone": both(CHANGING, no=404, but=ONLY_SEEN, args=lambda w: [w.deal_visit.pk]),
}

EVERYBODY = f"{LISTING} hanna"
ONE = {"opportunity_id": lambda w: w.deal.pk}
PROCESS = {"process_id": lambda w: w.deal.process_id}
STAGE = {"stage_id": lambda w: of_stage(w)[0]}
REASON = {"reason_id": lambda w: of_reason(w)[0]}
RIVAL = {"rival_id": lambda w: of_rival(w)[0]}
VISIT = {"activity_id": lambda w: w.deal_visit.pk}


def step(may, body, **more):
    return api(may, body=body, no=404, but=ONLY_SEEN, args=ONE, **more)


OPERATIONS = {
    "GET /opportunities": api(EVERYBODY),
    "GET /opportunities/summary": api(EVERYBODY),
    "GET /opportunities/{opportunity_id}": api(SEEING, no=404, args=ONE),
    "POST /opportunities": api(SELLING, body={"name": "x", "stage_id": 1}),
    "PATCH /opportunities/{opportunity_id}": step(CHANGING, {}),
    "POST /opportunities/{opportunity_id}/move": step(CHANGING, {"stage_id": 1}),
    "POST /opportunities/{opportunity_id}/win": step(CHANGING, {}),
    "POST /opportunities/{opportunity_id}/lose": step(CHANGING, {}),
    "POST /opportunities/{opportunity_id}/pause": step(CHANGING, {"resume_on": "2030-01-01"}),
    "POST /opportunities/{opportunity_id}/reopen": api(LEADING, body={}, no=404, but=NOT_LED, args=ONE),
    "POST /opportunities/{opportunity_id}/take-back": step(CHANGING, {"version": 1}),
    "POST /opportunities/{opportunity_id}/share": step(CHANGING, {"person_id": 999999}),
    "DELETE /opportunities/{opportunity_id}/share/{person_id}": api(
        CHANGING, no=404, but=ONLY_SEEN, args={**ONE, "person_id": lambda w: w.zoe.person_id}
    ),
    "GET /opportunities/{opportunity_id}/stage-events": api(SEEING, no=404, args=ONE),
    "GET /sales-processes": api(EVERYBODY),
    "GET /sales-stages": api(EVERYBODY),
    "POST /sales-processes": api(KEEPING, body={"name": "x", "like_id": 999_999}),
    "PATCH /sales-processes/{process_id}": api(KEEPING, body={}, args=PROCESS),
    "POST /sales-processes/{process_id}/retire": api(KEEPING, args=PROCESS),
    "POST /sales-processes/{process_id}/restore": api(KEEPING, args=PROCESS),
    "POST /sales-processes/{process_id}/stages": api(KEEPING, body={"name": "x", "after_id": 999_999}, args=PROCESS),
    "PATCH /sales-stages/{stage_id}": api(KEEPING, body={}, args=STAGE),
    "POST /sales-stages/{stage_id}/move": api(KEEPING, body={"by": 1}, args=STAGE),
    "POST /sales-stages/{stage_id}/retire": api(KEEPING, args=STAGE),
    "POST /sales-stages/{stage_id}/restore": api(KEEPING, args=STAGE),
    "POST /close-reasons": api(KEEPING, body={"name": "x", "for_status": "lost"}),
    "PATCH /close-reasons/{reason_id}": api(KEEPING, body={}, args=REASON),
    "POST /close-reasons/{reason_id}/move": api(KEEPING, body={"by": 1}, args=REASON),
    "POST /close-reasons/{reason_id}/retire": api(KEEPING, args=REASON),
    "POST /close-reasons/{reason_id}/restore": api(KEEPING, args=REASON),
    "POST /rivals": api(KEEPING, body={"name": "x"}),
    "PATCH /rivals/{rival_id}": api(KEEPING, body={}, args=RIVAL),
    "POST /rivals/{rival_id}/retire": api(KEEPING, args=RIVAL),
    "POST /rivals/{rival_id}/restore": api(KEEPING, args=RIVAL),
    "GET /close-reasons": api(EVERYBODY),
    "GET /rivals": api(EVERYBODY),
    "GET /activities": api(EVERYBODY),
    "GET /activities/{activity_id}": api(SEEING, no=404, args=VISIT),
    "POST /activities": api(SELLING, body={}),
    "POST /activities/{activity_id}/done": api(CHANGING, body={}, no=404, but=ONLY_SEEN, args=VISIT),
    "POST /activities/{activity_id}/postpone": api(
        CHANGING, body={"due_on": "2030-01-01"}, no=404, but=ONLY_SEEN, args=VISIT
    ),
}
