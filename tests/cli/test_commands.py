"""The commands as somebody types them."""

import json
import re
import sqlite3
import urllib.error
import urllib.request

import pytest

from cli.running import surroundings, tiji
from tiji.shared.serving import free_port, running_server

pytestmark = [pytest.mark.once, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A blank company on a disk of its own, with the words of `tiji init`."""
    folder = tmp_path_factory.mktemp("company")
    env = surroundings(folder / "var", TIJI_HTTPS="0")
    told = tiji("init", "--company", "远山仪器", "--currency", "usd", "--fiscal-start", "4", env=env, cwd=folder)
    assert told.returncode == 0, told.stderr
    return folder, env, told.stdout


def rows(folder, query):
    with sqlite3.connect(folder / "var" / "tiji.sqlite3") as database:
        return database.execute(query).fetchall()


def test_init_makes_a_blank_company_with_an_administrator(company):
    folder, _env, said = company
    assert rows(folder, "SELECT name, currency, fiscal_start_month, is_demo FROM organization_company") == [
        ("远山仪器", "USD", 4, 0)
    ]
    assert rows(folder, "SELECT email FROM organization_user") == [("admin@localhost",)]
    assert re.search(r"admin@localhost, password: \S{20}", said)
    assert rows(folder, "SELECT count(*) FROM customers_account") == [(0,)]
    assert rows(folder, "SELECT count(*) FROM customers_division")[0][0] > 3000
    assert rows(folder, "SELECT count(*) FROM pipeline_salesprocess")[0][0] == 2


def test_init_refuses_a_second_company_in_the_users_words(company):
    folder, env, _said = company
    told = tiji("init", "--company", "Another", env=env, cwd=folder)
    assert told.returncode == 1
    assert "远山仪器" in told.stderr
    assert "Traceback" not in told.stderr


def test_init_refuses_what_is_no_month_and_makes_no_company(tmp_path):
    env = surroundings(tmp_path / "var")
    told = tiji("init", "--company", "Another", "--fiscal-start", "13", env=env, cwd=tmp_path)
    assert told.returncode == 1
    assert "from 1 to 12" in told.stderr
    assert rows(tmp_path, "SELECT count(*) FROM organization_company") == [(0,)]


def test_a_company_is_served_with_its_styles_and_its_health(company):
    folder, env, _said = company
    with running_server(environment=env) as url:
        for path in ("/health/live", "/health/ready"):
            with urllib.request.urlopen(url + path, timeout=10) as answer:
                assert answer.status == 200
        manifest = json.loads((folder / "var" / "static" / "staticfiles.json").read_text())["paths"]
        for name in ("vendor/echarts/echarts.min.js", "vendor/lucide/sprite.svg"):
            with urllib.request.urlopen(f"{url}/static/{manifest[name]}", timeout=10) as answer:
                assert answer.status == 200
                assert "immutable" in answer.headers["Cache-Control"]


def test_serving_an_old_database_says_what_to_do(tmp_path):
    env = surroundings(tmp_path / "var", TIJI_SECRET_KEY="k" * 60)
    (tmp_path / "var").mkdir()
    told = tiji("serve", "--port", str(free_port()), env=env, cwd=tmp_path)
    assert told.returncode == 1
    assert "tiji migrate" in told.stderr
    assert "Traceback" not in told.stderr


def test_serving_on_a_taken_port_says_what_to_do(company):
    folder, env, _said = company
    with running_server(environment=env) as url:
        told = tiji("serve", "--port", url.rpartition(":")[2], env=env, cwd=folder)
    assert told.returncode == 1
    assert "--port" in told.stderr


def test_without_a_key_the_command_says_how_to_get_one(tmp_path):
    told = tiji("migrate", env=surroundings(tmp_path / "var"), cwd=tmp_path)
    assert told.returncode == 1
    assert "tiji secret" in told.stderr
    assert "Traceback" not in told.stderr


def test_secrets_differ_and_need_no_settings(tmp_path):
    said = [tiji("secret", env=surroundings(tmp_path / "var"), cwd=tmp_path).stdout.strip() for _ in range(2)]
    assert len(set(said)) == 2
    assert min(map(len, said)) > 60


def test_production_settings_have_nothing_to_complain_of(tmp_path):
    env = surroundings(tmp_path / "var", TIJI_SECRET_KEY="5fXo0b-" * 12, TIJI_ALLOWED_HOSTS="tiji.example.com")
    told = tiji("check", "--deploy", "--fail-level", "WARNING", env=env, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


def test_demo_mode_is_off_unless_it_is_set(tmp_path):
    env = surroundings(tmp_path / "var", TIJI_SECRET_KEY="k" * 60)
    question = "from django.conf import settings; print(settings.DEMO_MODE, settings.DEBUG)"
    assert tiji("shell", "--no-imports", "-c", question, env=env, cwd=tmp_path).stdout.split() == ["False", "False"]
