"""Who may open the doors of the targets room."""

from makers_targets import key_of, make_active_plan, make_plan, type_in
from visibility.doors import EVERYBODY, api, page, post

PLANNERS = "olaf dora adam"
TYPISTS = "max_ erin milo olaf dora adam"


def build(world):
    olaf, company = world.olaf, world.company
    world.target_plan = make_active_plan(olaf, (company.suzhou, "2026", "1200"))
    world.target_draft = make_plan(olaf, measure="cash")
    type_in(olaf, world.target_draft, (company.suzhou, "2026", "1200"))
    world.target_version = world.target_plan.versions.get()
    world.suzhou_key = key_of(company.suzhou)


def draft(world):
    return [world.target_draft.pk]


def both(may, **more):
    return (page(may, args=draft, **more), post(may, args=draft, **more))


PAGES = {
    "targets": page(EVERYBODY),
    "target_plan_new": (page(PLANNERS), post(PLANNERS)),
    "target_version_new": (
        page(PLANNERS, args=lambda w: [w.target_plan.pk]),
        post(PLANNERS, args=lambda w: [w.target_plan.pk]),
    ),
    "target_cells": post(TYPISTS, args=draft),
    "target_undo": post("erin olaf dora adam", args=draft),
    "target_version_activate": both(PLANNERS),
    "target_version_discard": both(PLANNERS),
    "target_lock": both(PLANNERS),
    "target_season": both(PLANNERS),
    "target_rebalance": (
        page("max_ erin olaf dora adam", but={"milo": 404}, args=lambda w: [w.target_draft.pk, w.suzhou_key]),
        post("max_ erin olaf dora adam", but={"milo": 404}, args=lambda w: [w.target_draft.pk, w.suzhou_key]),
    ),
    "target_compare": page(EVERYBODY, args=draft),
    "target_history": page(EVERYBODY, args=draft),
    "target_export": page(EVERYBODY, args=draft),
    "target_import": both(TYPISTS),
    "attainment": page(EVERYBODY),
    "attainment_facts": page(EVERYBODY, query="period=2026"),
    "attainment_landing": page(EVERYBODY, query="period=2026"),
}
PLAN_ID = {"plan_id": lambda w: w.target_plan.pk}
VERSION_ID = {"version_id": lambda w: w.target_draft.pk}
OPERATIONS = {
    "GET /target-plans": api(EVERYBODY),
    "POST /target-plans": api(PLANNERS, body={"fiscal_year": 2027, "measure": "signed"}),
    "GET /target-plans/{plan_id}": api(EVERYBODY, args=PLAN_ID),
    "POST /target-plans/{plan_id}/versions": api(PLANNERS, args=PLAN_ID, body={"reason": "x"}),
    "GET /target-versions/{version_id}": api(EVERYBODY, args=VERSION_ID),
    "GET /target-versions/{version_id}/cells": api(EVERYBODY, args=VERSION_ID),
    "PATCH /target-versions/{version_id}/cells": api(
        TYPISTS, args=VERSION_ID, body={"cells": [{"node": "p1", "period": "2026", "amount": "1"}]}
    ),
    "POST /target-versions/{version_id}/undo": api("erin olaf dora adam", args=VERSION_ID),
    "POST /target-versions/{version_id}/activate": api(PLANNERS, args=VERSION_ID),
    "POST /target-versions/{version_id}/lock": api(PLANNERS, args=VERSION_ID, body={"months": ["2026-M01"]}),
    "GET /attainment": api(EVERYBODY),
    "GET /attainment/facts": api(EVERYBODY),
}
