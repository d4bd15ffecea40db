"""Every operation, called with generated input good and bad, keeps its description: no 5xx, nothing undocumented.

Runs inside this process as a user who may do everything, on a small company; each call is rolled back. A path parameter
`account_id` is half of the time the key of a real account.
"""

import json
import os
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise

import pytest
import schemathesis
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from ninja import Schema
from schemathesis import GenerationMode
from schemathesis import checks as names

from cast import found_company
from makers import make_account, make_person, make_product, make_user
from tiji.api.root import ROOMS, api
from tiji.apps.organization.models import Role, RoleGrant
from tiji.shared import tokens
from tiji.shared.rest import rate
from tiji.shared.rest.encoding import to_json

DESCRIPTION = json.loads(to_json(api.get_openapi_schema(path_prefix="/api/v1/")))
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}
# A few of each in the ordinary run; `TIJI_TEST_EXAMPLES=40` looks harder.
WANTED = int(os.environ.get("TIJI_TEST_EXAMPLES", "6"))
EXAMPLES = {GenerationMode.POSITIVE: WANTED, GenerationMode.NEGATIVE: max(1, WANTED * 2 // 3)}
CHECKS = [
    names.not_a_server_error,
    names.CHECKS.get_one("status_code_conformance"),
    names.CHECKS.get_one("content_type_conformance"),
    names.CHECKS.get_one("response_schema_conformance"),
    names.CHECKS.get_one("response_headers_conformance"),
]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]


@pytest.fixture(scope="module")
def application():
    """The program as a server runs it, except that a request does not close the test's own connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def secret(module_rows):
    """A token of somebody who leads the company, runs its operations, books its money and administers it."""
    rate.forget()
    company = found_company()
    leader = make_person("Dora", company.root, Role.DIRECTOR)
    make_account("苏州智控", leader)
    make_product("EC-1")
    user = leader.user
    for role in (Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.FINANCE, Role.HR):
        RoleGrant.objects.create(user=user, role=role, valid_from=date(2020, 1, 1))
    make_user("Otto", role=Role.AUDITOR)
    return tokens.make_token(actor=user, name="schema", scopes=["*"])[1]


def real_key(parameter):
    """The key of some real thing that a path parameter is named after."""
    name = parameter.removesuffix("_id").replace("_", "")
    for model in apps.get_models():
        if model._meta.app_config.name.startswith("tiji.") and model._meta.model_name == name:
            return model._default_manager.values_list("pk", flat=True).first()
    return None


@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("label", OPERATIONS)
def test_operation_keeps_its_description(label, mode, secret, application, settings):
    settings.API_RATE_PER_MINUTE = 0
    operation = OPERATIONS[label]
    keys = {parameter.name: real_key(parameter.name) for parameter in operation.path_parameters}
    keys = {name: key for name, key in keys.items() if key is not None}

    @effort(max_examples=EXAMPLES[mode], deadline=None, database=None, derandomize=True, suppress_health_check=QUIET)
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def call(case, real):
        if real and keys and mode is GenerationMode.POSITIVE:
            case.path_parameters.update(keys)
        with transaction.atomic():
            headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
            response = case.call(app=application, headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    call()


def test_every_operation_asks_for_a_sign_in(client, module_rows):
    for path, operations in DESCRIPTION["paths"].items():
        for method in operations:
            address = path.replace("{", "").replace("}", "")
            response = client.generic(method.upper(), address, b"{}", content_type="application/json")
            assert response.status_code == 401, (method, path)
            assert response.headers["Content-Type"] == "application/problem+json"


def test_every_refusal_is_described_as_a_problem_document():
    for path, operations in DESCRIPTION["paths"].items():
        for method, operation in operations.items():
            refusals = {s: r for s, r in operation["responses"].items() if int(s) >= 400}
            assert {"401", "403", "422", "429"} <= refusals.keys(), (method, path)
            for response in refusals.values():
                assert list(response["content"]) == ["application/problem+json"]


def test_every_operation_has_a_name_of_its_own_and_a_sentence():
    found = [operation for operations in DESCRIPTION["paths"].values() for operation in operations.values()]
    ids = [operation["operationId"] for operation in found]
    assert sorted(ids) == sorted(set(ids))
    assert [operation["operationId"] for operation in found if not operation.get("description")] == []


def test_every_body_has_a_name_of_its_own():
    """Two bodies of one name would silently take each other's place in the description."""
    classes = {model for model in every_subclass(Schema) if model.__module__.startswith("tiji.")}
    found = sorted(model.__name__ for model in classes)
    assert [name for name, other in pairwise(found) if name == other] == []


def every_subclass(base):
    return set().union(*({one} | every_subclass(one) for one in base.__subclasses__()))


def test_the_documentation_page_loads_nothing_from_elsewhere(client, module_rows):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "://" not in text.replace("http://testserver", "")
    assert "<script>" not in text


def test_every_room_that_has_an_api_is_mounted():
    rooms = [room for room in ROOMS if (spec := find_spec(f"tiji.apps.{room}.api")) and spec.origin]
    modules = [import_module(f"tiji.apps.{room}.api") for room in rooms]
    mounted = [hasattr(module, "router") or hasattr(module, "routers") for module in modules]
    assert dict(zip(rooms, mounted, strict=True)) == dict.fromkeys(rooms, True)
