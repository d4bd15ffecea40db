"""Addresses below `/api/v1/`."""

from django.urls import path

from tiji.api.root import api

urlpatterns = [path("", api.urls)]
