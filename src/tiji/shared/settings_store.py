"""Dated settings: where practice differs between companies, a rule asks here, for the date it is about."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from threading import Lock
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.models import Setting

Scope = tuple[str, int]
COMPANY: Scope = ("", 0)
_CHECK_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting that exists: its type is that of its default; `scopes` names the kinds of parts it may differ for."""

    key: str
    default: Any
    label: Any
    help: Any = ""
    unit: Any = ""
    choices: tuple[Any, ...] = ()
    minimum: Any = None
    maximum: Any = None
    scopes: tuple[str, ...] = ()
    kind: type = str


@dataclass(frozen=True, slots=True)
class _Loaded:
    version: int
    values: dict[tuple[str, str, int], tuple[list[date], list[Any]]]


class _Cache:
    """What this process knows: loaded whole, and asked every two seconds whether it is still true."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.loaded: _Loaded | None = None
        self.checked_at = 0.0


_declared: dict[str, Declared] = {}
_cache = _Cache()


def declare(
    key: str,
    default: Any,
    label: Any,
    *,
    help: Any = "",
    unit: Any = "",
    choices: Sequence[Any] = (),
    minimum: Any = None,
    maximum: Any = None,
    scopes: Sequence[str] = (),
) -> Declared:
    """Make a setting known, where its app starts. `key` is `<room>.<name>`; METHODS names the default."""
    one = Declared(key, default, label, help, unit, tuple(choices), minimum, maximum, tuple(scopes), kind=type(default))
    _declared[key] = one
    return one


def declared_settings() -> list[Declared]:
    """All of them, by key, for the settings page."""
    return [_declared[key] for key in sorted(_declared)]


def setting(key: str, on: date, scope: Scope | None = None) -> Any:
    """The value of `key` on a date: of the scope if it has its own, else of the company, else the default.

    Raises: KeyError for a key that nobody declared.
    """
    known = _declared[key]
    values = _current().values
    for kind, number in (scope, COMPANY) if scope else (COMPANY,):
        history = values.get((key, kind, number))
        if history:
            at = bisect_right(history[0], on)
            if at and history[1][at - 1] is not None:
                return _from_json(known, history[1][at - 1])
    return known.default


@transaction.atomic
def change_setting(
    *, actor: Any, key: str, value: Any, valid_from: date, scope: Scope | None = None, reason: str = ""
) -> Setting:
    """Decide a setting from a date on; None takes the decision back to what stands above it.

    Raises: DomainError if the value is of another type or out of its range, or the scope is not one of the key's.
    """
    known = _declared.get(key)
    if known is None:
        raise DomainError(_("There is no setting %(key)s.") % {"key": key}, field="key")
    kind, number = scope or COMPANY
    if kind and kind not in known.scopes:
        raise DomainError(_("This setting is the same for the whole company."), field="scope")
    kept = None if value is None else _to_json(known, value)
    before = setting(key, valid_from, scope)
    row = Setting.objects.create(
        key=key,
        scope_kind=kind,
        scope_id=number,
        valid_from=valid_from,
        value=kept,
        reason=reason,
        set_by=actor,
        at=timezone.now(),
    )
    _changed_here()
    audit.record("setting.changed", row, {"value": before}, {"value": value, "from": valid_from}, reason, actor=actor)
    return row


def forget_settings() -> None:
    """The next reader loads them anew."""
    with _cache.lock:
        _cache.loaded = None


def _changed_here() -> None:
    """Until this transaction ends only it sees its change; then everybody in this process loads anew."""
    block = connection.atomic_blocks[0] if connection.atomic_blocks else None
    connection.tiji_settings_changed_in = block  # type: ignore[attr-defined]
    transaction.on_commit(forget_settings)


def _current() -> _Loaded:
    changed_in = getattr(connection, "tiji_settings_changed_in", None)
    if changed_in is not None:
        if connection.atomic_blocks and connection.atomic_blocks[0] is changed_in:
            return _load()
        connection.tiji_settings_changed_in = None  # type: ignore[attr-defined]
        forget_settings()
    with _cache.lock:
        now = monotonic()
        loaded = _cache.loaded
        if loaded is None or (now - _cache.checked_at > _CHECK_EVERY and loaded.version != _version()):
            loaded = _cache.loaded = _load()
            _cache.checked_at = now
        elif now - _cache.checked_at > _CHECK_EVERY:
            _cache.checked_at = now
        return loaded


def _version() -> int:
    return Setting.objects.aggregate(last=Max("id"))["last"] or 0


def _load() -> _Loaded:
    values: dict[tuple[str, str, int], tuple[list[date], list[Any]]] = {}
    version = 0
    rows = Setting.objects.order_by("valid_from", "id")
    for pk, key, kind, number, start, value in rows.values_list(
        "id", "key", "scope_kind", "scope_id", "valid_from", "value"
    ):
        starts, history = values.setdefault((key, kind, number), ([], []))
        version = max(version, pk)
        if starts and starts[-1] == start:
            history[-1] = value
        else:
            starts.append(start)
            history.append(value)
    return _Loaded(version, values)


def _to_json(known: Declared, value: Any) -> Any:
    parsed = _parsed(known, value)
    if known.choices and parsed not in known.choices:
        choices = ", ".join(str(choice) for choice in known.choices)
        raise DomainError(_("Choose one of %(choices)s.") % {"choices": choices}, field="value")
    if known.minimum is not None and parsed < known.minimum:
        raise DomainError(_("Use %(least)s or more.") % {"least": known.minimum}, field="value")
    if known.maximum is not None and parsed > known.maximum:
        raise DomainError(_("Use %(most)s or less.") % {"most": known.maximum}, field="value")
    return _json_value(parsed)


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _json_value(item) for name, item in value.items()}
    return value


def _from_json(known: Declared, value: Any) -> Any:
    if known.kind is Decimal:
        return Decimal(value)
    if known.kind is date:
        return date.fromisoformat(value)
    if known.kind is tuple:
        sample = known.default[0] if known.default else None
        return tuple(Decimal(item) if isinstance(sample, Decimal) else item for item in value)
    return value


def _parsed(known: Declared, value: Any) -> Any:
    try:
        if known.kind is bool and not isinstance(value, bool):
            raise TypeError
        if known.kind is Decimal and not isinstance(value, float):
            return Decimal(value)
        if known.kind is date and isinstance(value, str):
            return date.fromisoformat(value)
        if known.kind is tuple and isinstance(value, list):
            return tuple(value)
        if known.kind is int and isinstance(value, str):
            return int(value)
        if not isinstance(value, known.kind) or (known.kind is int and isinstance(value, bool)):
            raise TypeError
    except (TypeError, ValueError, InvalidOperation) as error:
        raise DomainError(
            _("“%(value)s” cannot be used for %(setting)s.") % {"value": value, "setting": known.label}, field="value"
        ) from error
    return value
