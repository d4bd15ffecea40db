"""Running the `tiji` command as a person would: in a process of its own, with nothing of the test run's settings."""

import os
import subprocess
import sys
from pathlib import Path


def surroundings(data_dir: Path, **more: str) -> dict[str, str]:
    """An environment with a data folder and no other setting of Tiji's."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TIJI_", "DJANGO_", "PROMETHEUS_"))
    }
    return {**kept, "TIJI_DATA_DIR": str(data_dir), "TIJI_LANGUAGE": "en", "DJANGO_SETTINGS_MODULE": SETTINGS, **more}


SETTINGS = "tiji.config.settings"


def tiji(*arguments: str, env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tiji", *arguments]
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
