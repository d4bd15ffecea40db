"""How far deals get, how long they stay, and where too many stop. No storage in here."""

from tiji.kernel.funnel.narrow import funnel
from tiji.kernel.funnel.report import Bottleneck, FunnelReport, StageEvent, StageFigures
from tiji.kernel.funnel.wide import STAGE_EVENT_SCHEMA, funnel_wide

__all__ = [
    "STAGE_EVENT_SCHEMA",
    "Bottleneck",
    "FunnelReport",
    "StageEvent",
    "StageFigures",
    "funnel",
    "funnel_wide",
]
