from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PipelineConfig(AppConfig):
    name = "tiji.apps.pipeline"
    label = "pipeline"

    def ready(self) -> None:
        from tiji.apps.pipeline.models import StageEvent
        from tiji.apps.pipeline.selectors import processes
        from tiji.shared.triggers import protect

        protect(StageEvent)
        processes.watch_tables()
        post_migrate.connect(_make_search_index, sender=self)


def _make_search_index(using: str, **kwargs: Any) -> None:
    """After every migration: a rebuilt table on SQLite loses its triggers without a word."""
    from tiji.apps.customers.models import search
    from tiji.apps.pipeline.models import Opportunity

    search.make_index(connections[using], Opportunity)
