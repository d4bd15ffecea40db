"""A load killed in the middle by the machine itself: nothing of it is there, and the same file then comes in whole."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import surroundings, tiji

pytestmark = [pytest.mark.once, pytest.mark.slow]
WAVES, WIDE = 5, 1500


def count(folder: Path, question: str) -> int:
    with sqlite3.connect(folder / "tiji.sqlite3") as database:
        return int(database.execute(question).fetchone()[0])


@pytest.fixture
def company(tmp_path):
    env = surroundings(tmp_path / "data")
    made = tiji("init", "--company", "Acme", "--admin-email", "a@example.com", "--no-input", env=env)
    assert made.returncode == 0, made.stderr
    return env


def chains(folder: Path) -> Path:
    """Customers in chains of five, each below the one before: the loader writes them in five waves."""
    path = folder / "groups.csv"
    rows = [
        f"{wave}-{at},Firm {wave}-{at},{f'Firm {wave - 1}-{at}' if wave else ''}"
        for wave in range(WAVES)
        for at in range(WIDE)
    ]
    path.write_text("\n".join(["id,name,parent company", *rows]), encoding="utf-8")
    return path


def kill_after_first_wave(path: Path, env: dict[str, str]) -> int:
    command = [sys.executable, "-m", "tiji", "import", "file", str(path), "--kind", "accounts", "--source", "old"]
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seen = b""
    assert running.stderr is not None
    while f"{WIDE}/{WAVES * WIDE}".encode() not in seen:
        piece = running.stderr.read(1)
        assert piece, f"it ended before it could be killed: {seen.decode()}"
        seen += piece
    running.kill()
    return running.wait()


def test_a_killed_load_leaves_nothing_and_the_file_comes_in_again(company, tmp_path):
    path, data = chains(tmp_path), tmp_path / "data"
    assert kill_after_first_wave(path, company) == -9
    assert count(data, "SELECT count(*) FROM customers_account") == 0
    assert count(data, "SELECT count(*) FROM exchange_importedrows") == 0
    assert count(data, "SELECT count(*) FROM shared_auditentry WHERE action = 'account.import'") == 0
    assert count(data, "SELECT count(*) FROM exchange_import WHERE state = 'done'") == 0
    again = tiji("import", "file", str(path), "--kind", "accounts", "--source", "old", env=company)
    assert again.returncode == 0, again.stderr
    assert count(data, "SELECT count(*) FROM customers_account") == WAVES * WIDE
    assert "7500 new" in again.stdout
    number = count(data, "SELECT max(id) FROM exchange_import")
    undone = tiji("import", "undo", str(number), env=company)
    assert undone.returncode == 0, undone.stderr
    assert count(data, "SELECT count(*) FROM customers_account WHERE archived_at IS NULL") == 0
