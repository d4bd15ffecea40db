"""How often a token may call: a bucket for each token in each process, so that no call waits for a database."""

from threading import Lock
from time import monotonic

from django.conf import settings
from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError

PER_MINUTE = 6_000
_MOST_TOKENS = 10_000

_lock = Lock()
_buckets: dict[int, tuple[float, float]] = {}


class TooManyRequests(DomainError):
    """The caller is faster than agreed; `retry_after` says for how many seconds to wait."""

    status = 429
    code = "too-many-requests"


def limit_per_minute() -> int:
    """Calls a minute for each token and process; 0 is without limit."""
    return int(getattr(settings, "API_RATE_PER_MINUTE", PER_MINUTE))


def spend(token_id: int) -> None:
    """Raises: TooManyRequests when the bucket of this token is empty."""
    limit = limit_per_minute()
    if not limit:
        return
    now = monotonic()
    with _lock:
        left, filled_at = _buckets.get(token_id, (float(limit), now))
        left = min(float(limit), left + (now - filled_at) * limit / 60)
        allowed = left >= 1
        if len(_buckets) >= _MOST_TOKENS and token_id not in _buckets:
            _buckets.clear()
        _buckets[token_id] = (left - 1 if allowed else left, now)
    if not allowed:
        wait = int((1 - left) * 60 / limit) + 1
        raise TooManyRequests(_("Too many requests. Wait %(wait)s s and try again.") % {"wait": wait}, retry_after=wait)


def forget() -> None:
    """Fill all buckets."""
    with _lock:
        _buckets.clear()
