from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "tiji.ui"
    label = "ui"
