"""Sets everything up in `.venv` and does nothing when nothing has changed. Called by make with the system's Python.

    python3 tools/setup.py          # what `make demo` needs: Tiji, its packages, front-end files, translations
    python3 tools/setup.py --dev    # and what tests and checks need, Spark among it

Packages come from requirement files with checksums through pip, so a mirror set for pip is used here too.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from locks import locked

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST:
        raise SystemExit(f"Tiji needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    with locked(ROOT / ".cache" / "setup.lock"):
        make_venv()
        install("runtime", ["base", "setup"])
        if "--dev" in arguments:
            install("dev", ["base", "setup", "dev"])
            install_spark()
        install_tiji()
        run(str(PYTHON), "tools/assets.py", quiet=True)
        run(str(PYTHON), "tools/catalogs.py", quiet=True)


def make_venv() -> None:
    """A virtual environment made by the Python that runs this; made anew when its own Python is gone."""
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-c", ""], check=False).returncode == 0:
        return
    print("making .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SystemExit(f"no virtual environment: install python3-venv first.\n{(made.stdout + made.stderr).strip()}")


def install(profile: str, names: list[str]) -> None:
    """Install the pinned packages of some requirement files unless these very files are installed already."""
    files = [ROOT / "requirements" / f"{name}.txt" for name in names]
    stamp, wanted = VENV / f".tiji-{profile}", digest(*files)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"installing packages ({', '.join(names)}) …", flush=True)
    listed = [part for file in files for part in ("-r", str(file))]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check"]
    run(str(PYTHON), "-m", "pip", "install", *options, *listed)
    stamp.write_text(wanted)


def install_spark() -> None:
    """Put the pinned Spark into the environment. It comes as source with its Java parts ready; nothing is compiled."""
    file = ROOT / "requirements" / "spark.txt"
    stamp, wanted = VENV / ".tiji-spark", digest(file)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("installing Spark (450 MB) …", flush=True)
    source = ["--only-binary", ":all:", "--no-binary", "pyspark", "--no-build-isolation"]
    options = ["--require-hashes", "--no-deps", "--quiet", "--disable-pip-version-check", *source]
    run(str(PYTHON), "-m", "pip", "install", *options, "-r", str(file))
    stamp.write_text(wanted)


def install_tiji() -> None:
    """Put this folder's own package and the command `tiji` into the environment, editable."""
    stamp = VENV / ".tiji-itself"
    wanted = digest(ROOT / "pyproject.toml", ROOT / "hatch_build.py") + str(ROOT)
    if stamp.is_file() and stamp.read_text() == wanted and (PYTHON.parent / "tiji").exists():
        return
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    run(str(PYTHON), "-m", "pip", "install", *options, "--editable", str(ROOT))
    stamp.write_text(wanted)


def run(*command: str, quiet: bool = False) -> None:
    """Run a command in the repository's folder; its own message is enough when it fails."""
    result = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE if quiet else None)
    if result.returncode:
        raise SystemExit(result.returncode)


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
