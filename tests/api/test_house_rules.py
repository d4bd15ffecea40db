"""What holds for every operation: who may call, how refusals look, pages, versions, doing things once."""

import json
import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from api import urls_for_tests
from api.conftest import Caller
from makers import make_company
from shared.tables import Deal
from tiji.shared.models import ApiToken, IdempotentAnswer
from tiji.shared.rest import once, rate

pytestmark = pytest.mark.urls("api.urls_for_tests")
DEALS = "/api/test/deals"


@pytest.fixture(autouse=True)
def deals(test_tables, db):
    urls_for_tests.calls.clear()


def problem_of(response, status, code):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["type"] == f"urn:tiji:problem:{code}"
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    return body


def test_a_token_signs_in_with_one_query(call, django_assert_num_queries):
    make_company()
    call("GET", DEALS)
    with django_assert_num_queries(2):  # who is it; the page
        assert call("GET", DEALS).status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic abc", "Bearer ", "nonsense"])
def test_nobody_is_let_in_without_a_token_that_holds(db, authorization):
    caller = Caller(**({"authorization": authorization} if authorization else {}))
    response = caller("GET", DEALS)
    problem_of(response, 401, "sign-in-needed")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_is_revoked_or_has_expired_or_whose_user_left_holds_no_longer(call, user):
    for change in ({"revoked_at": timezone.now()}, {"revoked_at": None, "expires_at": timezone.now()}):
        ApiToken.objects.update(**change)
        problem_of(call("GET", DEALS), 401, "sign-in-needed")
    ApiToken.objects.update(expires_at=None)
    assert call("GET", DEALS).status_code == 200
    type(user).objects.update(is_active=False)
    problem_of(call("GET", DEALS), 401, "sign-in-needed")


def test_scopes_limit_a_token_and_writing_includes_reading(make_caller):
    reader, writer, other = make_caller("deals:read"), make_caller("deals:write"), make_caller("account:write")
    assert reader("GET", DEALS).status_code == writer("GET", DEALS).status_code == 200
    assert problem_of(reader("POST", DEALS, {"title": "abc"}), 403, "scope-missing")["scope"] == "deals:write"
    assert writer("POST", DEALS, {"title": "abc"}).status_code == 201
    problem_of(other("GET", DEALS), 403, "scope-missing")


def test_a_browser_session_reads_and_writes_only_with_the_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(DEALS).status_code == 200
    body = json.dumps({"title": "abc"})
    problem_of(client.post(DEALS, body, content_type="application/json"), 403, "csrf")
    client.cookies["csrftoken"] = "a" * 32
    ok = client.post(DEALS, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert ok.status_code == 201


def test_refusals_speak_the_callers_language(call, user):
    english = problem_of(call("GET", f"{DEALS}/99"), 404, "not-found")["title"]
    chinese = problem_of(call("GET", f"{DEALS}/99", accept_language="zh-CN,en;q=0.5"), 404, "not-found")["title"]
    assert (english, chinese) == ("Not found", "未找到")
    type(user).objects.update(language="en")
    call.headers.pop("accept-language")
    answer = call("GET", f"{DEALS}/99")
    assert (answer.json()["title"], answer.headers["Content-Language"]) == ("Not found", "en")


def test_every_wrong_value_is_named_with_what_to_do(call):
    body = problem_of(call("POST", DEALS, {"title": "a", "amount": "1.23456", "colour": 1}), 422, "validation")
    found = {error["pointer"]: error["detail"] for error in body["errors"]}
    assert found == {
        "#/title": "Send at least 2 characters.",
        "#/amount": "Send at most 4 decimals.",
        "#/colour": "There is no such field. Remove it or check its spelling.",
    }
    query = problem_of(call("GET", f"{DEALS}?size=0"), 422, "validation")
    assert [error["parameter"] for error in query["errors"]] == ["size"]


def test_a_rule_that_refuses_points_at_its_field_and_leaves_nothing(call):
    body = problem_of(call("POST", DEALS, {"title": "refused"}), 422, "bad-title")
    assert body["errors"] == [{"pointer": "#/title", "code": "bad-title", "detail": "No such title."}]
    problem_of(call("POST", DEALS, {"title": "forbidden"}), 403, "not-allowed")
    assert Deal.objects.count() == 0


def test_what_was_not_foreseen_is_a_problem_with_a_number_and_no_trace(call, caplog):
    response = call("POST", DEALS, {"title": "broken"})
    body = problem_of(response, 500, "internal")
    assert body["request_id"] in body["detail"]
    assert b"ZeroDivision" not in response.content
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "raw", "kind", "status", "code"),
    [
        ("GET", "/api/test/nowhere", None, "", 404, "not-found"),
        ("GET", "/api/v1/nowhere/at/all", None, "", 404, "not-found"),
        ("DELETE", DEALS, None, "", 405, "method-not-allowed"),
        ("POST", DEALS, b"{", "application/json", 400, "unreadable"),
        ("POST", DEALS, b'{"title": "a\\u0000b"}', "application/json", 400, "unreadable"),
        ("POST", DEALS, b'{"title": "\\ud800"}', "application/json", 400, "unreadable"),
        ("POST", DEALS, b"\xff\xfe", "application/json", 400, "unreadable"),
        ("POST", DEALS, b"<a/>", "text/xml", 415, "unsupported-media-type"),
        ("POST", DEALS, None, "", 422, "validation"),
        ("POST", DEALS, b"[]", "application/json", 422, "validation"),
        ("GET", DEALS + "?cursor=%00", None, "", 400, "unreadable"),
        ("GET", DEALS + "?cursor=abc", None, "", 422, "invalid-cursor"),
        ("GET", DEALS + "/99999999999999999999999", None, "", 422, "validation"),
        ("GET", DEALS + "/abc", None, "", 422, "validation"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_too(call, method, path, raw, kind, status, code):
    problem_of(call(method, path, raw=raw, content_type=kind), status, code)


def test_a_body_that_is_too_large_is_refused(call, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem_of(call("POST", DEALS, {"title": "a" * 200}), 413, "too-large")


def test_pages_are_followed_by_cursor_or_by_link(call):
    Deal.objects.bulk_create(Deal(title=f"d{n}", amount=Decimal(n) / 4) for n in range(7))
    first = call("GET", f"{DEALS}?size=3")
    assert [item["amount"] for item in first.json()["items"]] == ["1.5000", "1.2500", "1.0000"]
    assert first.json()["previous"] is None
    second = call("GET", f"{DEALS}?size=3&cursor={first.json()['next']}").json()
    assert [item["title"] for item in second["items"]] == ["d3", "d2", "d1"]
    address, relation = first.headers["Link"].split("; ")
    assert relation == 'rel="next"'
    assert call("GET", address.strip("<>")).json() == second


def test_a_change_says_which_version_it_changes(call):
    deal = Deal.objects.create(title="old", likes=4)
    path = f"{DEALS}/{deal.pk}"
    assert call("GET", path).headers["ETag"] == '"v4"'
    problem_of(call("PATCH", path, {"title": "new"}), 428, "version-missing")
    stale = problem_of(call("PATCH", path, {"title": "new"}, if_match='"v3"'), 412, "version-mismatch")
    assert stale["current"] == '"v4"'
    problem_of(call("PATCH", path, {"title": "new"}, if_match="v4"), 412, "version-mismatch")
    problem_of(call("PATCH", path, {"title": "late"}, if_match='"v4"'), 412, "version-mismatch")
    changed = call("PATCH", path, {"title": "new"}, if_match='"v4"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v5"')
    assert call("PATCH", path, {"title": "newer"}, if_match='"v4", "v5"').status_code == 200
    problem_of(call("PATCH", path, {"title": "new"}, if_match='"v5"'), 412, "version-mismatch")


def test_the_same_key_does_it_once_and_gives_the_same_answer(call):
    first = call("POST", DEALS, {"title": "abc"}, idempotency_key="k1")
    again = call("POST", DEALS, {"title": "abc"}, idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert [again.headers[name] for name in ("Location", "ETag")] == [
        first.headers[name] for name in ("Location", "ETag")
    ]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Deal.objects.count() == 1
    problem_of(call("POST", DEALS, {"title": "abd"}, idempotency_key="k1"), 422, "idempotency-key")
    assert call("POST", DEALS, {"title": "abc"}, idempotency_key="k2").status_code == 201
    assert Deal.objects.count() == 2
    problem_of(call("POST", DEALS, {"title": "abc"}, idempotency_key="k" * 101), 422, "idempotency-key")


def test_what_failed_may_be_tried_again_with_its_key(call):
    problem_of(call("POST", DEALS, {"title": "refused"}, idempotency_key="k1"), 422, "bad-title")
    assert IdempotentAnswer.objects.count() == 0
    assert call("POST", DEALS, {"title": "fine"}, idempotency_key="k1").status_code == 201


def test_a_key_is_free_again_after_a_day(call):
    call("POST", DEALS, {"title": "abc"}, idempotency_key="k1")
    IdempotentAnswer.objects.update(created_at=timezone.now() - once.KEPT)
    assert call("POST", DEALS, {"title": "other"}, idempotency_key="k1").status_code == 201
    assert Deal.objects.count() == 2
    IdempotentAnswer.objects.update(created_at=timezone.now() - once.KEPT)
    assert once.forget_old_answers() == 1


def test_two_requests_with_one_key_at_the_same_moment_do_it_once(committed_tables, call):
    answers, together = [], threading.Barrier(3)

    def send():
        try:
            together.wait(10)
            answers.append(Caller(**call.headers)("POST", DEALS, {"title": "abc"}, idempotency_key="same"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert urls_for_tests.calls == ["abc"]
    assert Deal.objects.count() == 1


@override_settings(API_RATE_PER_MINUTE=3)
def test_a_token_that_is_too_fast_is_told_how_long_to_wait(make_caller):
    quick, other = make_caller(), make_caller()
    for _ in range(3):
        assert quick("GET", DEALS).status_code == 200
    response = quick("GET", DEALS)
    problem_of(response, 429, "too-many-requests")
    assert 1 <= int(response.headers["Retry-After"]) <= 20
    assert other("GET", DEALS).status_code == 200
    rate.forget()
    assert quick("GET", DEALS).status_code == 200


def test_an_answer_through_the_schema_is_written_like_one_by_hand(call):
    response = call("POST", "/api/test/plain", {"title": "abc", "amount": 0.1})
    assert response.json() == {"id": 1, "title": "abc", "amount": "0.1", "likes": 0}


def test_the_description_names_every_answer_and_header(call):
    schema = call("GET", "/api/test/openapi.json").json()
    patch = schema["paths"]["/api/test/deals/{deal_id}"]["patch"]
    assert set(patch["responses"]) == {str(s) for s in (200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429)}
    assert list(patch["responses"]["404"]["content"]) == ["application/problem+json"]
    assert {p["name"] for p in patch["parameters"]} == {"deal_id", "If-Match"}
    create = schema["paths"]["/api/test/deals"]["post"]
    assert create["x-scope"] == "deals:write"
    assert {p["name"] for p in create["parameters"]} == {"Idempotency-Key"}
    assert "Location" in create["responses"]["201"]["headers"]


def test_nothing_of_a_failed_request_with_a_key_survives_its_transaction(call):
    call("POST", DEALS, {"title": "broken"}, idempotency_key="k1")
    assert not transaction.get_connection().needs_rollback
    assert (Deal.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)
