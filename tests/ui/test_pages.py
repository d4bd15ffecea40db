"""Components, error pages, language and theme, refusals."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.urls import reverse

import tiji.ui
from tiji.shared.errors import Conflict, DomainError, NotAllowed, NotFound
from tiji.ui.errors import differences, domain_error_response
from tiji.ui.preferences import browser_language, request_theme

UI = Path(tiji.ui.__file__).parent
COMPONENTS = sorted(path.stem for path in (UI / "templates" / "cotton").glob("*.html"))
GUIDE = UI.parents[2] / "docs" / "how-to" / "ui-components.md"


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(UI / "templates").as_posix() for path in (UI / "templates").rglob("*.html"))
)
def test_every_template_compiles(name):
    get_template(name)


def test_every_component_is_in_the_guide():
    text = GUIDE.read_text()
    missing = [name for name in COMPONENTS if not re.search(rf"[`-]{name.replace('_', '-')}[`> ]", text)]
    assert missing == []


def test_every_icon_in_our_files_is_shipped():
    shipped = set((UI / "icons.txt").read_text().split())
    used = set()
    for path in UI.rglob("*.html"):
        text = path.read_text()
        used |= set(re.findall(r"""{% icon ["']([a-z0-9-]+)["']""", text))
        used |= set(re.findall(r"""[ ]icon(?:-end)?="([a-z0-9-]+)\"""", text))
    assert used - shipped == set()


def test_no_template_carries_scripts_or_handlers_inline():
    for path in UI.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\son[a-z]+=", text), path
        for opening in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in opening or "application/json" in opening, path


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading"), [("zh-hans", "组件与状态"), ("en", "Components and states")])
def test_the_components_page_speaks_both_languages(client, language, heading):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("components"))
    assert heading in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.parametrize(
    ("header", "language"), [("", "zh-hans"), ("en-GB,en;q=0.9", "en"), ("en,zh;q=0.5", "zh-hans"), ("fr", "zh-hans")]
)
def test_without_a_choice_the_language_is_chinese_unless_only_english_is_asked_for(rf, header, language):
    assert browser_language(rf.get("/", HTTP_ACCEPT_LANGUAGE=header)) == language


@pytest.mark.django_db
def test_a_choice_is_kept_in_the_browser_before_sign_in(client):
    response = client.post(reverse("set_preference"), {"language": "en", "theme": "dark", "next": "https://elsewhere/"})
    assert response.url == "/"
    assert (client.cookies["tiji_language"].value, client.cookies["tiji_theme"].value) == ("en", "dark")
    page = client.get(reverse("account_login")).content.decode()
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page


def test_a_theme_nobody_knows_is_the_device_s(rf):
    request = rf.get("/")
    request.COOKIES["tiji_theme"] = "neon"
    request.user = AnonymousUser()
    assert request_theme(request) == "auto"


def asked(rf, htmx=False):
    request = rf.get("/deals/1/")
    request.user = AnonymousUser()
    request.htmx = SimpleNamespace(boosted=False, history_restore_request=False, target="") if htmx else None
    return request


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"),
    [(NotAllowed("ask Max"), 403), (NotFound("gone"), 404), (Conflict("changed"), 409), (DomainError("short"), 422)],
)
def test_a_refusal_becomes_a_page_with_its_status_and_words(rf, error, status):
    response = domain_error_response(asked(rf), error)
    assert response.status_code == status
    assert str(error) in response.content.decode()


def test_a_refusal_in_htmx_is_said_and_changes_nothing(rf):
    response = domain_error_response(asked(rf, htmx=True), NotAllowed("ask Max"))
    assert (response.status_code, response["HX-Reswap"]) == (403, "none")
    assert json.loads(response["HX-Trigger"])["tiji:toast"]["message"] == "ask Max"


@pytest.mark.django_db
def test_two_editors_see_both_versions(rf):
    error = Conflict("Ray was faster", current={"amount": 412, "date": 1}, attempted={"amount": 380, "date": 1})
    assert differences(error.current, error.attempted) == [("amount", 412, 380)]
    for request in (asked(rf), asked(rf, htmx=True)):
        text = domain_error_response(request, error).content.decode()
        assert "412" in text
        assert "380" in text


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_of_ours(client):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "errpage" in response.content.decode()


def test_the_page_of_a_server_error_needs_nothing_that_may_have_failed(rf):
    from tiji.ui.views import server_error

    response = server_error(asked(rf))
    assert response.status_code == 500
    assert "errpage" in response.content.decode()


@pytest.mark.django_db
def test_a_view_is_saved_under_a_name_and_deleted_by_its_owner_only(client, rita, zoe):
    client.force_login(rita)
    sent = {"name": "East", "list_key": "accounts", "path": "/accounts/", "query": "tier=A", "shared": "on"}
    assert client.post(reverse("saved_view_new"), sent).url == "/accounts/?tier=A"
    view = rita_view()
    client.force_login(zoe)
    assert client.post(reverse("saved_view_delete", args=[view.pk])).status_code == 403
    client.force_login(rita)
    client.post(reverse("saved_view_delete", args=[view.pk]))
    assert rita_view() is None


def rita_view():
    from tiji.shared.models import SavedView

    return SavedView.objects.filter(name="East").first()


@pytest.mark.django_db
def test_a_saved_view_cannot_lead_elsewhere(client, rita):
    client.force_login(rita)
    sent = {"name": "East", "list_key": "accounts", "path": "//evil.example/", "query": ""}
    assert client.post(reverse("saved_view_new"), sent).status_code == 422
