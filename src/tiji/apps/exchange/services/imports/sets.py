"""Whole sets of known systems: many files, one load, one transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports import adventureworks, complete_journey, crm_sets, maven
from tiji.apps.exchange.services.imports.context import REFUSE, Context, Told, silent
from tiji.apps.exchange.services.imports.running import LOCK, deny
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require
from tiji.shared.statistics import after_many_rows

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A system whose files we know. `load` writes them and answers how many rows of each kind were what."""

    help: Any
    load: Callable[[Path, Context], Counts]


SETS: dict[str, KnownSet] = {
    "maven": KnownSet(gettext_lazy("CRM Sales Opportunities: accounts, products, teams, pipeline"), maven.load),
    "adventureworks": KnownSet(
        gettext_lazy("AdventureWorks data warehouse: people, resellers, products, orders, quotas"), adventureworks.load
    ),
    "complete_journey": KnownSet(
        gettext_lazy("The Complete Journey: a year of baskets as orders"), complete_journey.load
    ),
    "salesforce": KnownSet(gettext_lazy("Salesforce weekly export"), crm_sets.load_salesforce),
    "hubspot": KnownSet(gettext_lazy("HubSpot exports of companies, contacts and deals"), crm_sets.load_hubspot),
}


def load_set(*, actor: User, name: str, path: Path, at: datetime, told: Told = silent) -> Import:
    """Load a folder of a known system in one transaction, or nothing of it.

    Raises: NotAllowed; DomainError that names the file, the row and what is wrong.
    """
    require(can_import(actor), deny())
    if not path.is_dir():
        raise DomainError(_("%(path)s is no folder with files.") % {"path": path}, field="path", code="file")
    with transaction.atomic(), after_many_rows():
        exclusive(LOCK)
        imported: Import = Import.objects.create(
            kind=Kind.SET,
            source=name,
            file_name=path.resolve().name[:200],
            sha256=_digest(path),
            size=sum(file.stat().st_size for file in path.iterdir() if file.is_file()),
            at=at,
            by=actor,
        )
        counts = SETS[name].load(path, Context(actor, name, at, imported=imported, told=told))
        _finish(actor, imported, counts, at)
    return imported


def _digest(path: Path) -> str:
    running = hashlib.sha256()
    for file in sorted(path.iterdir()):
        if file.is_file():
            running.update(file.name.encode())
            with file.open("rb") as content:
                running.update(hashlib.file_digest(content, "sha256").digest())
    return running.hexdigest()


def _finish(actor: User, imported: Import, counts: Counts, at: datetime) -> None:
    imported.counts = counts
    for name in ("created", "updated", "unchanged", REFUSE):
        setattr(imported, name, sum(one.get(name, 0) for one in counts.values()))
    imported.state, imported.done_at = Import.State.DONE, at
    imported.save()
    audit.record("import.loaded", imported, after={"kind": imported.kind, **counts}, actor=actor, batch=imported.batch)
