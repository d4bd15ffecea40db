"""Addresses of health, metrics and stored files."""

from django.urls import URLPattern, path

from tiji.shared import views

urlpatterns: list[URLPattern] = [
    path("health/live", views.health_live, name="health_live"),
    path("health/ready", views.health_ready, name="health_ready"),
    path("metrics", views.metrics, name="metrics"),
    path("files/<uuid:key>", views.file_download, name="file_download"),
]
