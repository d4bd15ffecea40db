"""The REST API: one root, the routers of all rooms below it, its description and its documentation page."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.openapi.urls import get_openapi_urls
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from tiji import __version__
from tiji.api.description import complete
from tiji.shared.rest import problems
from tiji.shared.rest.answers import answer
from tiji.shared.rest.encoding import from_json, to_json
from tiji.shared.rest.router import guarded

ROOMS = (
    "organization",
    "catalog",
    "customers",
    "pipeline",
    "commerce",
    "targets",
    "incentives",
    "insights",
    "exchange",
)


class _Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return to_json(data)


class _Parser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return from_json(request.body)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """Raises: HttpError for a NUL, which no text column takes."""
        values = super().parse_querydict(data, list_fields, request)
        return {name: _without_nul(value) for name, value in values.items()}


def _without_nul(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise HttpError(400, "NUL")
    return value


class TijiApi(NinjaAPI):
    """django-ninja's API with problem documents everywhere and a description of what the house adds."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, *, path_prefix: Any = None, path_params: Any = None) -> OpenAPISchema:
        if self._described is None:
            schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            complete(schema, self)
            self._described = schema
        return self._described

    def get_openapi_operation_id(self, operation: Any) -> str:
        """`products_read_product`: the module is the document, so two rooms may both archive."""
        document = operation.view_func.__module__.rpartition(".")[2]
        return f"{document}_{operation.view_func.__name__}"

    def get_operation_url_name(self, operation: Any, router: Any) -> str:
        return f"api_{self.get_openapi_operation_id(operation)}"

    def _get_urls(self) -> list[Any]:
        found = list(get_openapi_urls(self))
        for bound in self._get_bound_routers():
            found.extend(bound.urls_paths(bound.prefix))
        last = path("<path:rest>", problems.not_found)
        return [*by_first_word(found), path("", index, name="api-root"), last]


def by_first_word(patterns: list[URLPattern]) -> list[URLPattern | URLResolver]:
    """The same addresses in two short lists instead of a long one, which costs a call a tenth of its time."""
    plain: list[URLPattern | URLResolver] = []
    below: dict[str, list[URLPattern | URLResolver]] = {}
    for pattern in patterns:
        word, slash, rest = str(pattern.pattern).partition("/")
        if slash and "<" not in word:
            below.setdefault(word, []).append(path(rest, pattern.callback, pattern.default_args, pattern.name))
        else:
            plain.append(pattern)
    return [*plain, *(path(f"{word}/", include(found)) for word, found in below.items())]


def index(request: HttpRequest) -> HttpResponse:
    """Where to go from the root."""
    base = request.path.rstrip("/")
    return answer(request, {"name": "Tiji", "docs": f"{base}/docs", "openapi": f"{base}/openapi.json"})


def _routers() -> list[Any]:
    """The routers of every room that has an API: its package offers `router`, or `routers` if it has several."""
    found: list[Any] = []
    for name in ("tiji.api.account", *(f"tiji.apps.{room}.api" for room in ROOMS)):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        module = import_module(name)
        found += getattr(module, "routers", None) or [getattr(module, "router", None)]
    return [router for router in found if router is not None]


def make_api(routers: list[Any], namespace: str = "api") -> TijiApi:
    """An API of these routers with the house's rules."""
    made = TijiApi(
        title="Tiji",
        version=__version__,
        description=_DESCRIPTION,
        urls_namespace=namespace,
        renderer=_Renderer(),
        parser=_Parser(),
        docs=Swagger({"validatorUrl": None, "persistAuthorization": False}),
    )
    problems.install(made)
    made.add_decorator(guarded, mode="view")
    for router in routers:
        made.add_router("", router)
    return made


_DESCRIPTION = """\
Everything the pages do, through the same rules and rights.

* Sign in with a personal token: `Authorization: Bearer tiji_…`.
* Amounts and rates are decimals in strings; moments are RFC 3339 in UTC; business dates are plain dates.
* Lists come in pages: follow `next` (or the `Link` header) until it is null.
* Send an `Idempotency-Key` with a POST, and sending it twice does it once.
* What several people edit carries an `ETag`; send it back in `If-Match` when you change it.
* Refusals are `application/problem+json` in the language of `Accept-Language`, else in yours.
"""

api = make_api(_routers())
