from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "tiji.cli"
    label = "cli"
