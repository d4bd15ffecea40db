"""Rewrites the pinned requirement files from `pyproject.toml` and `requirements/*.in`; needs the network.

    python tools/lock.py              # keep the pinned versions, add what is new
    python tools/lock.py --upgrade    # take the newest versions the bounds allow

The files hold versions and checksums for every platform and Python Tiji runs on, and no address of any index.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--no-strip-markers",
    "--quiet",
]


def lock(target: str, source: str, *constraints: str, extra: list[str]) -> None:
    """Compile one file; versions pinned in the constraint files are kept."""
    bound = [part for name in constraints for part in ("--constraint", f"requirements/{name}.txt")]
    command = [sys.executable, "-m", "uv", "pip", "compile", source, "-o", f"requirements/{target}.txt"]
    subprocess.run([*command, *OPTIONS, *bound, *extra], cwd=ROOT, check=True)


def main(extra: list[str]) -> None:
    lock("base", "pyproject.toml", extra=extra)
    lock("setup", "requirements/setup.in", "base", extra=extra)
    lock("dev", "requirements/dev.in", "base", "setup", extra=extra)
    lock("spark", "requirements/spark.in", "base", extra=extra)


if __name__ == "__main__":
    main(sys.argv[1:])
