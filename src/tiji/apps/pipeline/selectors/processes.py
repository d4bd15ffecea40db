"""The sales processes: which there are, and which one somebody sells by."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Unit
from tiji.apps.pipeline.models import CloseReason, Rival, SalesProcess, Stage
from tiji.shared import stamps
from tiji.shared.errors import DomainError

STAMP = "processes"


def processes(*, retired: bool = False) -> QuerySet[SalesProcess]:
    """The processes in use (or those out of use) with their stages in use, in two queries."""
    stages = Stage.objects.filter(archived_at__isnull=True).order_by("position")
    found: QuerySet[SalesProcess] = SalesProcess.objects.filter(archived_at__isnull=not retired)
    return found.prefetch_related(Prefetch("stages", queryset=stages)).order_by("-is_default", "code")


def default_process(unit: Unit | None) -> SalesProcess:
    """The process of the unit's kind of team, else the company's default.

    Raises: DomainError while there is none.
    """
    found = stamps.kept(STAMP, "processes", _processes)
    if not found:
        raise DomainError(_("There is no sales process yet. Ask an administrator to add one."), code="no-process")
    own = [process for process in found if unit is not None and process.team_type == unit.team_type]
    chosen: SalesProcess = (own or found)[0]
    return chosen


def _processes() -> list[SalesProcess]:
    return list(SalesProcess.objects.filter(archived_at__isnull=True).order_by("-is_default", "pk"))


def watch_tables() -> None:
    """What the stages are kept from."""
    for model in (SalesProcess, Stage):
        stamps.watch(STAMP, model)


def known_stages() -> dict[int, Any]:
    """Every stage, in use or not, with its process, in the order of both. To read: they are kept for all requests."""
    return stamps.kept(STAMP, "stages", _stages)


def _stages() -> dict[int, Any]:
    rows = Stage.objects.select_related("process")
    return {stage.pk: stage for stage in rows.order_by("-process__is_default", "process__code", "position")}


def stages_with_process() -> list[Any]:
    """The stages in use of the processes in use, in the order of both. To read."""
    return [
        stage for stage in known_stages().values() if stage.archived_at is None and stage.process.archived_at is None
    ]


def stages_of(process_id: int, known: dict[int, Any] | None = None) -> list[Any]:
    """The stages in use of a process, in their order. To read; `known` spares asking for all of them again."""
    stages = known_stages() if known is None else known
    return [stage for stage in stages.values() if stage.process_id == process_id and stage.archived_at is None]


def close_reasons(for_status: str = "", *, retired: bool = False) -> QuerySet[CloseReason]:
    """The reasons in use (or out of use), for one kind of closing if asked."""
    rows: QuerySet[CloseReason] = CloseReason.objects.filter(archived_at__isnull=not retired)
    return rows.filter(for_status=for_status) if for_status else rows


def rivals(*, retired: bool = False, kept: int | None = None) -> QuerySet[Rival]:
    """The competitors in use (or out of use), by name; with `kept` the one that a deal names already, too."""
    wanted = Q(archived_at__isnull=not retired) | Q(pk=kept) if kept else Q(archived_at__isnull=not retired)
    found: QuerySet[Rival] = Rival.objects.filter(wanted)
    return found
