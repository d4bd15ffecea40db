"""Addresses of the exchange pages."""

from django.urls import path

from tiji.apps.exchange.views import imports

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_report, name="import_report"),
    path("imports/<int:pk>/columns/", imports.import_map, name="import_map"),
    path("imports/<int:pk>/load/", imports.import_load, name="import_load"),
    path("imports/<int:pk>/wrong-rows/", imports.import_errors, name="import_errors"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
]
