from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CustomersConfig(AppConfig):
    name = "tiji.apps.customers"
    label = "customers"

    def ready(self) -> None:
        from tiji.apps.customers.models import OwnershipEvent
        from tiji.shared import triggers

        triggers.protect(OwnershipEvent)
        post_migrate.connect(_make_search_indexes, sender=self)


def _make_search_indexes(using: str, **kwargs: Any) -> None:
    """After every migration: a rebuilt table on SQLite loses its triggers without a word."""
    from tiji.apps.customers.models import Account, Contact, search

    for model in (Account, Contact):
        search.make_index(connections[using], model)
