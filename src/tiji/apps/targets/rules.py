"""What of targets differs between companies: dated settings with the defaults METHODS names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from tiji.kernel.targets import Ramp
from tiji.shared.settings_store import declare, setting

OVER_ASSIGNMENT = "targets.over_assignment"
MIX = ("targets.mix_result", "targets.mix_potential", "targets.mix_capacity")
RAMP_DAYS, RAMP_SHARE = "targets.ramp_days", "targets.ramp_share"


def declare_rules() -> None:
    """Called when the app starts."""
    limit = _("How much more than its target the level below may hold, as a share of the target.")
    _declare_share(OVER_ASSIGNMENT, "0.10", _("Over-assignment that needs no remark"), limit)
    _declare_share(MIX[0], "0.5", _("Part of last year's result in mixed weights"))
    _declare_share(MIX[1], "0.3", _("Part of open business in mixed weights"))
    _declare_share(MIX[2], "0.2", _("Part of capacity in mixed weights"))
    declare(RAMP_DAYS, 90, _("Days of ramp of somebody new"), minimum=0, maximum=730)
    _declare_share(RAMP_SHARE, "0.5", _("How much somebody new counts during his ramp"))


def _declare_share(key: str, default: str, label: Any, help: Any = "") -> None:
    declare(key, Decimal(default), label, help=help, minimum=Decimal(0), maximum=Decimal(1))


@dataclass(frozen=True)
class Mix:
    """The parts of result, open business and capacity in mixed weights."""

    result: Decimal
    pipeline: Decimal
    capacity: Decimal


def over_assignment_allowed(on: date) -> Decimal:
    return Decimal(setting(OVER_ASSIGNMENT, on))


def mix(on: date) -> Mix:
    return Mix(*(Decimal(setting(key, on)) for key in MIX))


def ramp(on: date) -> Ramp:
    return Ramp(int(setting(RAMP_DAYS, on)), Decimal(setting(RAMP_SHARE, on)))
