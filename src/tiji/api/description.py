"""What the house adds to the OpenAPI description: sign-in, problem documents, headers."""

from typing import Any

from ninja import NinjaAPI

from tiji.shared.rest.problems import PROBLEM_JSON
from tiji.shared.rest.router import RULES

_ETAG = {"ETag": {"description": "The version of the thing", "schema": {"type": "string"}}}
_LINK = {"Link": {"description": "`next` and `prev` pages (RFC 8288)", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Where the new thing is", "schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what is changed",
    "schema": {"type": "string", "pattern": '^("v[0-9]{1,18}"|\\*)$'},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own for this request; sent twice it is done once",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9._-]+$"},
}
_SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A personal token"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The signed-in browser"},
}


def complete(schema: dict[str, Any], api: NinjaAPI) -> None:
    """Add to the generated description what django-ninja does not know of."""
    schema["components"]["securitySchemes"] = _SECURITY_SCHEMES
    schema["security"] = [{"token": []}, {"session": []}]
    rules = {
        api.get_openapi_operation_id(operation): getattr(operation.view_func, RULES)
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            _complete_operation(operation, method, rules[operation["operationId"]])


def _complete_operation(operation: dict[str, Any], method: str, rules: Any) -> None:
    if rules.scope:
        operation["x-scope"] = rules.scope
        operation["security"] = [{"token": [rules.scope]}, {"session": []}]
    parameters = operation.setdefault("parameters", [])
    if rules.once:
        parameters.append(_IDEMPOTENCY_KEY)
    if rules.versioned and method in {"put", "patch", "delete"}:
        parameters.append(_IF_MATCH)
    is_page = any(parameter["name"] == "cursor" for parameter in parameters)
    for status, response in operation["responses"].items():
        _complete_response(int(status), response, versioned=rules.versioned, is_page=is_page)


def _complete_response(status: int, response: dict[str, Any], *, versioned: bool, is_page: bool) -> None:
    if status >= 400:
        content = response.get("content", {})
        if "application/json" in content:
            content[PROBLEM_JSON] = content.pop("application/json")
    headers: dict[str, Any] = {}
    if status == 429:
        headers |= _RETRY
    if status == 201:
        headers |= _LOCATION
    if status < 300 and versioned:
        headers |= _ETAG
    if status == 200 and is_page:
        headers |= _LINK
    if headers:
        response["headers"] = headers
