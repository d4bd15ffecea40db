"""Who may open the doors of the targets room."""

from makers_targets import key_of, make_active_plan, make_plan, type_in
from visibility.doors import EVERYBODY, api, page, post

PLANNERS = "olaf dora adam"
TYPISTS = "max_ erin milo olaf dora adam"
# A draft that is not shared: who works on it, and who reads everything (docs/decisions/0201-who-sees-a-draft.md).
SEES_DRAFTS = f"{TYPISTS} fiona axel"
HIDDEN = dict.fromkeys(["rita", "ray", "zoe", "petra", "hanna"], 404)


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


def hidden(may, **more):
    """A door of a draft that answers “not found” to whom the draft is not shown."""
    return both(may, but=HIDDEN, **more)


def a_cell(world):
    return [world.target_draft.pk, key_of(world.rita), "2026-M12"]


def a_move(world):
    places = {"node": key_of(world.rita), "period": "2026-M12", "to_node": key_of(world.ray), "to_period": "2026-M12"}
    return {**places, "amount": "1"}


def on_suzhou(world):
    return [world.target_draft.pk, world.suzhou_key]


PAGES = {
    "targets": page(EVERYBODY),
    "target_plan_new": (page(PLANNERS), post(PLANNERS)),
    "target_version_new": (
        page(PLANNERS, args=lambda w: [w.target_plan.pk]),
        post(PLANNERS, args=lambda w: [w.target_plan.pk]),
    ),
    "target_cells": post(TYPISTS, args=draft),
    "target_undo": post("erin olaf dora adam", args=draft),
    "target_version_activate": hidden(PLANNERS),
    "target_version_discard": hidden(PLANNERS),
    "target_lock": hidden(PLANNERS),
    "target_share": hidden(PLANNERS),
    "target_season": both(PLANNERS),
    "target_weights": (
        page("max_ erin milo olaf dora adam", args=draft),
        post("max_ erin milo olaf dora adam", args=draft),
    ),
    "target_move": (
        page("max_ erin olaf dora adam", but={"milo": 404}, args=a_cell),
        post("max_ erin olaf dora adam", but={"milo": 404}, args=a_cell),
    ),
    "target_rebalance": (
        page("max_ erin olaf dora adam", but={"milo": 404}, args=on_suzhou),
        post("max_ erin olaf dora adam", but={"milo": 404}, args=on_suzhou),
    ),
    "target_rows": page(SEES_DRAFTS, no=404, args=draft),
    "target_support": page(SEES_DRAFTS, no=404, args=draft),
    "target_compare": page(SEES_DRAFTS, no=404, args=draft),
    "target_history": page(SEES_DRAFTS, no=404, args=draft),
    "target_export": page(SEES_DRAFTS, no=404, args=draft),
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
    "GET /target-versions/{version_id}": api(SEES_DRAFTS, no=404, args=VERSION_ID),
    "GET /target-versions/{version_id}/cells": api(SEES_DRAFTS, no=404, args=VERSION_ID),
    "GET /target-versions/{version_id}/weights": api(SEES_DRAFTS, no=404, args=VERSION_ID),
    "PATCH /target-versions/{version_id}/weights": api(
        TYPISTS, args=VERSION_ID, body={"weights": [{"node": "p1", "weight": "2"}]}
    ),
    "PATCH /target-versions/{version_id}/season": api(PLANNERS, args=VERSION_ID, body={"weights": ["1"] * 12}),
    "POST /target-versions/{version_id}/move": api("max_ erin olaf dora adam", args=VERSION_ID, body=a_move),
    "POST /target-versions/{version_id}/rebalance": api(
        "max_ erin olaf dora adam", args=VERSION_ID, body=lambda w: {"node": w.suzhou_key}
    ),
    "POST /target-versions/{version_id}/share": api(PLANNERS, args=VERSION_ID, body={"shared": True}),
    "PATCH /target-versions/{version_id}/cells": api(
        TYPISTS, args=VERSION_ID, body={"cells": [{"node": "p1", "period": "2026", "amount": "1"}]}
    ),
    "POST /target-versions/{version_id}/undo": api("erin olaf dora adam", args=VERSION_ID),
    "POST /target-versions/{version_id}/activate": api(PLANNERS, but=HIDDEN, args=VERSION_ID),
    "POST /target-versions/{version_id}/lock": api(PLANNERS, args=VERSION_ID, body={"months": ["2026-M01"]}),
    "GET /attainment": api(EVERYBODY),
    "GET /attainment/facts": api(EVERYBODY),
}
