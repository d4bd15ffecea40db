"""Operations with the house's rules: sign-in, scope, standard problems, media type, idempotency, versions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import ninja
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja.constants import NOT_SET
from ninja.operation import PathView

from tiji.shared import tokens
from tiji.shared.models import ApiToken
from tiji.shared.rest.once import answer_once
from tiji.shared.rest.pointers import body_schemas
from tiji.shared.rest.problems import UnsupportedMediaType, not_allowed_method
from tiji.shared.rest.schemas import Problem
from tiji.shared.rest.sign_in import SAFE_METHODS, choose_language, sign_in

BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
RULES = "_tiji_rules"
DEFAULT_SCOPE = "default"


class ApiRequest(HttpRequest):
    """A request inside an operation: somebody is signed in."""

    actor: Any
    token: ApiToken | None


@dataclass(frozen=True, slots=True)
class OperationRules:
    """What the wrapper around an operation has to know of it."""

    scope: str | None
    versioned: bool
    accepts: tuple[str, ...]
    once: bool


class _PathView(PathView):
    """Answers a wrong method with a problem document."""

    def clone(self) -> "PathView":
        cloned = _PathView()
        cloned.is_async, cloned.url_name = self.is_async, self.url_name
        cloned.operations = [operation.clone() for operation in self.operations]
        return cloned

    def _sync_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        operation = self._find_operation(request)
        if operation is None:
            return not_allowed_method(request, {method for one in self.operations for method in one.methods})
        return operation.run(request, *args, **kwargs)


class Router(ninja.Router):
    """A room's operations. `get`, `post`, … take what django-ninja's take, and further:

    `scope` (default `<room>:read` or `<room>:write`; None for anybody who is signed in), `problems` (more statuses),
    `versioned` (answers carry an ETag, changes need If-Match), `accepts` (media types of the body) and `once=False` for
    a POST whose answer must not be kept for an idempotency key.
    """

    def __init__(self, room: str, *, tag: str | None = None, **kwargs: Any) -> None:
        super().__init__(tags=[tag] if tag else [room], **kwargs)
        self.room = room

    def get(self, path: str, **options: Any) -> Callable[..., Any]:
        return self.api_operation(["GET"], path, **options)

    def post(self, path: str, **options: Any) -> Callable[..., Any]:
        return self.api_operation(["POST"], path, **options)

    def put(self, path: str, **options: Any) -> Callable[..., Any]:
        return self.api_operation(["PUT"], path, **options)

    def patch(self, path: str, **options: Any) -> Callable[..., Any]:
        return self.api_operation(["PATCH"], path, **options)

    def delete(self, path: str, **options: Any) -> Callable[..., Any]:
        return self.api_operation(["DELETE"], path, **options)

    def api_operation(
        self,
        methods: list[str],
        path: str,
        *,
        scope: str | None = DEFAULT_SCOPE,
        problems: Iterable[int] = (),
        versioned: bool = False,
        accepts: tuple[str, ...] = ("application/json",),
        once: bool = True,
        response: Any = NOT_SET,
        **options: Any,
    ) -> Callable[..., Any]:
        method = methods[0]
        if scope == DEFAULT_SCOPE:
            scope = f"{self.room}:{'read' if method in SAFE_METHODS else 'write'}"
        if scope:
            tokens.declare_scope(scope)
        self.path_operations.setdefault(path, _PathView())
        rules = OperationRules(scope, versioned, accepts, once=once and method == "POST")
        statuses = {*_standard_problems(method, path, versioned), *problems}
        register = super().api_operation(
            methods, path, response={**_answers(response), **dict.fromkeys(sorted(statuses), Problem)}, **options
        )

        def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
            setattr(view, RULES, rules)
            return register(view)

        return decorator


def _answers(response: Any) -> dict[int, Any]:
    if response is NOT_SET:
        return {200: NOT_SET}
    return response if isinstance(response, dict) else {200: response}


def _standard_problems(method: str, path: str, versioned: bool) -> set[int]:
    statuses = {400, 401, 403, 422, 429}
    if "{" in path:
        statuses.add(404)
    if method not in SAFE_METHODS:
        statuses.add(409)
    if method in BODY_METHODS:
        statuses |= {413, 415}
    if versioned and method in {"PUT", "PATCH", "DELETE"}:
        statuses |= {412, 428}
    return statuses


def guarded(run: Callable[..., Any]) -> Callable[..., Any]:
    """The decorator that the API's root puts around every operation: who, how far, what kind of body, once."""
    operation = run.__self__  # type: ignore[attr-defined]
    rules: OperationRules | None = getattr(operation.view_func, RULES, None)
    if rules is None:
        raise TypeError(f"{operation.view_func.__qualname__} was not registered with tiji.shared.rest.Router")
    schemas = body_schemas(operation.models)
    has_body = any(model.__ninja_param_source__ in {"body", "form", "file"} for model in operation.models)

    def wrapper(request: Any, **values: Any) -> Any:
        choose_language(request)
        request.body_schemas = schemas
        response = answer_of(request, values)
        response.headers["Content-Language"] = get_language()
        return response

    def answer_of(request: Any, values: dict[str, Any]) -> Any:
        try:
            sign_in(request, rules.scope)
            if has_body:
                _check_media_type(request, rules.accepts)
            key = request.headers.get("Idempotency-Key") if rules.once else None
            if key is not None:
                return answer_once(request, key, lambda: run(request, **values))
        except Exception as error:
            return operation.api.on_exception(request, error)
        return run(request, **values)

    return wrapper


def _check_media_type(request: HttpRequest, accepts: tuple[str, ...]) -> None:
    if request.content_type in accepts or not (request.body or request.content_type):
        return
    raise UnsupportedMediaType(_("Send the body as %(types)s.") % {"types": ", ".join(accepts)})
