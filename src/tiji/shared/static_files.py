"""Static files as they are served: named by their checksum, compressed once, collected when they change."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = ".collected"


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Gzip only: Brotli at its best takes half a minute at start for files that browsers fetch once."""

    def create_compressor(self, **kwargs: Any) -> Any:
        return Compressor(use_brotli=False, **kwargs)  # type: ignore[no-untyped-call]


def collect() -> None:
    """Copy the static files of all rooms to the folder they are served from, if any has changed since."""
    if settings.WHITENOISE_USE_FINDERS:
        return
    stamp, wanted = Path(settings.STATIC_ROOT) / STAMP, state()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)


def state() -> str:
    """One checksum over what there is to collect: names, sizes and times of change."""
    lines = sorted(f"{name} {path.stat().st_size} {path.stat().st_mtime_ns}" for name, path in sources())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sources() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield name, Path(storage.path(name))
