from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "tiji.apps.incentives"
    label = "incentives"

    def ready(self) -> None:
        from tiji.apps.incentives import protection

        protection.declare_rules()
