"""Runs the benchmarks one after another, each in its own process. Names choose some; other options go to each.

python tools/bench.py              # every file of benchmarks/
python tools/bench.py money        # benchmarks/money.py
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks"


def main(arguments: list[str]) -> int:
    known = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")}
    names = [name for name in arguments if not name.startswith("-")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no such benchmark: {', '.join(unknown)}. There are: {', '.join(known) or 'none'}")
    options = [option for option in arguments if option.startswith("-")]
    failed = []
    for name in names or known:
        print(f"\n=== {name} ===", flush=True)
        if subprocess.run([sys.executable, str(known[name]), *options], cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
