"""Imports through the browser's pages, the REST API and the terminal: the same steps, the same result."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from tiji.apps.customers.models import Account
from tiji.apps.exchange.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Firm,Level\nAcme Ltd,A\nBeta Ltd,Z\n"
GOOD = "Firm,Level\nAcme Ltd,A\nBeta Ltd,B\n"


@pytest.fixture
def page(client, olaf):
    client.force_login(olaf)
    client.cookies["tiji_language"] = "en"
    return client


def hand_in(page, text=TEXT):
    file = SimpleUploadedFile("firms.csv", text.encode())
    answer = page.post(reverse("import_new"), {"file": file, "kind": "accounts", "source": "old"})
    assert answer.status_code == 302
    return Import.objects.get(), answer.url


def columns(**more):
    return {"column-0": "name", "column-1": "tier", "bad_rows": "refuse", **more}


def test_two_screens_show_the_wrong_cell_and_load_the_good_rows(page):
    imported, url = hand_in(page)
    answer = page.post(url, columns(look="1"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Choose a tier from A to D, or none." in text
    assert Account.objects.count() == 0
    page.post(url, columns(bad_rows="skip", load="1"))
    imported.refresh_from_db()
    assert (imported.state, imported.created, imported.refused) == ("done", 1, 1)
    assert [account.name for account in Account.objects.all()] == ["Acme Ltd"]
    report = page.get(imported.get_absolute_url()).content.decode()
    assert "Some rows were left out." in report
    wrong = page.get(reverse("import_errors", args=[imported.pk]))
    assert "Beta Ltd,Z" in wrong.content.decode("utf-8-sig")
    assert "firms.csv" in page.get(reverse("imports")).content.decode()
    page.post(reverse("import_undo", args=[imported.pk]))
    assert Account.objects.live().count() == 0


def test_a_load_that_is_refused_says_so_and_can_be_tried_again(page):
    imported, url = hand_in(page)
    page.post(url, columns(load="1"))
    imported.refresh_from_db()
    assert imported.state == "failed"
    assert "row 3" in imported.message
    assert Account.objects.count() == 0
    page.post(url, columns(bad_rows="skip", load="1"))
    imported.refresh_from_db()
    assert imported.state == "done"


def test_a_wrong_mapping_keeps_what_was_chosen_and_says_what_is_missing(page):
    _imported, url = hand_in(page)
    answer = page.post(url, columns(**{"column-0": "note"}))
    assert "No column is mapped to" in answer.content.decode()
    assert answer.status_code == 422


def test_the_pages_are_complete_in_chinese(page):
    imported, url = hand_in(page)
    page.cookies["tiji_language"] = "zh-hans"
    text = page.post(url, columns(look="1")).content.decode()
    assert "对应字段" in text
    assert page.get(imported.get_absolute_url()).status_code == 200


def test_the_api_hands_in_previews_loads_and_undoes(page):
    file = SimpleUploadedFile("firms.csv", GOOD.encode())
    answer = page.post("/api/v1/imports", {"file": file, "kind": "accounts"})
    assert answer.status_code == 201, answer.content
    path = f"/api/v1/imports/{answer.json()['id']}"
    chosen = {"mapping": {"Firm": "name", "Level": "tier"}}
    assert page.patch(path, chosen, content_type="application/json").json()["mapping"] == chosen["mapping"]
    assert page.get(f"{path}/preview").json() == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
        "problems": [],
    }
    assert page.post(f"{path}/commit").status_code == 202
    assert page.get(path).json()["state"] == "done"
    assert Account.objects.live().count() == 2
    assert page.post(f"{path}/undo").json()["state"] == "undone"
    assert Account.objects.live().count() == 0


def test_the_api_takes_no_file_from_a_rep(client, rita):
    client.force_login(rita)
    file = SimpleUploadedFile("firms.csv", GOOD.encode())
    answer = client.post("/api/v1/imports", {"file": file, "kind": "accounts"})
    assert answer.status_code == 403
    assert Import.objects.count() == 0


@translation.override("en")
def test_the_command_previews_refuses_loads_and_undoes(adam, tmp_path: Path):
    path = tmp_path / "firms.csv"
    path.write_text(TEXT, encoding="utf-8")
    told = ["--kind", "accounts", "--map", "Firm=name", "--map", "Level=tier"]
    out = io.StringIO()
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("import", "file", str(path), *told, stdout=out)
    assert Account.objects.count() == 0
    assert len(list(tmp_path.glob("*.csv"))) == 2
    call_command("import", "file", str(path), *told, "--skip-wrong-rows", stdout=out, stderr=io.StringIO())
    assert Account.objects.live().count() == 1
    call_command("import", "undo", str(Import.objects.latest("pk").pk), stdout=out)
    assert Account.objects.live().count() == 0
