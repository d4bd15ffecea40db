"""What the `tiji` command fills in before the settings are read: `.env`, the demo's own place, the secret key."""

import os
import secrets
import tempfile
from pathlib import Path

DEMO = {"TIJI_DEMO_MODE": "1", "TIJI_HTTPS": "0"}
SERVING = {"demo", "serve"}
MAKES_A_KEY = {"demo", "init"}
# What reads and writes files alone needs neither a company nor its key.
WITHOUT_A_COMPANY = {("pay", "compute")}


def prepare(command: str, what: str = "") -> None:
    """Set defaults for one command; what is set already is never changed."""
    load_env_file(Path(".env"))
    if (command, what) in WITHOUT_A_COMPANY:
        fill({"TIJI_DATABASE_URL": "sqlite://", "TIJI_SECRET_KEY": new_secret()})
    if command == "demo":
        fill(DEMO)
        if not os.environ.get("TIJI_DATABASE_URL"):
            fill({"TIJI_DATA_DIR": str(Path("var") / "demo")})
    if command in SERVING:
        fill({"PROMETHEUS_MULTIPROC_DIR": tempfile.mkdtemp(prefix="tiji-metrics-")})
    if not os.environ.get("TIJI_SECRET_KEY"):
        data_dir = Path(os.environ.get("TIJI_DATA_DIR") or "var").expanduser()
        key = secret_key(data_dir, make=command in MAKES_A_KEY)
        if not key and command == "secret":
            key = new_secret()
        if key:
            os.environ["TIJI_SECRET_KEY"] = key


def fill(values: dict[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def new_secret() -> str:
    """A key that nobody guesses."""
    return secrets.token_urlsafe(64)


def secret_key(data_dir: Path, *, make: bool) -> str:
    """The key kept in the data folder, readable by its owner only; made when there is none and `make` is set."""
    path = data_dir / "secret.key"
    if make and not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(new_secret())
    return path.read_text().strip() if path.is_file() else ""


def load_env_file(path: Path) -> None:
    """Read NAME=value lines; blank lines and lines that start with # say nothing, quotes around a value are dropped."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            os.environ.setdefault(name.strip(), value)
