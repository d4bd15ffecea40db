"""Reading settings from the environment: one small typed reader, so that every name is visible in one place."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from tiji.kernel.engine import EngineChoiceError, check_engine

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class SettingError(ImproperlyConfigured):
    """An environment variable holds something that cannot be used; the message says what is expected."""


def text(name: str, default: str = "") -> str:
    """The variable's text, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Raises: SettingError for anything but yes and no words."""
    value = os.environ.get(name)
    if value is None:
        return default
    lowered = value.strip().lower()
    if lowered in TRUE:
        return True
    if lowered in FALSE:
        return False
    raise SettingError(f"{name} is {value!r}: use 1 or 0")


def number(name: str, default: int) -> int:
    """Raises: SettingError if the value is not a whole number."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise SettingError(f"{name} is {value!r}: use a whole number") from error


def engine(name: str) -> str:
    """What computes pay. Raises: SettingError that says what is allowed, or what has to be installed."""
    try:
        return check_engine(text(name, "duckdb"))
    except EngineChoiceError as error:
        raise SettingError(f"{name} is {error}") from error


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list; blanks are dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """A folder as an absolute path; it is made by whoever writes to it first."""
    return Path(text(name, str(default))).expanduser().absolute()
