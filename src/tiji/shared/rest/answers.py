"""Answers, written straight as JSON."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError, NotFound
from tiji.shared.paging import Page
from tiji.shared.rest.encoding import to_json

M = TypeVar("M", bound=Model)

JSON = "application/json"
_ETAG = re.compile(r'(?:W/)?"v(\d{1,18})"\Z')


class VersionMissing(DomainError):
    """A change to something that several people edit has to say which version it changes."""

    status = 428
    code = "version-missing"


class VersionMismatch(DomainError):
    """Somebody changed the thing since the caller read it."""

    status = 412
    code = "version-mismatch"


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def answer(request: HttpRequest, body: Any, *, status: int = 200, version: int | None = None) -> HttpResponse:
    """`body` (dictionaries, lists, schemas) as JSON, with an `ETag` if the thing has a version."""
    response = HttpResponse(to_json(body), content_type=JSON, status=status)
    if version is not None:
        response.headers["ETag"] = etag(version)
    return response


def created(request: HttpRequest, body: Any, location: str, *, version: int | None = None) -> HttpResponse:
    """201 with the new thing and where it is: `location` below `/api/v1`."""
    response = answer(request, body, status=201, version=version)
    response.headers["Location"] = f"/api/v1{location}"
    return response


def file_answer(content_type: str) -> dict[str, Any]:
    """For `openapi_extra`: the operation answers with a file of this kind."""
    return {"responses": {200: {"content": {content_type: {"schema": {"type": "string", "format": "binary"}}}}}}


def no_content(request: HttpRequest) -> HttpResponse:
    """204: done, and there is nothing to say."""
    return HttpResponse(status=204)


def page_answer(request: HttpRequest, page: Page[Any], convert: Callable[[Any], Any] | None = None) -> HttpResponse:
    """A page of rows, each through `convert` if given, and its neighbours also as a `Link` header."""
    rows = page.rows if convert is None else [convert(row) for row in page.rows]
    response = answer(request, {"items": rows, "next": page.next, "previous": page.previous})
    links = [_link(request, cursor, name) for name, cursor in (("next", page.next), ("prev", page.previous)) if cursor]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _link(request: HttpRequest, cursor: str, relation: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f'<{request.path}?{query.urlencode()}>; rel="{relation}"'


def found(rows: QuerySet[M], pk: Any, *, field: str | None = None) -> M:
    """The row with this key among those the caller may see.

    Raises: NotFound; with `field` a DomainError at that field, because then the body is what is wrong.
    """
    row = next(iter(rows.filter(pk=pk).order_by()[:1]), None)
    if row is None:
        raise missing(rows.model, field)
    return row


def missing(model: type[Model], field: str | None = None) -> DomainError:
    """What to raise when there is no such row: NotFound, or with `field` a DomainError at that field."""
    noun = noun_of(model)
    if field is None:
        if not noun:
            return NotFound(_("There is nothing with this id, or you may not see it."))
        return NotFound(_("There is no such %(thing)s, or you may not see it.") % {"thing": noun})
    message = _("There is nothing with this id, or you may not see it.")
    if noun:
        message = _("There is no %(thing)s with this id, or you may not see it.") % {"thing": noun}
    return DomainError(message, field=field, code="unknown-reference")


def noun_of(model: type[Model]) -> str:
    """What the reader calls a row of this table; nothing where the room gave it no name but the program's own."""
    name = model._meta.verbose_name
    return str(name) if isinstance(name, Promise) else ""


def expected_version(request: HttpRequest, thing: Any) -> int:
    """The version the caller means to change, from `If-Match`.

    Raises: VersionMissing without the header, VersionMismatch if `thing` has another version by now.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise VersionMissing(_("Send the ETag of what you read in an If-Match header."))
    if header == "*":
        return int(thing.version)
    versions = _versions(header.split(","))
    if thing.version not in versions:
        raise VersionMismatch(
            _("This was changed in between. Read it again and repeat your change."), current=etag(thing.version)
        )
    return int(thing.version)


def _versions(tags: Iterable[str]) -> set[int]:
    matches = (_ETAG.match(tag.strip()) for tag in tags)
    return {int(match[1]) for match in matches if match}
