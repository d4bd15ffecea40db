from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "tiji.apps.targets"
    label = "targets"
