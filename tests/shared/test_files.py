"""Files are what their content says, and only those who see the thing they belong to can open them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from makers import make_user
from shared.tables import Deal
from tiji.shared import files
from tiji.shared.errors import DomainError, NotFound
from tiji.shared.models import AuditEntry, StoredFile

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def open_document(kind):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
    return sink.getvalue()


def office(part):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{part}/document.xml", "<x/>")
    return sink.getvalue()


@pytest.fixture
def deal(tables, settings, tmp_path, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    monkeypatch.setattr(files, "_rules", {})
    return Deal.objects.create(title="x")


@pytest.fixture
def rita(db):
    return make_user("Rita")


def store(user, deal, name, content):
    return files.store_file(actor=user, upload=SimpleUploadedFile(name, content, "text/html"), thing=deal)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("合同.pdf", PDF, "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.docx", office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.xls", OLD_OFFICE, "application/vnd.ms-excel"),
        ("a.ods", open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
        ("a.csv", "客户,金额\n甲,1\n".encode("gb18030"), "text/plain"),
        ("a.txt", "你好".encode(), "text/plain"),
    ],
)
def test_a_file_is_kept_under_what_it_is(rita, deal, name, content, kind):
    file = store(rita, deal, name, content)
    assert (file.content_type, file.size, file.name) == (kind, len(content), name)
    assert file.content.read() == content
    assert name not in file.content.name
    assert AuditEntry.objects.filter(action="file.stored", object_id=file.pk).exists()
    assert list(files.files_of(deal)) == [file]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.txt", b"  <html><script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.pdf", b"<svg onload=alert(1)>"),
        ("a.png", PDF),
        ("a.exe", b"MZ\x90\x00\x03"),
        ("a.docx", office("xl")),
        ("a.exe", OLD_OFFICE),
        ("a.ods", open_document("text")),
        ("a.ods", office("xl")),
        ("a.zip", b"PK\x03\x04 not really"),
        ("a.txt", b"abc\0def"),
        ("a.pdf", b""),
    ],
)
def test_what_is_active_or_not_what_its_name_says_is_refused(rita, deal, name, content):
    with pytest.raises(DomainError) as refusal:
        store(rita, deal, name, content)
    assert "file" in refusal.value.fields
    assert StoredFile.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(rita, deal, settings, tmp_path):
    settings.FILE_MAX_BYTES = 100
    with pytest.raises(DomainError):
        store(rita, deal, "a.txt", b"a" * 101)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_names_lose_their_folders_and_tricks():
    assert files.safe_name("C:\\Users\\x\\报价.pdf") == "报价.pdf"
    assert files.safe_name("../../etc/passwd") == "passwd"
    assert files.safe_name("a\r\nSet-Cookie: x.pdf") == "aSet-Cookie: x.pdf"
    assert files.safe_name("") == "file"
    assert len(files.safe_name("长" * 300 + ".pdf")) == 200


def test_nobody_opens_a_file_without_a_rule_or_against_it(rita, deal):
    file = store(rita, deal, "a.pdf", PDF)
    with pytest.raises(NotFound):
        files.open_file(rita, file)
    files.visible_by(Deal, lambda viewer, pk: pk == deal.pk and viewer == rita)
    with files.open_file(rita, file) as opened:
        assert opened.read() == PDF
    with pytest.raises(NotFound):
        files.open_file(make_user("Zoe"), file)


def test_a_download_is_an_attachment_that_runs_nothing(rita, deal):
    file = store(rita, deal, "报价 1.pdf", PDF)
    files.visible_by(Deal, lambda viewer, pk: viewer == rita)
    client = Client()
    assert client.get(f"/files/{file.uuid}").status_code == 302
    client.force_login(rita)
    response = client.get(f"/files/{file.uuid}")
    assert b"".join(response.streaming_content) == PDF
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    stranger = Client()
    stranger.force_login(make_user("Zoe"))
    assert stranger.get(f"/files/{file.uuid}").status_code == 404
