"""Runs every check and says at the end which failed: style, types, import rules, migrations, texts, deployment.

python tools/check.py             # all
python tools/check.py types lint  # some
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PRODUCTION = {
    "TIJI_SECRET_KEY": "only for this check, as long and as random as the real one has to be: 8f1c2a",
    "TIJI_DEBUG": "0",
    "TIJI_ALLOWED_HOSTS": "tiji.example.com",
    "TIJI_DATA_DIR": str(ROOT / ".cache" / "check"),
}
CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "imports": [str(BIN / "lint-imports"), "--no-logo"],
    "migrations": [PYTHON, "-m", "tiji", "makemigrations", "--check", "--dry-run"],
    "texts": [PYTHON, "tools/messages.py"],
    "deploy": [PYTHON, "-m", "tiji", "check", "--deploy", "--fail-level", "WARNING"],
}


def run(name: str) -> bool:
    """One check with production settings; what it says is shown only when it fails."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIJI_")} | PRODUCTION
    start = time.monotonic()
    kept: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    result = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, check=False, **kept)
    passed = result.returncode == 0
    print(f"{name:<11} {'passed' if passed else 'FAILED'}  {time.monotonic() - start:5.1f} s", flush=True)
    if not passed:
        print(result.stdout.rstrip(), flush=True)
    return passed


def main(names: list[str]) -> int:
    failed = [name for name in names or CHECKS if not run(name)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
