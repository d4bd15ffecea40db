"""The same POST sent twice is done once: the deed and the record of its answer are one transaction."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError
from tiji.shared.models import IdempotentAnswer

KEPT = timedelta(hours=24)
_HEADERS = ("Content-Type", "Location", "ETag", "Link")
_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")


class BadKey(DomainError):
    """The key cannot be used."""

    code = "idempotency-key"


def answer_once(request: Any, key: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `run`, or the one it gave when this key was first used by this user.

    A second request with the key waits for the first. Only a 2xx answer is kept; anything else is rolled back, so that
    the caller may mend the request and use the key again.
    Raises: BadKey for a key of another form, or one that stands for another request.
    """
    if not _KEY.match(key):
        raise BadKey(_("An idempotency key has 1 to 100 letters, digits, dots, hyphens or underscores."))
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        if not _reserve(request.actor.pk, key, fingerprint):
            return _recall(request.actor.pk, key, fingerprint)
        response = run()
        if 200 <= response.status_code < 300:
            _remember(request.actor.pk, key, response)
        else:
            transaction.set_rollback(True)
        return response


def forget_old_answers() -> int:
    """Answers older than a day are dropped; returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _fingerprint(request: Any) -> str:
    """What makes two requests the same. An uploaded file counts by its length: it is not read into memory for this."""
    is_upload = request.content_type == "multipart/form-data"
    length = request.headers.get("Content-Length", "")
    parts = (request.method, request.get_full_path(), request.headers.get("If-Match", ""), length)
    body = b"" if is_upload else request.body
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest()


def _reserve(user_id: int, key: str, fingerprint: str) -> bool:
    """True if the key is new. Another transaction that holds the same key is waited for."""
    table = connection.ops.quote_name(IdempotentAnswer._meta.db_table)
    now = timezone.now()
    at = connection.ops.adapt_datetimefield_value(now)
    old = connection.ops.adapt_datetimefield_value(now - KEPT)
    values: list[Any] = [user_id, key, fingerprint, at, b"", "{}", 0, old]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (user_id, key, request_hash, created_at, body, headers, status)"  # noqa: S608
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (user_id, key) DO UPDATE SET"
            " request_hash = excluded.request_hash, created_at = excluded.created_at, status = 0"
            f" WHERE {table}.created_at < %s",
            values,
        )
        return bool(cursor.rowcount == 1)


def _recall(user_id: int, key: str, fingerprint: str) -> HttpResponse:
    kept = IdempotentAnswer.objects.get(user_id=user_id, key=key)
    if kept.request_hash != fingerprint:
        raise BadKey(_("This idempotency key was used for another request. Use a new key for a new request."))
    response = HttpResponse(bytes(kept.body), status=kept.status)
    for name, value in kept.headers.items():
        response.headers[name] = value
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _remember(user_id: int, key: str, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    IdempotentAnswer.objects.filter(user_id=user_id, key=key).update(
        status=response.status_code, headers=headers, body=response.content
    )
