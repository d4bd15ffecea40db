"""The tables of the shared room."""

from tiji.shared.models.access import ApiToken, IdempotentAnswer
from tiji.shared.models.audit import AuditEntry, AuditSeal, Door
from tiji.shared.models.files import StoredFile
from tiji.shared.models.numbers import NumberSequence
from tiji.shared.models.saved_views import SavedView
from tiji.shared.models.schedules import Schedule
from tiji.shared.models.settings import Setting
from tiji.shared.models.stamps import Stamp

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "Door",
    "IdempotentAnswer",
    "NumberSequence",
    "SavedView",
    "Schedule",
    "Setting",
    "Stamp",
    "StoredFile",
]
