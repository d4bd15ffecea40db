"""The translation files of all rooms: where they are, and how a `.po` becomes the `.mo` that Django reads."""

import io
import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "tiji"
LANGUAGE = "zh_Hans"


def rooms() -> list[Path]:
    """Every room that may speak to the user: the kernel does not, it speaks to the rooms."""
    houses = [path for path in PACKAGE.iterdir() if path.is_dir() and path.name not in {"apps", "kernel"}]
    apps = [path for path in (PACKAGE / "apps").iterdir() if path.is_dir()]
    return sorted(path for path in (*houses, *apps) if (path / "__init__.py").is_file())


def po_file(room: Path) -> Path:
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    """The catalog in a file; an empty one when there is no file."""
    if not path.is_file():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as handle:
        return read_po(handle, locale=LANGUAGE)


def compile_all() -> int:
    """Compile every `.po` whose `.mo` is missing or older; how many were compiled."""
    return sum(compile_one(path) for path in map(po_file, rooms()) if path.is_file())


def compile_one(path: Path) -> bool:
    """Raises: ValueError naming the file when it cannot be read."""
    target = path.with_suffix(".mo")
    if target.is_file() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    out = io.BytesIO()
    write_mo(out, read(path))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.write_bytes(out.getvalue())
    part.replace(target)
    return True


if __name__ == "__main__":
    print(f"{compile_all()} translation files compiled")
