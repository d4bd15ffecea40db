"""What goes into the operations of the sales settings."""

from typing import Any, Literal

from tiji.shared.rest import Field, Id, In

TeamType = Literal["effectiveness", "efficiency"]
Category = Literal["omitted", "pipeline", "best_case", "commit", "closed"]
Asked = Literal["account", "amount", "expected_on", "gross_profit", "next_step", "source", "lines"]


class Named(In):
    name: str | None = Field(None, min_length=1, max_length=120)
    name_en: str | None = Field(None, max_length=120)


class SalesProcessIn(Named):
    name: str = Field(min_length=1, max_length=120)
    team_type: TeamType = "effectiveness"
    like_id: Id = Field(description="The process whose stages it begins with")


class SalesProcessPatch(Named):
    team_type: TeamType | None = None
    is_default: bool | None = None


class StagePatch(Named):
    percent: int | None = Field(None, ge=0, le=100)
    max_days: int | None = Field(None, ge=1, le=3650)
    forecast_category: Category | None = None
    buyer_step: str | None = Field(None, max_length=60)
    buyer_step_en: str | None = Field(None, max_length=60)
    milestone: str | None = Field(None, max_length=200)
    milestone_en: str | None = Field(None, max_length=200)
    requires: list[Asked] | None = Field(None, max_length=7)


class StageIn(StagePatch):
    name: str = Field(min_length=1, max_length=120)
    after_id: Id | None = Field(None, description="The stage it comes behind; none: it is the first")


class CloseReasonPatch(Named):
    asks_rival: bool | None = None


class CloseReasonIn(CloseReasonPatch):
    name: str = Field(min_length=1, max_length=120)
    for_status: Literal["won", "lost", "paused"]


class RivalPatch(Named):
    pass


class RivalIn(Named):
    name: str = Field(min_length=1, max_length=120)


class StageMoveIn(In):
    by: Literal[-1, 1] = Field(description="-1: one place earlier, 1: one place later")


CLEARABLE = ("max_days",)


def texts_of(data: In) -> dict[str, Any]:
    """What was sent; null means “leave it” except for a limit, which null takes away."""
    sent = data.model_dump(exclude_unset=True)
    return {name: value for name, value in sent.items() if value is not None or name in CLEARABLE}
