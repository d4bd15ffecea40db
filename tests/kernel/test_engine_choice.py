"""One word chooses the engine; what is wrong or missing is told with what to write or install."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tiji.kernel.engine import DuckEngine, EngineChoiceError, SparkEngine, check_engine, engine_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "word",
    ["local[2]", "local[*]", "local-cluster[2,1,1024]", "spark://10.0.0.1:7077", "spark://one:7077,two:7077"],
)
def test_a_master_is_computed_on_spark(word: str) -> None:
    engine = engine_of(word, exchange="/srv/exchange")
    assert engine == SparkEngine(word, exchange="/srv/exchange")
    assert engine.name == "spark"
    assert engine.version.startswith("4.")


def test_duckdb_and_blanks() -> None:
    assert engine_of("duckdb", spill_directory="/tmp/x").name == "duckdb"
    assert isinstance(engine_of(" duckdb "), DuckEngine)
    assert check_engine("local-cluster[2, 1, 1024]") == "local-cluster[2,1,1024]"


@pytest.mark.parametrize(
    "word", ["", "spark", "sparkle", "local", "local[0]", "local[two]", "yarn", "spark://", "spark://host", "DuckDB"]
)
def test_another_word_is_refused_with_what_is_possible(word: str) -> None:
    with pytest.raises(EngineChoiceError, match=r"duckdb, local\[2\].*spark://host:7077") as refused:
        check_engine(word)
    assert refused.value.code == "unknown"


def test_what_spark_needs_is_told(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineChoiceError, match="apt-get install default-jre-headless"):
        check_engine("local[2]")
    monkeypatch.setitem(sys.modules, "pyspark", None)  # as if it were not installed
    with pytest.raises(EngineChoiceError, match=r"pip install 'tiji\[spark\]'"):
        check_engine("local[2]")
    assert check_engine("duckdb") == "duckdb"


def test_a_wrong_setting_is_told_at_the_start(tmp_path) -> None:
    settings = {"TIJI_ENGINE": "sparkle", "TIJI_SECRET_KEY": "x" * 60, "TIJI_DATA_DIR": str(tmp_path)}
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TIJI_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tiji", "check"], env=bare | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "TIJI_ENGINE is 'sparkle': use one of duckdb, local[2]" in done.stderr
    assert "Traceback" not in done.stderr
