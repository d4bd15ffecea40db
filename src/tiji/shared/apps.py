from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SharedConfig(AppConfig):
    name = "tiji.shared"
    label = "shared"
    verbose_name = _("House")

    def ready(self) -> None:
        from tiji.shared import house_jobs as _jobs  # noqa: F401
        from tiji.shared.audit import protection
        from tiji.shared.checks import posted_rows_are_protected

        protection.declare()
        connection_created.connect(_watch, dispatch_uid="tiji-watch")
        pre_migrate.connect(_before_migrate, sender=self, dispatch_uid="tiji-before-migrate")
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="tiji-after-migrate")
        register(posted_rows_are_protected, Tags.database)


def _watch(connection: Any, **_kwargs: Any) -> None:
    from tiji.shared import query_counts, stamps, triggers

    query_counts.watch(connection)
    stamps.watch_writes(connection)
    triggers.watch(connection)


def _before_migrate(plan: list[Any], **_kwargs: Any) -> None:
    from tiji.shared import triggers

    if plan:
        triggers.make_way()


def _after_migrate(using: str, **_kwargs: Any) -> None:
    from django.core.management import call_command

    from tiji.shared import stamps, triggers

    call_command("createcachetable", database=using, verbosity=0)
    triggers.apply()
    stamps.renew()
