from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tiji.apps.exchange"
    label = "exchange"

    def ready(self) -> None:
        from tiji.apps.exchange.models import Import
        from tiji.apps.exchange.permissions import can_import
        from tiji.shared.files import visible_by

        visible_by(Import, lambda viewer, key: can_import(viewer))
