from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tiji.api"
    label = "api"
