from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "tiji.apps.catalog"
    label = "catalog"
