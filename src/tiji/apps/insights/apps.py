from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "tiji.apps.insights"
    label = "insights"
