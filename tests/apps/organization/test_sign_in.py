"""Signing in: by password, with lock-out, in two steps, by mail, and with one click in the demo."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from makers import PASSWORD
from tiji.apps.organization.checks import demo_mode_is_meant
from tiji.apps.organization.models import Company, Person, User
from tiji.shared.models import AuditEntry


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str = "rita@example.com", password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password}, HTTP_ACCEPT_LANGUAGE="en")


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("me")).status_code == 200


def test_the_right_password_signs_in_and_is_written_down(client, rita):
    sign_in(client)
    assert is_signed_in(client)
    entry = AuditEntry.objects.get(action="sign_in")
    assert (entry.actor_id, entry.object_id, entry.door) == (rita.pk, rita.pk, "page")


def test_a_wrong_password_does_not_and_is_written_down(client, rita):
    response = sign_in(client, password="wrong")
    assert response.status_code == 200
    assert not is_signed_in(client)
    assert AuditEntry.objects.get(action="sign_in.failed").object_id == rita.pk


def test_an_unknown_address_hears_the_same_as_a_wrong_password(client, rita):
    def told(response):
        return re.findall(r"E-mail or password[^<]*|邮箱或密码[^<]*", response.content.decode())

    wrong, unknown = sign_in(client, password="x"), sign_in(client, email="nobody@example.com", password="x")
    assert told(wrong)
    assert told(wrong) == told(unknown)


def test_after_five_failures_even_the_right_password_waits_and_is_told_how_long(client, rita):
    for _attempt in range(5):
        sign_in(client, password="wrong")
    response = sign_in(client)
    assert not is_signed_in(client)
    assert re.search(r"5 minutes|5 分钟", response.content.decode())
    assert AuditEntry.objects.filter(action="sign_in.locked").count() == 1


def test_the_lock_is_of_one_address(client, rita, ray):
    for _attempt in range(5):
        sign_in(client, password="wrong")
    sign_in(client, email="ray@example.com")
    assert is_signed_in(client)


def test_an_inactive_user_is_refused_in_words(client, rita):
    User.objects.filter(pk=rita.pk).update(is_active=False)
    response = sign_in(client)
    assert not is_signed_in(client)
    assert response.status_code in {200, 302}
    assert AuditEntry.objects.filter(action__startswith="sign_in.").exists()


def test_who_left_today_is_refused_before_the_nightly_job(client, rita):
    Person.objects.filter(pk=rita.person_id).update(left_on=timezone.localdate())
    sign_in(client)
    assert not is_signed_in(client)
    assert AuditEntry.objects.filter(action="sign_in.refused").count() == 1


def test_who_leaves_tomorrow_still_signs_in(client, rita):
    Person.objects.filter(pk=rita.person_id).update(left_on=timezone.localdate() + timedelta(days=1))
    sign_in(client)
    assert is_signed_in(client)


def test_passwords_are_hashed_with_argon2():
    assert make_password("x", hasher="argon2").startswith("argon2$argon2id")
    assert django_settings.PASSWORD_HASHERS[-1].endswith("Argon2PasswordHasher")


def test_nobody_signs_himself_up(client):
    assert client.get("/account/signup/").status_code == 404
    assert client.post("/account/signup/", {"email": "x@example.com", "password1": PASSWORD}).status_code == 404


def test_with_two_steps_the_password_alone_is_not_enough(client, rita):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(rita, secret)
    response = sign_in(client)
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_signed_in(client)
    assert Authenticator.objects.filter(user=rita).exists()


def test_a_password_is_reset_by_mail_once(client, rita):
    client.post(reverse("account_reset_password"), {"email": "rita@example.com"})
    assert len(mail.outbox) == 1
    path = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mail.outbox[0].body)[1]
    page = client.get(path, follow=True)
    assert page.content.decode().count("至少 10 个字符；") == 1, "one sentence of our own, at the first field"
    assert "你的密码" not in page.content.decode()
    new = "another long phrase 7"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    rita.refresh_from_db()
    assert rita.check_password(new)
    assert AuditEntry.objects.filter(action="user.password_changed", object_id=rita.pk).count() == 1
    other = Client()
    sign_in(other, password=new)
    assert is_signed_in(other)


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [("zh-hans", "设置梯级的新密码", "Rita，您好："), ("en", "Set a new password for Tiji", "Hello Rita,")],
)
def test_the_mail_speaks_of_the_product_and_not_of_a_server(client, rita, language, subject, greeting):
    client.cookies["tiji_language"] = language
    client.post(reverse("account_reset_password"), {"email": "rita@example.com"})
    sent = mail.outbox[0]
    assert sent.subject == subject
    assert sent.body.startswith(greeting)
    assert "testserver" not in re.sub(r"https?://\S+", "", sent.body)


def test_a_wrong_second_step_says_what_to_do(client, rita):
    totp.TOTP.activate(rita, totp.generate_totp_secret())
    client.cookies["tiji_language"] = "zh-hans"
    sign_in(client)
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "验证码不正确或已过期" in page
    assert "placeholder" not in page.partition("<form")[2].partition("</form>")[0]
    assert not is_signed_in(client)


def test_an_unknown_address_gets_no_mail(client):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert mail.outbox == []


def test_an_invitation_leads_to_a_first_password(client, adam):
    office = Client()
    office.force_login(adam)
    answer = office.post(reverse("user_invite"), {"email": "new@example.com", "name": "New", "language": "en"})
    assert answer.status_code == 302
    assert mail.outbox[0].to == ["new@example.com"]
    path = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mail.outbox[0].body)[1]
    page = client.get(path, follow=True)
    new = "my very first phrase 3"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    sign_in(client, email="new@example.com", password=new)
    assert is_signed_in(client)


def test_language_and_theme_stay_with_the_user(client, rita):
    client.force_login(rita)
    client.post(reverse("set_preference"), {"language": "en"})
    client.post(reverse("set_preference"), {"theme": "dark"})
    rita.refresh_from_db()
    assert (rita.language, rita.theme) == ("en", "dark")


def test_sessions_are_listed_and_revoked(rita):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    page = here.get(reverse("usersessions_list"))
    assert page.status_code == 200
    here.post(reverse("usersessions_list"), {"remove": "1"})
    assert is_signed_in(here)
    assert not is_signed_in(there)


@pytest.fixture
def demo(company, settings):
    settings.DEMO_MODE = True
    Company.objects.update(is_demo=True)


def test_one_click_signs_in_as_a_role_of_the_demo(demo, client, rita, max_):
    client.post(reverse("demo_sign_in"), {"role": "manager"})
    assert int(client.session["_auth_user_id"]) == max_.pk
    assert AuditEntry.objects.get(action="sign_in.demo").object_id == max_.pk


def test_a_role_that_only_a_grant_gives_is_shown_too(demo, client, axel):
    client.post(reverse("demo_sign_in"), {"role": "auditor"})
    assert int(client.session["_auth_user_id"]) == axel.pk


def test_one_click_is_refused_for_a_role_that_is_none(demo, client, rita):
    assert client.post(reverse("demo_sign_in"), {"role": "king"}).status_code == 404
    assert client.post(reverse("demo_sign_in")).status_code == 404


def test_one_click_is_refused_outside_of_demo_mode(company, client, rita, settings):
    Company.objects.update(is_demo=True)
    settings.DEMO_MODE = False
    assert client.post(reverse("demo_sign_in"), {"role": "rep"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_one_click_is_refused_in_a_real_company_even_in_demo_mode(company, client, rita, settings):
    settings.DEMO_MODE = True
    assert client.post(reverse("demo_sign_in"), {"role": "rep"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_demo_mode_on_a_server_has_to_be_asked_for(settings, monkeypatch):
    settings.DEMO_MODE, settings.DEBUG = True, False
    monkeypatch.delenv("TIJI_DEMO_MODE", raising=False)
    assert [found.id for found in demo_mode_is_meant(None)] == ["organization.E001"]
    monkeypatch.setenv("TIJI_DEMO_MODE", "1")
    assert [found.id for found in demo_mode_is_meant(None)] == ["organization.W001"]
    settings.DEMO_MODE = False
    assert demo_mode_is_meant(None) == []


@pytest.mark.parametrize(
    ("debug", "asked", "on"), [("0", "", False), ("1", "", True), ("0", "1", True), ("1", "0", False)]
)
def test_demo_mode_is_off_on_a_server_unless_set(debug, asked, on):
    """The settings themselves, in a process of their own."""
    import os
    import subprocess
    import sys

    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIJI_", "DJANGO_"))}
    environment |= {"TIJI_DEBUG": debug, "TIJI_SECRET_KEY": "x" * 60, **({"TIJI_DEMO_MODE": asked} if asked else {})}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    told = subprocess.run(
        [sys.executable, "-c", "from tiji.config import settings; print(settings.DEMO_MODE)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(on)
