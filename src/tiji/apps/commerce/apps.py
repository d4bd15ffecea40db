from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "tiji.apps.commerce"
    label = "commerce"

    def ready(self) -> None:
        from tiji.apps.commerce import protection
        from tiji.apps.commerce.services import rebuild

        protection.declare()
        rebuild.declare()
