"""Installs the system packages that tests and checks need and this machine lacks (Debian and its relatives).

    python3 tools/system.py test     # Chromium and what drives it, Chinese fonts, PostgreSQL, gettext, Java
    python3 tools/system.py check    # gettext

`make demo` needs none of them. Without root or sudo, what is missing is named and nothing is installed.
"""

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import postgres

OLDEST_JAVA = 17
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], check=False, capture_output=True, text=True)
    return bool(listed.stdout.strip())


def has_chromium() -> bool:
    return bool(os.environ.get("TIJI_TEST_CHROMIUM") or shutil.which("chromium"))


def has_libatomic() -> bool:
    """The Node inside the package that drives the browser is linked to it, and a bare Debian lacks it."""
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def has_gettext() -> bool:
    return all(shutil.which(name) for name in ("xgettext", "msguniq", "msgmerge", "msgattrib"))


def has_java() -> bool:
    """Spark runs on Java 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not program or not Path(program).is_file():
        return False
    said = subprocess.run([program, "-version"], check=False, capture_output=True, text=True).stderr
    number = re.search(r'version "(\d+)', said)
    return bool(number) and int(number.group(1)) >= OLDEST_JAVA


def has_postgres() -> bool:
    return bool(os.environ.get("TIJI_TEST_DATABASE_URL")) or postgres.binaries() is not None


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "gettext": (has_gettext, "gettext"),
    "chromium": (has_chromium, "chromium"),
    "libatomic": (has_libatomic, "libatomic1"),
    "fonts": (has_chinese_font, "fonts-noto-cjk"),
    "postgres": (has_postgres, "postgresql"),
    "java": (has_java, "default-jre-headless"),
}
PROFILES = {"check": ["gettext"], "test": ["gettext", "chromium", "libatomic", "fonts", "postgres", "java"]}


def missing(names: Iterable[str]) -> list[str]:
    return [package for test, package in (NEEDS[name] for name in names) if not test()]


def install(packages: list[str]) -> None:
    """Raises: SystemExit that names the command to type when this user may not install packages."""
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SystemExit(f"missing on this machine: {', '.join(packages)}. Install them, then try again.")
    prefix = root_prefix()
    if prefix is None:
        raise SystemExit(f"missing on this machine: {', '.join(packages)}. As root: {command}")
    print(f"installing system packages: {', '.join(packages)} …", flush=True)
    apt(prefix, "update")
    if "postgresql" in packages:
        apt(prefix, "install", "postgresql-common")
        keep_no_server(prefix)
    apt(prefix, "install", *packages)


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None if this user cannot."""
    if os.geteuid() == 0:
        return []
    allowed = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True)
    return ["sudo", "-n"] if allowed and allowed.returncode == 0 else None


def apt(prefix: list[str], action: str, *packages: str) -> None:
    options = ["-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold"]
    extra = ["-y", "--no-install-recommends"] if action == "install" else []
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, action, *extra, *packages]
    result = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        raise SystemExit(f"apt-get {action} failed:\n{result.stdout[-2000:]}")


def keep_no_server(prefix: list[str]) -> None:
    """Debian starts a server of its own with the package; the tests start a private one and need no other."""
    if CLUSTER_SETTINGS.is_file() and not any(Path("/etc/postgresql").glob("*/main")):
        edit = ["sed", "-i", "s/^#\\?create_main_cluster.*/create_main_cluster = false/", str(CLUSTER_SETTINGS)]
        subprocess.run([*prefix, *edit], check=True)


if __name__ == "__main__":
    wanted = missing(PROFILES[sys.argv[1]])
    if wanted:
        install(wanted)
