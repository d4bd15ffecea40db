"""Puts the front-end files and the compiled translations into the wheel, making them when they are missing."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TijiBuildHook(BuildHookInterface):
    """An editable install needs neither: set-up makes both in the source folder. A source archive carries both."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or (Path(self.root) / "PKG-INFO").is_file():
            return
        for script in ("assets.py", "catalogs.py"):
            subprocess.run([sys.executable, str(Path(self.root) / "tools" / script)], check=True)
