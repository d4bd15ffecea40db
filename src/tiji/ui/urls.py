"""Addresses of the ui."""

from django.urls import URLPattern, path

from tiji.ui import views

urlpatterns: list[URLPattern] = [
    path("components/", views.components, name="components"),
    path("preferences/", views.set_preference, name="set_preference"),
    path("navigation/counts/", views.nav_counts, name="nav_counts"),
    path("offline/", views.offline, name="offline"),
    path("views/new/", views.saved_view_new, name="saved_view_new"),
    path("views/<int:view_id>/delete/", views.saved_view_delete, name="saved_view_delete"),
]
