"""Addresses of the homes, the cockpit and the palette."""

from django.urls import path

from tiji.apps.insights.views import home, palette

urlpatterns = [
    path("", home.home, name="home"),
    path("cockpit/", home.cockpit_page, name="cockpit"),
    path("cockpit/funnel/", home.cockpit_funnel, name="cockpit_funnel"),
    path("cockpit/risks/", home.cockpit_risks, name="cockpit_risks"),
    path("cockpit/ranking/", home.cockpit_ranking, name="cockpit_ranking"),
    path("palette/", palette.palette, name="palette"),
]
