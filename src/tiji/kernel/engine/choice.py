"""Which engine computes: read from one word, the same for the setting and the command line."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from pathlib import Path

from tiji.kernel.engine.base import Engine
from tiji.kernel.engine.duck import DuckEngine
from tiji.kernel.engine.spark import SparkEngine

DUCKDB = "duckdb"
ALLOWED = "duckdb, local[2], local[*], local-cluster[2,1,2048], spark://host:7077"
EXTRA = "pip install 'tiji[spark]'"
JAVA = "apt-get install default-jre-headless"
_MASTER = re.compile(
    r"local\[(\*|[1-9]\d*)\]|local-cluster\[[1-9]\d*,[1-9]\d*,[1-9]\d*\]|spark://[\w.-]+:\d+(,[\w.-]+:\d+)*"
)


class EngineChoiceError(ValueError):
    """The word names no engine that can compute here. `code` is unknown, extra (Spark is not installed) or java."""

    WORDS = {
        "unknown": f"use one of {ALLOWED}",
        "extra": f"Spark is not installed here: {EXTRA}",
        "java": f"Spark needs Java 17 or newer on this machine: {JAVA}",
    }

    def __init__(self, word: str, code: str) -> None:
        self.word, self.code = word, code
        super().__init__(f"{word!r}: {self.WORDS[code]}")


def check_engine(word: str) -> str:
    """The word without blanks, if that engine can compute here. Raises: EngineChoiceError."""
    plain = "".join(word.split())
    if plain == DUCKDB:
        return plain
    if not _MASTER.fullmatch(plain):
        raise EngineChoiceError(word, "unknown")
    if importlib.util.find_spec("pyspark") is None:
        raise EngineChoiceError(word, "extra")
    if not _has_java():
        raise EngineChoiceError(word, "java")
    return plain


def engine_of(word: str, *, spill_directory: str | None = None, exchange: str | None = None) -> Engine:
    """The engine that the word names; DuckDB within two threads and a gigabyte. Raises: EngineChoiceError."""
    plain = check_engine(word)
    if plain == DUCKDB:
        return DuckEngine(threads=2, memory_limit="1GB", spill_directory=spill_directory)
    return SparkEngine(plain, exchange=exchange or None)


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java") or (home and (Path(home) / "bin" / "java").is_file()))
