"""Addresses of the targets' pages."""

from django.urls import path

from tiji.apps.targets.views import attainment, files, grid, shape, versions

urlpatterns = [
    path("targets/", grid.targets, name="targets"),
    path("targets/new/", versions.target_plan_new, name="target_plan_new"),
    path("targets/plans/<int:pk>/version/", versions.target_version_new, name="target_version_new"),
    path("targets/<int:pk>/cells/", grid.target_cells, name="target_cells"),
    path("targets/<int:pk>/rows/", grid.target_rows, name="target_rows"),
    path("targets/<int:pk>/support/", grid.target_support, name="target_support"),
    path("targets/<int:pk>/undo/", grid.target_undo, name="target_undo"),
    path("targets/<int:pk>/activate/", versions.target_version_activate, name="target_version_activate"),
    path("targets/<int:pk>/discard/", versions.target_version_discard, name="target_version_discard"),
    path("targets/<int:pk>/close-months/", versions.target_lock, name="target_lock"),
    path("targets/<int:pk>/season/", shape.target_season, name="target_season"),
    path("targets/<int:pk>/weights/", shape.target_weights, name="target_weights"),
    path("targets/<int:pk>/move/<slug:node>/<slug:period>/", shape.target_move, name="target_move"),
    path("targets/<int:pk>/share/", versions.target_share, name="target_share"),
    path("targets/<int:pk>/rebalance/<slug:node>/", shape.target_rebalance, name="target_rebalance"),
    path("targets/<int:pk>/compare/", versions.target_compare, name="target_compare"),
    path("targets/<int:pk>/history/", versions.target_history, name="target_history"),
    path("targets/<int:pk>/export/", files.target_export, name="target_export"),
    path("targets/<int:pk>/import/", files.target_import, name="target_import"),
    path("attainment/", attainment.attainment, name="attainment"),
    path("attainment/facts/", attainment.attainment_facts, name="attainment_facts"),
    path("attainment/landing/", attainment.attainment_landing, name="attainment_landing"),
]
