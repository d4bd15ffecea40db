from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tiji.apps.exchange"
    label = "exchange"
