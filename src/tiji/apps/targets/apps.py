from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "tiji.apps.targets"
    label = "targets"

    def ready(self) -> None:
        from tiji.apps.targets import rules

        rules.declare_rules()
