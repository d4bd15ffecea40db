"""Addresses of the pipeline's pages."""

from django.urls import path

from tiji.apps.pipeline.views import activities, board, bulk, opportunities, steps
from tiji.apps.pipeline.views.funnel import funnel

urlpatterns = [
    path("opportunities/", opportunities.opportunities, name="opportunities"),
    path("opportunities/board/", board.board, name="board"),
    path("opportunities/board/lanes/<int:stage_id>/", board.board_lane, name="board_lane"),
    path("opportunities/funnel/", funnel, name="funnel"),
    path("opportunities/new/", opportunities.opportunity_new, name="opportunity_new"),
    path("opportunities/lookup/", opportunities.opportunity_lookup, name="opportunity_lookup"),
    path("opportunities/hand-over/", bulk.opportunities_owner, name="opportunities_owner"),
    path("opportunities/move/", bulk.opportunities_move, name="opportunities_move"),
    path("opportunities/<int:pk>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/activities/", opportunities.opportunity_activities, name="opportunity_activities"),
    path("opportunities/<int:pk>/steps/", opportunities.opportunity_steps, name="opportunity_steps"),
    path("opportunities/<int:pk>/changes/", opportunities.opportunity_changes, name="opportunity_changes"),
    path("opportunities/<int:pk>/edit/", opportunities.opportunity_edit, name="opportunity_edit"),
    path("opportunities/<int:pk>/drop/", board.board_drop, name="board_drop"),
    path("opportunities/<int:pk>/move/", steps.opportunity_move, name="opportunity_move"),
    path("opportunities/<int:pk>/win/", steps.opportunity_win, name="opportunity_win"),
    path("opportunities/<int:pk>/lose/", steps.opportunity_lose, name="opportunity_lose"),
    path("opportunities/<int:pk>/pause/", steps.opportunity_pause, name="opportunity_pause"),
    path("opportunities/<int:pk>/reopen/", steps.opportunity_reopen, name="opportunity_reopen"),
    path("opportunities/<int:pk>/archive/", steps.opportunity_archive, name="opportunity_archive"),
    path("opportunities/<int:pk>/share/", steps.opportunity_share, name="opportunity_share"),
    path("opportunities/<int:pk>/share/<int:person_id>/end/", steps.opportunity_unshare, name="opportunity_unshare"),
    path("opportunities/<int:pk>/next-step/", steps.opportunity_next_step, name="opportunity_next_step"),
    path("customers/<int:pk>/opportunities/", opportunities.account_opportunities, name="account_opportunities"),
    path("customers/<int:pk>/activities/", opportunities.account_activities, name="account_activities"),
    path("activities/", activities.activities, name="activities"),
    path("activities/log/", activities.quick_log, name="quick_log"),
    path("activities/tasks/new/", activities.task_new, name="task_new"),
    path("activities/<int:pk>/", activities.activity, name="activity"),
    path("activities/<int:pk>/done/", activities.activity_done, name="activity_done"),
    path("activities/<int:pk>/postpone/", activities.activity_postpone, name="activity_postpone"),
]
