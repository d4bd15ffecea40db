"""A backup holds every table and every file, and either database takes it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection

import makers_incentives
import makers_targets
from cli.filling import fill_every_table
from makers_models import model_of
from shared.planner import forget, known_rows
from tiji.apps.incentives.services.model_work import work_off_model
from tiji.cli.backup import dump, load
from tiji.cli.backup.archive import opened
from tiji.cli.backup.files import artifacts_folder, places
from tiji.cli.backup.tables import tables
from tiji.shared.errors import DomainError
from tiji.shared.triggers import lifted

pytestmark = pytest.mark.django_db(transaction=True)

# Tables whose constraints no made-up row meets; a row of each comes from the makers of its own room.
HARD_TO_FILL: set[str] = set()

# A restored database has new stamps, so that no server keeps what it knew of the rows before, and looks at its tables
# anew.
NOT_KEPT = {"shared_stamp", "sqlite_stat1", "sqlite_stat4"}


def plan_and_pay(rita, olaf, fiona) -> None:
    """Targets and pay have rules that made-up rows cannot keep: they are written by their services."""
    version = makers_targets.make_plan(olaf)
    makers_targets.type_in(olaf, version, (rita, "2026-Q1", "300000"))
    plan = makers_incentives.make_plan(olaf)
    makers_incentives.pay_by(olaf, plan, rita.person)
    makers_incentives.make_quota(olaf, rita.person, "2026-Q1", "100000")
    makers_incentives.receive(fiona, makers_incentives.customer_of(rita.person), "50000.00", "2026-01-15")
    makers_incentives.run_month(olaf, "2026-M01")
    makers_incentives.send_letter(olaf, plan, rita.person)
    work_off_model(model_of(olaf, plan, last="2026-M01").pk)


@pytest.fixture
def filled(company, rita, olaf, fiona):
    """A company with rows in every table, with two stored files and one run artifact."""
    plan_and_pay(rita, olaf, fiona)
    with lifted():  # made-up rows keep no rule of what is set aside
        empty = fill_every_table()
    default_storage.save("aa/bb/contract", ContentFile("合同正文".encode() * 1000))
    default_storage.save("aa/cc/empty", ContentFile(b""))
    artifacts_folder().mkdir(parents=True, exist_ok=True)
    (artifacts_folder() / "run-1.parquet").write_bytes(bytes(range(256)) * 4096)
    yield empty
    for storage in places().values():
        shutil.rmtree(storage.path(""), ignore_errors=True)


def everything() -> dict[str, list[tuple]]:
    """Every row of every table of the database, whether it has a model or not; JSON as the value it stands for."""
    found = {}
    documents = {table.name: json_columns(table) for table in tables()}
    with connection.cursor() as cursor:
        for name in sorted(set(connection.introspection.table_names(cursor)) - search_tables(cursor) - NOT_KEPT):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            read = [
                json.loads if column[0] in documents.get(name, ()) else lambda value: value
                for column in cursor.description
            ]
            rows = [
                tuple(None if value is None else convert(value) for convert, value in zip(read, row, strict=True))
                for row in cursor.fetchall()
            ]
            found[name] = sorted(rows, key=lambda row: repr(row[0]))
    return found


def json_columns(table) -> set[str]:
    return {
        field.column for field in table.model._meta.local_concrete_fields if field.get_internal_type() == "JSONField"
    }


def search_tables(cursor) -> set[str]:
    """What SQLite keeps inside its full-text indexes; that they fit their tables is checked by SQLite itself."""
    if connection.vendor == "postgresql":
        return set()
    cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'")
    found = {name for (name,) in cursor.fetchall()}
    for name in found:
        cursor.execute(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")
    return {f"{name}_{part}" for name in found for part in ("data", "idx", "content", "docsize", "config")}


def all_files() -> dict[str, bytes]:
    return {
        f"{place}/{path.relative_to(storage.path(''))}": path.read_bytes()
        for place, storage in places().items()
        for path in Path(storage.path("")).rglob("*")
        if path.is_file()
    }


def triggers() -> list[tuple]:
    """The triggers that protect posted rows, and whether they are on."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    if connection.vendor == "postgresql":
        query = "SELECT tgname, tgenabled, tgrelid FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname, tgrelid"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_restoring_gives_back_every_row_and_every_file(filled, tmp_path):
    before, files, guards = everything(), all_files(), triggers()
    manifest = dump.write_backup(tmp_path / "tiji.backup")
    get_user_model().objects.update(name="changed since")
    default_storage.save("aa/dd/later", ContentFile(b"later"))
    default_storage.delete("aa/bb/contract")

    forget()
    load.read_backup(tmp_path / "tiji.backup", replace=True)

    assert known_rows("organization_company") == 1, "the planner was not told of the rows"
    assert everything() == before
    assert all_files() == files
    assert triggers() == guards
    assert len(files) >= 3, "two stored files and the artifacts of the run"
    assert {name: facts["rows"] for name, facts in manifest["tables"].items()} == {
        table.name: len(before[table.name]) for table in tables()
    }


def test_every_table_had_a_row_to_compare(filled):
    assert set(filled) <= HARD_TO_FILL


def test_the_backup_of_one_database_fills_the_other_and_comes_back_the_same(filled, tmp_path):
    before, files = everything(), all_files()
    first = dump.write_backup(tmp_path / "first.backup")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TIJI_")},
        "TIJI_DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3",
        "TIJI_DATA_DIR": str(tmp_path / "other"),
        "TIJI_SECRET_KEY": "another machine's key, which is not part of a backup at all",
        "DJANGO_SETTINGS_MODULE": "tiji.config.settings",
    }
    for command, name in (("restore", "first.backup"), ("backup", "second.backup")):
        told = [sys.executable, "-m", "tiji", command, str(tmp_path / name)]
        result = subprocess.run(told, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr

    with opened(tmp_path / "second.backup") as reader:
        second = reader.manifest
    assert second["database"] == "sqlite"
    assert second["tables"] == first["tables"]
    assert second["files"] == first["files"]
    load.read_backup(tmp_path / "second.backup", replace=True)
    assert everything() == before
    assert all_files() == files


def test_a_key_given_out_once_is_never_given_out_again(filled, tmp_path):
    users = get_user_model().objects
    highest = users.create_user(email="last@example.com", password="a long password", name="Last")
    highest_key = highest.pk
    users.filter(pk=highest_key).delete()
    dump.write_backup(tmp_path / "tiji.backup")
    load.read_backup(tmp_path / "tiji.backup", replace=True)
    assert users.create_user(email="next@example.com", password="a long password", name="Next").pk == highest_key + 1


def test_a_database_with_rows_is_refused_unless_told(filled, tmp_path):
    dump.write_backup(tmp_path / "tiji.backup")
    before = everything()
    with pytest.raises(DomainError, match="--replace"):
        load.read_backup(tmp_path / "tiji.backup")
    assert everything() == before


def test_a_damaged_backup_changes_nothing(filled, tmp_path):
    path = tmp_path / "tiji.backup"
    dump.write_backup(path)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("files/stored/aa/bb/contract")
    data = bytearray(path.read_bytes())
    data[entry.header_offset + 30 + len(entry.filename) + 100] ^= 1
    path.write_bytes(data)
    before, files = everything(), all_files()
    with pytest.raises(DomainError, match="aa/bb/contract"):
        load.read_backup(path, replace=True)
    assert (everything(), all_files()) == (before, files)


def test_a_cut_off_backup_is_refused(filled, tmp_path):
    path = tmp_path / "tiji.backup"
    dump.write_backup(path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DomainError) as refused:
        load.read_backup(path, replace=True)
    assert refused.value.code == "damaged-backup"


def test_a_failure_half_way_leaves_rows_files_and_triggers_as_they_were(filled, tmp_path, monkeypatch):
    dump.write_backup(tmp_path / "tiji.backup")
    get_user_model().objects.update(name="changed since")
    default_storage.delete("aa/bb/contract")
    before, files, guards = everything(), all_files(), triggers()

    def fail() -> None:
        raise IntegrityError("a row points nowhere")

    monkeypatch.setattr(load, "check_constraints", fail)
    with pytest.raises(IntegrityError):
        load.read_backup(tmp_path / "tiji.backup", replace=True)
    assert (everything(), all_files(), triggers()) == (before, files, guards)


def test_a_backup_of_other_tables_is_refused(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(dump, "applied_migrations", lambda: {"organization": ["0001_initial", "9999_of_the_future"]})
    dump.write_backup(tmp_path / "tiji.backup")
    monkeypatch.undo()
    with pytest.raises(DomainError) as refused:
        load.read_backup(tmp_path / "tiji.backup", replace=True)
    assert refused.value.code == "other-version"


def test_a_backup_never_overwrites_a_file(filled, tmp_path):
    path = tmp_path / "tiji.backup"
    path.write_text("something else")
    with pytest.raises(DomainError, match=r"tiji\.backup"):
        dump.write_backup(path)
    assert path.read_text() == "something else"


def test_only_its_owner_may_read_a_backup(filled, tmp_path):
    dump.write_backup(tmp_path / "tiji.backup")
    assert (tmp_path / "tiji.backup").stat().st_mode & 0o077 == 0
