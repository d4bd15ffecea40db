from tiji.apps.pipeline.models.activities import Activity
from tiji.apps.pipeline.models.opportunities import (
    COMPLETE,
    AccountBuying,
    CloseReason,
    Opportunity,
    OpportunityLine,
    OpportunityQuerySet,
    Rival,
    StageEvent,
)
from tiji.apps.pipeline.models.processes import ForecastCategory, SalesProcess, Stage

__all__ = [
    "COMPLETE",
    "AccountBuying",
    "Activity",
    "CloseReason",
    "ForecastCategory",
    "Opportunity",
    "OpportunityLine",
    "OpportunityQuerySet",
    "Rival",
    "SalesProcess",
    "Stage",
    "StageEvent",
]
