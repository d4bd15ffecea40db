"""What the command fills in before the settings are read."""

import os

import pytest

from tiji.cli.environment import load_env_file, prepare, secret_key

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """A folder of its own and no settings; what a test adds to the environment is taken away again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})


def test_a_file_beside_the_command_gives_settings(tmp_path):
    (tmp_path / ".env").write_text("# a remark\n\nTIJI_A=1\nexport TIJI_B='two words'\n TIJI_C = \"x=y\" \nnothing\n")
    load_env_file(tmp_path / ".env")
    assert {name: os.environ[name] for name in ("TIJI_A", "TIJI_B", "TIJI_C")} == {
        "TIJI_A": "1",
        "TIJI_B": "two words",
        "TIJI_C": "x=y",
    }
    assert "nothing" not in os.environ


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text("TIJI_A=file\n")
    os.environ["TIJI_A"] = "environment"
    load_env_file(tmp_path / ".env")
    assert os.environ["TIJI_A"] == "environment"


def test_the_demo_says_so_and_keeps_to_its_own_folder():
    prepare("demo")
    assert os.environ["TIJI_DEMO_MODE"] == "1"
    assert os.environ["TIJI_DATA_DIR"] == "var/demo"
    assert "TIJI_DEBUG" not in os.environ


@pytest.mark.parametrize("command", ["serve", "init", "backup", "check"])
def test_only_the_demo_turns_demo_mode_on(command):
    prepare(command)
    assert "TIJI_DEMO_MODE" not in os.environ
    assert "TIJI_HTTPS" not in os.environ


def test_a_company_gets_a_key_once_and_only_its_owner_reads_it(tmp_path):
    prepare("init")
    first = os.environ.pop("TIJI_SECRET_KEY")
    assert len(first) > 60
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o077 == 0
    prepare("serve")
    assert os.environ["TIJI_SECRET_KEY"] == first


def test_serving_makes_no_key_of_its_own(tmp_path):
    prepare("serve")
    assert "TIJI_SECRET_KEY" not in os.environ
    assert secret_key(tmp_path, make=False) == ""
